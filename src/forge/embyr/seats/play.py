"""People in the world: a viewer takes over an agent, says what it does, and hands it back."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Move, Style
from forge.blade.recording.frame import Frame
from forge.blade.world.actions import choices_of
from forge.blade.world.world import World
from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Act, Join, Leave, Message, Sight

_ID = 0xFFFFFFFF  # ids are told as frames hold them


@dataclass
class _Seat:
    """A viewer who plays, or waits for somebody to be born."""

    population: int | None  # that it wants an agent of; None for any
    style: int  # the one used last
    heard: float  # when it last said something
    heard_at: int  # and at which tick
    id: int | None = None  # of its agent; None while it waits
    slot: int = 0
    told: Act | None = None  # for the coming tick


class Play(Extension):
    """Answers Join, Act and Leave in a world that is played tick by tick.

    An agent that is told nothing for a tick passes, keeps the style it used last (holding, where that can be chosen)
    and names no target. Of what systems from outside let it choose, it takes what they call idle. Whoever says nothing
    for `seconds` and for `ticks` loses the agent to its policy again.

    Args:
        config: of the world.
        seconds, ticks: of silence after which an agent is handed back.
        clock: what tells the time.
    """

    handles: ClassVar[tuple[type[Message], ...]] = (Join, Act, Leave, Sight)

    def __init__(
        self, config: Config, seconds: float = 60.0, ticks: int = 50, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.config, self.seconds, self.ticks, self.clock = config, seconds, ticks, clock
        self._idle_row = [choice.idle(config) for choice in choices_of(config)]
        self._resting = int(Style.HOLD if config.combat.hold else Style.MELEE)
        # Everything below belongs to the world's thread.
        self._seats: dict[int, _Seat] = {}
        self._world: World | None = None
        self._w = self._tick = 0

    def abilities(self) -> Mapping[str, Any]:
        """See `Extension`."""
        return {"play": True}

    def receive(self, viewer: int, message: Message) -> None:
        """See `Extension`.

        Raises:
            Refused: if there is no such population or style.
        """
        match message:
            case Join(population=int(population)) if population >= self.config.populations:
                raise Refused(f"there are {self.config.populations} populations; {population} is none of them")
            case Join():
                self.desk.call(functools.partial(self._join, viewer, message))
            case Act(style=style) if style >= self.config.styles:
                raise Refused(f"there are {self.config.styles} styles; {style} is none of them")
            case Act():
                self.desk.call(functools.partial(self._act, viewer, message))
            case Leave():
                self.desk.call(functools.partial(self._hand_back, viewer))

    def gone(self, viewer: int) -> None:
        """See `Extension`."""
        self.desk.call(functools.partial(self._vacate, viewer))

    def seat(self, viewer: int) -> int | None:
        """See `Extension`."""
        return self._seats[viewer].id if viewer in self._seats else None

    def before(self, world: World, actions: np.ndarray) -> None:
        """Puts what people say in the place of what policies say."""
        for seat in self._seats.values():
            if seat.id is None:
                continue
            told, seat.told = seat.told, None
            if told is not None:
                seat.style = told.style
            row = actions[self._w, seat.slot]
            row[:] = self._idle_row
            row[0] = Move.PASS if told is None else told.move
            row[1] = seat.style
            if self.config.learned_targets and told is not None and told.target is not None:
                row[2] = self._entry(world, seat.slot, told.target)

    def after(self, world: World | None, frame: Frame) -> None:
        """Tells those whose agents have died, and gives the newborn to those who wait."""
        self._world, self._w, self._tick = world, frame.world, frame.tick
        if world is None:
            return
        dead = dict(zip(frame.deaths["id"].tolist(), zip(frame.deaths["cause"], frame.deaths["age"], strict=True)))
        for viewer, seat in list(self._seats.items()):
            if seat.id in dead:
                cause, age = dead[seat.id]
                names = self.config.schema.names("causes")
                of = f" of {names[cause].replace('_', ' ')}" if cause < len(names) else ""
                self._leave(viewer, f"it died{of} at the age of {age} ticks")
            elif seat.id is not None and self._idle(seat):
                self._leave(viewer, f"you said nothing for {self.seconds:.0f} seconds")
            elif seat.id is None:
                self._seat_newborn(viewer, seat, frame)

    def _idle(self, seat: _Seat) -> bool:
        """Ticks count as well as time, so that a pause ends no game."""
        return self.clock() - seat.heard > self.seconds and self._tick - seat.heard_at > self.ticks

    def _join(self, viewer: int, wish: Join) -> None:
        """Gives the viewer the agent it wishes for. If there is none, it keeps the seat that it has."""
        old, choice = self._seats.get(viewer), None if wish.newborn else self._choose(wish)
        if choice is None and (wish.id is not None or (old is not None and old.id is not None)):
            reason = "nobody else can be taken over now"
            if wish.id is not None:
                reason = f"agent {wish.id} cannot be taken over: it is dead or somebody plays it"
            self._tell_joined(viewer, old.id if old else None, reason, waiting=old is not None and old.id is None)
            return
        seat = _Seat(wish.population, self._resting, self.clock(), self._tick)
        self._seats[viewer] = seat
        if choice is None:
            reason = "" if wish.newborn else "nobody can be taken over now; "
            self._tell_joined(viewer, None, reason + "you get the next who is born", waiting=True)
        else:
            self._sit(viewer, seat, *choice)

    def _choose(self, wish: Join) -> tuple[int, int] | None:
        """Id and slot of the agent to take over: the one wished for, or the youngest of those nobody plays."""
        if self._world is None:
            return None
        agents = self._world.state.agents[self._w]
        free = agents["alive"].astype(np.bool_)
        free[[seat.slot for seat in self._seats.values() if seat.id is not None]] = False
        if wish.id is not None:
            free &= agents["id"] & _ID == wish.id
        if wish.population is not None:
            free &= agents["population"] == wish.population
        slots = np.flatnonzero(free)
        if not len(slots):
            return None
        slot = int(slots[np.argmin(agents["age"][slots])])
        return int(agents["id"][slot]) & _ID, slot

    def _seat_newborn(self, viewer: int, seat: _Seat, frame: Frame) -> None:
        taken = {other.id for other in self._seats.values()}
        for id, population in zip(frame.births["id"].tolist(), frame.births["population"].tolist(), strict=True):
            if id not in taken and seat.population in (None, population):
                slot = int(frame.agents["slot"][np.flatnonzero(frame.agents["id"] == id)[0]])
                self._sit(viewer, seat, id, slot)
                return

    def _sit(self, viewer: int, seat: _Seat, id: int, slot: int) -> None:
        seat.id, seat.slot = id, slot
        seat.heard, seat.heard_at = self.clock(), self._tick
        self._tell_joined(viewer, id)

    def _tell_joined(self, viewer: int, id: int | None, reason: str = "", waiting: bool = False) -> None:
        why = {"reason": reason} if reason else {}
        self.desk.tell(viewer, {"type": "joined", "id": id, "waiting": waiting, **why})

    def _act(self, viewer: int, act: Act) -> None:
        seat = self._seats.get(viewer)
        if seat is not None and seat.id is not None:
            seat.told, seat.heard, seat.heard_at = act, self.clock(), self._tick

    def _leave(self, viewer: int, reason: str) -> None:
        if viewer in self._seats:
            self._vacate(viewer)
            self.desk.tell(viewer, {"type": "left", "reason": reason})

    def _hand_back(self, viewer: int) -> None:
        """Answers always, also who has no seat any more: what was said before the answer is of before the leaving."""
        self._vacate(viewer)
        self.desk.tell(viewer, {"type": "left", "reason": "you handed it back"})

    def _vacate(self, viewer: int) -> None:
        self._seats.pop(viewer, None)

    def _entry(self, world: World, slot: int, target: int) -> int:
        """Where an agent's view lists another; 0, nobody, if it does not see it."""
        observation = world.observe()
        seen = observation.seen[self._w, slot, : observation.seen_count[self._w, slot]]
        found = np.flatnonzero(observation.agents["id"][self._w, seen] & _ID == target)
        return int(found[0]) if len(found) else 0
