"""`forge evaluate`: runs in worlds held out from training and every study, alone and among scripted players."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from tyro.conf import Positional, arg

from forge.agents import KINDS
from forge.blade import ConfigError
from forge.command_line import Trust, again, read
from forge.experiments.evaluation.evaluation import HORIZONS, MARGIN, Settings
from forge.experiments.heldout import report
from forge.experiments.heldout.players import players_of
from forge.experiments.heldout.protocol import USUAL, Protocol
from forge.experiments.heldout.score import Score, score
from forge.experiments.runs.settings import Training
from forge.support.waiting import doing

#: What the option of the horizon says, here and in `forge tournament`.
HORIZON = (
    f"ticks for which a life is followed at most; 0 means {MARGIN} times the longest mean lifetime, "
    f"{HORIZONS[0]} to {HORIZONS[-1]}"
)


@dataclasses.dataclass(frozen=True)
class Options:
    """Measures runs on maps and seeds that are kept apart from training and from every study.

    RUN is a run (its last checkpoint) or a checkpoint. Each shares worlds half and half with the forager, where agents
    can harm one another with the fighter, and where there is work with the artisan: who lives longer? Then it plays
    alone, and in worlds that it shares evenly with all scripted players that can live there, who are measured beside
    it. Runs that differ in their seeds alone are one row, with intervals over runs and worlds. The same command gives
    the same figures.
    """

    runs: Annotated[Positional[tuple[str, ...]], arg(metavar="RUN ...", help="runs and checkpoints")] = ()
    world: Annotated[str, arg(help="preset, TOML file or run; by default the world of each one's training")] = ""
    cap: Annotated[int, arg(help="most agents alive at once in a world; 0 means as many as the world says")] = 0
    alone: Annotated[bool, arg(help="leave out the worlds shared with scripted players")] = False
    pairs: Annotated[bool, arg(help="leave out the worlds shared with all scripted players at once")] = False
    worlds: Annotated[int, arg(help="worlds that each player is measured in")] = USUAL.worlds
    ticks: Annotated[int, arg(help="lives that begin in so many ticks count")] = USUAL.ticks
    warmup: Annotated[int, arg(help="ticks played before them")] = USUAL.warmup
    horizon: Annotated[int, arg(help=HORIZON)] = USUAL.horizon
    seed: Annotated[int, arg(help="of the worlds and of all choices")] = 0
    folder: Annotated[Path | None, arg(help="write the table as Markdown, LaTeX, CSV, and all numbers as JSON")] = None
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge evaluate")
    if not options.runs and not options.world:
        raise ConfigError(f"name at least one run or checkpoint, or a --world for the scripted players ({_KINDS})")
    settings = Settings(options.worlds, options.ticks, options.warmup, options.horizon)
    company = () if options.alone or options.pairs else None
    protocol = Protocol(settings, options.seed, company, options.cap, contests=not options.alone)
    world = Training.named(options.world).world if options.world else None
    players = players_of(options.runs, world)
    console = Console()
    columns = SpinnerColumn(), TextColumn("{task.description}")
    with doing("loading the players") as waiting, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")

        def listen(what: str) -> None:
            waiting.what = f"playing {what}"
            progress.update(task, description=what)

        scores = score(players, protocol, listen)
    written = [] if options.folder is None else report.write(scores, protocol, options.folder, command(options))
    show(scores, protocol, console)
    for path in written:
        console.print(f"written: {path}", soft_wrap=True, highlight=False)


_KINDS = ", ".join(KINDS)


def show(scores: list[Score], protocol: Protocol, console: Console) -> None:
    """Prints a table for each world, and how its figures came about."""
    for drawn in report.tables(scores):
        console.print(drawn)
    console.print(report.about(scores, protocol), highlight=False)


def command(options: Options) -> str:
    """What to type for the same numbers."""
    return again("forge evaluate", options.runs, options, but=("runs", "folder"))
