"""The story of one life: where it went, what it did and what was done to it, as far as the server saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from forge.blade.mechanics.ids import EventKind, Style
from forge.blade.recording.frame_schema import FrameLayout
from forge.embyr.society.happenings import OURS, Rows, event_names
from forge.embyr.society.lives import Lives
from forge.embyr.streaming.kinds import kind_names

#: Places of a path that are told of at most, and things that happened last.
MOST_PLACES, MOST_DEEDS = 240, 40


class Stories:
    """Tells of lives.

    Args:
        layout: of the world's frames, which says what deeds there are.
        lives: that are known.
        happenings, places: what is remembered, HAPPENING and PLACE rows.
    """

    def __init__(self, layout: FrameLayout, lives: Lives, happenings: Rows, places: Rows) -> None:
        self._lives, self._happenings, self._places = lives, happenings, places
        self._events, self._kinds = event_names(layout), kind_names(layout)
        (deaths,) = [section for section in layout.sections if section.name == "deaths"]
        (causes,) = [column.names for column in deaths.fields if column.name == "cause"]
        #: What the `detail` of an event names, by its number; of others it is told as it is.
        self._details: dict[int, Sequence[str]] = {
            int(EventKind.ATTACK): [style.name.lower() for style in Style],
            int(EventKind.DEATH): causes,
            **{OURS + number: cast("Sequence[str]", deed.names) for number, deed in enumerate(layout.deeds)},
        }

    def of(self, id: int) -> dict[str, Any]:
        """The message `life` of docs/viewer.md."""
        life, tick = self._lives.get(id), self._lives.tick
        message: dict[str, Any] = {"type": "life", "id": id, "tick": tick, "known": life is not None}
        if life is None:
            return message
        rows = self._happenings.of(id)
        since = self._happenings.since
        return message | {
            "population": life.population,
            "born": life.born,
            "died": life.died,
            "age": life.age(tick),
            "cause": None if life.cause is None else self._details[int(EventKind.DEATH)][life.cause],
            "killer": life.killer,
            "killer_kind": self._kind(life.killer_kind),
            "kills": life.kills,
            "slain": life.slain,
            "mother": life.mother,
            "family": self._lives.family(id),
            "since": max(life.born, tick if since is None else since),
            "path": _thinned(self._places.of(id)),
            "counts": self._counts(id, rows),
            "deeds": [self._deed(id, row) for row in rows[-MOST_DEEDS:]],
        }

    def _counts(self, id: int, rows: np.ndarray) -> list[dict[str, Any]]:
        """How often each happened, and what came of it altogether: by event, by whether it did it, and by detail."""
        did = rows["agent"] == id
        keys = rows["kind"].astype(np.int64) << 9 | did.astype(np.int64) << 8 | rows["detail"]
        found, inverse, count = np.unique(keys, return_inverse=True, return_counts=True)
        value = np.bincount(inverse, rows["value"], len(found)).astype(np.int64)
        return [
            {
                "event": self._events[key >> 9],
                "did": bool(key >> 8 & 1),
                "of": self._named(key >> 9, key & 255),
                "count": int(count[k]),
                "value": int(value[k]),
            }
            for k, key in enumerate(found.tolist())
        ]

    def _deed(self, id: int, row: np.void) -> dict[str, Any]:
        kind, did = int(row["kind"]), bool(row["agent"] == id)
        other = int(row["other"] if did else row["agent"])
        return {
            "tick": int(row["tick"]),
            "event": self._events[kind],
            "did": did,
            "of": self._named(kind, int(row["detail"])),
            "value": int(row["value"]),
            "other": other,
            "creature": self._kind(int(row["creature"])),
            "row": int(row["row"]),
            "col": int(row["col"]),
        }

    def _kind(self, number: int) -> str | None:
        """What a kind of creatures is called; None for no creature, and where it is not known."""
        return self._kinds[number] if 0 < number < len(self._kinds) else None

    def _named(self, kind: int, detail: int) -> str | int:
        names = self._details.get(kind, ())
        return names[detail] if detail < len(names) else detail


def _thinned(places: np.ndarray) -> list[list[int]]:
    """A path in few places, the last among them: lists of tick, row and column."""
    if len(places) > MOST_PLACES:
        places = places[np.linspace(0, len(places) - 1, MOST_PLACES).astype(np.int64)]
    return [[int(place["tick"]), int(place["row"]), int(place["col"])] for place in places]
