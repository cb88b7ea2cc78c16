"""A rule of one's own: a poison that spreads between neighbours."""

from dataclasses import dataclass

from forge.blade.extend import (
    SURVIVES,
    Array,
    Column,
    DeathCause,
    Feature,
    Number,
    Phase,
    Section,
    System,
    Verb,
    distance,
    inline,
    number,
)


@dataclass(frozen=True)
class Poison(Section):
    """A poison."""

    harm: int = number(1, 0, 1000, "health that it takes from the poisoned [points a tick]")
    lasts: int = number(12, 1, 1000, "how long it lasts [ticks]")
    first: int = number(5, 1, 1000, "one in so many newcomers is poisoned")


@inline
def poison_some(state, w, slot):
    """Some newcomers bring it."""
    agent, rules = state.agents[w, slot], state.rules[w]
    agent.poison = rules.lasts if agent.id % rules.first == 0 else 0


@inline
def spread(state, w):
    """After the moves: who stands beside somebody poisoned is touched."""
    agents, living, touched = state.agents[w], state.living[w, : state.living_count[w]], state.touched[w]
    touched[:] = False
    for poisoned in living:
        if agents[poisoned].poison > 0:
            for slot in living:
                touched[slot] |= distance(agents[poisoned], agents[slot]) <= 1


@inline
def suffer(state, w, slot, counting):
    """Poisons who is touched, and takes health from who is poisoned."""
    agent, rules = state.agents[w, slot], state.rules[w]
    if agent.poison > 0:
        agent.poison -= 1
        agent.health = max(0, agent.health - rules.harm)
        if state.lives.shape[1] > 0:
            state.lives[w, slot].poisoned += 1
    elif state.touched[w, slot]:
        agent.poison = rules.lasts
    return rules.cause_poison if agent.health == 0 else SURVIVES


POISON = System(
    "poison",
    "a poison that spreads between neighbours",
    section=Poison,
    numbers=(Number("harm"), Number("lasts"), Number("first")),
    agent=(Column("poison", "i2", "for how long it is poisoned", "ticks"),),
    arrays=(Array("touched", "?", lambda z: (z.N,), "who stands beside somebody poisoned", emptied=True),),
    features=(Feature("poison", lambda c: 0, lambda c: c.poison.lasts, "ticks", "poison", lambda c: 0, lambda c: 4),),
    causes=(DeathCause("poison", "had no health left, and was poisoned"),),
    life=(Column("poisoned", "i4", "ticks that it was poisoned", "ticks"),),
    verbs=(
        Verb(Phase.BIRTH, poison_some, "Some newcomers are poisoned."),
        Verb(Phase.ACT, spread, "Who stands beside somebody poisoned is touched, after the moves."),
        Verb(Phase.SUFFER, suffer, "Who was touched is poisoned; who is poisoned loses health."),
    ),
)
