"""`make soak`: ten million agent steps of Guild and Realm, in which everything is accounted for at every tick."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator

import numpy as np

from forge.agents import scripted
from forge.blade import Config, Guild, Realm, Recording, World
from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import COUNT, GOLD, KNIVES, STAFF
from forge.blade.world.actions import choices_of
from tests.blade.exchange.bazaar import BUY, SELL, orders

WORLDS = 32
PLAYERS = ("artisan", "hunter", "trader", "random")
ARBITRARY = 0.02  # of all choices are any option, allowed or not
#: What events say, by the reason in the ledger.
SAID = {Reason.MADE: ("make",), Reason.USED: ("use", "eat"), Reason.SPOILED: ("spoil",), Reason.LOST: ("lose",)}
UNITS = np.ones(COUNT, int)
UNITS[KNIVES:STAFF] = 10


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.blade.grown", description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000_000, help="of all agents")
    parser.add_argument("--seed", type=int, default=0)
    chosen, failures = parser.parse_args(), 0
    for preset in (Guild, Realm):
        wrong, steps = play(preset(), chosen.steps // 2, chosen.seed)
        failures += bool(wrong)
        print(f"{preset.__name__}, {steps:,} agent steps: {wrong or 'everything is accounted for'}", flush=True)
    return bool(failures)


def play(config: Config, steps: int, seed: int) -> tuple[str, int]:
    """Plays worlds of scripted agents, a kind for each population, who do anything now and then.

    Returns:
        the first thing that is wrong, or nothing, and the agent steps until then.
    """
    world = World(config, WORLDS, seed, record=Recording(events=True))
    rng, players = np.random.default_rng(seed), [scripted(name, config, seed) for name in PLAYERS]
    player_of = np.arange(config.spawn.cap) // config.quota % len(PLAYERS)
    options = np.array([len(choice.options(config)) for choice in choices_of(config)])
    booked = {reason: np.zeros((WORLDS, COUNT + 1), int) for reason in SAID}
    observation, done = world.reset(), 0
    while done < steps:
        actions = rng.integers(0, options, (WORLDS, config.spawn.cap, len(options))).astype(np.uint8)
        ruled = rng.random(actions.shape) >= ARBITRARY
        for k, player in enumerate(players):
            mine = ruled & (player_of == k)[:, None]
            actions[mine] = player.act(observation)[mine]
        observation, *_ = world.step(actions)
        done += int(world.state.agents["alive"][:, : config.spawn.cap].sum())
        book_events(world, booked)
        for wrong in mistakes(world, booked):
            return f"after tick {int(world.state.tick[0])}: {wrong}", done
    return "", done


def book_events(world: World, booked: dict[Reason, np.ndarray]) -> None:
    """Adds what the events of a tick say, by reason, world and kind."""
    events, names = world.events(), world.config.schema.names("events")
    for reason, said in SAID.items():
        for name in said:
            of_it = events[events["kind"] == names.index(name)]
            amounts = 1 if name == "eat" else of_it["value"]
            np.add.at(booked[reason], (of_it["world"], of_it["detail"]), amounts)


def mistakes(world: World, booked: dict[Reason, np.ndarray]) -> Iterator[str]:
    """What is wrong between two ticks."""
    state, rules = world.state, world.config
    for reason, said in booked.items():
        if not np.array_equal(state.ledger[:, reason], said):
            yield f"events do not say what the ledger says of {reason.name}"
    came = state.ledger[:, [Reason.BORN, Reason.MADE, Reason.FOUND]].sum(1)
    went = state.ledger[:, [Reason.USED, Reason.SPOILED, Reason.LOST]].sum(1)
    held = np.concatenate([state.pack.sum(1), state.gold.sum(1)[:, None]], 1) + escrow(world)
    if not np.array_equal(held, came - went):
        yield f"packs, purses and orders hold {(held - (came - went)).tolist()} more than the ledger says"
    if (state.gold < 0).any():
        yield "somebody has less than no gold"
    knives, there = state.pack[..., KNIVES:STAFF].astype(int), state.order_number > 0
    load = state.pack.sum(-1, dtype=int) - knives.sum(-1) + (-(-knives // 10)).sum(-1) + there.sum(-1)
    if not np.array_equal(load, state.load) or (load > rules.items.capacity).any():
        yield "a pack is not as full as it says, or has too much in it"
    if (there.any(-1) & (state.agents["alive"][:, : rules.spawn.cap] == 0)).any():
        yield "somebody who is dead has an order"
    if (state.tick[:, None, None] - 1 - state.order_tick >= rules.exchange.patience)[there].any():
        yield "an order is open after its time"
    yield from crossed(world)


def escrow(world: World) -> np.ndarray:
    """What all open orders keep: items by kind, and gold [W, kinds + 1]."""
    state, kept = world.state, np.zeros((WORLDS, COUNT + 1), int)
    prices = np.array([int(price) for price in world.config.exchange.prices.split(",")])
    w, slot, k = np.nonzero(state.order_number > 0)
    kind, side, price = (getattr(state, f"order_{name}")[w, slot, k] for name in ("kind", "side", "price"))
    sells = side == SELL
    np.add.at(kept, (w[sells], kind[sells]), UNITS[kind[sells]])
    np.add.at(kept, (w[~sells], GOLD), prices[price[~sells]])
    return kept


def crossed(world: World) -> Iterator[str]:
    """Orders of different agents that would trade and wait."""
    state, books = world.state, 1 + int(world.state.order_book.max(initial=0))
    w, slot, k = np.nonzero(state.order_number > 0)
    names = ("book", "kind", "side", "price")
    book, kind, side, price = (getattr(state, f"order_{name}")[w, slot, k].astype(int) for name in names)
    line, highest = (w * books + book) * COUNT + kind, len(world.config.exchange.prices.split(","))
    asks, bids = np.full(WORLDS * books * COUNT, highest), np.full(WORLDS * books * COUNT, -1)
    np.minimum.at(asks, line[side == SELL], price[side == SELL])
    np.maximum.at(bids, line[side == BUY], price[side == BUY])
    for place in np.flatnonzero(asks <= bids).tolist():
        near, shelf = divmod(place, books * COUNT)
        found = [one for one in orders(world, near) if one["book"] * COUNT + one["kind"] == shelf]
        for sale, wish in itertools.product(found, found):
            meet = (sale["side"], wish["side"]) == (SELL, BUY) and sale["price"] <= wish["price"]
            if meet and sale["owner"] != wish["owner"]:
                yield f"orders {sale} and {wish} wait, and would trade"


if __name__ == "__main__":
    sys.exit(main())
