"""Attack: everyone strikes at once, on the state after the moves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import LANES, lowest_bit, within64
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.grid import distance, first_lanes, index_by_row, rotation
from forge.blade.mechanics.ids import NONE, SURVIVES, Cause, EventKind, Style
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import MAX_POINTS, Section, choice, number, plain
from forge.blade.schema.system import Array, Choice, DeathCause, EventType, Feature, Number, System, shared
from forge.blade.systems.reward import credit_blows

_HOLD = int(Style.HOLD)
_ATTACK = int(EventKind.ATTACK)
_BY_ATTACK = int(Cause.ATTACK)
_ONE = np.uint64(1)
_NOTHING = np.uint64(0)
_LAST = np.int64(0x7FFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Combat(Section):
    """The three attack styles, and how a target is found."""

    melee_damage: int = number(10, 0, MAX_POINTS, "health taken by a melee attack")
    melee_reach: int = number(1, 0, 15, "reach of a melee attack [tiles, Chebyshev]")
    range_damage: int = number(2, 0, MAX_POINTS, "health taken by a range attack")
    range_reach: int = number(2, 0, 15, "reach of a range attack [tiles, Chebyshev]")
    mage_damage: int = number(1, 0, MAX_POINTS, "health taken by a mage attack")
    mage_reach: int = number(3, 0, 15, "reach of a mage attack [tiles, Chebyshev]")
    mage_freeze: int = number(3, 0, MAX_POINTS, "freeze counter of the target of a mage attack [ticks]")
    vampirism: float = number(1.0, 0, 1, "share of the damage drained as food and as water, rounded down")
    immunity: int = number(15, 0, 2**31 - 1, "agents younger than this cannot be harmed [ticks]")
    targeting: str = choice(
        "lowest_health", ("lowest_health", "learned"), "who picks the target: the world or the policy"
    )
    hold: bool = plain(False, "adds a fourth style that does not attack")


def _damage(config: Any) -> tuple[int, ...]:
    """By style."""
    combat = config.combat
    return (combat.melee_damage, combat.range_damage, combat.mage_damage, 0)


def _drain(config: Any, edge: int) -> tuple[int, ...]:
    return tuple(math.floor(config.combat.vampirism * damage) for damage in _damage(config))


def _reach(config: Any, edge: int) -> tuple[int, ...]:
    return (config.combat.melee_reach, config.combat.range_reach, config.combat.mage_reach, 0)


def _styles(config: Any) -> tuple[str, ...]:
    return tuple(style.name.lower() for style in Style)[: config.styles]


def _entries(config: Any) -> tuple[str, ...]:
    """Entry 0 is the agent itself, and stands for nobody."""
    return ("nobody", *map(str, range(1, config.sight.agents))) if config.learned_targets else ()


@inline
def attack(state, w):
    """Finds each agent's target and sums the effects; `suffer` applies the sums."""
    index_by_row(state, w)
    if state.rules[w].counts_blows:
        state.struck[w] = NONE
        attack_all(state, w, True)
        credit_blows(state, w)
    else:
        attack_all(state, w, False)


@inline
def suffer(state, w, slot, counting):
    """Applies the sums of this tick's attacks."""
    rules, agent, drained = state.rules[w], state.agents[w, slot], state.drained[w, slot]
    agent.health = max(0, np.int64(agent.health) - agent.damage)
    if drained != 0:
        agent.food = min(np.int64(rules.food), max(0, np.int64(agent.food) + drained))
        agent.water = min(np.int64(rules.water), max(0, np.int64(agent.water) + drained))
    return _BY_ATTACK if agent.health == 0 else SURVIVES


@inline
def thaw(state, w, slot, counting):
    """Counts the ticks for which an agent cannot move."""
    agent = state.agents[w, slot]
    if agent.freeze > 0:
        agent.freeze -= 1
    return SURVIVES


@inline
def attack_all(state, w, counting):
    """Everyone's attack. Compiled twice: `counting` blows is a constant in it, so that not counting costs nothing."""
    rules, agents, slots, actions = state.rules[w], state.agents[w], state.slots[w], state.actions[w]
    first = state.tick[w] % rules.slots
    for q in range(state.indexed[w]):
        slot = np.int64(slots[q])
        if slot >= actions.shape[0]:
            continue  # what is no agent does not act by actions
        style = np.int64(actions[slot, 1])
        if style == _HOLD:
            continue
        if rules.learned:
            target = named_target(state, w, slot, rules.reach[style])
        else:
            target = weakest_in_reach(state, w, q, rules.reach[style], first, anybody)
        if target != NONE and agents[target].age >= rules.immunity:
            strike(state, w, slot, target, style)
            if counting:
                state.struck[w, slot] = target


@inline
def strike(state, w, slot, target, style):
    """Adds one attack to the sums of both sides."""
    rules, drained = state.rules[w], state.drained[w]
    damage, drain = rules.damage[style], rules.drain[style]
    victim = state.agents[w, target]
    victim.damage += damage
    drained[target] -= drain
    drained[slot] += drain
    freeze = rules.freeze[style]
    victim.freeze = freeze if freeze > 0 else victim.freeze
    log_event(state, w, _ATTACK, slot, style, damage, target)


