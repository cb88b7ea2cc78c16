"""Learning libraries take our environments as they are and train on them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos
from forge.trinity.adapters.pettingzoo import SlotEnv
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


def test_observation_wrappers_of_supersuit_take_vectors() -> None:
    """They take Boxes, but no Dicts: three frames one upon another, each without its first number."""
    import supersuit

    plain = SlotEnv(TINY, normalised=True, box=True, terminate=False, seed=3)
    kept = supersuit.observation_lambda_v0(
        SlotEnv(TINY, normalised=True, box=True, terminate=False, seed=3), lambda seen, space: seen[1:]
    )
    env = supersuit.frame_stack_v1(kept, 3)
    env.reset()
    frames = [plain.reset()[0]["slot_0"][1:]]
    for _ in range(4):
        stacked = env.step(dict.fromkeys(env.agents, (1, 0)))[0]["slot_0"]
        frames.append(plain.step(dict.fromkeys(plain.agents, (1, 0)))[0]["slot_0"][1:])
        assert env.observation_space("slot_0").contains(stacked)
    assert (np.asarray(stacked).ravel() == np.concatenate(frames[-3:])).all()


def test_copies_of_a_world_get_seeds_of_their_own_by_a_reset() -> None:
    """As the documentation says: copies play one world, unless the vector is reset with a seed."""
    import supersuit
    from stable_baselines3 import PPO

    def rewards(seed: int | None) -> np.ndarray:
        one = supersuit.pettingzoo_env_to_vec_env_v1(SlotEnv(TINY, box=True))
        both = supersuit.concat_vec_envs_v1(one, 2, num_cpus=0, base_class="stable_baselines3")
        if seed is not None:
            both.venv.reset(seed=seed)
        first = both.reset().reshape(2, -1)
        assert (first[0] == first[1]).all() == (seed is None)
        with pytest.raises(AttributeError, match="seed"):
            PPO("MlpPolicy", both, seed=1)
        return first

    assert (rewards(7) == rewards(7)).all()
    assert (rewards(7) != rewards(8)).any()
    rewards(None)


@pytest.fixture
def rllib() -> Any:
    from forge.trinity.adapters import rllib

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


def test_metrics_of_rllib_are_of_populations(rllib: Any) -> None:
    """However many live and die, metrics are filed under p0 and p1; returns are means over lives."""
    from ray.rllib.algorithms.ppo import PPOConfig

    setup = (
        PPOConfig()
        .environment(lambda _: rllib.RllibEnv(TINY, max_ticks=20))
        .env_runners(env_runner_cls=rllib.RllibEnvRunner, num_env_runners=0)
        .multi_agent(policies={"p0", "p1"}, policy_mapping_fn=rllib.RllibEnv.policy_of)
        .debugging(seed=3)
    )
    runner = rllib.RllibEnvRunner(config=setup)
    played = runner.env.envs[0].unwrapped
    for number, (name, space) in enumerate(played.action_spaces.items()):
        # RLlib asks a set of names for actions, which has another order in every process: each draws from its own.
        played.action_spaces[name] = type(space)(space.nvec, seed=1 + number)
    (episode,) = runner.sample(num_episodes=1, random_actions=True)
    lives = episode.agent_episodes
    assert len(lives) == 10
    metrics = runner.get_metrics()
    for name in ("num_agent_steps_sampled", "agent_episode_returns_mean", "agent_steps"):
        assert set(metrics[name]) == {"p0", "p1"}
    for population in ("p0", "p1"):
        own = [life for name, life in lives.items() if rllib.RllibEnv.policy_of(name) == population]
        returns = np.mean([life.get_return() for life in own])
        assert metrics["agent_episode_returns_mean"][population].peek() == pytest.approx(returns)
        assert metrics["agent_steps"][population].peek() == pytest.approx(np.mean([len(life) for life in own]))
