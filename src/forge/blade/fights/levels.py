"""Combat by levels, in place of fixed damage. Only where a configuration names it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.fights.credit import credit_all
from forge.blade.fights.spoils import divide
from forge.blade.fights.strikes import can_be_struck, mark_struck, strike_all
from forge.blade.grown.kinds import COUNT, OF_PACKS
from forge.blade.grown.skills import go_on, go_on_if
from forge.blade.mechanics.grid import index_by_row
from forge.blade.mechanics.ids import SURVIVES, Cause
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, plain
from forge.blade.schema.system import Array, EventType, Number, System
from forge.blade.systems.combat import attack, can_be_harmed, suffer
from forge.blade.systems.sight import mark_all_targets

_BY_ATTACK = int(Cause.ATTACK)
#: For so many ticks, the one of the damage included, who was damaged does not heal.
HURTS = 5


@dataclass(frozen=True)
class Levels(Section):
    """Fights that are decided by levels and arms."""

    agents: bool = plain(True, "agents may strike one another, and not creatures alone")


@inline
def fight(state, w):
    """Finds whom everyone strikes, draws what that does, and credits it."""
    index_by_row(state, w)
    if strike_all(state, w) > 0:
        credit_all(state, w)


@inline
def bleed(state, w, slot, counting):
    """The damage of this tick's blows takes effect; who was damaged does not heal for a while."""
    agent = state.agents[w, slot]
    if agent.damage > 0:
        agent.health = max(0, np.int64(agent.health) - agent.damage)
        agent.hurt = HURTS
        if agent.health == 0:
            return _BY_ATTACK
    return SURVIVES


@inline
def recover(state, w, slot, counting):
    """A body goes on, and heals if it has not been damaged for some ticks."""
    agent = state.agents[w, slot]
    hurt = np.int64(agent.hurt)
    agent.hurt = max(0, hurt - 1)
    return go_on_if(state, w, slot, hurt == 0)


SYSTEM = System(
    "levels",
    "fights that are decided by levels and arms",
    section=Levels,
    needs=("skills",),
    instead=((can_be_harmed, can_be_struck),),
    numbers=(Number("agents_fight", value=lambda c, edge: c.levels.agents),),
    agent=(Column("hurt", "u1", "ticks for which it does not heal, because it was damaged", "ticks"),),
    tally=(Column("kills", "i8", "agents killed by agents", "agents"),),
    life=(Column("kills", "i4", "agents that it killed", "agents"),),
    arrays=(
        Array("aims", "i4", lambda z: (z.B,), "slot of whom each strikes in this tick, or −1"),
        Array("blows", "i4", lambda z: (z.B,), "damage of that strike, and then what it took; 0 of a miss"),
        Array("taken", "i4", lambda z: (z.B,), "health that all blows of this tick have taken from each"),
        Array("hardest_on", "i4", lambda z: (z.B,), "slot of who has taken the most of that, or −1"),
        Array("killer", "i4", lambda z: (z.B,), "slot of who has killed it in this tick, or −1"),
    ),
    events=(
        EventType(
            "take",
            "an agent took what somebody it killed has left",
            "how many",
            "their kind; 25 is gold",
            "whose it was",
            each=COUNT + 1,
            names=OF_PACKS,
        ),
    ),
    verbs=(
        Verb(
            Phase.ACT,
            fight,
            "Each agent strikes, with the style it chose, the weakest in reach that may be struck. A blow hits by the "
            "attacker's level of the style and its weapon against the target's level of defense and its armour; how "
            "hard is drawn, too. Blows are counted in rotating order, as far as there is health: each point is "
            "experience for both. Mage freezes where it hits.",
            instead=attack,
        ),
        Verb(
            Phase.SUFFER,
            bleed,
            f"The blows of this tick take its health, and it does not heal for {HURTS} ticks. With no health left it "
            "dies of an attack.",
            instead=suffer,
        ),
        Verb(
            Phase.BODY,
            recover,
            "If it has not been damaged lately, with food and water both above a share of their maxima, it regains "
            "health, up to its level of constitution; it uses food and water; for each of the two that is now 0 it "
            "loses health, and with none left it dies of hunger or thirst.",
            instead=go_on,
        ),
        Verb(
            Phase.SPOILS,
            divide,
            "Who killed an agent, by taking the most of its health in this tick, and lives on, takes what that one "
            "carried: kind after kind as far as there is room, and all its gold.",
            where=("items",),
        ),
        Verb(
            Phase.OBSERVE,
            mark_struck,
            "Where agents choose their targets, they know whom they may strike and could still reach after everyone "
            "has moved.",
            instead=mark_all_targets,
        ),
    ),
)
