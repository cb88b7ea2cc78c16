"""A system with every kind of declaration: a plague that spreads by touch, a herb that cures it, a choice to eat it.

Who has the plague loses `harm` health a tick, and may die of it. Who is ill and chooses to eat a herb is cured. The
first agent of each world has the plague from birth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade.extend import (
    NONE,
    SURVIVES,
    Array,
    Choice,
    Column,
    ConfigError,
    DeathCause,
    EventType,
    Feature,
    Number,
    Phase,
    Section,
    Size,
    System,
    Term,
    Verb,
    choice,
    distance,
    inline,
    log_event,
    number,
    plain,
    shared,
)


@dataclass(frozen=True)
class Plague(Section):
    """A plague that spreads by touch, and what cures it."""

    harm: int = number(1, 0, 100, "health lost to it per tick [points]")
    lasts: int = number(6, 1, 1000, "how long it lasts [ticks]")
    share: float = number(1.0, 0, 1, "share of the harm that an agent that holds still suffers")
    spreads: bool = plain(True, "whether it spreads between neighbours")
    cure: str = choice("herb", ("herb", "none"), "what cures it")
    cured: float = number(0.5, -10, 10, "reward of a cure")


@inline
def first_is_ill(state, w, slot):
    """The first agent of a world has the plague."""
    if state.agents[w, slot].id == 0:
        state.agents[w, slot].plague = state.rules[w].lasts


@inline
def forget_ill(state, w):
    """Nobody has been counted in this tick."""
    state.ill[w] = 0


@inline
def remember_touched(state, w):
    """Who stands beside somebody ill falls ill in this tick."""
    rules, agents = state.rules[w], state.agents[w]
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        state.touched[w, slot] = False
        for j in range(state.living_count[w]):
            other = np.int64(state.living[w, j])
            near = other != slot and distance(agents[slot], agents[other]) <= 1
            if rules.spreads and near and agents[other].plague > 0:
                state.touched[w, slot] = True


@inline
def suffer_plague(state, w, slot, counting):
    """It falls ill if it was touched, and suffers if it is ill; who has no health left dies of the plague."""
    rules, agent = state.rules[w], state.agents[w, slot]
    if state.touched[w, slot] and agent.plague == 0 and not agent.immune:
        agent.plague = rules.lasts
        log_event(state, w, rules.event_infection, slot, 0, rules.lasts, NONE)
    if agent.plague > 0:
        agent.plague -= 1
        agent.immune = 1
        state.ill[w] += 1
        state.tally[w, agent.population].ill += 1
        if state.lives.shape[1] > 0:
            state.lives[w, slot].ill += 1
        agent.health = max(0, np.int64(agent.health) - rules.harm)
        if agent.health == 0:
            return np.int64(rules.cause_plague)
    return SURVIVES


@inline
def eat_herb(state, w, slot, counting):
    """Who chose to eat what cures is cured, once in its life."""
    rules, agent = state.rules[w], state.agents[w, slot]
    if state.actions[w, slot, rules.choice_eat] == 1 and state.may_eat[w, slot, 1]:
        agent.plague = 0
        state.eaten[w, state.tick[w] % state.eaten.shape[1]] += 1
        if counting:
            state.deeds[w, slot, rules.term_cured] += 1
    return SURVIVES


@inline
def see_herb(state, w):
    """Who is ill may eat a herb."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        ill = state.agents[w, slot].plague > 0
        state.may_eat[w, slot, 0] = True
        state.may_eat[w, slot, 1] = ill and state.rules[w].herbs
        state.eating_matters[w, slot] = ill


@inline
def read_illness(agent, me):
    """1 if the agent in view is ill and the observer is not."""
    return (agent.plague > 0) & (me.plague == 0)


def check(configs, arrays):
    """The numbers that a snapshot holds are possible."""
    most = max(config.plague.lasts for config in configs)
    if (arrays["agents"]["plague"] > most).any():
        raise ConfigError(f"agents.plague is more than {most}")


PLAGUE = System(
    "plague",
    "a plague that spreads by touch",
    section=Plague,
    shared=shared("plague", "cure"),
    numbers=(
        Number("harm"),
        Number("lasts"),
        Number("spreads"),
        Number("herbs", "i4", (), lambda config, edge: config.plague.cure == "herb"),
    ),
    agent=(
        Column("plague", "i2", "for how long it is ill", "ticks"),
        Column("immune", "u1", "1 if it has been ill", "flag"),
    ),
    tally=(Column("ill", "i8", "ticks of illness", "ticks"),),
    life=(Column("ill", "i4", "ticks of illness", "ticks"),),
    sizes=(Size("week", lambda z: 7),),
    arrays=(
        Array("eaten", "i4", lambda z: (z.week,), "herbs eaten, by day of the week", saved=True),
        Array("ill", "i4", lambda z: (), "who was ill in the last tick", saved=True),
        Array("touched", "?", lambda z: (z.N,), "who stood beside somebody ill", emptied=True),
        Array("may_eat", "?", lambda z: (z.N, 2), "what is valid of `eat`", emptied=True),
        Array("eating_matters", "?", lambda z: (z.N,), "for whom `eat` can have an effect", emptied=True),
    ),
    features=(
        Feature(
            "plague", lambda c: 0, lambda c: c.plague.lasts, "ticks", "for how long it is ill", lambda c: 0, lambda c: 5
        ),
        Feature(
            "contagious", lambda c: 0, lambda c: 1, "", "1 if it could infect", lambda c: 0, lambda c: 1, read_illness
        ),
    ),
    own=(Feature("immune", lambda c: 0, lambda c: 1, "", "1 if it has been ill", lambda c: 0, lambda c: 1),),
    around=("ill", "eaten"),
    causes=(DeathCause("plague", "had no health left, and the plague"),),
    events=(EventType("infection", "an agent fell ill", "for how long [ticks]"),),
    terms=(Term("cured", "cure", lambda c: c.plague.cured),),
    choices=(
        Choice("eat", "whether it eats a herb", lambda c: ("no", "yes"), mask="may_eat", matters="eating_matters"),
    ),
    verbs=(
        Verb(Phase.START, forget_ill, "Nobody has been counted as ill yet."),
        Verb(Phase.ACT, remember_touched, "Who stands beside somebody ill, after the moves, falls ill in this tick."),
        Verb(Phase.SUFFER, suffer_plague, "Who is ill loses health; with none left it dies of the plague."),
        Verb(Phase.FORAGE, eat_herb, "Who is ill and chose to eat a herb is cured."),
        Verb(Phase.BIRTH, first_is_ill, "The first agent of a world has the plague."),
        Verb(Phase.OBSERVE, see_herb, "Who is ill may eat a herb."),
    ),
    check=check,
)
