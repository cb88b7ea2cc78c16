"""PettingZoo: a world as a ParallelEnv, with an agent for each life or for each slot.

`LifeEnv` is the faithful one: agents are born under names of their own and are gone after their death. `SlotEnv` is for
libraries that need the same agents forever: its agents are the places in which lives succeed each other. What they
report of birth, death, rebirth and the end is a table in docs/adapters.md.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np

from forge.blade import Chaos, Config, ConfigError
from forge.support.extras import needs
from forge.trinity.adapters.single import Results, SingleWorld, Told
from forge.trinity.adapters.turn import Turn

with needs("pettingzoo", "pettingzoo"):
    from pettingzoo import AECEnv
    from pettingzoo.utils.conversions import parallel_to_aec

_LIFE = re.compile(r"p(\d+)_\d+")


def parallel_env(config: Config | None = None, *, slots: bool = False, **options: Any) -> SingleWorld:
    """A world as a ParallelEnv: a `SlotEnv` if `slots`, else a `LifeEnv`.

    Args:
        config: of the world; None means `Chaos()`.
        slots: whether the agents are the places of the world, the same forever, in place of the lives.
        options: further arguments of the class.
    """
    config = Chaos() if config is None else config
    return SlotEnv(config, **options) if slots else LifeEnv(config, **options)


def raw_env(config: Config | None = None, *, slots: bool = False, **options: Any) -> AECEnv:
    """The same world as an AECEnv, whose agents act one after another: PettingZoo's own conversion of `parallel_env`.

    The world takes its step when everyone has acted. Arguments are those of `parallel_env`. The agents of an AECEnv are
    gone once they are terminated, so slots report deaths in the infos alone (`terminate=False`).

    Raises:
        ConfigError: if slots are to be terminated.
    """
    if slots and options.setdefault("terminate", False):
        raise ConfigError("terminate = True is not for an AECEnv, whose agents are gone once they are terminated")
    return parallel_to_aec(parallel_env(config, slots=slots, **options))


#: PettingZoo's name for `raw_env` with the usual checks; the conversion brings the one that holds here, of the order.
env = raw_env


class LifeEnv(SingleWorld):
    """One world whose agents are lives: `p3_1042`, of population 3 with the id 1042, is one life and no other ever is.

    There are no `possible_agents`: nobody knows who will be born. Arguments are those of `SingleWorld`.
    """

    def _begin(self) -> Told:
        self.agents = self._names()
        return self._tell(self.agents, set(self.agents))

    def _report(self, turn: Turn, over: bool) -> Results:
        acted = self.agents
        self.agents = self._names()
        newborn = [] if over else [name for name in self.agents if name not in set(acted)]
        rewards = dict(zip(acted, turn.reward[0, turn.acted[0]].tolist(), strict=True))
        died = dict(zip(acted, turn.died[0, turn.acted[0]].tolist(), strict=True))
        rewards.update(dict.fromkeys(newborn, 0.0))
        died.update(dict.fromkeys(newborn, False))
        truncated = {name: over and not dead for name, dead in died.items()}
        observations, infos = self._tell([*acted, *newborn], set(newborn))
        return observations, rewards, died, truncated, infos

    def _tell(self, told: list[str], newborn: set[str]) -> Told:
        """Observations and infos; those of the dead are of an empty slot."""
        here = self._slots()
        looks = dict(zip(here, self._look(np.array(list(here.values()), np.int64)), strict=True))
        observations, infos = {}, {}
        for name in told:
            seen, mask = looks.get(name) or self._nothing
            observations[name] = seen if name in here else copy.deepcopy(seen)
            infos[name] = self._info(mask, born=name in newborn)
        return observations, infos

    def _slots(self) -> dict[str, int]:
        return dict(zip(self.agents, self._living(), strict=True))

    def _living(self) -> list[int]:
        return np.flatnonzero(self.world.observe().alive[0]).tolist()

    def _names(self) -> list[str]:
        agents, living = self.world.observe().agents[0], self._living()
        pairs = zip(agents["population"][living].tolist(), agents["id"][living].tolist(), strict=True)
        return [f"p{population}_{life}" for population, life in pairs]

    def _check(self, agent: str) -> None:
        found = _LIFE.fullmatch(str(agent))
        if found is None or int(found[1]) >= self.config.populations:
            last = self.config.populations - 1
            raise ValueError(f"{agent!r} is no name of an agent here; they are p0_0, p0_1 ... to p{last}_...")


class SlotEnv(SingleWorld):
    """One world whose agents are its slots, `slot_0` to `slot_127`, forever; one life after another is in a slot.

    `alive` of the observation says whether there is one, `born` and `died` of the infos when that changes. An empty
    slot observes zeros, its actions do nothing, and its masks allow it to be idle. Population p owns the slots p·N/P to
    (p+1)·N/P − 1.

    Args:
        config, options: as of `SingleWorld`.
        terminate: whether a death sets the termination of its slot, which learners need to end a life there. The slot
            goes on all the same, which PettingZoo's own test calls a revival: False reports deaths in the infos alone.
    """

    tells_alive = True

    def __init__(self, config: Config, *, terminate: bool = True, **options: Any) -> None:
        self.possible_agents = [f"slot_{slot}" for slot in range(config.spawn.cap)]
        self.terminate = terminate
        super().__init__(config, **options)

    def _begin(self) -> Told:
        self.agents = list(self.possible_agents)
        alive = self.world.observe().alive[0]
        return self._tell(born=alive, died=np.zeros_like(alive))

    def _report(self, turn: Turn, over: bool) -> Results:
        observations, infos = self._tell(turn.born[0], turn.died[0])
        rewards = dict(zip(self.agents, turn.reward[0].tolist(), strict=True))
        ended = turn.died[0] if self.terminate else np.zeros_like(turn.died[0])
        terminated = dict(zip(self.agents, ended.tolist(), strict=True))
        return observations, rewards, terminated, dict.fromkeys(self.agents, over), infos

    def _tell(self, born: np.ndarray, died: np.ndarray) -> Told:
        agents = self.world.observe().agents[0]
        alive = agents["alive"].astype(bool)
        ids = np.where(alive, agents["id"], -1)
        columns = (alive.tolist(), ids.tolist(), born.tolist(), died.tolist())
        observations, infos = {}, {}
        for name, (seen, mask), row in zip(self.agents, self._look(np.arange(len(alive))), zip(*columns), strict=True):
            observations[name] = seen
            infos[name] = self._info(mask, **dict(zip(("alive", "id", "born", "died"), row, strict=True)))
        return observations, infos

    def _slots(self) -> dict[str, int]:
        return {name: slot for slot, name in enumerate(self.possible_agents)}

    def _check(self, agent: str) -> None:
        if agent not in self._slots():
            raise ValueError(f"{agent!r} is no agent here; they are slot_0 .. slot_{self.config.spawn.cap - 1}")
