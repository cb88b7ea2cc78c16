"""VecEnv: worlds in the shape of a vector environment."""

from forge.trinity.vecenv.vecenv import VecEnv

__all__ = ["VecEnv"]
