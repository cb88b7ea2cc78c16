"""Fair seats: whoever sits in one is sent what its agent sees, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np

from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import seen_columns
from forge.blade.recording.frame_schema import Field, FrameLayout, Table
from forge.blade.recording.further_tables import CREATURES, NO_OTHER
from forge.blade.schema.schema import Schema
from forge.blade.world.world import World
from forge.embyr.streaming.stream import FrameStream

#: Types of messages that tell whoever sits in a fair seat nothing of the world.
TOLD = frozenset({"welcome", "state", "joined", "left", "error"})
_ID = 0xFFFFFFFF  # ids are told as frames hold them


class FairView:
    """What one viewer is shown: the window and the agents that its agent's observation holds.

    What its agent has seen of the ground stays; another agent begins with nothing. Everything but `stream`, which is
    for the server's thread, belongs to the thread of the world.
    """

    def __init__(self) -> None:
        self.stream = FrameStream(partial=True)
        self._agent: int | None = None
        self._known = np.zeros((0, 0), np.uint8)  # materials as they were last seen
        self._materials = np.zeros((0, 0), np.uint8)
        self._seen = np.zeros(0, np.uint32)  # ids, its own among them

    def show(self, frame: Frame, world: World | None, agent: int | None) -> None:
        """Takes in a frame of everything.

        Args:
            frame: of the world as it is now.
            world: that it is of.
            agent: id of the agent that the viewer plays; None if it plays nobody.
        """
        begins = self.stream.number == 0 or frame.key or (agent is not None and agent != self._agent)
        if begins:
            self._known = np.full((frame.side, frame.side), UNKNOWN, np.uint8)
            self._seen = np.zeros(0, np.uint32)
        played, self._agent = (agent if agent is not None else self._agent), agent
        shown = Frame(frame.tick, frame.world, frame.side, **_nothing(frame.layout), layout=frame.layout)
        if played is not None and world is not None:
            shown = self._sighted(shown, frame, world, played)
        if begins:  # what it missed of the life before is still told
            self.stream.put(shown.with_plane(self._known), resumes=self.stream.number > 0 and not frame.key)
        else:
            self.stream.put(shown)

    def _sighted(self, shown: Frame, frame: Frame, world: World, agent: int) -> Frame:
        """Adds what an agent sees to a frame of nothing: of one that has died, what it saw of its last tick."""
        lives, died = frame.agents["id"] == agent, frame.deaths["id"] == agent
        place = _place(frame.agents, lives) or _place(frame.deaths, died)
        if place is None:
            self._seen = self._seen[:0]
            return shown
        reach = world.config.sight.radius
        if lives.any():
            seen = _in_view(world, frame.world, int(frame.agents["slot"][lives][0]))
        else:
            seen = self._seen[self._seen != agent]
        here = np.isin(frame.agents["id"], seen) & _near(frame.agents, place, reach)
        agents = _rows(frame.agents, here)
        _hide_unobserved(agents, agents["id"] == agent, frame.layout, world.config.schema)
        deaths = _rows(frame.deaths, died | np.isin(frame.deaths["id"], self._seen) & _near(frame.deaths, place, reach))
        births = _rows(frame.births, np.isin(frame.births["id"], agents["id"]))
        known = np.concatenate([agents["id"], deaths["id"]])
        creatures, deeds = shown.creatures, shown.deeds
        if frame.creatures:
            creatures = self._creatures(frame, seen, place, reach, world.config.schema)
            known = np.concatenate([known, creatures["id"]])
        if frame.deeds:
            deeds = _own_deeds(frame.deeds, agent, known)
        attacks = frame.attacks
        attacks = _rows(attacks, np.isin(attacks["attacker"], known) & np.isin(attacks["target"], known))
        self._seen = agents["id"]
        tiles = self._look(world.materials()[frame.world], place, reach)
        shown = dataclasses.replace(shown, agents=agents, deaths=deaths, births=births, attacks=attacks, tiles=tiles)
        return dataclasses.replace(shown, creatures=creatures, deeds=deeds)

    @staticmethod
    def _creatures(frame: Frame, seen: np.ndarray, place: tuple[int, int], reach: int, schema: Schema) -> Table:
        """Those in view that are no agents, with what an observation tells of them."""
        there = _rows(frame.creatures, np.isin(frame.creatures["id"], seen) & _near(frame.creatures, place, reach))
        (section,) = (section for section in frame.layout.sections if section.name == CREATURES)
        _blot(there, np.zeros(len(there["id"]), np.bool_), section.fields, schema)
        return there

    def _look(self, materials: np.ndarray, place: tuple[int, int], reach: int) -> Table:
        """Remembers the ground in the window around a place; the tiles that are not what was remembered."""
        rows, cols = (slice(max(0, at - reach), at + reach + 1) for at in place)
        fresh = np.zeros(materials.shape, np.bool_)
        fresh[rows, cols] = self._known[rows, cols] != materials[rows, cols]
        index = np.flatnonzero(fresh)
        self._known.reshape(-1)[index] = materials.reshape(-1)[index]
        return {"index": index.astype("<u4"), "material": materials.reshape(-1)[index]}


class FairViews:
    """The views of all who sit in fair seats.

    Args:
        seat_of: the agent that a viewer plays, asked in the thread of the world.
        call: has that thread do something between two ticks.
        stir: there is something new to send.
    """

    def __init__(
        self,
        seat_of: Callable[[int], int | None],
        call: Callable[[Callable[[], None]], None],
        stir: Callable[[], None],
    ) -> None:
        self._seat_of, self._call, self._stir = seat_of, call, stir
        self._views: dict[int, FairView] = {}
        self._last: tuple[Frame, World | None] | None = None

    def open(self, viewer: int) -> FrameStream:
        """Makes the view of a viewer, from the server's thread; returns what it is to be sent."""
        view = self._views[viewer] = FairView()
        self._call(lambda: self._begin(view))
        return view.stream

    def close(self, viewer: int) -> None:
        """A viewer has left."""
        self._views.pop(viewer, None)

    def show(self, frame: Frame, world: World | None) -> None:
        """Shows a frame to each as its agent sees it, in the thread of the world."""
        self._last = frame, world
        for viewer, view in list(self._views.items()):
            view.show(frame, world, self._seat_of(viewer))
        if self._views:
            self._stir()

    def _begin(self, view: FairView) -> None:
        """Shows a newcomer that there is a world, also while it is paused."""
        if self._last is not None and view.stream.number == 0:
            frame, world = self._last
            view.show(frame, world, None)
            self._stir()


