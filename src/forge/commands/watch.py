"""`forge watch`: shows a run, a checkpoint, a replay, a preset or a TOML file in the browser."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from forge.blade import Config, ConfigError, World
from forge.blade.recording.frame import Frame, FrameSource
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.command_line import Trust, read
from forge.commands.serving import Serving, serve, serve_together
from forge.embyr import Live, Playback, Source
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.loops import play_together
from forge.embyr.seats.play import Play
from forge.embyr.society.society import Society
from forge.embyr.streaming.extension import Extension
from forge.experiments.evaluation.match import Match, match_of
from forge.support.paths import path_of
from forge.support.waiting import doing

if TYPE_CHECKING:
    from forge.experiments.runs.following_policy import Following

_REPLAY = b"NMREPLAY"  # the first bytes of a replay
_FULL = 150  # ticks in which a world of the default size comes to life


@dataclasses.dataclass(frozen=True)
class Options(Serving):
    """Shows a world in the browser: live, or from a replay.

    TARGET is a preset (chaos, law), a TOML file, a run, a checkpoint or a replay. Scripted agents (random, forager,
    fighter), runs and checkpoints may be named together: they play the populations in turn, as in `law RUN random`.
    """

    targets: Annotated[
        Positional[tuple[str, ...]], arg(metavar="TARGET ...", help="what to watch; chaos by default")
    ] = ()
    seed: Annotated[int, arg(help="of the world, and of the choices of who plays in it")] = 0
    map: Annotated[int, arg(help="which map of its series the world has")] = 0
    warmup: Annotated[int, arg(help="ticks that have passed when the first picture is shown")] = _FULL
    fair: Annotated[
        bool, arg(help="who has the link to play (without tokens: everyone) is shown what its agent sees, no more")
    ] = False
    compare: Annotated[
        tuple[str, ...],
        arg(
            metavar="MOMENT MOMENT ...",
            help="checkpoints of a run, side by side: agent steps (1e6), minutes of training (2m), or latest",
        ),
    ] = ()
    scenario: Annotated[Path | None, arg(help="a TOML file that says what is done to the world, and when")] = None
    record: Annotated[Path | None, arg(help="keep everything that is shown as a replay in this file")] = None
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge watch")
    for name, low in (("seed", 0), ("map", 0), ("warmup", 0)):
        if getattr(options, name) < low:
            raise ConfigError(f"--{name} {getattr(options, name)} must not be negative")
    if options.compare:
        one = {"record": options.record is not None, "scenario": options.scenario is not None, "fair": options.fair}
        for option, given in one.items():
            if given:
                raise ConfigError(f"--{option} is for one world that is watched, and --compare shows several")
        watch_comparison(options)
        return
    replays = [target for target in options.targets if is_replay(path_of(target))]
    if not replays:
        match = match_of(options.targets, options.seed, follow=True).with_scenario(options.scenario)
        watch_match(match, options)
    elif len(options.targets) > 1 or options.record is not None:
        raise ConfigError(f"{replays[0]} is a replay: it is watched alone, and is recorded already")
    elif options.fair:
        raise ConfigError(f"{replays[0]} is a replay: --fair is for worlds in which people play")
    elif options.scenario is not None:
        raise ConfigError(f"{replays[0]} is a replay: --scenario is for worlds that are played")
    else:
        watch_replay(path_of(replays[0]), options)


def is_replay(path: Path) -> bool:
    """Whether a path names a replay file."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_REPLAY)) == _REPLAY


def watch_replay(path: Path, serving: Serving) -> None:
    """Shows a replay until it is stopped."""
    replay = Replay(path)
    if not replay.ticks:
        raise ConfigError(f"{path} holds no tick")
    ticks = (replay.ticks.start, replay.ticks.stop - 1)
    names = [str(name) for name in replay.metadata.get("policies", ())]
    source = Source.of(replay.config, "replay", path.name, names, ticks, serving.tick_seconds, replay.layout)
    with serve(source, serving, extensions(source, replay.config, replay=replay)) as viewer:
        Playback(viewer, replay).run()


def watch_match(match: Match, options: Options) -> None:
    """Plays and shows a match until it is stopped."""
    source = Source.of(match.config, "live", match.title, match.names, tick_seconds=options.tick_seconds)
    with serve(source, options, extensions(source, match.config, match), options.fair) as viewer:
        world = match.world(options.seed, options.map, visits=True)
        with doing(f"playing the {options.warmup} ticks before the first picture"):
            for _ in range(options.warmup):
                match.advance(world)
                viewer.passed(world)
        with recording(options.record, world, match) as capture:
            Live(viewer, world, match.player, capture, match.scenario).run()


def watch_comparison(options: Options) -> None:
    """Plays checkpoints of a run side by side until it is stopped: in worlds of one seed, tick by tick."""
    from forge.experiments.watching.comparison import matches  # PyTorch, which scripted agents need not

    compared = matches(options.targets, options.compare, options.seed)
    worlds = []
    for match in compared:
        source = Source.of(match.config, "live", match.title, tick_seconds=options.tick_seconds)
        overlays = Overlays(match.config, source.names, match.minds())
        worlds.append((source, [overlays, *Society.of(match.config)]))
    with serve_together(worlds, options) as viewers:
        lives = []
        for viewer, match in zip(viewers, compared, strict=True):
            world = match.world(options.seed, options.map, visits=True)
            with doing(f"playing the {options.warmup} ticks before the first picture"):
                for _ in range(options.warmup):
                    world.step(match.player.act(world.observe()))
                    viewer.passed(world)
            lives.append(Live(viewer, world, match.player))
        play_together(lives)


def extensions(
    source: Source, config: Config, match: Match | None = None, replay: Replay | None = None
) -> Sequence[Extension]:
    """What viewers can ask and do, besides watching: overlays and panels, and to play in a match."""
    overlays = Overlays(config, source.names, () if match is None else match.minds(), replay)
    society = Society.of(config, source.layout)
    if match is None:
        return (overlays, *society)
    reports = [] if (followed := match.followed()) is None else [_report_of(followed)]
    return (overlays, *society, Play(config), *reports)


def _report_of(followed: Following) -> Extension:
    from forge.experiments.watching.training_report import TrainingReport  # PyTorch, which scripted agents need not

    return TrainingReport(followed.run, lambda: followed)


@contextlib.contextmanager
def recording(path: Path | None, world: World, match: Match) -> Iterator[Callable[[], Frame]]:
    """What captures the frames of a world, and keeps them in a replay if there is a path for one."""
    if path is None:
        yield FrameSource(world).frame
    else:
        with ReplayWriter(path, world, metadata={"policies": list(match.names), "title": match.title}) as writer:
            yield writer.append
