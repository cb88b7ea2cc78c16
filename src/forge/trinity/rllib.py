"""RLlib: a LifeEnv as a MultiAgentEnv. Every life is an agent with an episode of its own, as RLlib means it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.blade import Config
from forge.trinity.extras import needs
from forge.trinity.pettingzoo import LifeEnv

with needs("rllib", "gymnasium", "ray", "tree"):
    from gymnasium.spaces.utils import flatten, flatten_space
    from ray.rllib.env.multi_agent_env import MultiAgentEnv


class RllibEnv(MultiAgentEnv):
    """One world for RLlib. Agents are `p3_1042`: the life with id 1042, of population 3.

    Observations are those of `LifeEnv`, flattened into one float32 vector. Episodes are truncated after `max_ticks`, so
    that RLlib can know all names there may be: one birth a tick at most, in any population.

    Args:
        config: of the world.
        max_ticks: length of an episode; RLlib's memory and its start grow with it.
        options: further arguments of `LifeEnv`; `normalised` is True unless they say otherwise.

    Attributes:
        agents: those of whom the last step or reset told, the ones who died of it included.
        possible_agents: every name that may appear.
    """

    def __init__(self, config: Config, max_ticks: int = 256, **options: Any) -> None:
        self.env = LifeEnv(config, max_ticks=max_ticks, **{"normalised": True, **options})
        self.possible_agents = [f"p{p}_{life}" for life in range(max_ticks) for p in range(config.populations)]
        self.agents = list(self.possible_agents)
        self._dict = self.env.observation_space("p0_0")
        seen, acts = flatten_space(self._dict), self.env.action_space("p0_0")
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
        return self._flat(observations), infos

    def step(self, action_dict: dict[Any, Any]) -> tuple[Any, Any, Any, Any, Any]:
        """Plays one tick, as `LifeEnv.step` does; `__all__` is set in the truncations of the last."""
        observations, rewards, terminated, truncated, infos = self.env.step(action_dict)
        ends = {"__all__": not self.env.agents}
        return self._flat(observations), rewards, terminated | {"__all__": False}, truncated | ends, infos

    def _flat(self, observations: Mapping[str, Any]) -> dict[str, Any]:
        self.agents = list(observations)
        return {agent: flatten(self._dict, seen) for agent, seen in observations.items()}
