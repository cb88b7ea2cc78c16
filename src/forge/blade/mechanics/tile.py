"""A tile as a number: its material in the low bits, and above them how many agents stand on it.

Where worlds have at most eight materials a tile is a byte, where they have more it is two. The same code reads both:
compiled, it is told the layout by the type of the number, as a constant.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype

from forge.blade.compiled.jit import inline


class Layout(NamedTuple):
    """How the bits of a tile are divided."""

    bits: int  # of the material, the lowest
    crowd: int  # most agents that are counted; the others are in `State.surplus`

    @property
    def one_agent(self) -> int:
        """What a tile holds more for each agent on it."""
        return 1 << self.bits

    @property
    def mask(self) -> int:
        """The bits of the material."""
        return self.one_agent - 1


#: By the type of tiles.
LAYOUTS: dict[np.dtype[Any], Layout] = {np.dtype(np.uint8): Layout(3, 31), np.dtype(np.uint16): Layout(8, 255)}


def tile_type(materials: int) -> np.dtype[Any]:
    """The type of tiles where there are so many materials: the first that tells them apart."""
    return next(kind for kind, layout in LAYOUTS.items() if materials <= layout.one_agent)


def materials_of(tiles: np.ndarray) -> np.ndarray:
    """The materials of tiles, uint8 of their shape.

    Args:
        tiles: uint8 or uint16 of any shape, such as `State.tiles` and `Observation.window`.
    """
    return (tiles & tiles.dtype.type(LAYOUTS[tiles.dtype].mask)).astype(np.uint8, copy=False)


def crowds_of(tiles: np.ndarray) -> np.ndarray:
    """How many agents tiles count, uint8 of their shape: at most 31 in one byte, 255 in two. Arguments as above."""
    return (tiles >> tiles.dtype.type(LAYOUTS[tiles.dtype].bits)).astype(np.uint8, copy=False)


def _layout(tile: Any) -> Layout:
    return LAYOUTS[as_dtype(tile)]


@intrinsic
def material_bits(typingctx, tile):
    """The `Layout.bits` of a tile, a constant."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.get_constant(types.int64, _layout(sig.args[0]).bits)

    return types.int64(tile), generate


@intrinsic
def most_counted(typingctx, tile):
    """The `Layout.crowd` of a tile, a constant."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.get_constant(types.int64, _layout(sig.args[0]).crowd)

    return types.int64(tile), generate


@inline
def one_agent(tile):
    """What a tile holds more for each agent on it."""
    return 1 << material_bits(tile)


@inline
def material(tile):
    """The material of a tile."""
    return tile & (one_agent(tile) - 1)


@inline
def crowd(tile):
    """How many agents a tile counts."""
    return tile >> material_bits(tile)
