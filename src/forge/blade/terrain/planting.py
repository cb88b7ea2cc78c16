"""What systems from outside put onto generated maps, before a world begins from them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from forge.blade.config.config import Config
from forge.blade.schema.system import System
from forge.blade.terrain.generation import maps, place_in_series
from forge.blade.terrain.tiles import check_map
from forge.support.checks import ConfigError


def world_maps(configs: Sequence[Config], indices: Sequence[int]) -> np.ndarray:
    """The maps of worlds, with all that their systems plant.

    A map is the same whenever and wherever it is made: each system plants from a stream of its own, which follows from
    the map's place in its series and from the name of the system.

    Args:
        configs: of the worlds, of one schema.
        indices: for each the number of its map; see `forge.blade.terrain.generation.maps`.

    Returns:
        uint8 [W, side, side] of materials, the caller's own.

    Raises:
        ConfigError: if there is no such map, or a system makes what is no map.
    """
    first = configs[0]
    if all(config.terrain == first.terrain for config in configs):
        made = maps(first.terrain, indices, first.schema)
    else:
        each = zip(configs, indices, strict=True)
        made = np.concatenate([maps(config.terrain, [index], config.schema) for config, index in each])
    if not any(system.plants or system.fits for system in first.schema.systems):
        return made
    planted: dict[tuple[Config, int], int] = {}
    for w, config in enumerate(configs):
        place = place_in_series(config.terrain, indices[w])
        like = planted.setdefault((config, place), w)
        if like == w:
            _plant(made[w], config, place)
        else:
            made[w] = made[like]
    return made


def check_fits(tiles: np.ndarray, config: Config) -> None:
    """Checks that a world of a configuration can be made of a map, by all its systems.

    Args:
        tiles: uint8 [side, side] of materials.
        config: of the world.

    Raises:
        ConfigError: saying what is wrong with the map.
    """
    check_map(tiles, config.terrain, config.schema)
    for system in config.schema.systems:
        if system.fits is not None:
            try:
                system.fits(tiles, config)
            except ConfigError as error:
                raise ConfigError(f"system {system.name!r} cannot be played on the map: {error}") from error


def _plant(tiles: np.ndarray, config: Config, place: int) -> None:
    """Lets all systems plant on a generated map; one that was drawn by hand stays as it is, and must fit."""
    if config.terrain.file:
        try:
            check_fits(tiles, config)
        except ConfigError as error:
            raise ConfigError(f"terrain.file = {config.terrain.file!r}: {error}") from error
        return
    for system in config.schema.systems:
        if system.plants is not None:
            try:
                system.plants(tiles, config, _stream(config, place, system))
            except ConfigError as error:
                raise ConfigError(f"system {system.name!r} cannot plant on map {place}: {error}") from error
            try:
                check_map(tiles, config.terrain, config.schema)
            except ConfigError as error:
                raise ConfigError(f"system {system.name!r} plants on map {place} what cannot be: {error}") from error


def _stream(config: Config, place: int, system: System) -> np.random.Generator:
    name = zlib.crc32(system.name.encode())
    return np.random.default_rng(np.random.SeedSequence(config.terrain.seed, spawn_key=(place, name)))
