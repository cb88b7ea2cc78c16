"""Who stands out among the living, and among those who have died since the server began to watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from forge.blade.grown.kinds import SKILLS
from forge.embyr.society.lives import LifeRecord, Lives

#: Places of each board.
PLACES = 10


class Standing(NamedTuple):
    """What a life has come to besides what its record holds; None where it is not known."""

    levels: np.ndarray | None  # by `Skill` [9]
    wealth: float | None  # the most that it ever had [gold]


class Board(NamedTuple):
    """What lives are compared by.

    Attributes:
        name, unit: for viewers.
        value: of a life, as of a tick; None where it is not known.
    """

    name: str
    unit: str
    value: Callable[[LifeRecord, Standing, int], float | None]


class Place(NamedTuple):
    """A place of a board."""

    value: float
    life: LifeRecord
    standing: Standing

    def told(self) -> dict[str, Any]:
        """As a row of the message `fame`."""
        levels = self.standing.levels
        best = None if levels is None else int(levels.argmax())
        return {
            "id": self.life.id,
            "population": self.life.population,
            "value": self.value,
            "died": self.life.died,
            "skill": None if best is None else SKILLS[best],
            "level": None if levels is None else int(levels.max()),
        }


BOARDS = (
    Board("oldest", "ticks", lambda life, standing, tick: life.age(tick)),
    Board("richest", "gold", lambda life, standing, tick: standing.wealth),
    Board("children", "children", lambda life, standing, tick: len(life.children)),
    Board("kills", "kills", lambda life, standing, tick: life.kills + life.slain),
    Board(
        "levels",
        "levels",
        lambda life, standing, tick: None if standing.levels is None else int(standing.levels.sum(dtype=np.int64)),
    ),
)


class HallOfFame:
    """Keeps the boards of those who have died, and makes those of all. `see` is kept out of the thread that asks.

    Args:
        lives: that are known, the living among them.
    """

    def __init__(self, lives: Lives) -> None:
        self._lives = lives
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        self._ids = np.zeros(0, np.int64)
        self._levels: np.ndarray | None = None
        self._wealth: np.ndarray | None = None
        self._gone: dict[str, list[Place]] = {board.name: [] for board in BOARDS}
        self._since: int | None = None

    def see(
        self, tick: int, ended: Iterable[LifeRecord], ids: np.ndarray, levels: np.ndarray | None,
        wealth: np.ndarray | None,
    ) -> None:  # fmt: skip
        """Takes a tick, after `Lives` has.

        Args:
            tick: that has ended.
            ended: the lives that ended in it.
            ids: of the living, int64 [A].
            levels: of theirs, by `Skill` [A, 9], the caller has no more use of; None where there are none.
            wealth: what they have [A, gold]; None where it is not known.
        """
        if self._since is None:
            self._since = tick
        for life in ended:
            standing = self._standing(life.id)
            for board in BOARDS:
                value = board.value(life, standing, tick)
                if value:
                    self._gone[board.name].append(Place(value, life, standing))
        self._gone = {name: _first(places) for name, places in self._gone.items()}
        if wealth is not None:  # the most that anybody ever had
            wealth = np.maximum(wealth, self._before(ids))
        self._ids, self._levels, self._wealth = ids, levels, wealth

    def _before(self, ids: np.ndarray) -> np.ndarray:
        """The most that each of these agents had up to now [gold]; 0 of who is new."""
        if self._wealth is None or not len(self._ids):
            return np.zeros(len(ids))
        order = np.argsort(self._ids)
        place = order[np.minimum(np.searchsorted(self._ids, ids, sorter=order), len(order) - 1)]
        return np.where(self._ids[place] == ids, self._wealth[place], 0.0)

    def _standing(self, id: int) -> Standing:
        (found,) = np.nonzero(self._ids == id)
        if not len(found):
            return Standing(None, None)
        return self._standing_at(int(found[0]))

    def _standing_at(self, place: int) -> Standing:
        levels = None if self._levels is None else self._levels[place]
        return Standing(levels, None if self._wealth is None else float(self._wealth[place]))

    def tell(self) -> Mapping[str, Any]:
        """The message `fame` of docs/viewer.md. A board on which nobody has anything is left out."""
        tick = self._lives.tick
        living = [
            (life, self._standing_at(place))
            for place, id in enumerate(self._ids.tolist())
            if (life := self._lives.get(id)) is not None
        ]
        boards = []
        for board in BOARDS:
            found = [(board.value(life, standing, tick), life, standing) for life, standing in living]
            places = _first([*self._gone[board.name], *(Place(v, one, standing) for v, one, standing in found if v)])
            if places:
                rows = [place.told() for place in places]
                boards.append({"name": board.name, "unit": board.unit, "rows": rows})
        return {"type": "fame", "tick": tick, "since": self._since, "boards": boards}


def _first(places: Sequence[Place]) -> list[Place]:
    """The first places, the greatest value before others, of equal ones the older life."""
    return sorted(places, key=lambda place: (-place.value, place.life.born, place.life.id))[:PLACES]
