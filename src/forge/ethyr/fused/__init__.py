"""The networks `default` and `recurrent`, and their learner, compiled together with the world.

One call a thread plays a whole segment. It computes what `forge.ethyr.networks.policy`, `collector` and `learner` say
in PyTorch, to float tolerance, and several times as fast on a CPU. Worlds are dealt into groups of fixed size; a group
is played by one thread, and gradients are summed in the order of groups, so no result depends on the number of threads.

- `weights`: the network's weights in the form the kernels read, and gradients back in the form PyTorch holds them.
- `network`: what the network says of a block of samples.
- `player`: what plays a segment in one group of worlds, made for each schema from `player_template`.
- `play`: the parts of it that no schema changes.
- `learn`: the gradients of a segment.
- `recurrent`: what is different of a network with a memory.
- `learner`: the threads, and the optimiser.
"""
