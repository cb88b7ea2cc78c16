"""Arguments: what a first release's command line holds, given as attributes, as a mapping, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from forge.blade import ConfigError
from forge.blade.world.arguments import checked_threads
from forge.support.checks import did_you_mean
from forge.support.numeric import integer

#: What the command line holds for one environment or another.
KNOWN = ("nRealm", "worlds", "seed", "threads", "api", "ray", "address", "render")


def read_args(args: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What an environment wants of `args`, with its defaults where nothing, or None, is given.

    Args:
        args: None, a mapping, or an object with attributes.
        wanted: the names, and their defaults.

    Raises:
        ConfigError: for an unknown key of a mapping, or a number that is none.
    """
    if isinstance(args, Mapping):
        for name in args:
            if name not in KNOWN:
                raise ConfigError(did_you_mean("argument", str(name), KNOWN))
        given = args
    else:
        given = {name: getattr(args, name, None) for name in wanted}
    chosen = {name: default if given.get(name) is None else given[name] for name, default in wanted.items()}
    for name, low in {"nRealm": 1, "worlds": 1, "seed": 0}.items():
        if name in chosen:
            chosen[name] = integer(name, chosen[name], low)
    if chosen.get("threads") is not None:
        chosen["threads"] = checked_threads(chosen["threads"])
    return chosen


def check_choice(name: str, value: Any, allowed: Collection[str]) -> None:
    """Refuses a word that is not among those allowed.

    Raises:
        ConfigError: naming it.
    """
    if value not in allowed:
        raise ConfigError(f"{name} = {value!r} is unknown; allowed are {', '.join(map(repr, allowed))}")
