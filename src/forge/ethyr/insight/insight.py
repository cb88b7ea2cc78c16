"""Insight into a policy: what it would think of situations that are made up, or of agents that live.

Values are what a policy expects of its discounted rewards, undone of `reward_scale`: in ticks, if survival alone is
rewarded, and else in the units of the reward. A policy with a memory judges agents that are made up as if they were
newborn, with an empty one, unless one is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import STRIKING_STYLES, Material
from forge.blade.recording.frame import Frame
from forge.blade.recording.scene import Scene, someone
from forge.blade.systems.terrain import ground
from forge.ethyr.insight.hypothesis import Sight, gap, look
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks.heads import odds_of_more
from forge.ethyr.networks.network import Choices, Network


class Judgement(NamedTuple):
    """What a policy says of n agents."""

    value: np.ndarray  # float32 [n]: expected return (ticks, discounted)
    move: np.ndarray  # float32 [n, 5]: probabilities
    style: np.ndarray  # float32 [n, styles]: probabilities
    more: Mapping[str, np.ndarray]  # float32 [n, options] by the names of choices from outside: probabilities


class Insight:
    """Asks a policy.

    Args:
        policy: to ask. If it learns meanwhile, each answer is that of its weights at that time.
        reward_scale: what rewards were multiplied by while it learned: `Learning.reward_factor`.
    """

    _AT_ONCE = 4096  # agents judged in one call: what their windows take stays within some megabytes

    def __init__(self, policy: Network, reward_scale: float = 1.0) -> None:
        self.policy = policy
        self.ticks = 1.0 / reward_scale if reward_scale else 1.0

    def judge(
        self,
        scene: Scene,
        observers: np.ndarray,
        companions: np.ndarray | None = None,
        memory: torch.Tensor | None = None,
        told: Mapping[str, np.ndarray] | None = None,
    ) -> Judgement:
        """What agents that are not in a scene would think, each added to it alone, or with a companion.

        Args:
            scene: without the observers.
            observers: AGENT [n], of one population.
            companions: AGENT [n], whom no other observer sees; None for none.
            memory: float32 [D], that of all observers; None for an empty one.
            told: what all observers are told alone, as `Scene.told_to` has it; None for agents that are made up.

        Raises:
            ValueError: if the policy is told what the scene does not say: see `Scene.told`.
        """
        observers = np.atleast_1d(observers)
        p, parts = int(observers["population"][0]), list[Judgement]()
        for first in range(0, len(observers), self._AT_ONCE):
            some = slice(first, first + self._AT_ONCE)
            beside = None if companions is None else companions[some]
            _, choices = self._ask(scene, observers[some], beside, memory, told)
            more = {name: _odds(odds[p]) for name, odds in odds_of_more(choices, layout_of(scene.config)).items()}
            value = (choices.value[p] * self.ticks).cpu().numpy()
            parts.append(Judgement(value, _odds(choices.move[p]), _odds(choices.style[p]), more))
        value, move, style = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
        return Judgement(value, move, style, {n: np.concatenate([j.more[n] for j in parts]) for n in parts[0].more})

    def values(self, scene: Scene, population: int, food: float = 1.0, water: float = 1.0) -> np.ndarray:
        """What it is worth to stand on each tile of a scene as it is.

        Args:
            scene: to which one agent is added at a time: grown, in full health.
            population: of that agent.
            food, water: its vitals as shares of their maxima.

        Returns:
            float32 [S, S] (ticks, discounted); NaN where nobody can stand and live.
        """
        rows, cols = np.nonzero(np.isin(scene.materials, list(ground(scene.config))))
        observers = np.repeat(fed(someone(scene.config, population), scene.config, food, water)[None], len(rows))
        observers["row"], observers["col"] = rows, cols
        values = np.full(scene.materials.shape, np.nan, np.float32)
        if len(rows):
            values[rows, cols] = self.judge(scene, observers).value
        return values

    def dependence(
        self,
        scene: Scene,
        observer: np.ndarray,
        companion: np.ndarray | None = None,
        memory: torch.Tensor | None = None,
        told: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """What a second agent, at each place in view, adds to the value of being the first.

        Args:
            scene: without both.
            observer: AGENT [], in the middle.
            companion: AGENT [], whose place does not matter; None for a healthy adult of the next population.
            memory: float32 [D], the observer's; None for an empty one.
            told: what the observer is told alone, as `Scene.told_to` has it; None for one that is made up.

        Returns:
            float32 [R, R] (ticks, discounted); NaN where nobody can stand and live.
        """
        radius = scene.config.sight.radius
        land, companions = _around(scene, observer, companion, radius)
        change = np.full(land.shape, np.nan, np.float32)
        if land.any():
            observers = np.repeat(observer[None], len(companions))
            alone = self.judge(scene, observer, None, memory, told).value
            change[land] = self.judge(scene, observers, companions, memory, told).value - alone
        return change

    @torch.no_grad()
    def attacks(
        self,
        scene: Scene,
        observer: np.ndarray,
        companion: np.ndarray | None = None,
        memory: torch.Tensor | None = None,
        told: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """How likely an agent attacks whoever stands at a place near it, with each style, if neither moves.

        With learned targeting it is the probability of the style times that of the target; with `lowest_health`, the
        probability of the style where the world would pick that target, else 0.

        Args:
            scene: without both.
            observer: AGENT [], in the middle.
            companion: AGENT [] to attack, whose place does not matter; None for a healthy adult of the next population.
            memory: float32 [D], the observer's; None for an empty one.
            told: what the observer is told alone, as `Scene.told_to` has it; None for one that is made up.

        Returns:
            float32 [3, D, D], D = 2 · (the longest reach) + 1; NaN where nobody can stand and live.
        """
        reach = _reach(scene.config)
        land, companions = _around(scene, observer, companion, int(reach.max()))
        odds = np.full((len(reach), *land.shape), np.nan, np.float32)
        if land.any():
            observers = np.repeat(observer[None], len(companions))
            sight, choices = self._ask(scene, observers, companions, memory, told)
            aimed = _aim(sight, choices) if choices.target else _weakest(scene, observer, companions, reach)
            in_reach = gap(observer, companions) <= reach[:, None]
            p = int(observer["population"])
            odds[:, land] = in_reach * aimed * _odds(choices.style[p]).T[: len(reach)]
        return odds

    @torch.no_grad()
    def _ask(
        self,
        scene: Scene,
        observers: np.ndarray,
        companions: np.ndarray | None,
        memory: torch.Tensor | None,
        told: Mapping[str, np.ndarray] | None,
    ) -> tuple[Sight, Choices]:
        sight = look(scene, observers, companions, told)
        device = next((parameter.device for parameter in self.policy.parameters()), torch.device("cpu"))
        samples = sight.samples if device.type == "cpu" else sight.samples.to(device)
        if not self.policy.memory:
            return sight, self.policy(samples, None)
        carried = torch.zeros(scene.config.populations, len(observers), self.policy.memory, device=device)
        if memory is not None:
            carried[:] = memory.to(device)
        return sight, self.policy(samples, carried)


def _around(
    scene: Scene, observer: np.ndarray, companion: np.ndarray | None, radius: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where within a radius somebody can stand and live, bool [D, D], and somebody who does at each: AGENT [n]."""
    tiles = np.pad(scene.materials, radius, constant_values=int(Material.LAVA))
    row, col, size = int(observer["row"]), int(observer["col"]), 2 * radius + 1
    land = np.isin(tiles[row : row + size, col : col + size], list(ground(scene.config)))
    if companion is None:
        companion = someone(scene.config, (int(observer["population"]) + 1) % scene.config.populations)
    rows, cols = np.nonzero(land)
    companions = np.repeat(companion[None], len(rows))
    companions["row"], companions["col"] = row + rows - radius, col + cols - radius
    return land, companions


