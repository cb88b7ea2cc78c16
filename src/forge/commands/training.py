"""What commands that train share: options taken out of the command line, a run gone on with, progress, viewers."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from forge.blade import ConfigError
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import FREE, Training
from forge.experiments.runs.stopping import Stopped
from forge.experiments.training.progress import Progress
from forge.experiments.training.train import Trainer, at_once, train
from forge.options import read_training
from forge.support.paths import name_of

if TYPE_CHECKING:  # what the viewer needs may not be installed
    from forge.commands.serving import Serving


def extended(run: Run, arguments: list[str]) -> Run:
    """A run with other limits, if the arguments give some; nothing that is computed may change."""
    wanted = read_training(arguments, "forge train --resume RUN", run.training)
    freely = dataclasses.replace(run.training.run, **{name: getattr(wanted.run, name) for name in FREE})
    changed = dataclasses.replace(run.training, run=freely)
    if wanted != changed:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in FREE)
        raise ConfigError(f"--resume goes on with the run as it is: of the options, only {options} can be given")
    return run.rewritten(changed)


def at_its_limit(run: Run) -> bool:
    """Whether a run is finished, in which case it says so."""
    state, limit = condition(run)
    if state == "finished":
        further = "--minutes, --steps or --lives takes it further"
        Console().print(f"{run.path} has reached its limit of {limit}; {further}", soft_wrap=True, highlight=False)
    return state == "finished"


def start(
    run: Run,
    resume: Path | None = None,
    serving: Serving | None = None,
    make: Callable[[Training], Any] = Trainer,
) -> Any:
    """Trains a run to its end, with live progress, for all to watch if `serving` says where; returns its trainer."""
    try:
        with watched(run, serving) as attend, Progress(run) as progress:
            trainer = train(
                run, progress.show, resume, attend, make, lambda begun: progress.console.print(begun.table())
            )
        progress.conclude(run.training.limit(trainer.steps, trainer.seconds, trainer.lives))
    except KeyboardInterrupt as stop:
        raise stop if isinstance(stop, Stopped) else at_once(run) from None
    return trainer


@contextlib.contextmanager
def watched(run: Run, serving: Serving | None) -> Iterator[Callable[[Any], None]]:
    """Serves a viewer of a run while it trains, if asked to; yields what is to be called after every update."""
    if serving is None:
        yield lambda trainer: None
        return
    from forge.commands.serving import serve
    from forge.embyr import Source
    from forge.embyr.inspection.overlays import Overlays
    from forge.embyr.society.society import Society
    from forge.ethyr.insight.actor import Actor
    from forge.ethyr.insight.mind import Mind
    from forge.experiments.training.guests import Guests
    from forge.experiments.watching.spectator import SHARE, Spectator
    from forge.experiments.watching.training_report import TrainingReport

    training = run.training
    config, guests = training.shared_world, Guests(training) if training.run.guests else None
    source = Source.of(config, "training", str(run.path), guests.names() if guests else ())
    player: Spectator | None = None  # there is a viewer first

    def acting() -> Actor:
        assert player is not None  # asked about what it shows only
        return player.actor

    mind = Mind(acting, guests.view() if guests else None)
    overlays = Overlays(config, source.names, [mind] * training.world.populations, share=SHARE)
    report = TrainingReport(run, lambda: player)
    with (
        serve(source, serving, [overlays, *Society.of(config, share=SHARE), report]) as viewer,
        Spectator(viewer, run) as spectator,
    ):
        player = spectator
        report.ready()
        yield spectator.attend


def take_serving(arguments: list[str]) -> Serving | None:
    """Takes `--watch` and the options that go with it out of the arguments; None if it is not among them."""
    if "--watch" not in arguments:
        return None
    arguments.remove("--watch")
    words = {name: take(arguments, f"--{name}") for name in ("host", "port", "token", "name")}
    given = [part for name, value in words.items() if value is not None for part in (f"--{name}", value)]
    if "--no-browser" in arguments:
        arguments.remove("--no-browser")
        given.append("--no-browser")
    from forge.commands.serving import read_serving

    return read_serving(given, "forge train --watch")


def configured(arguments: list[str], usage: str) -> tuple[str, Training]:
    """The configuration that arguments mean, CONFIG --world WORLD and options, and what a new run in it is called.

    Raises:
        ConfigError: if it cannot be.
    """
    named = [arguments.pop(0)] if arguments and not arguments[0].startswith("-") else []
    world = take(arguments, "--world")
    name = next(iter([*named, *([world] if world else [])]), "chaos")
    training = Training.named(next(iter(named), "chaos"))
    if world is not None:
        training = dataclasses.replace(training, world=Training.named(world).world)
    return Path(name_of(name)).stem, read_training(arguments, usage, training)


def take(arguments: list[str], option: str) -> str | None:
    """Takes `option VALUE` (or `option=VALUE`) out of the arguments."""
    for place, word in enumerate(arguments):
        if word.startswith(option + "="):
            return arguments.pop(place).partition("=")[2]
        if word == option:
            if place + 1 == len(arguments):
                raise ConfigError(f"{option} needs a value")
            arguments.pop(place)
            return arguments.pop(place)
    return None
