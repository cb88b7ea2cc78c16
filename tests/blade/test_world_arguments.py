"""What worlds are made from: taken where it can be, and named by one sentence where it cannot; steps before a reset."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import forge
from forge.blade import Chaos, Config, ConfigError, Recording, World, make
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.ethyr.engines.engine import make_learner, make_policy
from tests.learners import basic

SMALL = Chaos(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 8})
STILL = np.zeros((1, 8, 2), int)


def test_numbers_of_numpy_are_numbers() -> None:
    world = World(SMALL, np.int64(2), np.uint32(3), np.int8(1), np.array([4, 5], np.uint16))  # type: ignore[arg-type]
    same = World(SMALL, 2, 3, 1, [4, 5])
    assert world.reset().agents.tobytes() == same.reset().agents.tobytes()
    assert world.hash() == same.hash()
    assert [type(value) for value in (world.count, world.seed, world.threads)] == [int, int, int]


def test_no_seed_draws_one_that_can_be_used_again() -> None:
    one, other = World(SMALL, 2, None, 1), World(SMALL, 2, None, 1)
    assert one.seed != other.seed
    again = World(SMALL, 2, one.seed, 1)
    one.reset()
    again.reset()
    assert one.hash() == again.hash()
    assert make(SMALL, seed=None).seed is not None
    assert forge.scripted("random", SMALL, None).seed != forge.scripted("random", SMALL, None).seed


def test_the_seed_is_that_of_the_last_reset() -> None:
    world = World(SMALL, 2, 7, 1)
    assert world.seed == 7
    world.reset(8)
    assert world.seed == 8
    world.reset([1, 2])
    assert world.seed is None
    assert world.seeds.tolist() == [1, 2]
    world.reset()
    assert world.seeds.tolist() == [1, 2]
    assert World.restore(world.snapshot()).seed is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"config": "chaos"}, r"config = 'chaos' must be a forge.blade.Config, not str; forge.make takes the name"),
        ({"config": {"spawn": {"cap": 8}}}, r"not dict; Config.from_dict makes one of tables .* dotted names"),
        ({"config": Path("a.toml")}, "not PosixPath; Config.from_toml reads one"),
        ({"config": None}, "config = None must be a forge.blade.Config, not NoneType"),
        ({"config": [SMALL, "law"], "count": 2}, r"config\[1\] = 'law' must be"),
        ({"config": [SMALL]*2, "count": 3}, "2 configurations given for 3 worlds"),
        ({"count": 0}, "count = 0 must be a positive integer: the number of worlds"),
        ({"count": 1.5}, "count = 1.5 must be a positive integer"),
        ({"count": True}, "count = True must be"),
        ({"count": float("nan")}, "count = nan must be"),
        ({"count": [2]}, r"count = \[2\] must be"),
        ({"seed": -1}, "seed = -1 must be an integer that is not negative"),
        ({"seed": 1.5}, "seed = 1.5 must be"),
        ({"seed": True}, "seed = True must be"),
        ({"seed": "7"}, "seed = '7' must be"),
        ({"seed": {"a": 1}}, "seed = {'a': 1} must be"),
        ({"seed": [1, 2]}, "2 seeds given for 1 worlds"),
        ({"seed": [-1]}, r"seed\[0\] = -1 must be an integer that is not negative"),
        ({"seed": [0.5]}, r"seed\[0\] = 0.5 must be"),
        ({"threads": "2"}, "threads = '2' must be an integer, 1 .. 1024"),
        ({"maps": 3}, "maps = 3 must be a sequence: for each world the number of its map, or its tiles"),
        ({"maps": "land.tmx"}, "maps = 'land.tmx' must be a sequence"),
        ({"maps": [-1]}, r"maps\[0\] = -1 must be an integer that is not negative"),
        ({"maps": [0.5]}, r"maps\[0\] = 0.5 must be"),
        ({"maps": ["a"]}, r"maps\[0\] = 'a' must be"),
        ({"maps": [1, np.zeros((24, 24), np.uint8)], "count": 2}, r"maps\[0\] = 1 must be an array of tiles"),
        ({"record": True}, r"record = True must be a Recording, such as Recording\(lives=True\), not bool"),
        ({"record": {"lives": True}}, "must be a Recording"),
        ({"record": Recording(lives="yes")}, "record.lives = 'yes' must be True or False"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_no_world_is_made_from_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        World(**{"config": SMALL, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"config": 7}, r"config = 7 must be a preset \(chaos, law, guild, realm\), a TOML file, a run, a Config or"),
        ({"config": {"spwan": {}}}, "unknown section 'spwan'; did you mean 'spawn'"),
        ({"config": ""}, "a path is empty"),
        ({"worlds": 0}, "worlds = 0 must be a positive integer"),
        ({"worlds": "2"}, "worlds = '2' must be a positive integer"),
    ],
)
def test_make_names_what_it_cannot_make(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(**arguments)


def test_make_takes_tables_and_a_path_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.toml").write_text(SMALL.to_toml())
    assert make("~/mine.toml").config == SMALL
    assert make({"terrain": {"side": 24, "border": 5}, "spawn": {"cap": 8}}).config == SMALL


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Config.from_toml("mine.toml"), r"it is read as text; the file of that name is Path\('mine.toml'\)"),
        (lambda: Config.from_toml(None), "None must be TOML text, or the Path of a file, not NoneType"),  # type: ignore[arg-type]
        (lambda: Config.from_toml(b"[spawn]"), "must be TOML text, or the Path of a file, not bytes"),  # type: ignore[arg-type]
        (lambda: World.restore(None), "None must be a path, as text or as a Path, not NoneType"),  # type: ignore[arg-type]
        (lambda: World.restore("a\0b"), "cannot be a path: it holds a null character"),
        (lambda: Replay(7), "7 must be a path"),  # type: ignore[arg-type]
        (lambda: forge.load(3), "3 must be a path"),  # type: ignore[arg-type]
        (lambda: forge.scripted(["fighter"], SMALL), r"unknown scripted agent \['fighter'\]"),  # type: ignore[arg-type]
        (lambda: forge.scripted("fighter", {"spawn": {}}), "must be a forge.blade.Config, not dict"),  # type: ignore[arg-type]
        (lambda: forge.evaluate("fighter", SMALL), r"policy = 'fighter' must have a method act"),  # type: ignore[arg-type]
        (lambda: forge.evaluate(forge.scripted("random", SMALL), "chaos"), "config = 'chaos' must be"),  # type: ignore[arg-type]
        (lambda: forge.evaluate(forge.scripted("random", SMALL), SMALL, worlds=2.5), "worlds = 2.5 must be"),  # type: ignore[arg-type]
        (lambda: ReplayWriter("a.replay", SMALL), "must be a forge.blade.World, not Config"),  # type: ignore[arg-type]
        (lambda: ReplayWriter("a.replay", World(SMALL), level="9"), "level = '9' must be an integer, 0 .. 9"),  # type: ignore[arg-type]
        (lambda: ReplayWriter("a.replay", World(SMALL), metadata=[1]), "must be a table, not list"),  # type: ignore[arg-type]
    ],
)
def test_other_doors_have_the_same_sentences(call: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        call()


def test_an_evaluation_takes_numbers_of_numpy() -> None:
    found = forge.evaluate(forge.scripted("random", SMALL), SMALL, worlds=np.int64(2), ticks=2e1, warmup=0, horizon=9)  # type: ignore[arg-type]
    assert [type(value) for value in found.settings] == [int] * 4


def test_a_step_before_the_first_reset_is_an_error() -> None:
    world = World(SMALL, threads=1)
    for one in (world, world.clone(), World.restore(world.snapshot())):
        assert not one.started
        with pytest.raises(RuntimeError, match="call reset first: it starts the worlds"):
            one.step(STILL)
        assert not one.observe().alive.any()
    world.reset()
    world.step(STILL)
    assert World.restore(world.snapshot()).started


def test_no_learner_plays_worlds_that_have_not_begun() -> None:
    policy = make_policy(SMALL, basic(), torch.Generator())
    with pytest.raises(RuntimeError, match="a learner needs worlds that have begun"):
        make_learner(World(SMALL, threads=1), policy, basic(), 0, 1)


def test_before_the_first_reset_a_world_shows_its_map() -> None:
    world = World(SMALL, threads=1)
    before = world.materials()
    before[:] = 0
    assert (world.materials() > 0).any()
    shown = world.materials()
    world.reset()
    assert (world.materials() == shown).all()


def test_a_replay_begins_after_the_reset(tmp_path: Path) -> None:
    world = World(SMALL, threads=1, record=Recording(events=True))
    with ReplayWriter(tmp_path / "a.replay", world) as writer:
        with pytest.raises(ValueError, match="the world has not begun: call its reset"):
            writer.append()
        world.reset()
        writer.append()
    assert len(Replay(tmp_path / "a.replay")) == 1


def test_numba_without_compiling_is_told_in_one_sentence() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    code = "import forge; forge.make('chaos')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        "ConfigError: NUMBA_DISABLE_JIT is set, but a world runs as machine code only" in done.stderr.splitlines()[-1]
    )
