"""Worlds as environments of other libraries: PettingZoo, Gymnasium, RLlib."""
