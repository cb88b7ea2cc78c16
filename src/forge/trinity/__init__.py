"""Trinity: the researcher's interface to the world.

- ``forge.trinity.smith``: VecEnv, worlds in the shape of a vector environment, agent by agent.
- ``forge.trinity.pettingzoo``: PettingZoo's ParallelEnv, with an id for each life or with fixed slots.
- ``forge.trinity.gymnasium``: Gymnasium's VectorEnv, one environment for each slot.
- ``forge.trinity.conformance``: what these promise, as checks to run on your own wrappers.
"""
