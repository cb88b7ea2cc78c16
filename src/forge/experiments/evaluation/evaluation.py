"""What an evaluation counted in each world, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade.game.game import GAME
from forge.experiments.evaluation.society import Society
from forge.experiments.statistics.estimate import Estimate, ratio
from forge.support.checks import ConfigError
from forge.support.numeric import integer

_SHARE = (0.0, 1.0)


#: Horizons that are tried in turn where none is given [ticks]: a play goes on to the first that is long enough.
HORIZONS = (1000, 2000, 4000, 8000)
#: A horizon is long enough if it is so many times the longest mean lifetime of a population. Where agents die at a
#: constant rate, one life in 148 then reaches it, and the restricted mean is short of the mean by as much.
MARGIN = 5


class Settings(NamedTuple):
    """How it was played, or is to be played."""

    worlds: int  # W
    ticks: int  # length of the measurement
    warmup: int  # ticks played before it
    horizon: int = 0  # ticks for which a life is followed at most; to be played, 0 is the first of HORIZONS that is
    # MARGIN times the longest mean lifetime, or the last of them

    @property
    def horizons(self) -> tuple[int, ...]:
        """The horizons to try in turn [ticks]."""
        return (self.horizon,) if self.horizon else HORIZONS

    @property
    def followed(self) -> str:
        """For how long a life is followed at most, in words."""
        if self.horizon:
            return f"{self.horizon:,} ticks"
        first, *_, last = HORIZONS
        return f"{first:,} ticks, and up to {last:,} where that is less than {MARGIN} times the longest mean lifetime"


class Counts(NamedTuple):
    """Sums by world and population: int64 [W, P], and [W, P, causes]."""

    lives: np.ndarray  # lives that began in the measurement
    lifetime: np.ndarray  # their ticks, those after the horizon left out
    outlived: np.ndarray  # how many of them reached the horizon
    tiles: np.ndarray  # distinct tiles that each visited up to its end or the horizon, summed over the lives
    ticks: np.ndarray  # agent ticks in the measurement: agents that acted, summed over ticks
    deaths: np.ndarray  # deaths in the measurement, by cause


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One policy in a number of worlds. Every figure is an estimate with a 95 % interval over the worlds."""

    settings: Settings
    cap: int  # most agents alive at once in a world
    counts: Counts
    bouts: np.ndarray | None = (
        None  # of a meeting, int64 [W, P, P]: see `forge.experiments.evaluation.bouts.fight_bouts`
    )
    cause_names: tuple[str, ...] = GAME.names("causes")  # what the deaths are of, by number
    society: Society | None = None  # of a player alone in worlds with skills or goods

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        counts = {name: array.tolist() for name, array in self.counts._asdict().items()}
        bouts = {} if self.bouts is None else {"bouts": self.bouts.tolist()}
        society = {} if self.society is None else {"society": self.society.to_dict()}
        return {"settings": self.settings._asdict(), "cap": self.cap, "counts": counts, **bouts, **society}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The evaluation that `to_dict` wrote.

        Raises:
            ConfigError: if it is damaged.
        """
        try:
            counts = Counts(**{name: _whole(name, values) for name, values in data["counts"].items()})
            bouts = _whole("bouts", data["bouts"]) if "bouts" in data else None
            settings = Settings(**{name: integer(name, value, 0) for name, value in data["settings"].items()})
            if not counts.lives.shape == counts.deaths.shape[:2] == (settings.worlds, counts.lives.shape[-1]):
                raise ValueError(f"it counts {list(counts.lives.shape)} lives in {settings.worlds} worlds")
            society = Society.from_dict(data["society"]) if "society" in data else None
            return cls(settings, integer("cap", data["cap"], 1), counts, bouts, society=society)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"an evaluation is damaged: {error}") from error

    @property
    def horizon(self) -> int:
        """Ticks for which a life was followed at most."""
        return self.settings.horizon

    @property
    def lives(self) -> int:
        """Lives that the lifetime is a mean of."""
        return int(self.counts.lives.sum())

    @property
    def ticks_lived(self) -> int:
        """Agent ticks of the measurement, over all worlds."""
        return int(self.counts.ticks.sum())

    @cached_property
    def lifetime(self) -> Estimate:
        """Mean lifetime, restricted to the horizon [ticks]."""
        return self._of_lives(self.counts.lifetime, self.settings.horizon)

    @cached_property
    def lifetimes(self) -> tuple[Estimate, ...]:
        """Mean lifetime of each population, restricted to the horizon [ticks]."""
        limits = (0.0, float(self.settings.horizon))
        return tuple(ratio(t, n, 1, limits) for t, n in zip(self.counts.lifetime.T, self.counts.lives.T, strict=True))

    @cached_property
    def outlived(self) -> Estimate:
        """Share of the lives that reach the horizon."""
        return self._of_lives(self.counts.outlived, 1)

    @cached_property
    def tiles(self) -> Estimate:
        """Distinct tiles that a life visits until its end or the horizon: how far it explores."""
        return self._of_lives(self.counts.tiles, np.inf)

    @cached_property
    def population(self) -> Estimate:
        """Agents alive in a world: agent ticks lived per world and tick."""
        ticks = self.counts.ticks.sum(-1)
        return ratio(ticks, np.full_like(ticks, self.settings.ticks), 1, (0.0, float(self.cap)))

    @cached_property
    def mortality(self) -> Estimate:
        """Deaths per 1,000 agent ticks: tells policies apart even where most lives reach the horizon."""
        return ratio(self.counts.deaths.sum((1, 2)), self.counts.ticks.sum(-1), 1000)

    @cached_property
    def causes(self) -> dict[str, Estimate]:
        """Share of the deaths due to each cause, by its name."""
        deaths = self.counts.deaths.sum(1)
        return {name: ratio(deaths[:, i], deaths.sum(-1), 1, _SHARE) for i, name in enumerate(self.cause_names)}

    def _of_lives(self, total: np.ndarray, high: float) -> Estimate:
        return ratio(total.sum(-1), self.counts.lives.sum(-1), 1, (0.0, high))


def _whole(name: str, values: Any) -> np.ndarray:
    """Nested lists of whole numbers as int64."""
    array = np.array(values)
    if array.dtype.kind not in "iu" and array.size:
        raise ValueError(f"{name} holds {array.dtype}, and must hold whole numbers")
    return array.astype(np.int64)
