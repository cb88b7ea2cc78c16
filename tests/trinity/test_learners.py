"""Learning libraries take our environments as they are and train on them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos
from forge.trinity.pettingzoo import SlotEnv
from tests.trinity.worlds import SMALL, four_tiles

TINY = Chaos(**{**SMALL, "spawn.cap": 4, "spawn.populations": 2, "sight.radius": 2, "sight.agents": 3})


@pytest.fixture(autouse=True)
def _alone_and_quiet() -> Iterator[None]:
    """One thread, and the deprecation warnings of other people's code are theirs."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("flat", [False, True])
def test_stable_baselines3_trains_through_supersuit(flat: bool) -> None:
    import supersuit
    from stable_baselines3 import PPO

    slots = SlotEnv(TINY, normalised=True, flat=flat)
    one = supersuit.pettingzoo_env_to_vec_env_v1(slots)
    both = supersuit.concat_vec_envs_v1(one, 2, num_cpus=0, base_class="stable_baselines3")
    model = PPO("MultiInputPolicy", both, n_steps=32, batch_size=64, n_epochs=1, device="cpu")
    before = [parameter.detach().clone() for parameter in model.policy.parameters()]
    model.learn(3 * 32 * 8)
    after = list(model.policy.parameters())
    assert model.num_timesteps == 3 * 32 * 8
    assert all(torch.isfinite(parameter).all() for parameter in after)
    assert any((old != new).any() for old, new in zip(before, after))
    episodes = model.rollout_buffer.episode_starts
    assert 0 < episodes[1:].sum() < episodes[1:].size  # deaths have reached the learner


def test_vectors_of_supersuit_are_the_worlds_of_the_engine() -> None:
    import supersuit

    env, plain = supersuit.pettingzoo_env_to_vec_env_v1(SlotEnv(TINY, seed=3)), SlotEnv(TINY, seed=3)
    seen, _ = env.reset()
    wanted, _ = plain.reset()
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert all((seen["entities"][n] == wanted[name]["entities"]).all() for n, name in enumerate(wanted))
        rows = rng.integers(plain.tree.choices, size=(4, 2))
        seen, reward, terminated, _, _ = env.step(rows)
        wanted, paid, ended, _, _ = plain.step(dict(zip(plain.agents, rows)))
        assert reward.tolist() == list(paid.values())
        assert terminated.tolist() == list(ended.values())


@pytest.fixture
def rllib() -> Any:
    from forge.trinity import rllib

    return rllib


def test_rllib_takes_lives_for_agents(rllib: Any) -> None:
    """RLlib's own check of environments, and an episode from its first birth to its end."""
    from ray.rllib.utils.pre_checks.env import check_multiagent_environments

    env = rllib.RllibEnv(TINY, max_ticks=40)
    check_multiagent_environments(env)
    observations, _ = env.reset(seed=1)
    told = set(observations)
    ends = []
    rng = np.random.default_rng(0)
    while not ends or not ends[-1]:
        living = env.env.agents
        actions = {agent: env.action_spaces[agent].sample() * rng.integers(2) for agent in living}
        observations, rewards, terminated, truncated, _ = env.step(actions)
        assert terminated.pop("__all__") is False
        ends.append(truncated.pop("__all__"))
        assert observations.keys() == rewards.keys() == terminated.keys() == truncated.keys() == set(env.agents)
        assert set(living) <= set(env.agents)
        assert all(env.observation_spaces[agent].contains(seen) for agent, seen in observations.items())
        told |= observations.keys()
    assert len(ends) == 40
    assert len(told) > 4
    assert told <= set(env.possible_agents)


def test_rllib_can_know_all_names_there_may_be(rllib: Any) -> None:
    """A birth a tick: ids 0 .. 4 in five ticks, of which the last, at the end, is not told of; in any population."""
    env = rllib.RllibEnv(four_tiles(3), max_ticks=4)
    told = set(env.reset()[0])
    for _ in range(4):
        told |= env.step(dict.fromkeys(env.env.agents, (1, 0)))[0].keys()
    assert told == {"p0_0", "p0_1", "p0_2", "p0_3"} == set(env.possible_agents)


def test_a_policy_for_each_population(rllib: Any) -> None:
    assert rllib.RllibEnv.policy_of("p3_1042", None, worker=None) == "p3"
