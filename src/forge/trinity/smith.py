"""Smith: makes environments."""

from forge.trinity.vecenv import VecEnv

__all__ = ["VecEnv"]
