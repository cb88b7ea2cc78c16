"""The tables of a TOML document: a world's own, or a run's, which has those of its world below [world]."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from forge.blade.schema import versions
from forge.support.checks import ConfigError, did_you_mean, shown

#: What a TOML document says before its tables, and the tables of a run's.
HEAD = ("release", "version")
#: The list of systems from outside, which stands among the tables of a world.
SYSTEMS = "systems"
RUN_TABLES = ("run", "learning", "world")


def world_tables(data: Mapping[str, Any], sections: Sequence[str]) -> Mapping[str, Any]:
    """The sections of the world in a TOML document: its tables, or in a run's those below [world].

    Args:
        data: the document.
        sections: the names that a world's tables may have.

    Raises:
        ConfigError: if it is neither a world's nor a run's.
    """
    tables = {name: value for name, value in data.items() if name not in HEAD}
    of_a_run = not set(RUN_TABLES).isdisjoint(tables)
    known = RUN_TABLES if of_a_run else (*RUN_TABLES, SYSTEMS, *sections)
    for name in tables:
        if name not in known and (of_a_run or not tables.get(SYSTEMS)):  # whose tables are known when they are imported
            raise ConfigError(did_you_mean("table", name, known))
    if not of_a_run:
        return tables
    world = tables.get("world", {})
    if not isinstance(world, Mapping):
        raise ConfigError(f"[world] must be a table of sections, not {shown(world)}")
    return world


def toml_version(data: Mapping[str, Any], ours: bool) -> int:
    """The version of configurations that a TOML document was written in.

    Args:
        data: the document.
        ours: whether a program wrote it. One that says no version is then of release 2.0.0, which wrote none; what
            people write by hand means what it says today.

    Raises:
        ConfigError: if it is newer than this release, or not a version.
    """
    if ours or "version" in data:
        return versions.CONFIGURATION.version(data.get("version"), "this file")
    return versions.CONFIGURATION.newest


def version_toml() -> str:
    """The line of TOML that says which version of configurations follows."""
    return f"version = {versions.CONFIGURATION.newest}  # of configurations: says which fields there were\n"


def systems_toml(names: Sequence[str]) -> list[str]:
    """The line of TOML that names the systems from outside, if there are any."""
    return [f"{SYSTEMS} = {json.dumps(list(names))}  # of the world, from outside: module:NAME\n"] if names else []
