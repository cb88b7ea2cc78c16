"""What has happened lately in a world that is watched, in bounded memory, to be asked by agent."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np

from forge.blade.mechanics.ids import NONE, EventKind
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_schema import FrameLayout
from forge.blade.world.world import World
from forge.embyr.streaming.kinds import Kinds

#: Something that happened, 40 bytes: an `EVENT`, with the tick of the frame that shows it.
HAPPENING = np.dtype(
    [
        ("tick", "i8"),
        ("agent", "i8"),
        ("other", "i8"),
        ("value", "i4"),
        ("row", "i2"),
        ("col", "i2"),
        ("kind", "u1"),
        ("detail", "u1"),
        ("population", "u1"),
        ("creature", "u1"),  # of an attack by a creature or on one: the kind of that; else 0
        ("pad", "u1", (4,)),
    ]
)
#: Where somebody stood at a tick, 16 bytes.
PLACE = np.dtype([("tick", "i8"), ("agent", "u4"), ("row", "u2"), ("col", "u2")])
_ATTACK, _BIRTH, _DEATH, _DRINK = EventKind.ATTACK, EventKind.BIRTH, EventKind.DEATH, EventKind.DRINK
#: Kinds of events of every world; those that frames tell as deeds have the numbers behind.
OURS = len(EventKind)
_MERGED = 64  # parts that become one, so that a question looks through few


class Rows:
    """The newest rows of one type. They are added in one thread, and may be asked for from any.

    Args:
        dtype: of the rows, with a field `tick` that never falls, and `by`.
        by: fields with ids of agents.
        kept: rows at most, but for those of the newest ticks, 64 at most.
    """

    def __init__(self, dtype: np.dtype, by: tuple[str, ...], kept: int) -> None:
        self._dtype, self._by, self._kept = dtype, by, kept
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._parts: list[np.ndarray] = []
            self._count = self._loose = 0
            #: The first tick of which all rows are there; None before any.
            self.since: int | None = None

    def add(self, tick: int, rows: np.ndarray) -> None:
        """Adds the rows of a tick, which become its own."""
        with self._lock:
            if self.since is None:
                self.since = tick
            if not len(rows):
                return
            self._parts.append(rows)
            self._count += len(rows)
            self._loose += 1
            if self._loose == _MERGED:
                self._parts[-_MERGED:] = [np.concatenate(self._parts[-_MERGED:])]
                self._loose = 0
            while self._count > self._kept and len(self._parts) > max(1, self._loose):
                oldest = self._parts.pop(0)  # never one of those that are to become one
                self._count -= len(oldest)
                self.since = int(oldest["tick"][-1]) + 1

    def of(self, agent: int) -> np.ndarray:
        """The rows in which an agent is named, in their order."""
        with self._lock:
            parts = list(self._parts)
        found = [part[np.logical_or.reduce([part[name] == agent for name in self._by])] for part in parts]
        return np.concatenate([np.zeros(0, self._dtype), *found])


def event_names(layout: FrameLayout) -> list[str]:
    """What happens in a world with such frames, by the numbers of `HAPPENING`."""
    return [*(kind.name.lower() for kind in EventKind), *(deed.name for deed in layout.deeds)]


def happened_in(world: World, w: int = 0) -> np.ndarray:
    """What a world logged of its last tick, but for drinks, of which there are too many: HAPPENING [n]."""
    events = world.state.events[w, : world.state.event_count[w]]
    rows = _happenings(int(world.state.tick[w]), events[events["kind"] != _DRINK])
    return _named(rows, Kinds.living(world, w))


def happened_shown(frame: Frame) -> np.ndarray:
    """What a frame alone tells: attacks, deaths, births and deeds, but where these took place: HAPPENING [n]."""
    attacks, deaths, births, deeds = frame.attacks, frame.deaths, frame.births, frame.deeds
    named = {"agent": "attacker", "other": "target", "value": "damage", "detail": "style"}
    parts = [
        {"kind": _ATTACK, **{name: attacks[column] for name, column in named.items()}},
        {"kind": _DEATH, **_at(deaths), "value": deaths["age"], "detail": deaths["cause"], "other": NONE},
        {"kind": _BIRTH, **_at(births), "other": NONE},
    ]
    counts = [len(attacks["target"]), len(deaths["id"]), len(births["id"])]
    if deeds:
        parts.append({"kind": OURS + deeds["what"], "value": deeds["count"], "detail": deeds["kind"]})
        parts[-1] |= {name: deeds[name] for name in ("agent", "other")}
        counts.append(len(deeds["agent"]))
    rows = np.zeros(sum(counts), HAPPENING)
    end = 0
    for count, part in zip(counts, parts, strict=True):
        for name, column in part.items():
            rows[name][end : end + count] = column
        end += count
    for name in ("agent", "other"):  # frames count creatures down from 2^32, and events from 0
        rows[name] -= (rows[name] >= 2**31).astype(np.int64) << 32
    nowhere = (rows["kind"] == _ATTACK) | (rows["kind"] >= OURS)
    for name, column in zip(("row", "col"), frame.lookup(rows["agent"][nowhere], "row", "col"), strict=True):
        rows[name][nowhere] = column
    rows["tick"] = frame.tick
    return _named(rows, Kinds.shown(frame))


def places_of(tick: int, agents: Mapping[str, np.ndarray] | np.ndarray) -> np.ndarray:
    """Where everyone stands, of agents of a frame or of the state: PLACE [n]."""
    rows = np.zeros(len(agents["id"]), PLACE)
    rows["tick"] = tick
    for name, column in (("agent", "id"), ("row", "row"), ("col", "col")):
        rows[name] = agents[column]
    return rows


def _at(table: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"agent": table["id"], **{name: table[name] for name in ("row", "col", "population")}}


def _named(rows: np.ndarray, kinds: Kinds) -> np.ndarray:
    """The same rows, with the kinds of the creatures that strike or are struck."""
    struck = np.flatnonzero((rows["kind"] == _ATTACK) & (np.minimum(rows["agent"], rows["other"]) < 0))
    rows["creature"][struck] = kinds.of(np.minimum(rows["agent"], rows["other"])[struck])
    return rows


def _happenings(tick: int, events: np.ndarray) -> np.ndarray:
    rows = np.zeros(len(events), HAPPENING)
    for name in HAPPENING.names or ():
        if name in (events.dtype.names or ()):
            rows[name] = events[name]
    rows["tick"] = tick
    return rows
