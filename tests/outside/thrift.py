"""A reward of one's own: a tick in which an agent has more than three quarters of its water."""

from __future__ import annotations

from dataclasses import dataclass

from forge.blade.extend import SURVIVES, Number, Phase, Section, System, Term, Verb, inline, number


@dataclass(frozen=True)
class Thrift(Section):
    """A reward for being well watered."""

    weight: float = number(0.1, -10, 10, "reward of a tick with much water")


@inline
def count_water(state, w, slot, counting):
    """Counts the tick if the agent has more than three quarters of its water."""
    rules, agent = state.rules[w], state.agents[w, slot]
    if counting and 4 * agent.water > 3 * rules.water:
        state.deeds[w, slot, rules.term_watered] += 1
    return SURVIVES


THRIFT = System(
    "thrift",
    "a reward for being well watered",
    section=Thrift,
    numbers=(Number("weight", "f8"),),
    terms=(Term("watered", "tick with more than three quarters of the water", lambda c: c.thrift.weight),),
    verbs=(Verb(Phase.FORAGE, count_water, "A tick with more than three quarters of the water is counted."),),
)
