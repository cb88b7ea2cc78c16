"""Scenarios on the command line, and in a world that is watched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forge.agents import scripted
from forge.blade import ConfigError, Law, Recording, World
from forge.blade.interventions import Place, Tile
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.blade.world.scenario import Scenario
from forge.commands import record, video, watch
from forge.embyr import Live, Source, Viewer

#: In a world with a playable square of 9 .. 38; what is done at ticks 0, 2 and 3.
SCENARIO = Scenario(((0, Place(1, 9, 20, age=50)), (2, Tile(20, 20, "water")), (3, Place(0, 9, 22))))
WORLD = {"terrain.side": 48, "spawn.cap": 32}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A world and a scenario in TOML."""
    world, scenario = tmp_path / "world.toml", tmp_path / "scenario.toml"
    world.write_text(Law(**WORLD).to_toml(), "utf-8")
    scenario.write_text(SCENARIO.to_toml(), "utf-8")
    return str(world), str(scenario)


def test_a_match_is_recorded_with_what_was_done_to_it(files: tuple[str, str], tmp_path: Path) -> None:
    world, scenario = files
    out = tmp_path / "a.replay"
    record.main([world, "--scenario", scenario, "--ticks", "4", "--out", str(out)])
    replay = Replay(out)
    assert replay.scenario() == SCENARIO
    assert [50 in replay.frame(tick).agents["age"] for tick in (0, 1)] == [True, False]
    assert [replay.materials(tick)[20, 20] for tick in (1, 2)] == [replay.materials(0)[20, 20], 1]
    # what is done before the first frame at other ticks is in the world, but not told of
    record.main([world, "--scenario", scenario, "--ticks", "2", "--warmup", "3", "--out", str(out), "--force"])
    assert Replay(out).scenario() == Scenario(SCENARIO.steps[2:])
    assert Replay(out).materials(3)[20, 20] == 1


def test_a_watched_world_shows_what_is_done_in_the_frame_of_its_tick(tmp_path: Path) -> None:
    world = World(Law(**WORLD), record=Recording(events=True), threads=1)
    world.reset()
    SCENARIO.play(world)
    path = tmp_path / "a.replay"
    with ReplayWriter(path, world) as writer, Viewer(Source.of(world.config), port=0) as viewer:
        live = Live(viewer, world, scripted("forager", world.config), writer.append, SCENARIO)
        live.begin()
        for _ in range(4):
            live.advance()
    replay = Replay(path)
    assert replay.scenario() == SCENARIO
    assert [replay.materials(tick)[20, 20] == 1 for tick in range(4)] == [False, False, True, True]


@pytest.mark.parametrize("command", [watch.main, video.main])
def test_what_has_been_played_takes_no_scenario(
    files: tuple[str, str], tmp_path: Path, command: Callable[[list[str]], None]
) -> None:
    world, scenario = files
    out = str(tmp_path / "a.replay")
    record.main([world, "--ticks", "3", "--out", out])
    with pytest.raises(ConfigError, match=r"a\.replay is a replay: --scenario is for worlds that are played"):
        command([out, "--scenario", scenario])


def test_several_worlds_side_by_side_take_no_scenario(files: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match="--scenario is for one world that is watched"):
        watch.main(["--compare", "1e6", "2e6", "--scenario", files[1]])
