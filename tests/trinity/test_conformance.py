"""Conformance checks: ours pass them, and each of a list of broken environments fails the one that is meant for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, Config, Law
from forge.trinity.adapters.gymnasium import SlotVectorEnv
from forge.trinity.adapters.pettingzoo import LifeEnv, SlotEnv
from forge.trinity.conformance.conformance import ConformanceError, check_parallel, check_vecenv, check_vector
from forge.trinity.vecenv.scene import Scene
from forge.trinity.vecenv.vecenv import VecEnv
from tests.trinity.worlds import LEARNED, SMALL

CONFIGS = {
    "chaos": Chaos(**SMALL),
    "law, learned": Law(**SMALL, **LEARNED),
    "chaos, learned": Chaos(**SMALL, **LEARNED, **{"combat.immunity": 1}),
}
CHAOS = CONFIGS["chaos"]
configs = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)


@configs
def test_vecenv_conforms(config: Config) -> None:
    check_vecenv(lambda: VecEnv(config, {"worlds": 2, "threads": 1}), ticks=80)


@configs
@pytest.mark.parametrize("options", [{}, {"flat": True, "normalised": True}, {"max_ticks": 50}, {"box": True}], ids=str)
@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv])
def test_parallel_envs_conform(kind: Any, config: Config, options: dict[str, Any]) -> None:
    check_parallel(lambda: kind(config, **options), ticks=80)


@configs
@pytest.mark.parametrize("flat", [False, True])
def test_vector_envs_conform(config: Config, flat: bool) -> None:
    check_vector(lambda: SlotVectorEnv(config, 2, flat=flat, normalised=flat, threads=1), ticks=80)


class NamesAgain(LifeEnv):
    """Has no more than forty names."""

    def _names(self) -> list[str]:
        return [f"p0_{int(name.partition('_')[2]) % 40}" for name in super()._names()]


class ForgetsTheDying(LifeEnv):
    """The last reward is lost."""

    def step(self, actions: Any) -> Any:
        results = super().step(actions)
        for agent in [agent for agent, ended in results[2].items() if ended]:
            for told in results:
                del told[agent]
        return results


class PaysTwice(LifeEnv):
    """The dead are told of for another tick."""

    dead: dict[str, Any] = {}  # noqa: RUF012

    def step(self, actions: Any) -> Any:
        results = super().step(actions)
        before, self.dead = self.dead, {agent: results[0][agent] for agent, ended in results[2].items() if ended}
        for agent, seen in before.items():
            for told, value in zip(results, (seen, 1.0, True, False, {"action_mask": np.ones(2), "born": False})):
                told[agent] = value
        return results


class SeesTooMuch(LifeEnv):
    """Windows show materials that there are none of."""

    def _look(self, slots: np.ndarray) -> Any:
        looks = super()._look(slots)
        for seen, _ in looks:
            seen["materials"][0, 0] = 7
        return looks


class AllowsNothing(LifeEnv):
    """Masks of the old are all zeros."""

    def _look(self, slots: np.ndarray) -> Any:
        looks = super()._look(slots)
        for seen, _ in looks:
            if seen["entities"][0, 0] > 5:
                seen["move_mask"][:] = 0
        return looks


class Wanders(LifeEnv):
    """Worlds come from a seed of their own."""

    made = 0

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        Wanders.made += 1
        return super().reset(seed=Wanders.made)


class Overwrites(LifeEnv):
    """Every tick is written over the last."""

    windows: dict[str, np.ndarray] = {}  # noqa: RUF012

    def _tell(self, told: list[str], newborn: set[str]) -> Any:
        observations, infos = super()._tell(told, newborn)
        for agent, seen in observations.items():
            window = self.windows.setdefault(agent, seen["materials"])
            window[...] = seen["materials"]
            seen["materials"] = window
        return observations, infos


class PaysTheEmpty(SlotEnv):
    """Slots in which nobody lives are rewarded."""

    def _report(self, turn: Any, over: bool) -> Any:
        return super()._report(turn._replace(reward=np.ones_like(turn.reward)), over)


class HidesBirths(SlotEnv):
    """Lives succeed each other without a word."""

    def _tell(self, born: np.ndarray, died: np.ndarray) -> Any:
        return super()._tell(np.zeros_like(born), died)


class EndsTheLiving(SlotEnv):
    """Terminations without a death."""

    def _report(self, turn: Any, over: bool) -> Any:
        results = super()._report(turn, over)
        results[2][self.agents[0]] = True
        return results


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (NamesAgain, "ids are never used again: p0_.* had died before"),
        (ForgetsTheDying, "everyone who acted gets one reward"),
        (PaysTwice, "everyone who acted gets one reward"),
        (SeesTooMuch, "the observation of p._0 is in its space"),
        (AllowsNothing, "move_mask of p.* allows something"),
        (Wanders, "the same seed and actions give the same results"),
        (Overwrites, "what a step returned is not changed by the next"),
        (PaysTheEmpty, "an empty slot gets no reward"),
        (HidesBirths, "who neither died nor was born is as before"),
        (EndsTheLiving, "a termination is a death"),
    ],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_broken_parallel_envs_are_found(kind: Any, message: str) -> None:
    with pytest.raises(ConformanceError, match=message):
        check_parallel(lambda: kind(CHAOS))


class Ends(VecEnv):
    """Has dones, after all."""

    def step(self, actions: Any) -> Any:
        obs, rewards, _, infos = super().step(actions)
        return obs, rewards, [False], infos


class PaysOnlyTheLiving(VecEnv):
    """The last reward is lost, as in the first release."""

    def step(self, actions: Any) -> Any:
        obs, rewards, dones, infos = super().step(actions)
        rewards._turn = rewards._turn._replace(acted=rewards._turn.acted & ~rewards._turn.died)
        return obs, rewards, dones, infos


class MixesWorlds(VecEnv):
    """Worlds of a batch influence each other."""

    def step(self, actions: Any) -> Any:
        results = super().step(actions)
        self.world.state.stream[:] = self.world.state.stream[0]
        return results


class Lotteries(VecEnv):
    """Each has luck of its own."""

    made = 0

    def reset(self) -> Scene:
        Lotteries.made += 1
        self.world.reset(Lotteries.made)
        return super().reset()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Ends, "dones is None"),
        (PaysOnlyTheLiving, "everyone who acted gets one reward"),
        (MixesWorlds, "world 1 of a batch is as it is alone"),
        (Lotteries, "the same seed and actions give the same worlds"),
    ],
)
def test_broken_vecenvs_are_found(kind: type[VecEnv], message: str) -> None:
    with pytest.raises(ConformanceError, match=message):
        check_vecenv(lambda: kind(CHAOS, {"worlds": 2, "threads": 1}))


class Vector(SlotVectorEnv):
    """A SlotVectorEnv that is broken by a function of its results."""

    def __init__(self, spoil: Callable[..., None]) -> None:
        super().__init__(CHAOS, 2, threads=1)
        self.spoil = spoil

    def step(self, actions: Any) -> Any:
        results = super().step(actions)
        self.spoil(*results)
        return results


def _truncates(observation: Any, reward: Any, terminated: Any, truncated: Any, infos: Any) -> None:
    truncated[0] = True


def _forgets_deaths(observation: Any, reward: Any, terminated: Any, truncated: Any, infos: Any) -> None:
    terminated[:] = False


def _uses_ids_again(observation: Any, reward: Any, terminated: Any, truncated: Any, infos: Any) -> None:
    infos["id"] = np.where(infos["alive"], 0, -1)


def _sees_too_much(observation: Any, reward: Any, terminated: Any, truncated: Any, infos: Any) -> None:
    observation["counts"][0] = 32


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_truncates, "nothing is ever truncated"),
        (_forgets_deaths, "a death is a termination"),
        (_uses_ids_again, "ids are never used again"),
        (_sees_too_much, "observations are in the space"),
    ],
)
def test_broken_vector_envs_are_found(spoil: Callable[..., None], message: str) -> None:
    with pytest.raises(ConformanceError, match=message):
        check_vector(lambda: Vector(spoil))
