"""The births and deaths of the world that is watched, the newest so many, and how many attacks there were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from forge.blade.mechanics.ids import NONE, Cause, EventKind
from forge.blade.recording.frame_schema import Table
from forge.embyr.streaming.kinds import NO_KINDS, Kinds

_BIRTH, _DEATH = int(EventKind.BIRTH), int(EventKind.DEATH)
#: One birth or death, 32 bytes.
HAPPENED = np.dtype(
    [
        ("tick", "i8"),  # of the frame it belongs to
        ("killer", "i8"),  # id of who dealt the last blow to who died of an attack; else −1
        ("id", "u4"),
        ("age", "i4"),
        ("row", "u2"),
        ("col", "u2"),
        ("kind", "u1"),  # an `EventKind`: birth or death
        ("population", "u1"),
        ("cause", "u1"),  # a `Cause`
        ("killer_kind", "u1"),  # of a killer that is a creature; else 0
    ]
)
_BIRTHS = ("tick", "id", "row", "col", "population")
_DEATHS = (*_BIRTHS, "age", "cause", "killer", "killer_kind")
#: Rows that are kept: a world in which one agent is born and one dies in every tick fills them in 32,768 ticks.
KEPT = 2**16
#: Rows of one message, so that none is longer than some 200 kB.
ROWS_A_MESSAGE = 2**12


class Mark(NamedTuple):
    """How much had happened at a moment: what a viewer has been told of, or what there is to tell."""

    rows: int = 0  # births and deaths that were logged
    births: int = 0  # those that were not logged included
    deaths: int = 0
    attacks: int = 0
    damage: int = 0  # of those attacks


class EventLog:
    """A ring of births and deaths: an old `Mark` gets what is still there since, and the number of the rest.

    Args:
        kept: rows of memory.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._rows = np.zeros(kept, HAPPENED)
        self._tick = 0
        #: How much has happened up to now.
        self.mark = Mark()

    def add(self, tick: int, births: Table, deaths: Table, attacks: Table, kinds: Kinds = NO_KINDS) -> None:
        """Logs what happened in a tick.

        Args:
            tick: the one that has ended.
            births, deaths, attacks: as in a frame.
            kinds: of its creatures.
        """
        self._append(rows_of(tick, births, deaths, attacks, kinds))
        mark = self.mark
        self.mark = mark._replace(
            births=mark.births + len(births["id"]),
            deaths=mark.deaths + len(deaths["id"]),
            attacks=mark.attacks + len(attacks["target"]),
            damage=mark.damage + int(attacks["damage"].sum()),
        )

    def count(self, births: int, deaths: int) -> None:
        """Counts births and deaths of which no more is known than that they happened."""
        self.mark = self.mark._replace(births=self.mark.births + births, deaths=self.mark.deaths + deaths)

    def messages(self, since: Mark, until: Mark) -> Iterator[dict[str, Any]]:
        """What happened between two marks, as messages `events` of docs/viewer.md; none if nothing did."""
        if since == until:
            return
        rows = self.rows(since.rows, until.rows)
        counts = [int((rows["kind"] == kind).sum()) for kind in (_BIRTH, _DEATH)]
        told = {
            "attacks": {"count": until.attacks - since.attacks, "damage": until.damage - since.damage},
            "untold": {
                "births": until.births - since.births - counts[0],
                "deaths": until.deaths - since.deaths - counts[1],
            },
        }
        for start in range(0, max(len(rows), 1), ROWS_A_MESSAGE):
            yield {"type": "events", **tables(rows[start : start + ROWS_A_MESSAGE]), **told}
            told = {}

    def rows(self, begin: int, end: int) -> np.ndarray:
        """Rows by their number, counted from 0, as far as they are still there: HAPPENED [n], a copy."""
        kept = len(self._rows)
        begin = max(begin, self.mark.rows - kept)
        return self._rows[np.arange(begin, max(begin, end)) % kept]

    def _append(self, rows: np.ndarray) -> None:
        kept, count = len(self._rows), len(rows)
        if count:
            newest = rows[-kept:]
            end = self.mark.rows + count
            self._rows[np.arange(end - len(newest), end) % kept] = newest
            self.mark = self.mark._replace(rows=end)


def rows_of(tick: int, births: Table, deaths: Table, attacks: Table, kinds: Kinds) -> np.ndarray:
    """The deaths and births of a tick: HAPPENED [n]."""
    died, born = len(deaths["id"]), len(births["id"])
    rows = np.zeros(died + born, HAPPENED)
    if not len(rows):
        return rows
    rows["tick"], rows["killer"] = tick, NONE
    for part, kind, table in ((rows[:died], _DEATH, deaths), (rows[died:], _BIRTH, births)):
        part["kind"] = kind
        for name, column in table.items():
            part[name] = column
    killed = np.flatnonzero(rows["cause"][:died] == Cause.ATTACK)
    if len(killed) and len(attacks["target"]):
        killers = _last_attackers(attacks, rows["id"][killed])
        rows["killer"][killed] = killers
        rows["killer_kind"][killed] = np.where(killers == NONE, 0, kinds.of(killers))
    return rows


def _last_attackers(attacks: Table, targets: np.ndarray) -> np.ndarray:
    """Who struck each of the targets last, int64 [n]; −1 where nobody did."""
    struck, last = np.unique(attacks["target"][::-1], return_index=True)
    place = np.minimum(np.searchsorted(struck, targets), len(struck) - 1)
    attackers = attacks["attacker"][::-1][last[place]].astype(np.int64)
    return np.where(struck[place] == targets, attackers, NONE)


def tables(rows: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """HAPPENED rows as the tables `births` and `deaths` of a message."""
    parts = (("births", _BIRTH, _BIRTHS), ("deaths", _DEATH, _DEATHS))
    return {name: {field: rows[field][rows["kind"] == kind] for field in fields} for name, kind, fields in parts}
