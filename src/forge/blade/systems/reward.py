"""Reward: what agents did in a tick, counted by term, and paid. Only what is rewarded is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.grid import first_in_rotation, tread
from forge.blade.mechanics.ids import NONE, SURVIVES, RewardTerm
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Array, Number, Size, System, Term
from forge.blade.schema.versions import Since

_SURVIVAL, _DEATH, _EXPLORE = int(RewardTerm.SURVIVAL), int(RewardTerm.DEATH), int(RewardTerm.EXPLORE)
_DEALT, _TAKEN, _KILL = int(RewardTerm.DAMAGE_DEALT), int(RewardTerm.DAMAGE_TAKEN), int(RewardTerm.KILL)
_HARVEST, _DRINK = int(RewardTerm.HARVEST), int(RewardTerm.DRINK)
_ANY = 0x7FFFFFFF


@dataclass(frozen=True)
class Reward(Section):
    """What an agent is rewarded for: a sum of terms, each a number times how much of it the agent did in the tick.

    The first fields are those of `RewardTerm`, in its order. What the others reward is counted by systems that not
    every world has: without theirs they are 0.
    """

    survival: float = number(1.0, -1e6, 1e6, "reward of every tick survived")
    death: float = number(0.0, -1e6, 1e6, "reward of dying, of whatever cause, on the tick of the death", 2, 0.0)
    harvest: float = number(0.0, -1e6, 1e6, "reward of every point of food gained by harvesting", 2, 0.0)
    drink: float = number(0.0, -1e6, 1e6, "reward of every point of water gained by drinking", 2, 0.0)
    damage_dealt: float = number(0.0, -1e6, 1e6, "reward of every point of health taken from others", 2, 0.0)
    damage_taken: float = number(0.0, -1e6, 1e6, "reward of every point of health lost to attacks", 2, 0.0)
    kill: float = number(0.0, -1e6, 1e6, "reward of every agent killed", 2, 0.0)
    explore: float = number(0.0, -1e6, 1e6, "reward of every tile that is new to this life", 2, 0.0)
    level: float = number(0.0, -1e6, 1e6, "reward of every level gained, with skills", 2, 0.0)
    gold: float = number(0.0, -1e6, 1e6, "reward of every gold gained, with that in orders, with items", 2, 0.0)
    birth: float = number(0.0, -1e6, 1e6, "reward of every child borne, with births", 2, 0.0)

    @property
    def counts_deeds(self) -> bool:
        """Whether anything but survival is rewarded."""
        return any(getattr(self, f.name) != 0 for f in dataclasses.fields(self) if f.name != "survival")


def weight_of(name: str) -> Callable[[Any], float]:
    """The weight of the term of this name: a field of `Reward`."""
    return lambda config: getattr(config.reward, name)


def _by_term(schema: Any) -> tuple[int, ...]:
    return (len(schema.terms),)


def _counts(sizes: Any, names: Iterable[str]) -> bool:
    """Whether a world of the batch rewards one of these terms."""
    wanted = set(names)
    terms = [term for term in sizes.schema.terms if term.name in wanted]
    return any(term.weight(config) != 0 for config in sizes.configs for term in terms)


def _counts_blows(config: Any, edge: int) -> bool:
    reward = config.reward
    return bool(reward.damage_dealt != 0 or reward.damage_taken != 0 or reward.kill != 0)


@inline
def counts_deeds(state):
    """Whether any world of the batch rewards more than survival."""
    return state.deeds.shape[1] > 0


@inline
def forget_deeds(state, w):
    """Before a tick: nobody has done anything yet."""
    if counts_deeds(state):
        state.deeds[w] = 0


@inline
def pay(state, w, slot, survived):
    """The reward of the agent in `slot` for this tick: the sum over the terms, in their order."""
    rules = state.rules[w]
    deeds, totals = state.deeds[w, slot], state.deed_totals[w, state.agents[w, slot].population]
    deeds[_SURVIVAL] = survived
    deeds[_DEATH] = not survived
    reward = 0.0
    for term in range(deeds.shape[0]):
        reward += rules.reward[term] * deeds[term]
        totals[term] += deeds[term]
    return reward


@inline
def pay_survival(rules, survived):
    """The same where only survival is rewarded."""
    return rules.reward[_SURVIVAL] if survived else 0.0


@inline
def count_gains(state, w, slot, food, water):
    """Counts what an agent harvested and drank."""
    deeds = state.deeds[w, slot]
    deeds[_HARVEST] = food
    deeds[_DRINK] = water


@inline
def explore(state, w, slot, counting):
    """Counts the tile that an agent stands on, if that is new to it."""
    if counting:
        rules = state.rules[w]
        if rules.explores:
            state.deeds[w, slot, _EXPLORE] = tread(state.explored[w, slot], rules, state.agents[w, slot])
    return SURVIVES


@inline
def know_tile(state, w, slot):
    """The tile an agent is born on is not new to it."""
    rules = state.rules[w]
    if rules.explores:
        tread(state.explored[w, slot], rules, state.agents[w, slot])


@inline
def forget_tiles(state, w, slot):
    """An empty slot has been nowhere."""
    if state.rules[w].explores:
        state.explored[w, slot] = 0


@inline
def credit_blows(state, w):
    """Divides the health that each target had among the blows it got.

    The strongest blow comes first, equal ones in rotating order; each takes what is left, up to its damage. So a kill
    is the first one's, who did the most damage.
    """
    rules = state.rules[w]
    living, struck, actions = state.living[w], state.struck[w], state.actions[w]
    count = np.int64(state.living_count[w])
    start = first_in_rotation(living, count, state.tick[w] % rules.slots)
    damage = strongest_below(rules, _ANY)
    while damage > 0:
        for k in range(start, start + count):
            slot = np.int64(living[k if k < count else k - count])
            if struck[slot] != NONE and rules.damage[actions[slot, 1]] == damage:
                credit_blow(state, w, slot, np.int64(struck[slot]), damage)
        damage = strongest_below(rules, damage)


@inline
def strongest_below(rules, limit):
    """The greatest damage of a style that is less than `limit`; 0 if there is none."""
    found = 0
    for style in range(rules.styles):
        damage = np.int64(rules.damage[style])
        found = damage if found < damage < limit else found
    return found


@inline
def credit_blow(state, w, slot, target, damage):
    """Counts one blow for both sides, as far as its target still has health; the fatal ones of a tick are one kill."""
    victim, deeds = state.agents[w, target], state.deeds[w]
    before = np.int64(deeds[target, _TAKEN])
    taken = min(damage, np.int64(victim.health) - before)
    deeds[slot, _DEALT] += taken
    deeds[target, _TAKEN] += taken
    if before == 0 and victim.damage >= victim.health:
        deeds[slot, _KILL] += 1


SYSTEM = System(
    "reward",
    "what agents are rewarded for; only what is rewarded is counted",
    section=Reward,
    numbers=(
        Number(
            "reward",
            "f8",
            _by_term,
            lambda c, edge: tuple(term.weight(c) for term in c.schema.terms),
        ),
        Number("counts_blows", value=_counts_blows),  # whether damage or kills are rewarded
        Number("explores", value=lambda c, edge: c.reward.explore != 0),  # whether new tiles are
    ),
    verbs=(
        Verb(Phase.START, forget_deeds, "Nobody has done anything yet that is rewarded."),
        Verb(
            Phase.FORAGE,
            explore,
            "If tiles that are new to a life are rewarded, the one that it stands on is new no longer.",
        ),
        Verb(Phase.DEATH, forget_tiles, "The tiles that it knew are forgotten."),
        Verb(Phase.BIRTH, know_tile, "The tile that it enters on is not new to it."),
    ),
    terms=tuple(
        Term(f.name, f.metadata["doc"].removeprefix("reward of "), weight_of(f.name), int(RewardTerm[f.name.upper()]))
        for f in dataclasses.fields(Reward)
        if f.name.upper() in RewardTerm.__members__
    ),
    sizes=(
        Size("terms", lambda z: len(z.schema.terms)),
        Size("explorers", lambda z: z.N if _counts(z, ["explore"]) else 0),
        Size("doers", lambda z: z.B if _counts(z, z.schema.names("terms")[1:]) else 0),
        Size("groups", lambda z: z.P if z.doers else 0),
    ),
    arrays=(
        Array(
            "explored",
            "u1",
            lambda z: (z.explorers, z.S * z.S // 8 + 1),
            "bit set of the tiles that each agent knows; nothing unless a world rewards exploring",
            saved=True,
            since=Since(2, before=0),
        ),
        Array("struck", "i4", lambda z: (z.doers,), "slot of whom each agent struck this tick, or NONE"),
        Array("deeds", "i4", lambda z: (z.doers, z.terms), "what is rewarded, counted"),
        Array("reward", "f4", lambda z: (z.N,), "of this tick"),
        Array(
            "deed_totals",
            "i8",
            lambda z: (z.groups, z.terms),
            "sums of the deeds since the reset",
            recorded=True,
            since=Since(2, before=0),
        ),
    ),
)
