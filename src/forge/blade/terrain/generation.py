"""The maps of worlds: an endless series of them from noise, named by a seed, or one drawn by hand.

Source of the generator, its thresholds included: the first release of Neural MMO (v1.0, 2019).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import operator
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from forge.blade.config.config import Terrain
from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import Material
from forge.blade.schema.schema import Schema
from forge.blade.terrain.noise import LIBRARY, ridged
from forge.blade.terrain.tiled import read_tmx
from forge.blade.terrain.tiles import border, check_map, entrance, from_text, to_text
from forge.support.cache import cache_dir
from forge.support.checks import ConfigError
from forge.support.durable import write_atomic
from forge.support.waiting import doing

__all__ = ["check_map", "from_text", "generate", "maps", "to_text"]

#: Raised by one whenever the generator gives another map for the same (seed, index): cached maps are then made anew.
VERSION = 1

# Materials between the thresholds, from low to high.
_BANDS = np.array([Material.WATER, Material.GRASS, Material.FOREST, Material.STONE], np.uint8)
_OFFSETS = 256.0  # per-map offsets lie in 0 .. this [map sides]
_DIGEST = 16  # bytes before a cached map by which damage is seen


def generate(terrain: Terrain, index: int) -> np.ndarray:
    """Makes map `index` of the series that `terrain.seed` names.

    Returns:
        uint8 [side, side] of Material ids: lava outside the playable square, grass on its outermost ring.

    Raises:
        ConfigError: if `index` is negative.
    """
    field = _field(terrain, index)
    tiles = _BANDS[np.digitize(field, (terrain.water, terrain.grass, terrain.forest))]
    tiles[(field == 0) | border(terrain)] = Material.LAVA
    tiles[entrance(terrain)] = Material.GRASS
    return tiles


def _field(terrain: Terrain, index: int) -> np.ndarray:
    """The noise of a map, float64 [side, side] in 0..1: x runs along columns, y along rows."""
    if index < 0:
        raise ConfigError(f"maps are numbered from 0; {index} was asked for")
    seed, *words = np.random.SeedSequence(terrain.seed, spawn_key=(index,)).generate_state(3, np.uint64).tolist()
    east, south = (_OFFSETS * word / 2**64 for word in words)
    line = np.arange(terrain.side) / terrain.side - 0.5
    return ridged(seed, line + east, line + south, _scale(terrain), terrain.octaves)


def _scale(terrain: Terrain) -> int:
    return terrain.scale or max(1, terrain.side // 5)


def maps(terrain: Terrain, indices: Sequence[int], schema: Schema = GAME) -> np.ndarray:
    """The maps of worlds, made once and then kept in the user's cache folder.

    World i has map i of the series, or map i % terrain.maps where worlds share a number of maps, or the one in
    terrain.file. What systems from outside plant on them is not there yet: see `forge.blade.terrain.planting`.

    Args:
        terrain: the configuration.
        indices: the worlds' numbers.
        schema: says what materials a map drawn by hand may hold.

    Returns:
        uint8 [len(indices), side, side] of materials, the caller's own.

    Raises:
        ConfigError: if terrain.file cannot be read or is not a map for this configuration; if a number is negative.
    """
    numbers = [operator.index(i) for i in indices]
    if numbers and min(numbers) < 0:
        raise ConfigError(f"worlds are numbered from 0; {min(numbers)} was asked for")
    if terrain.file:
        return np.repeat(read_map(terrain, schema)[None], len(numbers), axis=0)
    numbers = [place_in_series(terrain, i) for i in numbers]
    folder = _cache_folder(terrain)
    made: dict[int, np.ndarray] = {}
    with doing("making maps") as task:
        for number in dict.fromkeys(numbers):
            made[number] = _cached(terrain, number, folder)
            task.what = f"making maps, {len(made):,} of {len(set(numbers)):,} done"
    return np.array([made[number] for number in numbers], np.uint8).reshape(-1, terrain.side, terrain.side)


def place_in_series(terrain: Terrain, index: int) -> int:
    """Which map of the series world `index` has."""
    return index % terrain.maps if terrain.maps else index


def read_map(terrain: Terrain, schema: Schema = GAME) -> np.ndarray:
    """The map in `terrain.file`, uint8 [side, side] of the materials of a schema.

    Raises:
        ConfigError: if it cannot be read or is not a map for this configuration.
    """
    try:
        tiles = read_tmx(terrain.file, schema=schema)
        check_map(tiles, terrain, schema)
    except ConfigError as error:
        raise ConfigError(f"terrain.file = {terrain.file!r}: {error}") from error
    return tiles


def _cache_folder(terrain: Terrain) -> Path | None:
    """The folder of the series: its name tells apart all that a map depends on. None where nothing can be written."""
    fields = dataclasses.asdict(dataclasses.replace(terrain, scale=_scale(terrain), maps=0, file=""))
    origin = json.dumps([VERSION, LIBRARY, fields], sort_keys=True)
    try:
        return cache_dir("terrain", hashlib.blake2b(origin.encode(), digest_size=8).hexdigest())
    except OSError:
        return None


def _cached(terrain: Terrain, number: int, folder: Path | None) -> np.ndarray:
    if folder is None:
        return generate(terrain, number)
    path = folder / f"{number}.map"
    tiles = _read_cached(path, terrain.side)
    if tiles is None:
        tiles = generate(terrain, number)
        _write_cached(path, tiles)
    return tiles


def _digest(path: Path, tiles: bytes) -> bytes:
    return hashlib.blake2b(tiles, digest_size=_DIGEST, key=path.name.encode()).digest()


def _read_cached(path: Path, side: int) -> np.ndarray | None:
    """A map as it was written, or None: it isn't there, or something has changed it."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, tiles = data[:_DIGEST], data[_DIGEST:]
    if len(tiles) != side * side or digest != _digest(path, tiles):
        return None
    return np.frombuffer(tiles, np.uint8).reshape(side, side)


def _write_cached(path: Path, tiles: np.ndarray) -> None:
    data = tiles.tobytes()
    with contextlib.suppress(OSError):  # a full disk costs only time: the map is made again
        write_atomic(path, _digest(path, data) + data)
