"""The game: the systems of every world, in the order in which files and hashes hold what they declare."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from forge.blade.creatures import creatures
from forge.blade.exchange import exchange
from forge.blade.fights import levels
from forge.blade.grown import births, bodies, camps, items, skills, speech, work
from forge.blade.grown.trades import trades
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import System
from forge.blade.systems import (
    combat,
    foraging,
    life,
    log,
    movement,
    paths,
    reach,
    reward,
    sight,
    spawn,
    terrain,
    vitals,
)
from forge.support.checks import ConfigError, did_you_mean, shown
from forge.support.plugins import load

_OURS = tuple(part.SYSTEM for part in (terrain, spawn, vitals, foraging, life, movement, combat, sight, log, reward))
GAME = Schema(_OURS)
#: Those of the grown world, each after all that it builds on.
_GROWN: tuple[ModuleType, ...] = (
    skills,
    bodies,
    items,
    work,
    camps,
    trades,
    exchange,
    levels,
    creatures,
    births,
    speech,
)
#: Systems of ours that are part of a world only where its configuration names them, by these names.
OPTIONS = {part.SYSTEM.name: part.SYSTEM for part in (*_GROWN, paths, reach)}
_IN_ORDER = [part.SYSTEM.name for part in _GROWN]


def named_systems(given: object) -> tuple[str, ...]:
    """The names of systems that a configuration gives.

    Raises:
        ConfigError: if it is no list of names, holds one twice, or one is neither ours nor `module:NAME`.
    """
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(name, str) for name in given):
        raise ConfigError(f'systems = {shown(given)} must be a list of names, such as ["my_world:POISON"]')
    for name in given:
        if list(given).count(name) > 1:
            raise ConfigError(f"systems names {shown(name)} twice; allowed is each once")
        if ":" not in name and name not in OPTIONS:
            raise ConfigError(f"{did_you_mean('system', name, [*OPTIONS])}; one of your own is named module:NAME")
    return tuple(sorted(given, key=_rank))


def _rank(name: str) -> int:
    """Systems of the grown world come first and in their order, in whatever order they are named; others as named."""
    return _IN_ORDER.index(name) if name in _IN_ORDER else len(_IN_ORDER)


def from_outside(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names of systems that are of code of the user's own."""
    return tuple(name for name in names if name not in OPTIONS)


@functools.cache
def schema_of(names: tuple[str, ...], beside: Path | None = None) -> Schema:
    """The schema of the systems of every world and these; the modules of those from outside are imported.

    Args:
        names: of systems, of OPTIONS or `module:NAME`.
        beside: a folder to look for modules in, besides the Python path and the working folder.

    Raises:
        ConfigError: naming the system, and the declaration that cannot be.
    """
    if not names:
        return GAME
    guests = {}
    for name in names:
        system = OPTIONS[name] if name in OPTIONS else load("systems", name, beside)
        if not isinstance(system, System):
            raise ConfigError(f"systems = {name!r} must be a System, not {type(system).__name__}")
        guests[name] = system
    return Schema(_OURS, guests)


def check_rewards(reward: Any, schema: Schema) -> None:
    """Refuses a reward of what no system of a world counts.

    Args:
        reward: the section of a configuration.
        schema: of its systems.

    Raises:
        ConfigError: naming the field, and the system that counts it.
    """
    counted = schema.names("terms")
    for name, system in OPTIONS.items():
        for term in system.terms:
            if term.name not in counted and (weight := getattr(reward, term.name, 0)) != 0:
                raise ConfigError(
                    f"reward.{term.name} = {weight} rewards what the system {name!r} counts, which systems does not "
                    "name; allowed is 0, or to name it, too"
                )
