"""What a World is made from, as it was given: taken where it can be, and else named by one error."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade.compiled.random import given_seeds, world_seeds
from forge.blade.config.config import Config, config_of
from forge.blade.interventions.kinds import KINDS, Intervention
from forge.blade.mechanics.events import Recording
from forge.blade.state.state import check_alike, check_memory
from forge.blade.terrain.planting import check_fits, world_maps
from forge.blade.threads.cores import cores
from forge.blade.threads.pool import MOST
from forge.support.checks import ConfigError
from forge.support.numeric import flag, integer, number_of, seed_of, typed


def checked_recording(given: Any) -> Recording:
    """What to record.

    Raises:
        ConfigError: if it is no Recording of switches.
    """
    if not isinstance(given, Recording):
        raise ConfigError(
            f"record = {typed(given)} must be a Recording, such as Recording(lives=True), not {type(given).__name__}"
        )
    return Recording(**{name: flag(f"record.{name}", value) for name, value in given._asdict().items()})


def checked_configs(given: Any, count: Any, recording: Recording) -> list[Config]:
    """The configuration of each world.

    Raises:
        ConfigError: if these are no configurations of worlds that can be in one batch, or if so many do not fit.
    """
    number = integer("count", count, 1, what=": the number of worlds")
    several = _is_sequence(given)
    configs = [config_of(one, f"config[{w}]") for w, one in enumerate(given)] if several else [config_of(given)]
    if several and len(configs) != number:
        raise ConfigError(f"{len(configs)} configurations given for {number} worlds; give one, or one for each")
    check_alike(configs)
    check_memory(configs, number, recording)
    return configs if several else configs * number


def checked_threads(given: Any) -> int:
    """The number of threads; None means as many as there are cores.

    Raises:
        ConfigError: if it is none.
    """
    return min(cores(), MOST) if given is None else integer("threads", given, 1, MOST)


def checked_seeds(given: Any, count: int) -> tuple[int | None, np.ndarray]:
    """The seed of the batch, if it has one, and those of its worlds, uint64 [count].

    Raises:
        ConfigError: if it is neither a seed nor one for each world.
    """
    if given is None or number_of(given) is not None:
        seed = seed_of(given)
        return seed, world_seeds(seed, count)
    if not _is_sequence(given):
        raise ConfigError(
            f"seed = {typed(given)} must be an integer that is not negative, a sequence of one for each world, or None"
        )
    if len(given) != count:
        raise ConfigError(f"{len(given)} seeds given for {count} worlds; give one, or one for each")
    return None, given_seeds([integer(f"seed[{w}]", seed, 0) for w, seed in enumerate(given)])


def checked_maps(configs: Sequence[Config], given: Any) -> np.ndarray:
    """Tiles of every world, uint8 [W, side, side].

    Raises:
        ConfigError: if these are neither numbers of maps nor maps of these configurations, one for each world.
    """
    maps = range(len(configs)) if given is None else given
    if not _is_sequence(maps):
        raise ConfigError(
            f"maps = {typed(given)} must be a sequence: for each world the number of its map, or its tiles as uint8 "
            "[side, side]"
        )
    if len(maps) != len(configs):
        raise ConfigError(f"{len(maps)} maps given for {len(configs)} worlds; give one for each")
    if any(isinstance(one, np.ndarray) and one.ndim for one in maps):
        for w, (tiles, config) in enumerate(zip(maps, configs, strict=True)):
            if not isinstance(tiles, np.ndarray):
                raise ConfigError(f"maps[{w}] = {typed(tiles)} must be an array of tiles, as the others are")
            check_fits(tiles, config)
        return np.stack(list(maps))
    return world_maps(configs, [integer(f"maps[{w}]", number, 0) for w, number in enumerate(maps)])


def checked_interventions(given: Any, config: Config) -> list[Intervention]:
    """What is to be done to a world of a configuration, in numbers alone.

    Raises:
        ConfigError: if it is neither an intervention nor several, or names what the world does not know.
    """
    entries = [given] if isinstance(given, Intervention) else list(given) if isinstance(given, Iterable) else [given]
    for i, entry in enumerate(entries):
        if not isinstance(entry, Intervention):
            kinds = ", ".join(kind.__name__ for kind in KINDS.values())
            raise ConfigError(
                f"interventions[{i}] = {typed(entry)} must be one of {kinds} of forge.blade.interventions, not "
                f"{type(entry).__name__}"
            )
        try:
            entries[i] = entry.known_to(config)
        except ConfigError as error:
            raise ConfigError(f"interventions[{i}], {entry}: {error}") from error
    return entries


def _is_sequence(given: Any) -> bool:
    """Whether there is one thing after another, as in a list or an array; texts and tables are none."""
    if isinstance(given, np.ndarray):
        return given.ndim > 0
    return isinstance(given, Sequence) and not isinstance(given, (str, bytes, bytearray, Mapping, os.PathLike))
