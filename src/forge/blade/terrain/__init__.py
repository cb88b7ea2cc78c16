"""Maps: made from noise, drawn by hand, read from files."""

from forge.blade.terrain.generation import maps

__all__ = ["maps"]
