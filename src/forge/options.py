"""Command-line options of the configuration: one for each field, with its description and its default."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, Literal

import tyro

from forge.command_line import Trust, read
from forge.experiments.runs.settings import LIMITS, Training


def to_options(config: Any) -> Any:
    """Options with the values of a configuration as their defaults, as a dataclass that tyro can read and explain.

    They are the fields of its sections, and of those within: also of the systems from outside that a world has.
    """
    fields, values = [], {}
    for f in dataclasses.fields(config):
        value = getattr(config, f.name)
        if dataclasses.is_dataclass(value):
            values[f.name] = to_options(value)
            # the options of the run itself go without a prefix: --minutes, not --run.minutes
            name = tyro.conf.arg(name="" if f.name == "run" else f.name)
            fields.append((f.name, Annotated[type(values[f.name]), name]))
        else:
            options = f.metadata.get("options")
            values[f.name] = value
            kind = Literal[options] if options else type(value)
            fields.append((f.name, Annotated[kind, tyro.conf.arg(help=_help(f))]))
    made = dataclasses.make_dataclass(type(config).__name__, fields)
    made.__doc__ = (type(config).__doc__ or "").split("\n")[0]
    return made(**values)


def _help(f: dataclasses.Field[Any]) -> str:
    limits = f.metadata.get("limits")
    allowed = f" [{limits.low:g} .. {limits.high:g}]" if limits else ""
    # tyro reads % as the start of a placeholder
    return (f.metadata["doc"] + allowed).replace("%", "%%")


def read_training(arguments: list[str], prog: str, default: Training) -> Training:
    """The configuration that `default` becomes by options such as `--world.spawn.cap 64`.

    Limits that are given are the only ones: `--steps 1000` alone drops the limit of time, whoever set it.
    """
    options = to_options(default)
    kind = dataclasses.make_dataclass("Options", [("trust", Trust, ())], bases=(type(options),))
    kind.__doc__ = type(options).__doc__
    chosen = dataclasses.asdict(read(kind, arguments, prog, kind(**vars(options)), negatives=True))
    del chosen["trust"]  # which `read` has heeded
    chosen["world"]["systems"] = default.world.systems
    training = Training.from_dict(chosen, asked=True)
    if training.world.spawn != default.world.spawn:
        training.world.tell_populations()
    given = [name for name in LIMITS if any(word.partition("=")[0] == f"--{name}" for word in arguments)]
    if not any(getattr(training.run, name) for name in given):
        return training
    dropped: Any = {name: 0 for name in LIMITS if name not in given}
    return dataclasses.replace(training, run=dataclasses.replace(training.run, **dropped))
