"""VecEnv: the first release's face over the batched world."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, ConfigError, Law, World
from forge.trinity import smith
from forge.trinity.adapters.orders import ActionError
from forge.trinity.vecenv.scene import StaleObservation
from tests.trinity.worlds import LEARNED, SMALL, four_tiles, out

PASS = (0, 0)


def crowded(config: Any, ticks: int = 40, args: Any = None) -> tuple[smith.VecEnv, Any]:
    """An environment in which everyone has held still for some ticks."""
    envs = smith.VecEnv(config, args)
    obs = envs.reset()
    for _ in range(ticks):
        obs, *_ = envs.step([{}] * len(envs))
    return envs, obs


def test_the_loop_of_the_first_release() -> None:
    envs = smith.VecEnv(Law(**SMALL), Namespace(nRealm=2, api="vecenv", ray="local", render=False))
    obs = envs.reset()
    for _ in range(5):
        actions = [{entity.entID: PASS for entity, stimulus in world} for world in obs]
        obs, rewards, dones, infos = envs.step(actions)
    assert len(obs) == len(rewards) == len(infos) == 2
    assert dones is None
    # one agent at the reset and one a tick: six live, and the five of before have a reward for the tick
    assert [len(world) for world in obs] == [6, 6]
    assert rewards[0] == {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0} | rewards[0]
    assert sorted(rewards[1]) == [0, 1, 2, 3, 4]
    assert infos[1] == {"tick": 5, "living": 6, "members": infos[1]["members"], "died": [], "born": [5]}
    assert sum(infos[1]["members"]) == 6


def test_a_dead_agent_is_missing_and_has_its_last_reward() -> None:
    envs, obs = crowded(four_tiles(cap=2), ticks=1)
    assert obs[0].ids == [0, 1]
    obs, rewards, _, infos = envs.step([{0: (out(envs.world, 0), 0)}])
    assert rewards[0] == {0: 0.0, 1: 1.0}
    assert obs[0].ids == [2, 1]  # the newborn has taken slot 0
    assert infos[0]["died"] == [0]
    assert infos[0]["born"] == [2]
    obs, rewards, _, _ = envs.step([{}])
    assert rewards[0] == {2: 1.0, 1: 1.0}


def test_entities_and_stimuli_show_the_batched_arrays() -> None:
    envs, obs = crowded(Chaos(**SMALL, **LEARNED), args={"nRealm": 2, "seed": 3})
    batch = obs.batch
    assert [len(world) for world in obs] == batch.alive.sum(1).tolist()
    for w, world in enumerate(obs):
        for entity, stimulus in world:
            record, at = batch.agents[w, entity.slot], (w, entity.slot)
            assert record["alive"]
            assert entity.entID == record["id"]
            for name in ("population", "row", "col", "health", "food", "water", "age", "damage", "freeze"):
                assert getattr(entity, name) == record[name]
            assert entity.lifetime == entity.age
            assert entity.immune == (entity.age < 15)
            assert (stimulus.materials == batch.materials[at]).all()
            assert (stimulus.counts == batch.counts[at]).all()
            assert (stimulus.entities == batch.features(*at)).all()
            assert [other.slot for other in stimulus.visible] == batch.seen[at][: batch.seen_count[at]].tolist()
            assert (stimulus.move_mask == batch.move_mask[at]).all()
            assert (stimulus.style_mask == batch.style_mask[at]).all()
            assert (stimulus.target_mask == batch.target_mask[at][:, : batch.seen_count[at]]).all()
            assert (stimulus.valid == envs.tree.valid(batch)[at]).all()
    assert obs[1].of(entity.entID)[0] == entity
    assert obs[-1][-1][0] == entity
    assert [pair[0] for pair in obs[1][:]] == [pair[0] for pair in obs[1]]
    with pytest.raises(KeyError, match="no agent 99999 is alive in world 1"):
        obs[1].of(99999)
    with pytest.raises(IndexError, match="world 2 is out of range; there are 2"):
        obs[2]


def test_agents_that_are_left_out_are_idle() -> None:
    config = Chaos(**SMALL, **LEARNED)
    (one, obs), (other, _) = crowded(config, ticks=20), crowded(config, ticks=20)
    rows = np.tile(one.tree.idle, (1, 16, 1))
    entity, _ = obs[0][2]
    rows[0, entity.slot] = (1, 2, 1)
    one.step([{entity.entID: ("north", "mage", 1)}])
    other.step(rows)
    assert one.world.hash() == other.world.hash()
    other.step([{}])
    assert one.world.hash() != other.world.hash()


def test_idle_agents_hold_where_they_can() -> None:
    """Two neighbours, lowest health in reach is the target, nobody is immune: only who attacks does harm."""
    config = four_tiles(cap=2, **{"combat.hold": True, "combat.melee_damage": 1, "combat.immunity": 0})
    envs, obs = crowded(config, ticks=5)
    assert [entity.damage for entity, _ in obs[0]] == [0, 0]
    obs, *_ = envs.step([{0: ("pass", "melee")}])
    assert [entity.damage for entity, _ in obs[0]] == [0, 1]


def test_targets_are_entries_of_the_visible() -> None:
    """Two neighbours: each is entry 1 of the other's view; a mage attack takes 1 health and freezes."""
    config = four_tiles(cap=2, **{"combat.targeting": "learned", "combat.mage_damage": 1, "combat.mage_freeze": 3})
    envs, obs = crowded(config, ticks=16)  # immunity ends at age 15
    (attacker, stimulus), (target, _) = obs[0]
    assert stimulus.visible == [attacker, target]
    assert stimulus.target_mask[2, 1]
    obs, *_ = envs.step([{attacker.entID: ("pass", "mage", 1)}])
    assert obs[0].of(target.entID)[0].freeze == 2  # 3, and it falls in the same tick
    assert obs[0].of(target.entID)[0].damage == 1
    assert obs[0].of(attacker.entID)[0].freeze == 0


