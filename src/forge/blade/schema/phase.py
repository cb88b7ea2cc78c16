"""The phases of a tick: the rulebook as an ordered list, and what acts in each."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple


class Phase(Enum):
    """When a verb acts, in the order of a tick. Each has a heading of the rulebook, and what is said of it there.

    A verb of a phase `by_agent` is called f(state, w, slot, counting) for each of the living, in rotating order, all
    phases of an agent before the next agent; `counting` says whether deeds are
    counted for rewards. It returns the number of what the agent dies of, or SURVIVES; who dies is out of later phases.
    A verb of BIRTH or DEATH is called f(state, w, slot). Every other one is called once for each world, f(state, w).
    """

    READY = (
        "Ready",
        "before the first tick, and when a world is read or changed, what follows from it is found",
    )
    START = ("Start", "what the last tick left behind is put away")
    MOVE = ("Move", "agents go where they chose")
    ACT = ("Act", "agents act on one another, all at once, on what is there after the moves")
    SUFFER = ("Suffer", "what was done to an agent takes effect")
    STAND = ("Stand", "it is counted where it stands")
    GROUND = ("Ground", "the ground takes effect")
    FORAGE = ("Forage", "it takes what the land gives")
    BODY = ("Body", "its body goes on for one tick")
    SPOILS = ("Spoils", "those who die are known, and still there: what they leave is divided")
    DEATH = ("Die", "who died leaves the world; its slot is then as if nobody had been there")
    GROW = ("Grow", "the land changes")
    ENTER = ("Enter", "newcomers enter")
    BIRTH = ("Birth", "a newcomer, already on the map, is given what it has from birth")
    OBSERVE = ("Observe", "everyone alive observes")

    def __init__(self, heading: str, about: str) -> None:
        self.heading, self.about = heading, about

    @property
    def by_agent(self) -> bool:
        """Whether its verbs are called for each of the living."""
        return self in _BY_AGENT

    @property
    def by_slot(self) -> bool:
        """Whether its verbs are called for somebody who enters or leaves."""
        return self in (Phase.BIRTH, Phase.DEATH)


_BY_AGENT = (Phase.SUFFER, Phase.STAND, Phase.GROUND, Phase.FORAGE, Phase.BODY)


class Verb(NamedTuple):
    """What a system does in one phase of the tick. In a phase, verbs act in the order of their systems.

    Attributes:
        phase: when.
        does: compiled by `forge.blade.compiled.jit.inline`; called as `Phase` says.
        rule: what it does, in the words of the rulebook.
        where: names of systems: it is part of the tick only of worlds that have them all.
        instead: what a verb of an earlier system does: this one takes its place.
        many: of ENTER: it is called again until it lets nobody in.
    """

    phase: Phase
    does: Callable[..., Any]
    rule: str
    where: tuple[str, ...] = ()
    instead: Callable[..., Any] | None = None
    many: bool = False
