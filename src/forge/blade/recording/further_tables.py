"""Tables that only frames of some worlds have: what is on the map and is no agent, and what was done besides.

They stand behind those of every frame, and only where a system declares what is in them, so that frames of other worlds
are what they ever were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.recording.frame_schema import OURS, Field, Section
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import EventType, System

CREATURES, DEEDS = "creatures", "deeds"
#: Stands in `deeds.other` where a deed has no other.
NO_OTHER = 2**32 - 1

_AGENTS, *_ = OURS.sections
#: Columns of agents that whatever is on the map has, too.
COMMON = tuple(
    field
    for field in _AGENTS.fields
    if field.name in ("id", "age", "damage", "slot", "row", "col", "health", "freeze")
)  # fmt: skip
_OF_CREATURES = {
    "id": "2^32 − 1 − how many such have come into its world before",
    "slot": "its place behind the slots of agents",
    "freeze": "it cannot move while this is above 0",
}


def further_systems(schema: Schema) -> tuple[System, ...]:
    """The systems that have something on the map besides agents."""
    return tuple(system for system in schema.systems if system.bodies)


def further_sections(creatures: Sequence[Field] | None, deeds: Sequence[EventType]) -> Iterator[Section]:
    """The tables behind those of every frame.

    Args:
        creatures: what systems declare of what is on the map and is no agent; None where there is no such thing.
        deeds: kinds of what agents do besides what every frame tells.
    """
    if creatures is not None:
        common = (field._replace(meaning=_OF_CREATURES.get(field.name, field.meaning)) for field in COMMON)
        yield Section(CREATURES, "what is on the map after the tick and is no agent, by slot", (*common, *creatures))
    if deeds:
        names = tuple(deed.name for deed in deeds)
        yield Section(DEEDS, "what was done or came about in the tick, as systems declare it", _of_deeds(names))


def _of_deeds(names: tuple[str, ...]) -> tuple[Field, ...]:
    def field(name: str, code: str, meaning: str, coding: str = "plain", **more: Any) -> Field:
        return Field(name, np.dtype(code).newbyteorder("<"), "", meaning, coding, **more)

    return (
        field("agent", "u4", "id of whom", "row"),
        field("other", "u4", f"id of the other that was part of it, of an agent or a creature; {NO_OTHER} without one"),
        field("count", "i4", "how many or how much, by what it is"),
        field("what", "u1", "what was done", names=names),
        field("kind", "u1", "of what kind it was, by what it is"),
    )


def deeds_of(schema: Schema) -> tuple[EventType, ...]:
    """The kinds of events that frames tell as deeds: those of systems that not every world has."""
    further = schema.events[len(GAME.events) :]
    return tuple(deed(e.name, e.meaning, e.value, e.detail, e.other, cast("tuple[str, ...]", e.names)) for e in further)


def deed(name: str, meaning: str, value: str, detail: str, other: str, names: tuple[str, ...]) -> EventType:
    """A kind of deeds, with what descriptions tell of it alone."""
    return EventType(name, meaning, value, detail, other, names=names)
