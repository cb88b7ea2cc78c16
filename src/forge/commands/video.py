"""`forge video`: a replay, a run or a match as a video, drawn by the viewer's own page."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from rich.console import Console
from rich.progress import Progress
from tyro.conf import Positional, arg

from forge.blade import ConfigError
from forge.blade.recording.frame import Frame, FrameSource
from forge.blade.recording.replay import Replay
from forge.command_line import Trust, read
from forge.commands.watch import is_replay
from forge.embyr import Source
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.streaming.extension import Extension
from forge.embyr.video.video import Shot, film
from forge.experiments.evaluation.match import Match, match_of
from forge.support.paths import path_of
from forge.support.waiting import doing

_WARMUP = 150  # ticks in which a world of the default size comes to life
_LONGEST = 3600.0


@dataclasses.dataclass(frozen=True)
class Options:
    """Draws a world and writes a video of it: MP4, or WebP for a page. It takes a Chromium, but no display.

    TARGET is as in `forge watch`: a replay, or a run, a checkpoint, a preset, a TOML file and scripted agents, which
    play as they would there. Unless --follow or --turn say where the camera is, a director chooses what is worth seeing
    and says in a line what it is.
    """

    targets: Annotated[Positional[tuple[str, ...]], arg(metavar="TARGET ...", help="what to draw")] = ()
    out: Annotated[Path, arg(help="the file to write: .mp4 or .webp")] = Path("video.mp4")
    seconds: Annotated[float, arg(help="length of the video; less if a replay ends before")] = 20.0
    size: Annotated[str, arg(help="of the picture [px]")] = "1280x720"
    fps: Annotated[int, arg(help="pictures a second")] = 30
    speed: Annotated[float, arg(help="how many times as fast as a tick in --tick-seconds")] = 1.0
    tick_seconds: Annotated[float, arg(help="time between two ticks at speed 1")] = 0.6
    start: Annotated[int | None, arg(help=f"first tick; that of the replay, or {_WARMUP} of a world")] = None
    follow: Annotated[int | None, arg(help="id of the agent that the camera follows")] = None
    turn: Annotated[float, arg(help="how fast the camera goes around [degrees a second]")] = 0.0
    overlay: Annotated[
        Literal["visits", "value", "dependency", "attacks"] | None, arg(help="what lies on the ground")
    ] = None
    population: Annotated[int, arg(help="whose overlay")] = 0
    theme: Annotated[Literal["dark", "light"], arg(help="of the sky")] = "dark"
    seed: Annotated[int, arg(help="of a world, and of the choices of who plays in it")] = 0
    map: Annotated[int, arg(help="which map of its series a world has")] = 0
    scenario: Annotated[Path | None, arg(help="a TOML file that says what is done to a world, and when")] = None
    force: Annotated[bool, arg(help="replace the file if it is there")] = False
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge video")
    shot = shot_of(options)
    if options.out.exists() and not options.force:
        raise ConfigError(f"{options.out} exists already; name another file with --out, or replace it with --force")
    source, frames, extended, shot = scene_of(options, shot)
    console, pictures = Console(), 0
    with doing("starting the browser that draws") as waiting, Progress(console=console, transient=True) as progress:
        task = progress.add_task("drawing", total=shot.pictures)
        for pictures in film(frames, source, shot, options.out, extended):
            progress.update(task, completed=pictures)
            waiting.what = f"drawing, {pictures} of {shot.pictures} pictures done"
    megabytes = options.out.stat().st_size / 1e6
    told = f"{options.out}: {pictures} pictures, {pictures / shot.fps:.1f} s, {megabytes:.2f} MB"
    console.print(told, soft_wrap=True, highlight=False)


def shot_of(options: Options) -> Shot:
    """What the options say of the picture.

    Raises:
        ConfigError: if one of them is out of range.
    """
    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", options.size)
    if size is None:
        raise ConfigError(f"--size {options.size!r} must be width x height, such as 1280x720")
    for name, low, high in (("seconds", 0.0, _LONGEST), ("speed", 0.0, 1000.0), ("tick_seconds", 0.0, 3600.0)):
        value = getattr(options, name)
        if not low < value <= high:
            raise ConfigError(f"--{name.replace('_', '-')} {value} must be above 0 and at most {high:g}")
    for name in ("start", "follow", "population", "seed", "map"):
        if (getattr(options, name) or 0) < 0:
            raise ConfigError(f"--{name} {getattr(options, name)} must not be negative")
    if not math.isfinite(options.turn):
        raise ConfigError(f"--turn {options.turn} must be a number of degrees")
    page: dict[str, str] = {"theme": options.theme}
    if options.follow is not None:
        page |= {"agent": str(options.follow), "follow": "1"}
    elif options.turn == 0:
        page["director"] = "1"
    if options.overlay is not None:
        page |= {"overlay": options.overlay, "population": str(options.population)}
    return Shot(
        (int(size[1]), int(size[2])),
        options.fps,
        options.seconds,
        options.speed / options.tick_seconds,
        math.radians(options.turn),
        tuple(page.items()),
    )


def scene_of(options: Options, shot: Shot) -> tuple[Source, Iterator[Frame], Sequence[Extension], Shot]:
    """What there is to see, from the first tick on, what knows of overlays, and the shot, no longer than there is.

    Raises:
        ConfigError: if the targets or the first tick name nothing that there is.
    """
    replays = [target for target in options.targets if is_replay(path_of(target))]
    if not replays:
        match = match_of(options.targets, options.seed).with_scenario(options.scenario)
        source = Source.of(match.config, "live", match.title, match.names, tick_seconds=options.tick_seconds)
        prompt = _overlays(options, Overlays(match.config, source.names, match.minds(), share=1.0, seconds=0.0))
        return source, played(match, options), prompt, shot
    if len(options.targets) > 1:
        raise ConfigError(f"{replays[0]} is a replay: it is drawn alone")
    if options.scenario is not None:
        raise ConfigError(f"{replays[0]} is a replay: --scenario is for worlds that are played")
    replay = Replay(path_of(replays[0]))
    ticks = replay.ticks
    start = ticks.start if options.start is None else options.start
    if start not in ticks[:-1]:
        raise ConfigError(f"--start {start}: {replays[0]} can be drawn from ticks {ticks.start} to {ticks.stop - 2} on")
    names = [str(name) for name in replay.metadata.get("policies", ())]
    shown = (start, ticks[-1])
    source = Source.of(replay.config, "replay", replay.path.name, names, shown, options.tick_seconds, replay.layout)
    prompt = _overlays(options, Overlays(replay.config, source.names, (), replay, share=1.0, seconds=0.0))
    shot = dataclasses.replace(shot, seconds=min(shot.seconds, (ticks[-1] - start) / shot.ticks_a_second))
    return source, (replay.frame(tick, key=tick == start) for tick in range(start, ticks.stop)), prompt, shot


def _overlays(options: Options, overlays: Overlays) -> Sequence[Extension]:
    """The overlays that are asked for.

    Raises:
        ConfigError: if there is no such overlay here.
    """
    if options.overlay is None:
        return ()
    if options.overlay not in overlays.offered:
        raise ConfigError(f"--overlay {options.overlay} needs a trained policy; possible are {overlays.offered}")
    if options.population >= overlays.config.populations:
        raise ConfigError(f"--population {options.population}: there are {overlays.config.populations}, from 0 on")
    return (overlays,)


def played(match: Match, options: Options) -> Iterator[Frame]:
    """The frames of a match from the first tick on, for as long as they are asked for."""
    world = match.world(options.seed, options.map, visits=options.overlay is not None)
    for _ in range(_WARMUP if options.start is None else options.start):
        match.advance(world)
    source = FrameSource(world)
    while True:
        yield source.frame()
        match.advance(world)
