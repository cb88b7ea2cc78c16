"""The systems of docs/systems.md, as a newcomer tries them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Config, World
from forge.trinity import smith
from tests.learners import basic
from tests.outside.page import module_of

WORLD = """systems = ["my_world:POISON", "my_basket:BASKET", "my_thrift:THRIFT"]
[poison]
first = 2
lasts = 60
[thrift]
weight = 0.25
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of a file, which finds the modules beside it."""
    for system in ("POISON", "BASKET", "THRIFT"):
        name = "my_world" if system == "POISON" else f"my_{system.lower()}"
        (tmp_path / f"{name}.py").write_text(module_of(system), "utf-8")
    (tmp_path / "poison.toml").write_text(WORLD, "utf-8")
    return Config.from_toml(tmp_path / "poison.toml")


def test_the_poison_of_the_page_spreads_and_kills_and_baskets_are_emptied(config: Config) -> None:
    world, player = World(config, seed=1, threads=1), scripted("forager", config)
    observation, touched = world.reset(), 0
    (slot,) = np.flatnonzero(observation.alive[0])
    assert observation.rows("berries", 0, slot).tolist() == [[1], [2], [3]]
    actions = player.act(observation).copy()
    actions[..., 2] = 1  # the first berry
    observation, *_ = world.step(actions)
    assert observation.rows("berries", 0, slot).tolist() == [[3], [2]]
    assert observation.more["may_nibble"][0, slot].tolist() == [True, True, True, False]
    for _ in range(200):
        observation, *_ = world.step(player.act(observation))
        touched += int(((observation.agents["poison"] > 0) & (observation.agents["id"] % 2 == 1)).sum())
    assert touched > 0  # those whose ids are odd are not poisoned from birth
    assert world.state.tally["deaths"].sum((0, 1))[config.schema.names("causes").index("poison")] > 0


def test_the_reward_of_the_page_is_learned_from(config: Config) -> None:
    """Who is well watered is paid a quarter more than for living on, and the learner is told."""
    few = config.replace(**{"spawn.cap": 8})
    native = smith.Native(few, {"worlds": 2, "threads": 1}, learning=basic(ticks=4), engine="torch")
    assert np.isfinite(native.run(1)["policy_loss"])
    (god,) = [realm.god for realm in native.realms.realms]
    assert {1.25} <= set(np.unique(god.world.state.reward)) <= {0.0, 1.0, 1.25}
