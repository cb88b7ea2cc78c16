"""Layers as compiled CPU kernels: those of the encoder, dense ones, and a gated recurrent unit.

`tiles`, `entities` and `compose` each offer their layer at three levels:

- `..._block` (`compose_row`) and `..._gradient` work on a piece of one population, on one thread, and can be called
  from other kernels: they allocate nothing and check nothing.
- `..._lane` does every n-th piece of a whole batch, so n lanes together do all of it.
- `..._all` runs the lanes on threads.

No result depends on the number of threads: every number is summed by one thread, in the order of the samples.
"""
