"""The configuration that a checkpoint was trained with: kept in it, compared with that of the run, and put back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forge.blade.schema.versions import CONFIGURATION
from forge.ethyr.saving import checkpoint
from forge.experiments.configuration import among
from forge.experiments.runs import release
from forge.experiments.runs.settings import FREE, Training
from forge.support.checks import ConfigError
from forge.support.plugins import Untrusted

#: The file in a checkpoint.
NAME = "configuration.json"


def pack(training: Training) -> bytes:
    """A configuration as the bytes of that file."""
    head = {"release": release.current(), "version": CONFIGURATION.newest}
    return checkpoint.pack_values({**head, **training.to_dict()})


def read(folder: Path) -> Training | None:
    """The configuration that a checkpoint was trained with; None if it is of release 2.0, which did not keep it.

    Raises:
        Untrusted: if it names a system or a network that nobody trusts.
        ConfigError: if it is damaged.
    """
    if not (folder / NAME).is_file():
        return None
    values = checkpoint.load_values(folder / NAME)
    try:
        version = CONFIGURATION.version(values.pop("version", None), str(folder / NAME))
        return Training.from_dict(values, version, whole=True)
    except Untrusted as error:
        raise Untrusted(f"checkpoint {folder / NAME}: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"checkpoint {folder / NAME} is damaged: {error}") from error


def check(folder: Path, training: Training, trained: Training | None = None) -> None:
    """Refuses a checkpoint that was trained with another configuration, but for what may change when a run goes on.

    Args:
        folder: of the checkpoint.
        training: the configuration of now.
        trained: what is known of that of the checkpoint, where it does not keep it.

    Raises:
        ConfigError: naming each difference, and what to do.
    """
    trained = read(folder) or trained
    if trained is not None and (changed := differences(trained, training)):
        raise ConfigError(
            f"checkpoint {folder} was trained with another configuration: {'; '.join(changed)}. A run goes on as it "
            "began: put that back in its config.toml. To train something else, name another folder: "
            "forge train CONFIG --folder DIR"
        )


def differences(trained: Training, training: Training) -> list[str]:
    """What was trained with and is otherwise now, such as "learning.hidden was 32 and is 64"."""
    was, now = ({"world.systems": [*one.world.systems], **_flat(one.to_dict())} for one in (trained, training))
    free = {f"run.{name}" for name in FREE}
    if was["world.terrain.file"] and now["world.terrain.file"]:
        free.add("world.terrain.file")  # where a map is may change; the worlds hold its tiles
    for flat in (was, now):  # where a run lies whose copy is played among may change; the learner knows its weights
        flat["run.among"] = among.canonical(flat["run.among"])
    return [
        f"{name} was {json.dumps(was[name])} and is {json.dumps(value)}"
        for name, value in now.items()
        if name not in free and name in was and was[name] != value
    ]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as one, by dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found
