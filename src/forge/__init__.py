"""Neural MMO: a massively multi-agent world for reinforcement learning.

Importing this package loads nothing else; import the part you need:

- ``forge.blade``: the world.
- ``forge.ethyr``: networks, losses and optimisers.
- ``forge.trinity``: the researcher's interface.
"""