def _in_view(world: World, w: int, slot: int) -> np.ndarray:
    """Ids of those whom the observation of the agent in a slot holds, itself among them."""
    observation = world.observe()
    seen = observation.seen[w, slot, : observation.seen_count[w, slot]]
    ids: np.ndarray = (observation.agents["id"][w, seen] & _ID).astype(np.uint32)
    return ids


def _nothing(layout: FrameLayout) -> dict[str, Table]:
    """The tables of a frame without rows."""
    return {s.name: {f.name: np.zeros(0, f.type) for f in s.fields} for s in layout.sections}


def _own_deeds(deeds: Table, agent: int, known: np.ndarray) -> Table:
    """What an agent did itself; who of those out of its sight had part in that, it does not know."""
    own = _rows(deeds, deeds["agent"] == agent)
    own["other"] = np.where(np.isin(own["other"], known), own["other"], NO_OTHER).astype(own["other"].dtype)
    return own


def _hide_unobserved(agents: dict[str, np.ndarray], mine: np.ndarray, layout: FrameLayout, schema: Schema) -> None:
    """Blots out what no observation tells: of others, what they chose, and of all whatever is no feature."""
    for name in ("move", "style"):
        agents[name] = np.where(mine, agents[name], UNKNOWN).astype(agents[name].dtype)
    _blot(agents, mine, layout.declared, schema)


def _blot(agents: dict[str, np.ndarray], mine: np.ndarray, fields: Iterable[Field], schema: Schema) -> None:
    """Blots out of declared columns what is no feature; `mine` says which row is the observer's own."""
    others, own = seen_columns(schema)
    for field in (field for field in fields if field.declared):
        told = np.where(mine, field.name in own, field.name in others)
        agents[field.name] = np.where(told, agents[field.name], np.array(field.unknown, field.type)).astype(field.type)


def _place(table: Table, mine: np.ndarray) -> tuple[int, int] | None:
    at = np.flatnonzero(mine)
    return (int(table["row"][at[0]]), int(table["col"][at[0]])) if len(at) else None


def _near(table: Table, place: tuple[int, int], reach: int) -> np.ndarray:
    rows, cols = (np.abs(table[name].astype(np.int64) - at) for name, at in zip(("row", "col"), place, strict=True))
    near: np.ndarray = np.maximum(rows, cols) <= reach
    return near


def _rows(table: Table, chosen: np.ndarray) -> dict[str, np.ndarray]:
    return {name: column[chosen] for name, column in table.items()}
