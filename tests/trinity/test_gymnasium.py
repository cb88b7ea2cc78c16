"""Gymnasium: slots as the environments of a VectorEnv, with autoreset in the same step."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import flatten
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.utils.passive_env_checker import check_action_space, check_obs, check_observation_space
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import iterate
from gymnasium.wrappers.vector import ClipReward, DictInfoToList, RecordEpisodeStatistics

from forge.blade import Chaos, ConfigError, Law, World
from forge.trinity.adapters.gymnasium import SlotVectorEnv
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


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("config", [Chaos(**SMALL), Law(**SMALL, **LEARNED)], ids=["chaos", "learned"])
def test_actions_are_sampled_from_the_masks(config: Any, flat: bool) -> None:
    """Every valid choice is drawn sometimes, and no other ever is; the same seed draws the same."""
    env, twin = SlotVectorEnv(config, 2, flat=flat), SlotVectorEnv(config, 2, flat=flat)
    _, infos = env.reset(seed=5)
    env.action_space.seed(1)
    twin.action_space.seed(1)
    mask = infos["action_mask"]
    widths = [mask.shape[1]] if flat else env.single_action_space.nvec
    starts = np.cumsum(widths) - widths
    drawn = np.zeros_like(mask)
    for _ in range(600):
        actions = env.action_space.sample(mask)
        assert env.action_space.contains(actions)
        assert (actions == twin.action_space.sample(mask)).all()
        np.put_along_axis(drawn, actions.reshape(32, -1) + starts, 1, 1)
    assert (drawn[infos["alive"]] <= mask[infos["alive"]]).all()
    assert (drawn == mask).mean() > 0.98  # in a space of many, some are rarely drawn
    env.step(actions)
    with pytest.raises(ValueError, match=r"the mask has shape \(3, 15\); wanted is \(32, "):
        env.action_space.sample(np.ones((3, 15), np.int8))


@pytest.mark.parametrize("flat", [False, True])
def test_the_form_of_masks_that_gymnasium_has_is_taken_too(flat: bool) -> None:
    env = SlotVectorEnv(four_tiles(2), flat=flat)
    only = np.eye(15, dtype=np.int8)[4]
    mask = (only, only) if flat else ((np.eye(5, dtype=np.int8)[1], np.eye(3, dtype=np.int8)[1]),) * 2
    assert env.action_space.sample(mask).tolist() == ([4, 4] if flat else [[1, 1], [1, 1]])


@pytest.mark.parametrize("options", [{}, {"flat": True}, {"normalised": True}, {"box": True, "flat": True}], ids=str)
def test_spaces_pass_the_passive_checker(options: dict[str, Any]) -> None:
    env = SlotVectorEnv(Law(**SMALL, **LEARNED), **options)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*(maximum and minimum|minimum value|maximum value|image|conv)")
        check_observation_space(env.single_observation_space)
        check_action_space(env.single_action_space)
        check_action_space(env.action_space)
        observation, _ = env.reset()
        for _ in range(5):
            for seen in iterate(env.observation_space, observation):
                check_obs(seen, env.single_observation_space, "step")
            observation, *_ = env.step(env.action_space.sample())


def test_observations_in_one_vector() -> None:
    env, plain = SlotVectorEnv(four_tiles(3), box=True), SlotVectorEnv(four_tiles(3))
    seen, infos = env.reset()
    wanted, told = plain.reset()
    for tick in range(6):
        assert env.observation_space.contains(seen)
        assert (infos["action_mask"] == told["action_mask"]).all()
        assert (infos["alive"] == told["alive"]).all()
        for vector, arrays in zip(seen, iterate(plain.observation_space, wanted)):
            assert (vector == flatten(plain.single_observation_space, arrays)).all()
        actions = idle(env)
        if tick == 4:
            actions[1, 0] = out(env.world, 1)
        seen, _, terminated, _, infos = env.step(actions)
        wanted, *_, told = plain.step(actions)
        if tick == 4:
            assert terminated[1]
            assert infos["final_obs"][0] is None
            assert env.single_observation_space.contains(infos["final_obs"][1])
            final = flatten(plain.single_observation_space, told["final_obs"][1])
            assert (infos["final_obs"][1] == final).all()


def test_a_slot_is_not_reset_by_itself() -> None:
    env = SlotVectorEnv(four_tiles(3), 2)
    env.reset(seed=1)
    env.step(idle(env))
    before = env.world.hash()
    with pytest.raises(ValueError, match=r"asks to reset 1 of 6 slots, but .*: leave reset_mask out to start all"):
        env.reset(options={"reset_mask": np.arange(6) == 2})
    for wrong in (np.ones(6), np.ones(3, bool), True):
        with pytest.raises(ValueError, match=r"must be booleans of shape \(6,\), not"):
            env.reset(options={"reset_mask": wrong})
    assert env.world.hash() == before
    env.reset(seed=1, options={"reset_mask": np.ones(6, bool)})
    twin = SlotVectorEnv(four_tiles(3), 2)
    twin.reset(seed=1)
    assert env.world.hash() == twin.world.hash() != before


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
