"""Households: a fisher and a cook in a camp by the water, where nothing grows, and nobody else ever comes.

They do not haggle: a cook pays 1 gold for a fish, and asks 2 for a meal, so that who eats half of what it cooks has as
much gold in the end as before. That shows what the rules let two live on, whatever scripted agents make of prices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config, Guild, Material, World
from forge.blade.grown.experience import BEGINS
from forge.blade.grown.kinds import COUNT, EDIBLE, FOOD, LEVEL, OF, TRADES, Skill, made_by
from forge.blade.grown.skills import COMMON
from forge.blade.interventions import Place, Remove
from forge.blade.mechanics.ids import Style
from forge.experiments.studies.balance.societies import HORIZON
from forge.experiments.studies.framework.store import Measurement, Store

_SIDE, _BORDER, _FIRE, _WATER = 24, 4, (12, 12), slice(14, 16)
_SHORE = (13, 14)  # beside the water, and in the camp
_FOR_FISH, _FOR_MEALS = 0, 1  # places of the prices 1 and 2
_FISH, _MEALS = made_by(Skill.FISHING), [kind for kind in range(COUNT) if EDIBLE >> kind & 1]
_HUNGRY = 10  # food with which a cook eats
_ENOUGH = 4  # fish that wait for a buyer; then a fisher rests


def households(name: str, trades: tuple[Skill, ...], level: int, worlds: int, seed: int) -> Measurement:
    """How long each of its members lives, in so many worlds: nested lists [worlds, members], at most `HORIZON` ticks.

    Args:
        name: of the measurement.
        trades: of its members: fishing or cooking.
        level: of each in its trade at the begin.
        worlds: in which there is one such household each.
        seed: of the worlds.
    """
    config = _config(len(trades))

    def measure(_: Store) -> list[list[int]]:
        found: list[list[int]] = lived(trades, level, worlds, seed).tolist()
        return found

    what = {
        "measurement": "households", "trades": [trade.name.lower() for trade in trades], "worlds": worlds, "seed": seed,
        "level": level, "world": config.to_dict(),
    }  # fmt: skip
    return Measurement(name, what, measure, worlds * HORIZON)


def _config(members: int) -> Config:
    """A camp alone: no creatures, no newcomers, and no forest."""
    quiet = {"creatures.chickens": 0, "creatures.goblins": 0, "foraging.regrowth": 0.0, "spawn.populations": 1}
    return Guild(**{"terrain.side": _SIDE, "terrain.border": _BORDER, "spawn.cap": members, **quiet})


def lived(trades: tuple[Skill, ...], level: int, worlds: int, seed: int) -> np.ndarray:
    """Plays it: ticks for which each member lived, int64 [worlds, members]."""
    config = _config(len(trades))
    tiles = np.full((_SIDE, _SIDE), Material.LAVA, np.uint8)
    tiles[_BORDER:-_BORDER, _BORDER:-_BORDER] = Material.GRASS
    tiles[_WATER, _WATER] = Material.WATER
    tiles[_FIRE] = config.schema.names("materials").index("fire")
    world = World(config, worlds, seed, threads=1, maps=[tiles] * worlds)
    world.reset()
    state = world.state
    state.cap[:] = 0  # nobody enters any more
    for w in range(worlds):
        first = int(state.agents["id"][w][state.agents["alive"][w] == 1][0])
        world.apply([Remove(first), *(Place(0, *_SHORE) for _ in trades)], w)
    for slot, trade in enumerate(trades):
        state.gifts[:, slot] = config.to_dict()["bodies"]["other"]
        state.gifts[:, slot, TRADES.index(trade)] = COMMON
        state.agents["trade"][:, slot] = 1 + TRADES.index(trade)
        state.level[:, slot, trade], state.experience[:, slot, trade] = level, BEGINS[level]
    world.refresh()
    names = [choice.name for choice in config.schema.choices if choice.options(config)]
    works = next(choice for choice in config.schema.choices if choice.name == "work").options(config)
    columns = [names.index(name) for name in ("work", "kind", "price")]
    ticks = np.zeros((worlds, len(trades)), np.int64)
    for _ in range(HORIZON):
        actions = np.zeros((worlds, len(trades), len(names)), np.uint8)
        actions[..., names.index("style")] = Style.HOLD
        for w, slot in np.argwhere(state.agents["alive"][:, : len(trades)]):
            work, kind, price = _choose(state, int(w), int(slot), trades[slot])
            actions[w, slot, columns] = works.index(work), kind, price
        world.step(actions)
        ticks += state.agents["alive"][:, : len(trades)] == 1
    return ticks


Deed = tuple[str, int, int]


def _choose(state: Any, w: int, slot: int, trade: Skill) -> Deed:
    """What a member does, with which kind, for which price."""
    pack, orders = state.pack[w, slot], state.orders_by_kind[w, slot]
    asks, bids, _ = state.exchange_prices[w].reshape(3, COUNT)
    meals = [kind for kind in _MEALS if pack[kind]]
    least = int(state.agents["food"][w, slot])
    fitting = [kind for kind in meals if least + FOOD[kind] <= state.rules["food"][w]]
    cooks = trade is Skill.COOKING
    if fitting and (least <= _HUNGRY or not cooks):  # a cook sells first: what it eats earns it no fish
        return "eat", max(fitting, key=lambda kind: FOOD[kind]), 0
    if cooks:
        return _cook(state, w, slot, meals)
    if not meals:
        offered = [kind for kind in _MEALS if asks[kind]]
        if offered and state.gold[w, slot] > 1:
            return "buy", max(offered, key=lambda kind: FOOD[kind]), _FOR_MEALS
    wanted = [kind for kind in _FISH if pack[kind] and bids[kind]]
    if wanted:
        return "sell", wanted[-1], _FOR_FISH
    waiting = sum(int(pack[kind]) for kind in _FISH if not orders[kind])
    return ("fish", 0, 0) if waiting < _ENOUGH * len(_FISH) else ("rest", 0, 0)


def _cook(state: Any, w: int, slot: int, meals: list[int]) -> Deed:
    """What a cook does that is not to eat: it cooks what it has, offers a meal, and bids for fish."""
    pack, orders, level = state.pack[w, slot], state.orders_by_kind[w, slot], state.level[w, slot, Skill.COOKING]
    can = [kind for kind in _MEALS if level >= LEVEL[kind] and OF[kind] in _FISH]
    raw = [kind for kind in can if pack[OF[kind]]]
    if raw:
        return "cook", raw[-1], 0
    if meals and not any(orders[kind] > 0 for kind in _MEALS):
        return "sell", meals[-1], _FOR_MEALS
    unasked = [OF[kind] for kind in can if not orders[OF[kind]]]
    if unasked and state.gold[w, slot] > 0:
        return "buy", int(unasked[-1]), _FOR_FISH
    return "rest", 0, 0
