"""Plays held-out evaluations: contests, each player alone, and all among each other; runs grouped over seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forge.blade import Config
from forge.experiments.evaluation.contest import Contest, compete, opponents
from forge.experiments.evaluation.entrants import scripted_entrant
from forge.experiments.evaluation.evaluate import evaluate
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.evaluation.meeting import evenly, meet
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.evaluation.society import figures as societies_figures
from forge.experiments.heldout.figures import AMONG, FIGURES, odds
from forge.experiments.heldout.protocol import Protocol
from forge.experiments.reports import contests
from forge.experiments.statistics.estimate import Estimate, estimate_runs

Listener = Callable[[str], None]


@dataclass(frozen=True)
class Player:
    """One who is evaluated.

    Args:
        entrant: who plays.
        config: of the world it is evaluated in.
        group: players with the same are runs of one configuration, and are scored together.
        origin: of a run its folder, seed and agent steps, as plain data for reports; empty of a scripted player.
    """

    entrant: Entrant
    config: Config
    group: str
    origin: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def trained(self) -> bool:
        """Whether it is a policy of a run, with populations of its own."""
        return bool(self.origin)


@dataclass(frozen=True, eq=False)
class Score:
    """What was measured of one player, or of several runs of one configuration in the same worlds.

    Letters: R runs, W worlds.
    """

    name: str
    digest: str  # of the protocol in its world
    players: tuple[Player, ...]  # [R]
    company: tuple[str, ...]
    alone: tuple[Evaluation, ...]  # [R]
    among: tuple[Evaluation, ...]  # [R]: the player first, then its company in the place of populations; or none
    contests: tuple[Contest, ...] = ()  # of a trained player, with each scripted opponent

    @cached_property
    def figures(self) -> dict[str, Estimate]:
        """Every figure by its name in `FIGURES`, with its 95 % interval over worlds and, of several runs, over runs."""
        found = {name: figure.estimate(self.alone) for name, figure in FIGURES.items()}
        societies = [each.society for each in self.alone if each.society is not None]
        if societies:
            found |= societies_figures(societies, [each.counts.ticks.sum(1) for each in self.alone])
        if self.among:
            found["among"] = AMONG.estimate(self.among)
            for place, kind in enumerate(self.company, 1):
                found[f"outlives_{kind}"] = odds(place).estimate(self.among)
        for contest in self.contests:
            found |= contests.estimates(contest)
        return found

    @property
    def horizon(self) -> int:
        """Ticks for which its lives alone were followed at most; the longest of several runs."""
        return max(each.horizon for each in self.alone)

    def relative(self, other: Score) -> Estimate:
        """Its lifetime alone as a multiple of that of a single player in the same worlds."""
        base = other.alone[0].counts
        parts = [[e.counts.lifetime, e.counts.lives, base.lifetime, base.lives] for e in self.alone]
        sums = np.stack([np.stack([part.sum(-1) for part in each], -1) for each in parts]).astype(float)
        return estimate_runs(lambda s: s[..., 0] / s[..., 1] * (s[..., 3] / s[..., 2]), sums, (0.0, np.inf))


def score(players: Sequence[Player], protocol: Protocol, listen: Listener = lambda what: None) -> list[Score]:
    """Evaluates players, in the order in which they are given; groups stand where their first player stood.

    Args:
        players: who is evaluated.
        protocol: how.
        listen: is told what is played next.

    Raises:
        ConfigError: if a player cannot play in its world, or the world cannot be shared evenly with the company.
    """
    groups: dict[str, list[Player]] = {}
    for player in players:
        groups.setdefault(player.group, []).append(player)
    return [_score(tuple(group), protocol, listen) for group in groups.values()]


def _score(group: tuple[Player, ...], protocol: Protocol, listen: Listener) -> Score:
    alone, among = [], []
    kinds = opponents(group[0].config) if protocol.contests and group[0].trained else ()
    company = protocol.company_in(group[0].config)
    meetings: dict[str, list[Evaluation]] = {kind: [] for kind in kinds}
    for player in group:
        for kind, held in meetings.items():
            listen(f"{player.entrant.name} against the {kind}")
            held.append(_against(player, kind, protocol))
        listen(f"{player.entrant.name}, alone")
        alone.append(_alone(player, protocol))
        if company:
            listen(f"{player.entrant.name} among {', '.join(company)}")
            among.append(_among(player, protocol))
    seeds = len(group)
    name = group[0].entrant.name if seeds == 1 else f"{group[0].entrant.name} and {seeds - 1} more"
    digest = protocol.digest(group[0].config)
    held_contests = tuple(Contest(kind, tuple(held)) for kind, held in meetings.items())
    return Score(name, digest, group, company, tuple(alone), tuple(among), held_contests)


def _against(player: Player, kind: str, protocol: Protocol) -> Evaluation:
    world = protocol.world(player.config)
    return compete(player.entrant, kind, world, protocol.settings, protocol.world_seed, protocol.maps)


def _alone(player: Player, protocol: Protocol) -> Evaluation:
    world = protocol.world(player.config)
    if player.trained:
        world = evenly(world, player.entrant.populations)
    policy = player.entrant.make(world, protocol.seed)
    settings = protocol.settings._asdict()
    return evaluate(policy, world, **settings, seed=protocol.world_seed, maps=protocol.maps)


def _among(player: Player, protocol: Protocol) -> Evaluation:
    everyone = [player.entrant, *map(scripted_entrant, protocol.company_in(player.config))]
    share = player.entrant.populations
    world = evenly(protocol.world(player.config), len(everyone) * share)
    return meet(everyone, world, protocol.settings, protocol.world_seed, share, protocol.maps)