@pytest.mark.parametrize(
    ("actions", "error", "message"),
    [
        ([{17: PASS}], ActionError, r"world 0: no agent 17 is alive here to act; alive are 0, 1, 2"),
        ([{1: (7, 0)}], ActionError, r"world 0: action of agent 1: move = 7 is out of range; allowed are 0 \.\. 4"),
        ([{0: PASS, 1: (0, -1)}], ActionError, r"action of agent 1: style = -1"),
        ([{1: (0, "stab")}], ActionError, r"action of agent 1: unknown style 'stab' \(known: melee, range, mage\)"),
        ([{1: (0,)}], ActionError, r"agent 1: \(0,\) has 1 numbers; wanted are move, style"),
        ([{1: 3}], ActionError, r"agent 1: an action is a row of move, style, not 3"),
        ([{1: (0.5, 0)}], ActionError, r"agent 1: move = 0\.5 must be an integer or a name"),
        ([{1: (True, False)}], ActionError, r"agent 1: move = True must be an integer or a name"),
        ([{}, {}], ValueError, r"actions for 2 worlds given; there are 1"),
        ([{}, None], ValueError, r"actions for 2 worlds given"),
        (np.zeros((1, 3, 3), int), ValueError, r"actions have shape \(1, 3, 3\)"),
        (np.zeros((1, 3, 2)), TypeError, r"actions must be integers"),
    ],
)
def test_wrong_actions_are_named_and_change_nothing(actions: Any, error: type[Exception], message: str) -> None:
    envs, obs = crowded(four_tiles(), ticks=3)
    before = envs.world.hash()
    with pytest.raises(error, match=message):
        envs.step(actions)
    assert envs.world.hash() == before
    assert obs[0].ids == [0, 1, 2]


