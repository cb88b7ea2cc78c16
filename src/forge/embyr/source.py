"""What is watched, in the words of the welcome."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from forge.blade.config import Config

Kind = Literal["live", "replay", "training"]


@dataclass(frozen=True)
class Source:
    """A world as its viewers are told of it."""

    kind: Kind
    title: str
    side: int  # rows and columns of the map [tiles]
    populations: int
    names: tuple[str, ...]  # one a population
    slots: int
    styles: int
    learned_targets: bool
    vitals: Mapping[str, int]  # maxima
    sight: int  # tiles that an agent sees in each direction
    reach: Mapping[str, int]  # of each style [tiles]
    ticks: tuple[int, int] | None  # first and last of a replay
    tick_seconds: float  # between two ticks at speed 1

    @classmethod
    def of(
        cls,
        config: Config,
        kind: Kind = "live",
        title: str = "Neural MMO",
        names: Sequence[str] = (),
        ticks: tuple[int, int] | None = None,
        tick_seconds: float = 0.6,
    ) -> Self:
        """What there is to tell of a world with this configuration.

        Args:
            config: of the world.
            kind: of what is watched.
            title: of the page.
            names: of the populations; those left out are called by their number.
            ticks: first and last tick of a replay.
            tick_seconds: between two ticks at speed 1.
        """
        vitals, combat = config.vitals, config.combat
        rest = (f"Population {p}" for p in range(len(names), config.populations))
        return cls(
            kind=kind,
            title=title,
            side=config.terrain.side,
            populations=config.populations,
            names=(*names, *rest)[: config.populations],
            slots=config.spawn.cap,
            styles=config.styles,
            learned_targets=config.learned_targets,
            vitals={"health": vitals.health, "food": vitals.food, "water": vitals.water},
            sight=config.sight.radius,
            reach={"melee": combat.melee_reach, "range": combat.range_reach, "mage": combat.mage_reach},
            ticks=ticks,
            tick_seconds=tick_seconds,
        )

    def describe(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return dataclasses.asdict(self)
