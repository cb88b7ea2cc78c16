"""The worlds that have a name, and the worlds of a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.config.config import Chaos, Config, Law
from forge.blade.mechanics.events import Recording
from forge.blade.world.world import World
from forge.support.checks import ConfigError, did_you_mean, shown
from forge.support.numeric import integer
from forge.support.paths import path_of

#: The systems of a world with work and trade, and what makes it one in which agents contend for more than food.
_OF_GUILD = ("skills", "bodies", "items", "work", "camps", "trades", "exchange", "levels", "creatures")
_OF_REALM = (*_OF_GUILD, "births", "speech")


def Guild(**changes: Any) -> Config:
    """Work and trade: agents with unlike gifts fish, cook, mine and smith, trade in camps, and fight creatures alone.

    `changes` as in `Config.replace`; `systems` are further ones.
    """
    numbers = {"combat.hold": True, "levels.agents": False, "bodies.gifts": "population"}
    return _with(_OF_GUILD, numbers, changes)


def Realm(**changes: Any) -> Config:
    """All of `Guild`; agents also fight one another outside of camps, speak, and have children, who inherit gifts.

    `changes` as for `Guild`.
    """
    numbers = {"combat.hold": True, "bodies.gifts": "inherited", "births.kind": "both"}
    return _with(_OF_REALM, numbers, changes)


def _with(systems: Sequence[str], numbers: Mapping[str, Any], changes: Mapping[str, Any]) -> Config:
    """The configuration of a preset's systems and numbers, and of what else is asked for."""
    further = [name for name in changes.get("systems", ()) if name not in systems]
    return Config(systems=[*systems, *further]).replace(**{**numbers, **changes, "systems": [*systems, *further]})


#: The configurations that have a name.
PRESETS: Mapping[str, Callable[..., Config]] = {"chaos": Chaos, "law": Law, "guild": Guild, "realm": Realm}


def make(
    config: str | Path | Config | Mapping[str, Any] = "chaos",
    worlds: int = 1,
    seed: int | Sequence[int] | None = 0,
    *,
    threads: int | None = None,
    maps: Sequence[int] | Sequence[np.ndarray] | np.ndarray | None = None,
    record: Recording = Recording(),  # noqa: B008 - an immutable tuple
    **changes: Any,
) -> World:
    """Makes a batch of worlds, which `World.reset` starts: `make("law", worlds=4, **{"spawn.cap": 64})`.

    Args:
        config: the name of a preset (chaos, law, guild, realm), the path of a TOML file or of a run's folder, a
            configuration, or tables as in a TOML file, `{"spawn": {"cap": 64}}`.
        worlds: number of worlds, W.
        seed: of the batch, or a sequence with the worlds' own seeds; None draws one, which `World.seed` then holds.
        threads: to step with; None means all cores. Results do not depend on it.
        maps: for each world the index of its map, or the map itself as uint8 [side, side]; None means 0, 1, 2, ...
        record: which of events, lives and visits to record.
        **changes: to the configuration, by dotted name, as in `Config.replace`.

    Raises:
        Untrusted: if a run names systems that nobody trusts, see `forge.trust`.
        ConfigError: if there is no such preset or file, or a number is not what it must be.
    """
    chosen = config if isinstance(config, Config) else _named(config)
    count = integer("worlds", worlds, 1)
    return World(chosen.replace(**changes), count, seed, threads, maps, record)


def _named(name: str | Path | Mapping[str, Any]) -> Config:
    if isinstance(name, Mapping):
        return Config.from_dict(name, asked=True)
    if not isinstance(name, str | os.PathLike):
        raise ConfigError(
            f"config = {shown(name)} must be a preset ({', '.join(PRESETS)}), a TOML file, a run, a Config or a table "
            f"of its sections, not {type(name).__name__}"
        )
    if name in PRESETS:
        return PRESETS[str(name)]()
    path = path_of(name)
    of_a_run = path.is_dir()
    if of_a_run:
        path /= "config.toml"
    if path.is_file():
        return Config.from_toml(path, asked=not of_a_run)
    raise ConfigError(f"{did_you_mean('preset', str(name), list(PRESETS))}, and no TOML file or run has that name")
