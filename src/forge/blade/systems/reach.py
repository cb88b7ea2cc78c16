"""Reach: how far others are, and whether attacks can harm them. Only where a configuration names it."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.grid import distance
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.system import Feature, System


@inline
def tell_harmable(state, w):
    """Notes who is old enough to be harmed."""
    for k in range(state.living_count[w]):
        agent = state.agents[w, np.int64(state.living[w, k])]
        agent.harmable = agent.age >= state.rules[w].immunity


@inline
def tell_strikeable(state, w):
    """Where fights are decided by levels, notes whom agents may strike where there is no truce."""
    rules = state.rules[w]
    for k in range(state.living_count[w]):
        agent = state.agents[w, np.int64(state.living[w, k])]
        agent.harmable = (rules.agents_fight != 0) & (agent.age >= rules.immunity)
    for k in range(state.beasts_count[w]):
        state.agents[w, np.int64(state.beasts[w, k])].harmable = 1


@inline
def harmable_other(agent, me):
    """Whether attacks can harm an agent in view, which is somebody else."""
    return np.int64(agent.harmable) & (agent.id != me.id)


@inline
def steps_apart(agent, me):
    """The distance of an agent in view."""
    return distance(agent, me)


SYSTEM = System(
    "reach",
    "how far others are, and whether attacks can harm them",
    agent=(Column("harmable", "u1", "whether it is old enough to be harmed by attacks", "yes or no"),),
    features=(
        Feature(
            "harmable",
            lambda c: 0,
            lambda c: 1,
            "",
            "whether it is somebody else whom attacks can harm",
            lambda c: 0.0,
            lambda c: 0.5,
            harmable_other,
        ),
        Feature(
            "distance",
            lambda c: 0,
            lambda c: c.sight.radius,
            "tiles",
            "how far away it is, the larger of rows and columns",
            lambda c: c.sight.radius / 2,
            lambda c: max(1.0, c.sight.radius / 4),
            steps_apart,
        ),
    ),
    verbs=(
        Verb(Phase.OBSERVE, tell_harmable, "Everyone sees whom attacks can harm."),
        Verb(
            Phase.OBSERVE,
            tell_strikeable,
            "Everyone sees who may be struck, where there is no truce.",
            where=("levels",),
            instead=tell_harmable,
        ),
    ),
)