def test_a_world_without_actions_among_others_is_named() -> None:
    envs, _ = crowded(four_tiles(), args={"nRealm": 2}, ticks=0)
    with pytest.raises(TypeError, match="actions of world 1 must map ids to actions, not None"):
        envs.step([{}, None])


def test_an_observation_is_used_before_the_next_step_or_copied() -> None:
    envs, obs = crowded(four_tiles(), ticks=1)
    kept, (entity, stimulus) = obs.copy(), obs[0][0]
    age = entity.age
    envs.step([{}])
    for use in (lambda: entity.age, lambda: stimulus.materials, lambda: obs[0], lambda: obs.batch, lambda: obs.copy()):
        with pytest.raises(StaleObservation, match=r"keep obs\.copy\(\)"):
            use()
    assert entity.entID == 0
    assert kept[0][0][0].age == age
    assert kept[0][0][0] == entity
    assert len({kept[0][0][0], entity}) == 1


def test_rewards_and_infos_are_kept() -> None:
    envs, _ = crowded(four_tiles(cap=1), ticks=0)
    _, rewards, _, infos = envs.step([{0: (out(envs.world, 0), 0)}])
    told = rewards[0], infos[0], rewards.batch.tolist()
    envs.step([{}])
    assert (rewards[0], infos[0], rewards.batch.tolist()) == told == ({0: 0.0}, infos[0], [[0.0]])
    assert infos[0]["tick"] == 1


def test_worlds_are_started_once() -> None:
    envs = smith.VecEnv(four_tiles())
    with pytest.raises(RuntimeError, match="call reset first"):
        envs.step([{}])
    envs.reset()
    with pytest.raises(RuntimeError, match="worlds are persistent"):
        envs.reset()


def test_a_world_that_was_given_goes_on() -> None:
    world = World(four_tiles())
    world.reset()
    for _ in range(3):
        world.step(np.zeros((1, 3, 2), int))
    envs = smith.VecEnv(World.restore(world.snapshot()))
    assert envs.reset()[0].ids == [0, 1, 2]
    assert envs.world.hash() == world.hash()
    fresh = smith.VecEnv(World(four_tiles()))
    assert fresh.reset()[0].ids == [0]


def test_arguments_choose_the_worlds() -> None:
    assert len(smith.VecEnv(four_tiles())) == 1
    assert len(smith.VecEnv(four_tiles(), {"nRealm": 2, "worlds": 3})) == 6
    envs = smith.VecEnv(four_tiles(), Namespace(nRealm=2, seed=5, threads=1))
    assert (envs.world.seeds == World(four_tiles(), 2, seed=5).seeds).all()
    assert envs.world.threads == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"nRealm": 0}, "nRealm = 0 must be a positive integer"),
        (Namespace(worlds="2"), "worlds = '2' must be a positive integer"),
        ({"nRealms": 2}, "unknown argument 'nRealms'; did you mean 'nRealm'"),
        ({"seed": -1}, "seed = -1 must be an integer that is not negative"),
    ],
)
def test_wrong_arguments_are_named(args: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        smith.VecEnv(four_tiles(), args)


def test_run_turns_the_users_loop() -> None:
    class Example:
        def __init__(self) -> None:
            self.envs = smith.VecEnv(four_tiles(), step=self.step)
            self.obs = self.envs.reset()

        def step(self) -> None:
            self.obs, *_ = self.envs.step([{}])

    example, watched = Example(), []
    example.envs.run(3, watch=lambda world: watched.append(int(world.state.tick[0])))
    assert watched == [1, 2, 3]
    assert example.obs[0].ids == [0, 1, 2]


def test_run_needs_a_loop() -> None:
    with pytest.raises(ConfigError, match="there is none"):
        smith.VecEnv(four_tiles()).run(1)
    with pytest.raises(ConfigError, match="step = 3 must be a function"):
        smith.VecEnv(four_tiles(), None, 3)  # type: ignore[arg-type]
