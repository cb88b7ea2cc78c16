"""Contests: a policy and a scripted player share worlds half and half. Who lives longer, and at what odds?

Lifetimes alone are limited by the land: one agent is born a tick, so who lives longer lives among more, on the same
food. In worlds that both share, land and company are the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forge.agents import kinds_for
from forge.blade import Config
from forge.experiments.evaluation.entrants import scripted_entrant
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.evaluation.match import attacks_harm
from forge.experiments.evaluation.meeting import evenly, meet
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.statistics.estimate import Estimate, estimate_runs


def opponents(config: Config) -> tuple[str, ...]:
    """The scripted players that policies are set against in a world: where no attack harms, fighters are foragers."""
    suited = {"forager": True, "fighter": attacks_harm(config), "artisan": "artisan" in kinds_for(config)}
    return tuple(kind for kind, there in suited.items() if there)


def arranged(config: Config, populations: int) -> Config:
    """The world of a contest: its populations and slots are shared half and half.

    Args:
        config: of a world; the next lower spawn cap that can be shared evenly is played.
        populations: of the policy; its opponent takes as many.

    Raises:
        ConfigError: if there is no room for one agent of each population.
    """
    return evenly(config, 2 * populations)


def compete(
    entrant: Entrant,
    opponent: str,
    config: Config,
    settings: Settings,
    seed: int = 0,
    maps: Sequence[int] | None = None,
) -> Evaluation:
    """Has a policy and a scripted player share worlds half and half.

    Args:
        entrant: the policy.
        opponent: name of the scripted player.
        config: of the worlds, as `arranged` takes it.
        settings: of the evaluation.
        seed: of the worlds and of the choices.
        maps: of the worlds, as `forge.experiments.evaluation.evaluate.evaluate` takes them: fresh ones by default.

    Returns:
        As `forge.experiments.evaluation.meeting.meet` does: the policy comes first, its opponent second.

    Raises:
        ConfigError: if the policy cannot play in such a world.
    """
    share = entrant.populations
    pair = entrant, scripted_entrant(opponent)
    return meet(pair, arranged(config, share), settings, seed, share, maps)


@dataclass(frozen=True, eq=False)
class Contest:
    """How a policy, or several runs of one configuration, fared against a scripted player in the same worlds.

    Every estimate has a 95 % interval over worlds and, of several runs, over runs. Letters: R runs, W worlds.
    """

    opponent: str
    meetings: tuple[Evaluation, ...]  # [R], as `compete` returns them

    @cached_property
    def lifetime(self) -> Estimate:
        """Mean lifetime of the policy, restricted to the horizon [ticks]."""
        return self._lifetime(0)

    @cached_property
    def theirs(self) -> Estimate:
        """Mean lifetime of its opponent in the same worlds, restricted to the horizon [ticks]."""
        return self._lifetime(1)

    @cached_property
    def ratio(self) -> Estimate:
        """The policy's mean lifetime as a multiple of its opponent's."""
        parts = self._parts(lambda e: [e.counts.lifetime[:, 0], e.counts.lives[:, 0]])
        theirs = self._parts(lambda e: [e.counts.lifetime[:, 1], e.counts.lives[:, 1]])
        both = np.concatenate([parts, theirs], -1)
        return estimate_runs(lambda s: s[..., 0] / s[..., 1] * (s[..., 3] / s[..., 2]), both, (0.0, np.inf))

    @cached_property
    def odds(self) -> Estimate:
        """The policy's odds to outlive its opponent.

        They are those that a life of the one lasts longer than a life of the other, both begun in the same world and
        measurement, equal ones counting half for each: U against U' of Mann and Whitney (1947).
        """
        won = self._parts(lambda e: [_bouts(e)[:, 0, 1], _bouts(e)[:, 1, 0]])
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], won, (0.0, np.inf))

    @cached_property
    def outlived(self) -> Estimate:
        """Share of all lives, of both, that reach the horizon: how many lifetimes are not known to their end."""
        reached = self._parts(lambda e: [e.counts.outlived.sum(-1), e.counts.lives.sum(-1)])
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], reached, (0.0, 1.0))

    @property
    def horizon(self) -> int:
        """Ticks for which lives were followed at most; the longest of several runs."""
        return max(meeting.horizon for meeting in self.meetings)

    def _lifetime(self, place: int) -> Estimate:
        parts = self._parts(lambda e: [e.counts.lifetime[:, place], e.counts.lives[:, place]])
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], parts, (0.0, float(self.horizon)))

    def _parts(self, of: Callable[[Evaluation], list[np.ndarray]]) -> np.ndarray:
        """Sums of every run and world: float64 [R, W, K]."""
        return np.stack([np.stack(of(meeting), -1) for meeting in self.meetings]).astype(float)


def _bouts(meeting: Evaluation) -> np.ndarray:
    assert meeting.bouts is not None
    return meeting.bouts
