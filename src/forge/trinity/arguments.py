"""Arguments: what a first release's command line holds, given as attributes, as a mapping, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from forge.blade import ConfigError
from forge.blade.checks import did_you_mean

#: What the command line holds for one environment or another.
KNOWN = ("nRealm", "worlds", "seed", "threads", "api", "ray", "address", "render")


def read_args(args: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What an environment wants of `args`, with its defaults where nothing, or None, is given.

    Args:
        args: None, a mapping, or an object with attributes.
        wanted: the names, and their defaults.

    Raises:
        ConfigError: for an unknown key of a mapping, or a number of realms or worlds that is none.
    """
    if isinstance(args, Mapping):
        for name in args:
            if name not in KNOWN:
                raise ConfigError(did_you_mean("argument", str(name), KNOWN))
        given = args
    else:
        given = {name: getattr(args, name, None) for name in wanted}
    chosen = {name: default if given.get(name) is None else given[name] for name, default in wanted.items()}
    for name in {"nRealm", "worlds"} & chosen.keys():
        check_count(name, chosen[name])
    return chosen


def check_count(name: str, value: Any) -> None:
    """Refuses what is not a number of things.

    Raises:
        ConfigError: naming it.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ConfigError(f"{name} = {value!r} must be a positive integer")


def check_choice(name: str, value: Any, allowed: Collection[str]) -> None:
    """Refuses a word that is not among those allowed.

    Raises:
        ConfigError: naming it.
    """
    if value not in allowed:
        raise ConfigError(f"{name} = {value!r} is unknown; allowed are {', '.join(map(repr, allowed))}")
