"""`forge record`: writes a replay of a run, a checkpoint or a match of scripted agents."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from forge.blade import ConfigError
from forge.blade.recording.replay import ReplayWriter
from forge.command_line import Trust, read
from forge.experiments.evaluation.match import Match, match_of
from forge.support.about import VERSION
from forge.support.waiting import doing


@dataclasses.dataclass(frozen=True)
class Options:
    """Plays a world and writes every tick of it to a replay, which `forge watch` shows.

    TARGET is as in `forge watch`: a preset (chaos, law) or a TOML file for the world, and runs, checkpoints or scripted
    agents (random, forager, fighter), which play the populations in turn: forge record chaos fighter forager.
    """

    targets: Annotated[Positional[tuple[str, ...]], arg(metavar="TARGET ...", help="what to record")] = ()
    out: Annotated[Path, arg(help="the file to write")] = Path("match.replay")
    ticks: Annotated[int, arg(help="ticks to record")] = 1000
    warmup: Annotated[int, arg(help="ticks to play before the first that is recorded")] = 0
    seed: Annotated[int, arg(help="of the world, and of the choices of who plays in it")] = 0
    map: Annotated[int, arg(help="which map of its series the world has")] = 0
    scenario: Annotated[Path | None, arg(help="a TOML file that says what is done to the world, and when")] = None
    force: Annotated[bool, arg(help="replace the file if it is there")] = False
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge record")
    for name, low in (("ticks", 1), ("warmup", 0), ("seed", 0), ("map", 0)):
        if getattr(options, name) < low:
            raise ConfigError(f"--{name} {getattr(options, name)} must be at least {low}")
    if options.out.exists() and not options.force:
        raise ConfigError(f"{options.out} exists already; name another file with --out, or replace it with --force")
    match, console = match_of(options.targets, options.seed).with_scenario(options.scenario), Console()
    with doing("recording"), Progress(console=console, transient=True) as progress:
        record(match, options, progress)
    size = options.out.stat().st_size
    console.print(f"{options.out}: {options.ticks:,} ticks, {size / 1e6:.2f} MB", soft_wrap=True, highlight=False)
    console.print(f"watch it: forge watch {options.out}", soft_wrap=True, highlight=False)


def record(match: Match, options: Options, progress: Progress) -> None:
    """Plays a match and writes the replay of it."""
    world = match.world(options.seed, options.map)
    task = progress.add_task("recording", total=options.warmup + options.ticks)
    for _ in range(options.warmup):
        match.advance(world)
        progress.advance(task)
    with ReplayWriter(options.out, world, metadata=metadata(match, options)) as writer:
        writer.append()
        for _ in range(options.ticks):
            match.advance(world)
            writer.append()
            progress.advance(task)


def metadata(match: Match, options: Options) -> dict[str, Any]:
    """What is kept of how a replay came about."""
    made = {"seed": options.seed, "map": options.map, "warmup": options.warmup, "release": VERSION}
    return {"title": match.title, "policies": list(match.names), **made}
