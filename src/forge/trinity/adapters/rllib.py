"""RLlib: a LifeEnv as a MultiAgentEnv. Every life is an agent with an episode of its own, as RLlib means it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.blade import Config
from forge.support.extras import needs
from forge.support.numeric import integer
from forge.trinity.adapters.pettingzoo import LifeEnv

with needs("rllib", "ray", "tree"):
    from ray.rllib.env.multi_agent_env import MultiAgentEnv
    from ray.rllib.env.multi_agent_env_runner import MultiAgentEnvRunner


class RllibEnv(MultiAgentEnv):
    """One world for RLlib. Agents are `p3_1042`: the life with id 1042, of population 3.

    Observations are those of `LifeEnv`, as one float32 vector. Episodes are truncated after `max_ticks`, so
    that RLlib can know all names there may be: one birth a tick at most, in any population.

    Args:
        config: of the world.
        max_ticks: length of an episode; RLlib's memory and its start grow with it.
        options: further arguments of `LifeEnv`; `normalised` and `box` are True unless they say otherwise.

    Attributes:
        agents: those of whom the last step or reset told, the ones who died of it included.
        possible_agents: every name that may appear.
    """

    def __init__(self, config: Config, max_ticks: int = 256, **options: Any) -> None:
        max_ticks = integer("max_ticks", max_ticks, 1)
        self.env = LifeEnv(config, max_ticks=max_ticks, **{"normalised": True, "box": True, **options})
        self.possible_agents = [f"p{p}_{life}" for life in range(max_ticks) for p in range(config.populations)]
        self.agents = list(self.possible_agents)
        seen, acts = self.env.observation_space("p0_0"), self.env.action_space("p0_0")
        self.observation_spaces = dict.fromkeys(self.possible_agents, seen)
        self.action_spaces = dict.fromkeys(self.possible_agents, acts)
        super().__init__()

    @staticmethod
    def policy_of(agent: str, *_: Any, **__: Any) -> str:
        """The population of an agent, `p3` of `p3_1042`: a `policy_mapping_fn` with one policy a population."""
        return agent.partition("_")[0]

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Any]:
        """Starts a world, as `LifeEnv.reset` does."""
        observations, infos = self.env.reset(seed, options)
        self.agents = list(observations)
        return observations, infos

    def step(self, action_dict: dict[Any, Any]) -> tuple[Any, Any, Any, Any, Any]:
        """Plays one tick, as `LifeEnv.step` does; `__all__` is set in the truncations of the last."""
        observations, rewards, terminated, truncated, infos = self.env.step(action_dict)
        ends = {"__all__": not self.env.agents}
        self.agents = list(observations)
        return observations, rewards, terminated | {"__all__": False}, truncated | ends, infos


class RllibEnvRunner(MultiAgentEnvRunner):
    """An env runner that counts by population: `PPOConfig().env_runners(env_runner_cls=RllibEnvRunner)`.

    RLlib's own keeps metrics of every agent by its name, here of every life: thousands that no other run shares. The
    steps of `p3` are those of all its lives; its return and its steps an episode are the means over them.
    """

    def _log_episode_metrics(
        self, length: Any, ret: Any, sec: Any, agents: Any = None, modules: Any = None, agent_steps: Any = None
    ) -> None:
        super()._log_episode_metrics(length, ret, sec, _means(agents), modules, _means(agent_steps))

    def _increase_sampled_metrics(self, num_steps: int, next_obs: Mapping[str, Any], episode: Any) -> int:
        return super()._increase_sampled_metrics(num_steps, [_Life(agent) for agent in next_obs], episode)


class _Life(str):
    """The name of an agent, which metrics file under its population."""

    def __str__(self) -> str:
        return RllibEnv.policy_of(self)


def _means(lives: Mapping[str, float] | None) -> dict[str, float] | None:
    """The mean of each population's lives."""
    if lives is None:
        return None
    found: dict[str, list[float]] = {}
    for agent, value in lives.items():
        found.setdefault(RllibEnv.policy_of(agent), []).append(value)
    return {population: sum(values) / len(values) for population, values in found.items()}
