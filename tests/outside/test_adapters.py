"""A world with a system from outside through every door: adapters, hand-made swords, matches, learners that know it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge.blade import Config, ConfigError, Observation, World
from forge.experiments.evaluation.match import match_of
from forge.trinity import smith
from forge.trinity.adapters.gymnasium import SlotVectorEnv
from forge.trinity.adapters.pettingzoo import parallel_env
from forge.trinity.conformance.conformance import check_parallel, check_vecenv, check_vector
from forge.trinity.realms.sword import Sword
from forge.trinity.realms.trinity import Trinity
from tests.learners import basic
from tests.outside.worlds import SYSTEMS, plague_config

CROWD = plague_config(**{"spawn.cap": 8, "spawn.populations": 2, "plague.harm": 2, "plague.lasts": 9})


def test_adapters_keep_their_promises() -> None:
    check_vecenv(lambda: smith.VecEnv(World(CROWD, 2, threads=1)), 20)
    check_parallel(lambda: parallel_env(CROWD, slots=True), 20)
    check_vector(lambda: SlotVectorEnv(CROWD, 2, threads=1, flat=True), 20)


def test_spaces_have_what_is_declared() -> None:
    space = SlotVectorEnv(CROWD, 1, threads=1).single_observation_space
    shapes = {name: part.shape for name, part in space.items()}
    assert shapes["entities"] == (32, 13)
    assert shapes["own"] == (1,)
    assert shapes["around"] == (8,)
    assert shapes["eat_mask"] == (2,)
    assert [shapes[name] for name in ("herbs", "herbs_mask", "stalls", "stalls_mask")] == [(3, 2), (3,), (4, 2), (4,)]
    assert (space["herbs"].low[0].tolist(), space["herbs"].high[0].tolist()) == ([0, -1], [4, 999])
    assert (shapes["use_mask"], shapes["give_mask"]) == ((4,), (32,))
    entities = space["entities"]
    assert (entities.low[0, 11:].tolist(), entities.high[0, 11:].tolist()) == ([0, 0], [9, 1])
    boxed = SlotVectorEnv(CROWD, 1, threads=1, box=True, normalised=True)
    observed, _ = boxed.reset()
    assert boxed.observation_space.contains(observed)


def test_what_slots_observe_of_rows() -> None:
    """The first agent has a herb of 1 since tick −1, and is before one open stall; an empty slot knows of nothing."""
    plain, normal = (SlotVectorEnv(CROWD, 1, threads=1, normalised=normalised) for normalised in (False, True))
    observed, _ = plain.reset()
    slot = int(np.flatnonzero(observed["alive"])[0])
    assert observed["herbs"][slot].tolist() == [[1, -1], [0, 0], [0, 0]]
    assert observed["stalls"][slot].tolist() == [[1, 1], *[[0, 0]] * 3]
    assert (observed["herbs_mask"][slot].tolist(), observed["stalls_mask"][slot].tolist()) == ([1, 0, 0], [1, 0, 0, 0])
    nobody = observed["alive"][:, 0] == 0
    assert not any(observed[name][nobody].any() for name in ("herbs", "herbs_mask", "stalls", "stalls_mask"))
    observed, _ = normal.reset()
    assert observed["herbs"][slot].tolist() == [[0, 0]] * 3  # the least of both
    assert observed["stalls"][slot].tolist() == [[0, 1], *[[0, 0]] * 3]
    assert observed["stalls_mask"][slot].tolist() == [1, 0, 0, 0]


def test_two_arrays_of_one_name_are_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    declared = 'System("mine", "for a test", choices=(Choice("entity", "it", lambda c: ("no", "yes")),))'
    (tmp_path / "entity_of_mine.py").write_text(f"from forge.blade.extend import *\nMINE = {declared}\n", "utf-8")
    with pytest.raises(ConfigError, match="'entity_mask' would be two arrays of an observation, which has materials"):
        parallel_env(Config(systems=["entity_of_mine:MINE"]))


def test_what_a_stimulus_tells() -> None:
    envs = smith.VecEnv(World(CROWD, 1, threads=1))
    _, stimulus = next(iter(envs.reset()[0]))
    assert stimulus.entities[:, -2:].tolist() == [[9, 0]]
    assert stimulus.own.tolist() == [0]
    assert stimulus.around.tolist() == [0] * 8
    assert [stimulus.rows(name).tolist() for name in ("herbs", "stalls")] == [[[1, -1]], [[1, 1]]]
    assert stimulus.mask("use").tolist() == [True, True, False, False]
    assert stimulus.mask("eat").tolist() == [True, True]
    with pytest.raises(ValueError, match="choice 'eet'"):
        stimulus.mask("eet")


EATS = np.array([0, 0, 1, 0, 0, 0])


class Herbalist(Sword):
    """Everyone eats, always."""

    def decide(self, observation: Observation) -> np.ndarray:
        return np.broadcast_to(EATS, (*observation.agents.shape, 6))


def test_a_native_whose_sword_plays_by_hand() -> None:
    native = smith.Native(CROWD, {"worlds": 2, "threads": 1}, Trinity(sword=Herbalist), learning=basic(ticks=4))
    native.run(1)
    world = World(CROWD, 2, 0, threads=1)
    world.reset()
    for _ in range(4):
        world.step(np.broadcast_to(EATS, (2, 8, 6)))
    (god,) = [realm.god for realm in native.realms.realms]
    assert god.world.hash() == world.hash()
    assert world.state.eaten.sum() > 0


def test_a_native_learns_in_it() -> None:
    native = smith.Native(CROWD, {"worlds": 1, "threads": 1}, learning=basic(ticks=4, matters=True))
    native.run(1)
    (god,) = [realm.god for realm in native.realms.realms]
    assert god.world.state.tick.tolist() == [4]


def test_scripted_agents_meet_in_it(tmp_path: Path) -> None:
    """A match of two styles, by the words of the command line: a TOML file and who plays."""
    file = tmp_path / "plague.toml"
    file.write_text(CROWD.to_toml(), "utf-8")
    match = match_of([str(file), "forager", "random"])
    world = match.world(0)
    for _ in range(10):
        match.advance(world)
    assert world.config.systems == tuple(SYSTEMS)
    assert world.state.tally["ticks"].min() > 0
