"""A map as an array of materials: what makes it a valid map of a world, and how it is written as text."""

from __future__ import annotations

import string

import numpy as np

from forge.blade.config.config import Terrain
from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import Material
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import MOST_MATERIALS
from forge.support.checks import ConfigError

#: The character of each material in a map drawn as text, at the place of its number. Those from outside have capital
#: letters, and beyond these the letters of other alphabets.
SYMBOLS = "#~.,fso" + string.ascii_uppercase + "".join(map(chr, range(0x100, 0x100 + MOST_MATERIALS - 33)))


def as_tiles(tiles: np.ndarray, schema: Schema = GAME) -> np.ndarray:
    """`tiles` as uint8 [H, W] of materials, by the numbers that a schema gives them.

    Raises:
        ConfigError: if it isn't a two-dimensional array of integers that are all materials.
    """
    if not isinstance(tiles, np.ndarray) or tiles.dtype.kind not in "iu" or tiles.ndim != 2 or not tiles.size:
        given = f"{tiles.dtype} of shape {tiles.shape}" if isinstance(tiles, np.ndarray) else type(tiles).__name__
        raise ConfigError(f"a map is an array of integers [rows, columns], not {given}")
    names = schema.names("materials")
    allowed = ", ".join(f"{number} ({name})" for number, name in enumerate(names))
    _refuse(tiles, (tiles < 0) | (tiles >= len(names)), f"which is no material; allowed are {allowed}", schema)
    return tiles.astype(np.uint8)


def check_map(tiles: np.ndarray, terrain: Terrain, schema: Schema = GAME) -> None:
    """Checks that a world can be made of a map: lava all around, grass on the outermost playable ring.

    Args:
        tiles: uint8 [side, side] of materials.
        terrain: says what the map must measure.
        schema: says what materials there are.

    Raises:
        ConfigError: naming the first tile, from the top left, that must not be there.
    """
    if isinstance(tiles, np.ndarray) and tiles.dtype != np.uint8:
        raise ConfigError(f"a map is an array of uint8, not of {tiles.dtype}")
    if as_tiles(tiles, schema).shape != (terrain.side, terrain.side):
        raise ConfigError(
            f"the map has {tiles.shape[0]} rows and {tiles.shape[1]} columns; terrain.side = {terrain.side} needs "
            f"{terrain.side} of each"
        )
    outside, ring = border(terrain), entrance(terrain)
    area = f"rows and columns {terrain.low}..{terrain.high}"
    _refuse(tiles, outside & (tiles != Material.LAVA), f"but outside the playable {area} all must be lava", schema)
    grass = f"but the outermost ring of the playable {area} must be grass"
    _refuse(tiles, ring & (tiles != Material.GRASS), grass, schema)


def border(terrain: Terrain) -> np.ndarray:
    """Where the lava frame lies: bool [side, side]."""
    mask = np.ones((terrain.side, terrain.side), bool)
    mask[terrain.low : terrain.high + 1, terrain.low : terrain.high + 1] = False
    return mask


def entrance(terrain: Terrain) -> np.ndarray:
    """Where the ring lies on which agents enter: bool [side, side]."""
    mask = ~border(terrain)
    mask[terrain.low + 1 : terrain.high, terrain.low + 1 : terrain.high] = False
    return mask


def from_text(text: str, schema: Schema = GAME) -> np.ndarray:
    """A map drawn with a line a row and a character a tile.

    `#` is lava, `~` water, `.` grass, `,` scrub, `f` forest, `s` stone, `o` orerock. Materials
    from outside are `A`, `B` and so on, in the order of a schema. Empty lines and the space around a row don't count.

    Returns:
        uint8 [H, W] of materials.

    Raises:
        ConfigError: naming an unknown character and its place, or a row of another length than the first.
    """
    rows = [line.strip() for line in text.splitlines() if line.strip()]
    if not rows:
        raise ConfigError("the text draws no map: it has no rows")
    known = dict(zip(SYMBOLS, schema.names("materials")))
    for i, row in enumerate(rows):
        if unknown := set(row) - known.keys():
            column = min(row.index(character) for character in unknown)
            allowed = ", ".join(f"{symbol!r} {name}" for symbol, name in known.items())
            raise ConfigError(f"unknown tile {row[column]!r} in row {i}, column {column}; allowed are {allowed}")
        if len(row) != len(rows[0]):
            raise ConfigError(f"row {i} has {len(row)} tiles, but row 0 has {len(rows[0])}")
    return np.array([[SYMBOLS.index(character) for character in row] for row in rows], np.uint8)


def to_text(tiles: np.ndarray, schema: Schema = GAME) -> str:
    """Draws a map [H, W] as `from_text` reads it.

    Raises:
        ConfigError: if `tiles` is no map.
    """
    return "\n".join("".join(SYMBOLS[id] for id in row) for row in as_tiles(tiles, schema).tolist())


def _refuse(tiles: np.ndarray, wrong: np.ndarray, why: str, schema: Schema) -> None:
    if wrong.any():
        row, column = np.unravel_index(np.argmax(wrong), wrong.shape)
        number, names = int(tiles[row, column]), schema.names("materials")
        name = f"{number} ({names[number]})" if 0 <= number < len(names) else str(number)
        raise ConfigError(f"the tile in row {row}, column {column} is {name}, {why}")
