"""A reward of one's own: potential-based shaping, which says earlier what is good, and changes nothing about the best.

Source: Ng, Harada, Russell 1999, "Policy invariance under reward transformations: theory and application to reward
shaping". With a potential Φ the reward of a step is γ Φ(s') − Φ(s); here γ is taken for 1.
"""

from dataclasses import dataclass

from forge.blade.extend import SURVIVES, Column, Phase, Section, System, Term, Verb, inline, number


@dataclass(frozen=True)
class Shaping(Section):
    """Rewards being better provided for than before."""

    weight: float = number(0.3, -10, 10, "reward of one point of food or water more than in the tick before")


@inline
def begin(state, w, slot):
    """A newcomer has all it can have."""
    agent = state.agents[w, slot]
    agent.provided = agent.food + agent.water


@inline
def compare(state, w, slot, counting):
    """Counts by how much an agent is better provided for than in the tick before."""
    agent = state.agents[w, slot]
    now = agent.food + agent.water
    if counting:
        state.deeds[w, slot, state.rules[w].term_provided] += now - agent.provided
    agent.provided = now
    return SURVIVES


SHAPING = System(
    "shaping",
    "a potential: food and water",
    section=Shaping,
    agent=(Column("provided", "i2", "its food and water a tick ago", "points"),),
    terms=(Term("provided", "point of food or water more than in the tick before", lambda c: c.shaping.weight),),
    verbs=(
        Verb(Phase.BIRTH, begin, "What it is provided with is noted."),
        Verb(Phase.FORAGE, compare, "What it is provided with is compared to the tick before."),
    ),
)
