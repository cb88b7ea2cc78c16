"""Worlds in which agents trade: grass with two fires, on which somebody always has something to sell."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config, Law, Recording, World
from forge.blade.compiled.jit import inline
from forge.blade.extend import Array, Phase, System, Verb
from forge.blade.grown.kinds import COUNT, GOLD, KNIVES, STAFF
from forge.blade.grown.packs import Reason, enter_in_books, put, room_for
from forge.blade.mechanics.ids import SURVIVES

_MADE, _KNIVES = int(Reason.MADE), KNIVES
SIDE, BORDER, SLOTS = 24, 3, 24
FIRES = ((8, 7), (14, 17))
EVERYTHING = Recording(events=True, lives=True)
SELL, BUY = 0, 1
#: Playable are 18 × 18 tiles, and 24 · 18² / 62² = 2.02: two fires.
BUSY = {
    "terrain.side": SIDE,
    "terrain.border": BORDER,
    "camps.count": 24,
    "camps.radius": 5,
    "spawn.cap": SLOTS,
    "spawn.populations": 3,
    "combat.hold": True,
    "sight.radius": 3,
    "sight.agents": 6,
    "items.gold": 12,
    "items.capacity": 8,
    "exchange.patience": 9,
    "exchange.orders": 3,
    "exchange.prices": "1,2,3,5",
}


@inline
def be_given(state, w, slot, counting):
    """An agent that a test gives something of a kind has it, as if it had made it, where it has room."""
    kind = state.gift[w, slot] - 1
    count = 10 if kind == _KNIVES else 1
    if kind >= 0 and room_for(state, w, slot, kind, count):
        put(state, w, slot, kind, count)
        enter_in_books(state, w, _MADE, kind, count)
    state.gift[w, slot] = 0
    return SURVIVES


GIFTS = System(
    "gifts",
    "things that a test gives to agents",
    needs=("items",),
    arrays=(Array("gift", "i8", lambda z: (z.N,), "1 + the kind that it is to be given; 0: nothing", emptied=True),),
    verbs=(Verb(Phase.FORAGE, be_given, "It is given something."),),
)
SYSTEMS = ("items", "work", "camps", "exchange", "tests.blade.exchange.bazaar:GIFTS")


def config(**changes: Any) -> Config:
    return Law(systems=list(SYSTEMS), **{**BUSY, **changes})


def land() -> np.ndarray:
    """Grass in a frame of lava, two fires."""
    tiles = np.zeros((SIDE, SIDE), np.uint8)
    tiles[BORDER:-BORDER, BORDER:-BORDER] = 2
    for place in FIRES:
        tiles[place] = config().schema.names("materials").index("fire")
    return tiles


def bazaar(worlds: int = 2, threads: int = 1, seed: int = 5, **changes: Any) -> World:
    """Worlds that have begun."""
    world = World(config(**changes), worlds, seed=seed, threads=threads, maps=[land()] * worlds, record=EVERYTHING)
    world.reset()
    return world


def stock(world: World, rng: np.random.Generator) -> None:
    """Some of the living are to be given something of the first kinds, or knives, in the next tick."""
    for w, slot in np.argwhere(world.state.agents["alive"]):
        kind, chance = int(rng.choice([0, 1, 2, KNIVES])), rng.random()
        world.state.gift[w, slot] = (1 + kind) * (chance < 0.3)


def choose(world: World, rng: np.random.Generator) -> np.ndarray:
    """Valid work in most cases, and steps about the middle of the map."""
    state, choices = world.state, [c for c in world.config.schema.choices if c.options(world.config)]
    names = [choice.name for choice in choices]
    actions = np.zeros((world.count, SLOTS, len(names)), int)
    actions[..., names.index("style")] = 3
    for w, slot in np.argwhere(state.agents["alive"]):
        told = {"move": int(rng.choice([m for m in range(5) if state.moves[w, slot] >> m & 1]))}
        if rng.random() < 0.9:
            works = np.flatnonzero(state.may_work[w, slot])
            told["work"] = int(works[-1] if rng.random() < 0.1 else rng.choice(works))
            told["kind"] = int(rng.choice(np.flatnonzero(state.may_kind[w, slot, told["work"]])))
            told["price"] = int(rng.choice(np.flatnonzero(state.may_price[w, slot, told["work"]])))
            if told["work"] == 2:
                told["kind"] = int(rng.choice([0, 1, KNIVES]))  # what there is
        else:
            told |= {
                name: int(rng.integers(len(choices[names.index(name)].options(world.config)))) for name in names[2:]
            }
            told.pop("target", None)
        for name, option in told.items():
            actions[w, slot, names.index(name)] = option
    return actions


def step(world: World, rng: np.random.Generator) -> None:
    """One tick of it."""
    stock(world, rng)
    world.step(choose(world, rng))


def orders(world: World, w: int) -> list[dict[str, int]]:
    """The open orders of a world by number, each with its owner's slot."""
    found = []
    for slot, k in np.argwhere(world.state.order_number[w] > 0):
        names = ("number", "tick", "book", "kind", "side", "price")
        order = {name: int(getattr(world.state, f"order_{name}")[w, slot, k]) for name in names}
        found.append({"owner": int(slot), "k": int(k)} | order)
    return sorted(found, key=lambda order: order["number"])


def escrow(world: World, w: int) -> np.ndarray:
    """What all orders of a world keep: items by kind, and gold."""
    kept = np.zeros(COUNT + 1, int)
    prices = [int(price) for price in world.config.exchange.prices.split(",")]
    for order in orders(world, w):
        if order["side"] == SELL:
            kept[order["kind"]] += 10 if KNIVES <= order["kind"] < STAFF else 1
        else:
            kept[GOLD] += prices[order["price"]]
    return kept


def unaccounted(world: World) -> list[list[int]]:
    """What packs, purses and orders hold more than the ledger says, by world."""
    state = world.state
    came = state.ledger[:, [Reason.BORN, Reason.MADE, Reason.FOUND]].sum(1)
    went = state.ledger[:, [Reason.USED, Reason.SPOILED, Reason.LOST]].sum(1)
    held = [
        np.append(state.pack[w].sum(0).astype(int), state.gold[w].sum()) + escrow(world, w) for w in range(world.count)
    ]
    return (np.array(held) - (came - went)).tolist()
