"""How big the study `balance` is, scale by scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.studies.balance.societies import HORIZON
from forge.experiments.studies.framework.study import Scale


@dataclass(frozen=True)
class Size(Scale):
    """A scale of this study; its seeds are sets of worlds with maps of their own."""

    base: Mapping[str, Any] = field(default_factory=lambda: {"spawn.populations": 8})  # what differs from Guild
    lives: Settings = Settings(worlds=32, ticks=1000, warmup=1000, horizon=HORIZON)  # noqa: RUF009 - never changed
    times: int = 400  # that a duel is fought
    households: int = 100  # of a kind, each in a world of its own
    worlds: int = 16  # of a chronicle
    long: int = 20_000  # ticks of the chronicle of wealth
    kinds: int = 10_000  # ticks in which all kinds are to be made
    prices: int = 5_000  # ticks of the chronicles of prices
    every: int = 250  # ticks of a window
    begun: int = 2_000  # ticks from which on wealth is compared, and prices half as many
    shuffles: int = 999

    def windows(self, ticks: int) -> int:
        """How many windows so many ticks are."""
        return ticks // self.every


_SMALL = {"spawn.cap": 32, "spawn.populations": 8, "terrain.side": 48, "terrain.border": 3}
SCALES = {
    "tiny": Size(
        about="tries the study, and says nothing of its claims",
        seeds=1,
        probe_seconds=0.05,
        base=_SMALL,
        lives=Settings(worlds=2, ticks=60, warmup=40, horizon=60),
        times=20,
        households=3,
        worlds=2,
        long=200,
        kinds=100,
        prices=100,
        every=10,
        begun=40,
        shuffles=49,
    ),
    "small": Size(about="32 worlds, 16 of them for 20,000 ticks, and 400 fights of a kind", seeds=1),
    "medium": Size(about="128 worlds, 64 of them for 20,000 ticks, and 1,600 fights of a kind", seeds=4),
}
