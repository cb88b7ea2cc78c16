"""Command-line options of the configuration: one for each field, with its description and its default."""

from __future__ import annotations

import dataclasses
import functools
import sys
from typing import Annotated, Any, Literal

import tyro

from forge.command_line import read
from forge.experiments.runs.settings import LIMITS, Training


@functools.cache
def options_of(section: type[Any]) -> Any:
    """A dataclass with the fields of a configuration section (and of those within) that tyro can read and explain."""
    fields = []
    for f in dataclasses.fields(section):
        kind = _type_of(section, f.name)
        if hasattr(kind, "__dataclass_fields__"):
            # the options of the run itself go without a prefix: --minutes, not --run.minutes
            name = tyro.conf.arg(name="" if f.name == "run" else f.name)
            fields.append((f.name, Annotated[options_of(kind), name]))
        else:
            if options := f.metadata.get("options"):
                kind = Literal[options]
            fields.append((f.name, Annotated[kind, tyro.conf.arg(help=_help(f))]))
    made = dataclasses.make_dataclass(section.__name__, fields)
    made.__doc__ = (section.__doc__ or "").split("\n")[0]
    return made


def _type_of(section: Any, name: str) -> Any:
    annotation = section.__annotations__[name]
    return (
        getattr(sys.modules[section.__module__], annotation, None)
        or {"int": int, "float": float, "bool": bool, "str": str}[annotation]
    )


def _help(f: dataclasses.Field[Any]) -> str:
    limits = f.metadata.get("limits")
    allowed = f" [{limits.low:g} .. {limits.high:g}]" if limits else ""
    # tyro reads % as the start of a placeholder
    return (f.metadata["doc"] + allowed).replace("%", "%%")


def to_options(config: Any) -> Any:
    """The options that say what a configuration says: defaults on the command line."""
    values = {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}
    kind: Any = type(config)
    return options_of(kind)(**{name: to_options(v) if dataclasses.is_dataclass(v) else v for name, v in values.items()})


def read_training(arguments: list[str], prog: str, default: Training) -> Training:
    """The configuration that `default` becomes by options such as `--world.spawn.cap 64`.

    Limits that are given are the only ones: `--steps 1000` alone drops the limit of time, whoever set it.
    """
    chosen: Any = read(options_of(Training), arguments, prog, to_options(default), negatives=True)
    training = Training.from_dict(dataclasses.asdict(chosen))
    if training.world.spawn != default.world.spawn:
        training.world.tell_populations()
    given = [name for name in LIMITS if any(word.partition("=")[0] == f"--{name}" for word in arguments)]
    if not any(getattr(training.run, name) for name in given):
        return training
    dropped: Any = {name: 0 for name in LIMITS if name not in given}
    return dataclasses.replace(training, run=dataclasses.replace(training.run, **dropped))
