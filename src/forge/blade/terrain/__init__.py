"""Maps: made from noise, drawn by hand, read from files."""

from forge.blade.terrain.generation import maps
from forge.blade.terrain.tiles import from_text

__all__ = ["from_text", "maps"]
