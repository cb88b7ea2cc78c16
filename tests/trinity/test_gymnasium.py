"""Gymnasium: slots as the environments of a VectorEnv, with autoreset in the same step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.wrappers.vector import ClipReward, DictInfoToList, RecordEpisodeStatistics

from forge.blade import Chaos, ConfigError, Law, World
from forge.trinity.gymnasium import SlotVectorEnv
from tests.trinity.worlds import LEARNED, SMALL, four_tiles, out, valid_rows


def idle(env: SlotVectorEnv) -> np.ndarray:
    return np.tile(np.array(env.tree.idle), (env.num_envs, 1))


def at(step: tuple[Any, ...], slot: int) -> dict[str, Any]:
    """What a step told of one slot."""
    observation, reward, terminated, truncated, infos = step
    assert not truncated[slot]
    assert observation["alive"][slot] == infos["alive"][slot]
    told = {name: infos[name][slot].item() for name in ("alive", "id", "born", "died")}
    return {**told, "reward": reward[slot].item(), "terminated": terminated[slot].item()}


EMPTY = {"alive": False, "id": -1, "born": False, "died": False, "reward": 0.0, "terminated": False}


def test_a_life_slot_by_slot() -> None:
    """Slots 0, 1, 2 are filled in turn; slots 1 and 2 die in one tick, slot 1 has an heir at once, slot 2 waits."""
    env = SlotVectorEnv(four_tiles(3))
    _, infos = env.reset()
    assert infos["born"].tolist() == infos["alive"].tolist() == [True, False, False]
    assert infos["id"].tolist() == [0, -1, -1]
    first = env.step(idle(env))
    assert at(first, 0) == EMPTY | {"alive": True, "id": 0, "reward": 1.0}
    assert at(first, 1) == EMPTY | {"alive": True, "id": 1, "born": True}
    assert at(first, 2) == EMPTY
    assert "final_obs" not in first[-1]
    env.step(idle(env))
    actions = idle(env)
    actions[1, 0], actions[2, 0] = out(env.world, 1), out(env.world, 2)
    deadly = env.step(actions)
    assert at(deadly, 1) == EMPTY | {"alive": True, "id": 3, "born": True, "died": True, "terminated": True}
    assert at(deadly, 2) == EMPTY | {"died": True, "terminated": True}
    assert deadly[0]["entities"][1, 0, 0] == 0  # the newborn's age: the next episode has begun
    final, which = deadly[-1]["final_obs"], deadly[-1]["_final_obs"]
    assert which.tolist() == [False, True, True]
    assert final[0] is None
    assert env.single_observation_space.contains(final[1])
    assert (final[1]["materials"] == 0).all()
    after = env.step(idle(env))
    assert at(after, 1) == EMPTY | {"alive": True, "id": 3, "reward": 1.0}
    assert at(after, 2) == EMPTY | {"alive": True, "id": 4, "born": True}


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("config", [Chaos(**SMALL), Law(**SMALL, **LEARNED)], ids=["chaos", "learned"])
def test_it_is_a_vector_env(config: Any, flat: bool) -> None:
    env, twin = SlotVectorEnv(config, 2, flat=flat, threads=1), SlotVectorEnv(config, 2, flat=flat, threads=1)
    assert isinstance(env, VectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert env.num_envs == 32
    assert data_equivalence(env.reset(seed=5), twin.reset(seed=5), exact=True)
    env.action_space.seed(1)
    twin.action_space.seed(1)
    for _ in range(60):
        actions = env.action_space.sample()
        assert env.action_space.contains(actions)
        one, other = env.step(actions), twin.step(twin.action_space.sample())
        assert data_equivalence(one, other, exact=True)
        observation, reward, terminated, truncated, infos = one
        assert env.observation_space.contains(observation)
        assert reward.dtype == np.float32
        assert terminated.dtype == truncated.dtype == np.bool_
        assert reward.shape == terminated.shape == truncated.shape == (32,)
        assert not np.shares_memory(reward, env.world.state.reward)
        assert all(infos[name].shape[0] == 32 for name in ("alive", "born", "died", "id", "action_mask"))
    env.close()


def test_it_steps_the_same_worlds_as_the_engine() -> None:
    config = Chaos(**SMALL)
    env, world = SlotVectorEnv(config, 3, seed=4, threads=1), World(config, 3, seed=4, threads=1)
    env.reset()
    seen = world.reset()
    rng = np.random.default_rng(0)
    for _ in range(50):
        rows = valid_rows(rng, env.tree.masks(seen))
        observation, reward, terminated, _, _ = env.step(rows.reshape(-1, 2))
        _, wanted, died, _ = world.step(rows)
        assert env.world.hash() == world.hash()
        assert (reward == wanted.ravel()).all()
        assert (terminated == died.ravel()).all()
        assert (observation["materials"].reshape(3, 16, 9, 9) == seen.materials).all()


def test_masks_of_the_columns_stand_side_by_side() -> None:
    env = SlotVectorEnv(Law(**SMALL, **LEARNED))
    observation, infos = env.reset()
    mask = infos["action_mask"]
    assert mask.shape == (16, 5 + 4 + 6)
    assert (mask[:, :5] == observation["move_mask"]).all()
    assert (mask[:, 5:9] == observation["style_mask"]).all()
    assert (mask[:, 9:] == observation["target_mask"].any(1)).all()


def test_wrappers_of_gymnasium_take_it() -> None:
    """The return of a slot's episode is the lifetime of the life lived in it."""
    inner = SlotVectorEnv(four_tiles(2))
    env = DictInfoToList(RecordEpisodeStatistics(ClipReward(inner, max_reward=1)))
    env.reset()
    for _ in range(6):
        env.step(idle(inner))
    actions = idle(inner)
    actions[1, 0] = out(inner.world, 1)  # born in tick 1: lived 5 ticks, and dies in the next
    *_, infos = env.step(actions)
    assert infos[1]["episode"]["r"] == 5
    assert "episode" not in infos[0]


def test_seeds_name_worlds() -> None:
    config = Chaos(**SMALL)
    env = SlotVectorEnv(config, 2, seed=3)
    with pytest.raises(RuntimeError, match="call reset first"):
        env.step(idle(env))
    hashes = []
    for seed in (None, None, 3, [11, 12]):
        env.reset(seed=seed)
        hashes.append(env.world.hash())
    assert hashes[0] == hashes[2]
    assert len(set(hashes)) == 3
    world = World(config, 2, seed=[11, 12])
    world.reset()
    assert world.hash() == hashes[3]
    with pytest.raises(ConfigError, match="3 seeds given for 2 worlds"):
        env.reset(seed=[1, 2, 3])


@pytest.mark.parametrize(
    ("flat", "actions", "error", "message"),
    [
        (False, np.zeros((3, 3), int), ValueError, r"actions have shape \(3, 3\); wanted is \(3, 2\)"),
        (False, np.full((3, 2), 5), ValueError, r"move = 5 is out of range"),
        (False, np.zeros((3, 2)), TypeError, "actions must be integers"),
        (True, np.full(3, 15), ValueError, r"flat action = 15 is out of range"),
        (True, np.zeros((3, 2), int), ValueError, r"wanted is \(3,\)"),
        (True, np.zeros(3), ValueError, "flat actions must be integers"),
    ],
)
def test_wrong_actions_are_named(flat: bool, actions: Any, error: type[Exception], message: str) -> None:
    env = SlotVectorEnv(four_tiles(3), flat=flat)
    env.reset()
    with pytest.raises(error, match=message):
        env.step(actions)
    assert env.world.state.tick[0] == 0
