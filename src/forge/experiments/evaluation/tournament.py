"""A tournament: entrants meet in the same worlds, two by two or all together, and are compared and rated."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forge.agents import kinds_for
from forge.blade import Config, ConfigError
from forge.experiments.evaluation.bouts import Met
from forge.experiments.evaluation.entrants import scripted_entrant
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.meeting import evenly, lead, meet, seat
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.evaluation.ratings import anchor, rate
from forge.experiments.statistics.estimate import Estimate, ratio


@dataclass(frozen=True, eq=False)
class Tournament:
    """The outcome. Everyone met in worlds that began alike."""

    config: Config  # of the worlds, with the spawn cap that was played
    seed: int
    names: tuple[str, ...]  # of all who took part, anchors too
    anchors: tuple[str, ...]
    meetings: tuple[Met, ...]

    @cached_property
    def frozen(self) -> dict[str, float]:
        """Ratings of the anchors that have met one another."""
        return anchor(self.meetings, self.anchors)

    @cached_property
    def ratings(self) -> dict[str, Estimate]:
        """Ratings of all, the best first."""
        found = rate(self.meetings, self.frozen, self.names)
        return dict(sorted(found.items(), key=lambda item: -item[1].value))

    def lifetime(self, name: str) -> Estimate:
        """Mean lifetime over all meetings of an entrant [ticks], restricted to the horizon."""
        total, lives = (
            np.sum([getattr(m.evaluation.counts, count)[:, m.names.index(name)] for m in self._of(name)], axis=0)
            for count in ("lifetime", "lives")
        )
        return ratio(total, lives, 1, (0.0, float(max(self.horizons))))

    @property
    def horizons(self) -> list[int]:
        """To which horizons its meetings were played [ticks]."""
        return [meeting.evaluation.settings.horizon for meeting in self.meetings]

    def against(self, name: str, other: str) -> tuple[Estimate, Estimate] | None:
        """Mean lifetime of an entrant in the meeting with another, and its lead over it; None if they did not meet."""
        for m in self._of(name):
            if other in m.names and other != name:
                one, two = m.names.index(name), m.names.index(other)
                return m.evaluation.lifetimes[one], lead(m.evaluation, one, two)
        return None

    def won(self, name: str) -> tuple[int, int]:
        """In how many worlds an entrant lived longest on average, draws left out, and in how many it met others."""
        won = met = 0
        for m in self._of(name):
            counts, me = m.evaluation.counts, m.names.index(name)
            mean = np.where(counts.lives > 0, counts.lifetime / np.maximum(counts.lives, 1), -1.0)
            others = np.delete(mean, me, 1).max(1)
            both = (mean[:, me] >= 0) & (others >= 0)
            won, met = won + int((both & (mean[:, me] > others)).sum()), met + int(both.sum())
        return won, met

    def _of(self, name: str) -> list[Met]:
        return [meeting for meeting in self.meetings if name in meeting.names]


def hold(
    entrants: Sequence[Entrant],
    config: Config,
    settings: Settings,
    seed: int = 0,
    *,
    together: bool = False,
    anchored: bool = True,
    listen: Callable[[tuple[str, ...], int, int], None] = lambda names, done, count: None,
) -> Tournament:
    """Holds a tournament.

    Args:
        entrants: two or more, with different names; with anchors one is enough.
        config: of the worlds. If its spawn cap cannot be shared out evenly, the next lower one that can is played.
        settings: of each meeting.
        seed: of the worlds and of all choices.
        together: all meet at once, in the same worlds; otherwise each two meet in worlds of their own.
        anchored: the scripted agents take part too, and their ratings are frozen. Only for meetings of two.
        listen: is told who meets next, how many meetings are done, and how many there are.

    Raises:
        ConfigError: if the entrants are too few, share a name, or cannot meet in such worlds.
    """
    if together and anchored:
        raise ConfigError("anchors are met two by two: not together")
    anchors = kinds_for(config) if anchored else ()
    known = {entrant.name: entrant for entrant in entrants}
    if len(known) < len(entrants):
        raise ConfigError(f"entrants must have different names, not {', '.join(e.name for e in entrants)}")
    known |= {name: scripted_entrant(name) for name in anchors}
    everyone = list(known.values())
    if len(everyone) < 2:
        raise ConfigError(f"a tournament needs two entrants at least, not {len(everyone)}")
    tables = [tuple(everyone)] if together else list(itertools.combinations(everyone, 2))
    share = math.lcm(*(entrant.populations for entrant in everyone))
    played = evenly(config, len(tables[0]) * share)
    for table in tables:
        seat(played, table, share)  # refuses before anything is played
    meetings = []
    for done, table in enumerate(tables):
        names = tuple(entrant.name for entrant in table)
        listen(names, done, len(tables))
        meetings.append(Met(names, meet(table, played, settings, seed, share)))
    return Tournament(played, seed, tuple(known), anchors, tuple(meetings))
