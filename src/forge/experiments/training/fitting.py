"""Whether the worlds of a checkpoint are those that a run goes on in."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from forge.blade.world.world import World
from forge.support.checks import ConfigError


def check_worlds(folder: Path, given: World, wanted: World, scheduled: Collection[str] = ()) -> None:
    """Refuses the worlds of a checkpoint that are not those of a run.

    Args:
        folder: of the checkpoint.
        given: its worlds.
        wanted: worlds of the run's configuration.
        scheduled: fields that change while the run trains, such as world.vitals.food.

    Raises:
        ConfigError: naming each difference.
    """
    there, here = given.config.to_dict(), wanted.config.to_dict()
    if given.config.systems != wanted.config.systems:
        there, here = ({"world": {"systems": [*one.config.systems]}} for one in (given, wanted))
    differences = [
        f"{section}.{name} is {there[section][name]!r} there and {value!r} in the configuration"
        for section, fields in here.items()
        if section != "systems"
        for name, value in fields.items()
        if there[section][name] != value
        and f"world.{section}.{name}" not in scheduled
        # where a map is may change; that it is the same one is seen from its tiles
        and not ((section, name) == ("terrain", "file") and value and given.config.terrain.file)
    ]
    if given.count != wanted.count:
        differences.append(f"worlds is {given.count} there and {wanted.count} in the configuration")
    elif (given.seeds != wanted.seeds).any():
        differences.append("its worlds are of another seed than run.seed")
    if differences:
        raise ConfigError(f"checkpoint {folder} does not fit the run: {'; '.join(differences)}")