def _odds(log_probs: torch.Tensor) -> np.ndarray:
    """Probabilities, from the logarithms of them."""
    odds: np.ndarray = log_probs.exp().cpu().numpy()
    return odds


def _aim(sight: Sight, choices: Choices) -> np.ndarray:
    """How likely each observer of a policy that picks targets aims at its companion with each style: [3, n]."""
    assert choices.target is not None
    p, n = int(sight.samples.count.argmax()), len(sight.entry)
    aimed = []
    for style in range(len(STRIKING_STYLES)):
        styles = torch.full(choices.value.shape, style, device=choices.value.device)
        odds = _odds(choices.target(styles)[p])
        aimed.append(np.where(sight.entry > 0, odds[np.arange(n), sight.entry], 0.0))
    return np.stack(aimed)


def _weakest(scene: Scene, observer: np.ndarray, companions: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Whether the world would pick a companion before everybody else in reach of each style: bool [3, n].

    It picks the lowest health, of those the nearest; of equals here, who is there already.
    """
    near, gaps = gap(observer, scene.agents), gap(observer, companions)
    ours = companions["health"].astype(np.int64) << 32 | gaps
    theirs = scene.agents["health"].astype(np.int64) << 32 | near
    return np.stack([ours < theirs[near <= r].min(initial=np.iinfo(np.int64).max) for r in reach])


def fed(agent: np.ndarray, config: Config, food: float | None, water: float | None) -> np.ndarray:
    """A copy of an agent, AGENT [], with these shares (0 .. 1) of the most food and water; None keeps what it has."""
    agent = agent.copy()
    for name, share in (("food", food), ("water", water)):
        if share is not None:
            agent[name] = round(share * getattr(config.vitals, name))
    return agent


def _reach(config: Config) -> np.ndarray:
    """Of each style that strikes [tiles]."""
    return np.array([getattr(config.combat, f"{style.name.lower()}_reach") for style in STRIKING_STYLES])


def attack_counts(frame: Frame, config: Config) -> np.ndarray:
    """The attacks of one tick that took effect, by who struck how, and whom: v1.0's maps of attacks.

    Returns:
        int64 [P, 3, D, D], by the attacker's population, style, and the target's place less the attacker's, which is
        0, 0 in the middle; D = 2 · (the longest reach) + 1.
    """
    longest = int(_reach(config).max())
    size = 2 * longest + 1
    counts = np.zeros((config.populations, len(STRIKING_STYLES), size, size), np.int64)
    population, row, col = frame.lookup(frame.attacks["attacker"], "population", "row", "col")
    target_row, target_col = frame.lookup(frame.attacks["target"], "row", "col")
    where = target_row - row + longest, target_col - col + longest
    np.add.at(counts, (population, frame.attacks["style"], *where), 1)
    return counts