@inline
def named_target(state, w, slot, reach):
    """The slot an agent's action names, or NONE if it names itself, nobody, or someone out of reach."""
    entry = np.int64(state.actions[w, slot, 2])
    if entry == 0 or entry >= state.seen_count[w, slot]:
        return np.int64(NONE)
    target = np.int64(state.seen[w, slot, entry])
    if distance(state.agents[w, slot], state.agents[w, target]) > reach:
        return np.int64(NONE)
    return target


@inline
def anybody(state, w, target):
    """Whether somebody may be a target: all may."""
    return True


@inline
def weakest_in_reach(state, w, q, reach, first, may):
    """The slot lowest in (health, distance, rotating order) of those in reach that may be a target, or NONE.

    Args:
        state, w: the world.
        q: the place in the index of who attacks.
        reach: of its style [tiles].
        first: the slot that is first in the rotating order.
        may: a helper that is asked whether a slot may be a target, with the state and the world before it.
    """
    agents, slots, cols, row_start = state.agents[w], state.slots[w], state.cols[w], state.row_start[w]
    me = agents[slots[q]]
    last, bodies = np.int64(state.rules[w].side) - 1, np.int64(state.rules[w].bodies)
    row, col = np.int64(me.row), np.int64(me.col)
    low, high = cols.dtype.type(max(0, col - reach)), cols.dtype.type(min(last, col + reach))
    at, end = np.int64(row_start[max(0, row - reach)]), np.int64(row_start[min(last, row + reach) + 1])
    best, best_key = np.int64(NONE), _LAST
    while at < end:
        found = within64(cols, at, low, high) & first_lanes(end - at)
        if at <= q < at + LANES:
            found &= ~(_ONE << np.uint64(q - at))
        while found != _NOTHING:
            other = np.int64(slots[at + lowest_bit(found)])
            found &= found - _ONE
            if may(state, w, other):
                key = preference(me, agents[other], rotation(other, first, bodies))
                best = other if key < best_key else best
                best_key = min(key, best_key)
        at += LANES
    return best


@inline
def can_be_harmed(agent, me, rules):
    """Whether an attack could harm an agent in view: it is not immune, and in reach after two moves."""
    farthest = np.int64(-1)
    for style in range(3):
        if rules.damage[style] > 0 or rules.freeze[style] > 0:
            farthest = max(farthest, np.int64(rules.reach[style]) + 2)
    return agent.age >= rules.immunity and distance(agent, me) <= farthest


@inline
def preference(me, victim, turn):
    """Orders targets: lowest health first, then the nearer, then by rotating order."""
    return (np.int64(victim.health) << 32) | (distance(me, victim) << 16) | turn


SYSTEM = System(
    "combat",
    "attacks: who is struck, what it costs them, and what it brings",
    section=Combat,
    shared=shared("combat", "targeting", "hold"),
    numbers=(
        Number("damage", shape=(4,), value=lambda c, edge: _damage(c)),
        Number("drain", shape=(4,), value=_drain),
        Number("reach", shape=(4,), value=_reach),
        Number("freeze", shape=(4,), value=lambda c, edge: (0, 0, c.combat.mage_freeze, 0)),
        Number("styles", value=lambda c, edge: c.styles),
        Number("immunity"),
        Number("learned", value=lambda c, edge: c.learned_targets),
    ),
    agent=(
        Column("damage", "i4", "health points of the attacks that hit it in the last tick", "points"),
        Column("freeze", "i2", "ticks for which it cannot move", "ticks"),
    ),
    arrays=(
        Array("drained", "i4", lambda z: (z.B,), "food and water gained less lost by attacks", emptied=True),
        Array(
            "targets",
            "u1",
            lambda z: (z.N, z.K if z.config.learned_targets else 0),
            "bit s: the entry in view may be attacked with style s; nothing unless targets are learned",
            emptied=True,
        ),
    ),
    causes=(DeathCause("attack", "had no health left after attacks", int(Cause.ATTACK)),),
    events=(
        EventType(
            "attack",
            "an agent struck another",
            "its damage [points]",
            "its `Style`",
            "who was struck",
            int(EventKind.ATTACK),
        ),
    ),
    verbs=(
        Verb(
            Phase.ACT,
            attack,
            "Each agent attacks with the style it chose. Reach is a square (Chebyshev distance). What attacks take and "
            "bring is added up, and takes effect later in the tick.",
        ),
        Verb(
            Phase.SUFFER,
            suffer,
            "The sums of this tick's attacks are taken from its health, and added to its food and water. With no "
            "health left it dies of an attack.",
        ),
        Verb(Phase.STAND, thaw, "Its freeze counter falls by 1."),
    ),
    choices=(
        Choice(
            "style",
            "how it attacks",
            _styles,
            matters=can_be_harmed,
            idle=lambda c: Style.HOLD if c.combat.hold else 0,
            number=1,
        ),
        Choice(
            "target",
            "an entry of its own `seen`; 0 is itself and means no target",
            _entries,
            "targets",
            can_be_harmed,
            of="seen",
            number=2,
        ),
    ),
    features=(
        Feature(
            "damage",
            lambda c: 0,
            lambda c: max(_damage(c)) * c.spawn.cap,
            "points",
            "damage of the attacks that hit it last tick",
            lambda c: 2.5,
            lambda c: 5.0,
            number=8,
        ),
        Feature(
            "freeze",
            lambda c: 0,
            lambda c: c.combat.mage_freeze,
            "ticks",
            "freeze counter: it cannot move while above 0",
            lambda c: 1.0,
            lambda c: 2.0,
            number=10,
        ),
    ),
)
