"""Who has lived in a world since it is watched: when, whose child, whose mother, and how it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forge.blade.mechanics.ids import NONE, Cause, EventKind

#: Lives that have ended and are remembered; the first of them are forgotten first.
KEPT = 2**14
#: Relatives of one generation that are told of at most.
MOST_OF_KIN = 48
_ATTACK, _DEATH = int(EventKind.ATTACK), int(EventKind.DEATH)


@dataclass(slots=True)
class LifeRecord:
    """One life, as far as it is known."""

    id: int
    population: int
    born: int  # the tick it entered in, by its age where nobody saw it
    mother: int | None = None  # its id; None: it has none, or nobody knows
    died: int | None = None
    cause: int | None = None  # of death, by number; None while it lives, and where nobody knows
    killer: int | None = None  # id of an agent, or, below 0, of a creature
    killer_kind: int = 0  # of a creature that killed it; 0 else, and where it is not known
    kills: int = 0  # of agents
    slain: int = 0  # creatures
    children: list[int] = field(default_factory=list)

    def age(self, tick: int) -> int:
        """How long it has lived, or lived [ticks]."""
        return (tick if self.died is None else self.died) - self.born


class Lives:
    """A register of lives. `see` is called in the world's thread; all else in a thread that `see` is kept out of.

    Args:
        events: names of what happens, by number.
        by_levels: whether fights are by levels: then a kill is whose blow took most, else whose was the last.
        kept: lives that have ended.
    """

    def __init__(self, events: Sequence[str], by_levels: bool, kept: int = KEPT) -> None:
        self._slay, self._bear = (events.index(name) if name in events else NONE for name in ("slay", "bear"))
        self._by_levels, self._kept = by_levels, kept
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        self._known: dict[int, LifeRecord] = {}
        self._ended: deque[int] = deque()
        self._living = np.zeros(0, np.int64)
        self.tick = -1

    def see(
        self, tick: int, happenings: np.ndarray, ids: np.ndarray, ages: np.ndarray, populations: np.ndarray,
        mothers: np.ndarray | None,
    ) -> list[LifeRecord]:  # fmt: skip
        """Takes a tick.

        Args:
            tick: that has ended.
            happenings: in it, HAPPENING [n].
            ids, ages, populations: of the living [A].
            mothers: their mothers, 1 + id or 0 [A]; None where nobody bears, or births alone tell of them.

        Returns:
            The lives that have ended since the last call.
        """
        self.tick = tick
        ids = ids.astype(np.int64)
        borne = happenings[happenings["kind"] == self._bear] if self._bear != NONE else happenings[:0]
        bearers = dict(zip(borne["other"].tolist(), borne["agent"].tolist(), strict=True))
        for k in np.flatnonzero(~np.isin(ids, self._living)):
            told = 0 if mothers is None else int(mothers[k])
            mother = bearers.get(int(ids[k]), told - 1 if told else None)
            life = LifeRecord(int(ids[k]), int(populations[k]), tick - int(ages[k]), mother)
            self._known[life.id] = life
            if mother in self._known:
                self._known[mother].children.append(life.id)
        ended = [self._known[int(id)] for id in self._living[~np.isin(self._living, ids)]]
        self._living = ids
        deaths = {int(row["agent"]): row for row in happenings[happenings["kind"] == _DEATH]}
        for life in ended:
            self._end(life, tick, deaths.get(life.id), happenings)
        slayers = happenings["agent"][happenings["kind"] == self._slay].tolist() if self._slay != NONE else []
        for slayer in slayers:
            if slayer in self._known:
                self._known[slayer].slain += 1
        self._ended += [life.id for life in ended]
        while len(self._ended) > self._kept:
            del self._known[self._ended.popleft()]
        return ended

    def _end(self, life: LifeRecord, tick: int, death: np.void | None, happenings: np.ndarray) -> None:
        life.died = tick
        if death is None:
            return  # in a tick that nobody saw, or somebody took it out of the world
        life.died, life.cause = int(death["tick"]), int(death["detail"])
        if life.cause == Cause.ATTACK:
            blows = happenings[(happenings["kind"] == _ATTACK) & (happenings["other"] == life.id)]
            blows = blows[blows["value"] > 0]
            if len(blows):
                hardest = int(np.argmax(blows["value"])) if self._by_levels else -1
                life.killer = int(blows["agent"][hardest])
                life.killer_kind = int(blows["creature"][hardest])
                if life.killer in self._known:
                    self._known[life.killer].kills += 1

    def get(self, id: int) -> LifeRecord | None:
        """The life of an agent; None if it is not known."""
        return self._known.get(id)

    def __iter__(self) -> Iterator[LifeRecord]:
        return iter(self._known.values())

    def family(self, id: int) -> list[dict[str, Any]]:
        """The field `family` of the message `life` of docs/viewer.md: the agent itself, and its kin."""
        life = self.get(id)
        if life is None:
            return []
        mother = NONE if life.mother is None else life.mother
        above = [mother] if mother != NONE else []
        if above and (known := self.get(mother)) is not None and known.mother is not None:
            above.append(known.mother)
        children = life.children[-MOST_OF_KIN:]
        grandchildren = [g for child in children if (known := self.get(child)) for g in known.children][-MOST_OF_KIN:]
        kin = [(-n, one) for n, one in enumerate(above, 1)][::-1]
        kin += [(0, id), *((1, child) for child in children), *((2, child) for child in grandchildren)]
        return [self._relative(generation, one) for generation, one in kin]

    def _relative(self, generation: int, id: int) -> dict[str, Any]:
        life = self.get(id)
        told: dict[str, Any] = {"id": id, "generation": generation, "population": None, "born": None, "died": None}
        if life is not None:
            told |= {"population": life.population, "born": life.born, "died": life.died}
        return told | {"mother": None if life is None else life.mother}
