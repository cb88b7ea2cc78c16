"""`forge tournament`: checkpoints and scripted agents in the same worlds, compared and rated."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from forge.blade import Config, ConfigError
from forge.command_line import Trust, again, read
from forge.commands.evaluate import HORIZON
from forge.experiments.evaluation.entrants import entrant
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.evaluation.tournament import Tournament, hold
from forge.experiments.reports import tournament as report
from forge.experiments.runs.run import found
from forge.experiments.runs.settings import Training
from forge.support.paths import path_of
from forge.support.waiting import doing

SCRIPTED = "scripted agents (random, forager, fighter)"


@dataclasses.dataclass(frozen=True)
class Options:
    """Has trained and scripted agents live in the same worlds, and says who lives how long, and how good each is.

    ENTRANT is a run (its last checkpoint), a checkpoint, or a scripted agent (random, forager, fighter). Each two of
    them share worlds evenly, as if their servers were merged; the scripted agents always take part, and their ratings
    are held in place by the games among themselves. With --together all entrants share the same worlds instead.
    """

    entrants: Annotated[Positional[tuple[str, ...]], arg(metavar="ENTRANT ...", help="who takes part")] = ()
    world: Annotated[str, arg(help="preset, TOML file or run; by default the first run's world, else chaos")] = ""
    cap: Annotated[int, arg(help="most agents alive at once in a world; 0 means as many as the world says")] = 0
    together: Annotated[bool, arg(help="all entrants in the same worlds, without further scripted agents")] = False
    worlds: Annotated[int, arg(help="worlds that each meeting is played in")] = 16
    ticks: Annotated[int, arg(help="lives that begin in so many ticks count")] = 500
    warmup: Annotated[int, arg(help="ticks played before them")] = 500
    horizon: Annotated[int, arg(help=HORIZON)] = 0
    seed: Annotated[int, arg(help="of the worlds and of all choices")] = 0
    folder: Annotated[Path | None, arg(help="write report.md, tables, a figure and all numbers here")] = None
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge tournament")
    if not options.entrants:
        raise ConfigError(f"name at least one entrant: runs, checkpoints, {SCRIPTED}")
    for name, low in (("cap", 0), ("seed", 0)):
        if getattr(options, name) < low:
            raise ConfigError(f"--{name} {getattr(options, name)} must not be negative")
    entrants, config = invited(options.entrants), world_of(options)
    console = Console()
    with doing("loading the entrants") as waiting, Progress(console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def listen(names: tuple[str, ...], done: int, count: int) -> None:
            meeting = " · ".join(names)
            waiting.what = f"meeting {done + 1} of {count}: {meeting}"
            progress.update(task, completed=done, total=count, description=meeting)

        settings = Settings(options.worlds, options.ticks, options.warmup, options.horizon)
        held = hold(
            entrants, config, settings, options.seed,
            together=options.together, anchored=not options.together, listen=listen,
        )  # fmt: skip
    written = report.write(held, options.folder, command(options)) if options.folder is not None else []
    show(held, console)
    for path in written:
        console.print(f"written: {path}", soft_wrap=True, highlight=False)


def invited(words: tuple[str, ...]) -> list[Entrant]:
    """The entrants that words name; where two have the same name, all are called by these words."""
    found = [entrant(word) for word in words]
    if len({one.name for one in found}) == len(found):
        return found
    return [one._replace(name=word) for one, word in zip(found, words, strict=True)]


def world_of(options: Options) -> Config:
    """The world that the entrants meet in."""
    runs = [word for word in options.entrants if path_of(word).is_dir()]
    if options.world:
        config = Training.named(options.world).world
    else:
        config = found(runs[0])[0].training.world if runs else Training.named("chaos").world
    return config.replace(**{"spawn.cap": options.cap or config.spawn.cap, "spawn.populations": 1})


def show(held: Tournament, console: Console) -> None:
    """Prints who lives how long, and who against whom."""
    console.print(report.standings(held))
    if len(held.meetings) > 1:
        console.print(report.SIGNS)
        console.print(report.crosstable(held))
    console.print(f"Lives are followed for at most {report.followed(held)}.", highlight=False)


def command(options: Options) -> str:
    """What to type for the same numbers."""
    return again("forge tournament", options.entrants, options, but=("entrants", "folder"))
