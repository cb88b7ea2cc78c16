"""Replays of worlds with systems from outside: written by worlds, read without their modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forge.blade import ConfigWarning
from forge.blade.recording.frame_schema import UNKNOWN
from forge.blade.recording.replay import Replay, ReplayError, ReplayWriter
from forge.blade.recording.scene import Scene
from forge.embyr.past.frame_diff import FrameDiffSource
from forge.support.plugins import trust
from tests.blade.watching import same
from tests.outside.replays import BERRY, POISON, WALL, frame, plane, write
from tests.outside.worlds import SYSTEMS, two_neighbours, wait

# What a process that has no such module reads in a replay.
_READ = """
import sys
from forge.blade.recording.replay import Replay
replay = Replay(sys.argv[1])
assert not any(name.startswith("tests") for name in sys.modules)
frame = replay.frame(replay.ticks[-1])
print(replay.config.terrain.side, *(frame.agents[field.name].tolist() for field in replay.layout.declared))
"""


def test_a_world_is_recorded_with_what_its_systems_declare(tmp_path: Path) -> None:
    """Both are ill for 6 ticks from the first on, without the choice to eat; in the 7th one of them would have."""
    world, path = two_neighbours(), tmp_path / "a.replay"
    with ReplayWriter(path, world) as writer:
        frames = [writer.append()]
        for tick in range(10):
            wait(world, eat=int(tick == 2))
            frames.append(writer.append())
    replay = Replay(path)
    assert replay.version == (2, 1)  # the bazaar logs events: there is a table of deeds
    assert replay.header["config"]["systems"] == SYSTEMS
    assert [f.agents["plague"].tolist() for f in frames[:3]] == [[6, 0], [5, 5], [4, 4]]
    assert [f.agents["eat"].tolist() for f in frames[:4]] == [[UNKNOWN] * 2, [0, 0], [0, 0], [1, 1]]
    for told, read in zip(frames[1:], list(replay)[1:], strict=True):
        assert same(told, read)
        assert all(np.array_equal(told.agents[f.name], read.agents[f.name]) for f in replay.layout.declared)


def test_a_scene_of_a_frame_is_that_of_its_world() -> None:
    world = two_neighbours()
    wait(world)
    shown = FrameDiffSource(world).frame()
    assert shown.agents["eat"].tolist() == [UNKNOWN] * 2  # what a world that logs nothing does is not known
    scene = Scene.of_frame(world.config, shown, world.materials()[0])
    assert scene.agents["plague"].tolist() == Scene.of_world(world).agents["plague"].tolist() == [5, 5]


def test_a_replay_is_read_without_its_module(tmp_path: Path) -> None:
    path = tmp_path / "orchard.replay"
    write(path, [frame(3, {"id": [7], "poisoned": [4], "bag_1": [0.5], "immune": [1], "eat": [1]})])
    told = subprocess.run([sys.executable, "-c", _READ, path], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.split("\n")[0] == "16 [4] [0.0] [0.5] [1] [1]"
    assert not told.stderr


def test_materials_and_causes_are_read_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "orchard.replay"
    deaths = {"id": [9], "age": [4], "cause": [POISON]}
    write(path, [frame(0, {"id": [7]}), frame(1, {"id": [7]}, deaths)])
    replay = Replay(path)
    assert (replay.materials(1) == plane()).all()
    assert [replay.layout.materials[number].name for number in (BERRY, WALL)] == ["berry", "wall"]
    (cause,) = replay.frame(1).deaths["cause"].tolist()
    assert replay.layout.sections[-1].fields[-1].names[cause] == "poison"


def test_a_module_that_has_changed_since_is_told_of_where_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "orchard.replay"
    write(path, [frame(0, {"id": [7]})], module="tests.outside.orchard")
    trust("tests.outside.orchard")
    with pytest.warns(
        ConfigWarning, match=r"module tests\.outside\.orchard has changed since replay .*orchard\.replay"
    ):
        Replay(path)


def test_damaged_sources_are_one_error(tmp_path: Path) -> None:
    path = tmp_path / "orchard.replay"
    write(path, [frame(0, {"id": [7]})], module="no module")
    with pytest.raises(ReplayError, match=r"the header of the replay is damaged: .*no module"):
        Replay(path)
