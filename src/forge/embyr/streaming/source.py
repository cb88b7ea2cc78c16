"""What is watched, in the words of the welcome."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal, Self

from forge.blade.config.config import Config
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import OURS, FrameLayout

Kind = Literal["live", "replay", "training"]

_SHORT = 14  # letters of a name that may stand on every line of a table


@dataclass(frozen=True)
class Source:
    """A world as its viewers are told of it."""

    kind: Kind
    title: str
    side: int  # rows and columns of the map [tiles]
    populations: int
    names: tuple[str, ...]  # one a population, all different
    slots: int
    styles: int
    learned_targets: bool
    vitals: Mapping[str, int]  # maxima
    sight: int  # tiles that an agent sees in each direction
    reach: Mapping[str, int]  # of each style [tiles]
    ticks: tuple[int, int] | None  # first and last of a replay
    tick_seconds: float  # between two ticks at speed 1
    layout: FrameLayout = OURS  # of its frames

    @classmethod
    def of(
        cls,
        config: Config,
        kind: Kind = "live",
        title: str = "Neural MMO",
        names: Sequence[str] = (),
        ticks: tuple[int, int] | None = None,
        tick_seconds: float = 0.6,
        layout: FrameLayout | None = None,
    ) -> Self:
        """What there is to tell of a world with this configuration.

        Args:
            config: of the world.
            kind: of what is watched.
            title: of the page. Where the one player of all populations is not called by its name there, it is added.
            names: of who plays each population; see `population_names` for what is made of them.
            ticks: first and last tick of a replay.
            tick_seconds: between two ticks at speed 1.
            layout: of its frames; None is that of a world with this configuration. A replay says its own.
        """
        vitals, combat = config.vitals, config.combat
        return cls(
            kind=kind,
            title=_with_player(title, names),
            side=config.terrain.side,
            populations=config.populations,
            names=population_names(names, config.populations),
            slots=config.spawn.cap,
            styles=config.styles,
            learned_targets=config.learned_targets,
            vitals={"health": vitals.health, "food": vitals.food, "water": vitals.water},
            sight=config.sight.radius,
            reach={"melee": combat.melee_reach, "range": combat.range_reach, "mage": combat.mage_reach},
            ticks=ticks,
            tick_seconds=tick_seconds,
            layout=frame_layout(config) if layout is None else layout,
        )

    def describe(self) -> dict[str, Any]:
        """As plain values, for JSON, but for the layout of frames, which has a place of its own in the welcome."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "layout"}


def population_names(players: Sequence[str], populations: int) -> tuple[str, ...]:
    """What to call populations, as short as tells them apart.

    Args:
        players: who plays each population, such as folders of runs; populations beyond them are called by their number.
        populations: how many there are.

    Returns:
        One name a population, all different. If one player with a long name plays them all, "Population 0" and so on;
        else what is left of the players' names without the words at their beginning that they share, with the number
        of the population where a player has several.
    """
    players = players[:populations]
    shared = {*players}
    long = len(shared) == 1 and len(players) == populations and len(players[0]) > _SHORT
    called = {} if long else _without_common_words(sorted(shared))
    names = [called.get(player, "Population") for player in players]
    names += ["Population"] * (populations - len(players))
    return told_apart(names)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """The names of populations, each with its number behind where others are called the same, or by no name."""
    unclear = {name for name in names if names.count(name) > 1} | {"Population"}
    return tuple(f"{name} {p}" if name in unclear else name for p, name in enumerate(names))


def _without_common_words(names: Sequence[str]) -> dict[str, str]:
    """What is left of each long name without the words that all names with the same first word begin with."""
    words = {name: re.split(r"(?<=[-_./ ])", name) for name in names}
    left = {}
    for name in names:
        alike = [words[other] for other in names if words[other][0] == words[name][0]]
        shared = takewhile(lambda column: len({*column}) == 1, zip(*alike, strict=False))
        cut = len(list(shared)) if len(alike) > 1 and len(name) > _SHORT else 0
        left[name] = "".join(words[name][cut:]) or name
    found = list(left.values())
    return {name: short if found.count(short) == 1 else name for name, short in left.items()}


def _with_player(title: str, players: Sequence[str]) -> str:
    """The title, with the name of the one who plays all populations unless it is short or said there."""
    shared = {*players}
    return title if len(shared) != 1 or len(players[0]) <= _SHORT or players[0] in title else f"{title} · {players[0]}"
