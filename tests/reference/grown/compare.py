"""Plays a compiled grown world and reference games side by side, and says where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade import EventKind, Recording, World
from forge.blade.state.state import margin
from forge.blade.world.actions import choices_of
from tests.reference import compare
from tests.reference.compare import Checks, first_difference, step_differences
from tests.reference.grown import tables
from tests.reference.grown.body import Body, Deed
from tests.reference.grown.exchange import Order
from tests.reference.grown.game import Grown
from tests.reference.record import Event

RECORDING = Recording(events=True, lives=True, visits=True)


@dataclass(frozen=True)
class Case:
    """One batch of worlds of one schema to play, and for how long."""

    configs: Sequence[Any]
    maps: Sequence[np.ndarray]
    ticks: int
    masked: float = 0.8  # of the agents' works, those that are chosen from what masks say is valid
    seed: int = 0
    threads: int | None = 1


def play(case: Case, engine: type[Grown] = Grown) -> tuple[list[Grown], str]:
    """Plays a case in both engines until they differ or it ends.

    Returns:
        the reference games, and the first difference; "" if there is none.
    """
    rng = np.random.default_rng(case.seed)
    world = World(case.configs, len(case.configs), case.seed, case.threads, case.maps, RECORDING)
    world.reset()
    games = [
        engine(config, int(seed), tiles, w)
        for w, (config, seed, tiles) in enumerate(zip(case.configs, world.seeds, case.maps, strict=True))
    ]
    wrong = differences(world, games)
    while not wrong and games[0].tick < case.ticks:
        actions = choose(world, rng, case.masked)
        for game in games:
            game.step({slot: deed_of(world, actions[game.index, slot]) for slot in game.agents})
        _, rewards, terminated, info = world.step(actions)
        wrong = differences(world, games) or step_differences(rewards, terminated, info, games)
    return games, f"after {games[0].tick} ticks: {wrong}" if wrong else ""


# -- what is played


def choose(world: World, rng: np.random.Generator, masked: float) -> np.ndarray:
    """Anything at random, but that few step into lava, and what depends on masks is mostly as these say."""
    seen, config = world.observe(), world.config
    columns: dict[str, np.ndarray] = {}
    shape = seen.alive.shape
    free = rng.random(shape) > masked
    for choice in choices_of(config):
        options = len(choice.options(config))
        anything = rng.integers(options, size=shape)
        if choice.name == "move":
            columns["move"] = _careful(world, rng)
        elif choice.name == "target":
            entries = rng.integers(np.maximum(seen.seen_count, 1))
            columns["target"] = np.where(rng.random(shape) < 0.1, anything, entries)
        elif choice.mask is None:
            columns[choice.name] = anything
        else:
            mask = getattr(world.state, choice.mask)
            if choice.given:
                mask = np.take_along_axis(mask, columns[choice.given][..., None, None], -2)[..., 0, :]
            valid = (np.where(mask, rng.random(mask.shape), -1)).argmax(-1)
            columns[choice.name] = np.where(free, anything, valid)
    return np.stack([columns[choice.name] for choice in choices_of(config)], -1)


def _careful(world: World, rng: np.random.Generator) -> np.ndarray:
    seen, radius = world.observe(), world.config.sight.radius
    moves = rng.integers(5, size=seen.alive.shape)
    steps = np.array([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)])[moves] + radius
    w, slot = np.indices(moves.shape)
    ahead = seen.materials[w, slot, steps[..., 0], steps[..., 1]]
    moves[(ahead == 0) & (rng.random(moves.shape) < 0.99)] = 0
    return moves


def deed_of(world: World, row: np.ndarray) -> Deed:
    """A row of actions by the names of its columns."""
    named = zip((choice.name for choice in choices_of(world.config)), map(int, row), strict=True)
    return Deed(**dict(named))


# -- what is compared


def differences(world: World, games: Sequence[Grown]) -> str:
    """What differs in state, observation or records, in words."""
    for game in games:
        wrong = first_difference(game.index, (check for part in PARTS for check in part(world, game)))
        if wrong:
            return wrong
    return ""


def array(name: str, world: World, game: Grown) -> np.ndarray:
    """An array of the state of one world."""
    return getattr(world.state, name)[game.index]


def _of(bodies: Iterable[Body], like: np.ndarray, value: Callable[[Body], Any]) -> np.ndarray:
    """What each of some bodies has, in an array like another; 0 in slots of nobody."""
    wanted = np.zeros_like(like, dtype=np.int64)
    for body in bodies:
        wanted[body.slot] = value(body)
    return wanted


#: Fields of bodies that are not attributes of ours by that name.
COLUMNS: dict[str, Callable[[Grown, Body], int]] = {
    "alive": lambda game, body: body.creature == tables.AGENT,
    "combat_level": lambda game, body: tables.combat_level(body.levels),
    "weapon": lambda game, body: max(game.best(body, thing) for thing in range(3)),
    "armour": lambda game, body: game.best(body, 3),
    "trade": lambda game, body: 0 if len(set(body.gifts)) == 1 else 1 + body.gifts.index(max(body.gifts)),
    "in_camp": lambda game, body: game.in_camp(body.place),
}


def _bodies(world: World, game: Grown) -> Checks:
    theirs = array("agents", world, game)
    checks: Checks = []
    for name in theirs.dtype.names:
        if name.startswith("pad"):
            continue
        ours = np.zeros_like(theirs[name], dtype=np.int64)
        for body in game.bodies():
            ours[body.slot] = COLUMNS[name](game, body) if name in COLUMNS else getattr(body, name)
        checks.append((f"agents.{name}", ours, theirs[name]))
    return checks


def _world(world: World, game: Grown) -> Checks:
    state, w = world.state, game.index
    return [
        ("tick", game.tick, state.tick[w]),
        ("births", game.births, state.births[w]),
        ("cap", game.cap, state.cap[w]),
        ("stream", game.stream.state, int(state.stream[w])),
    ]


def _by_agent(game: Grown, world: World, name: str, value: Callable[[Body], Any]) -> tuple[str, Any, Any]:
    theirs = array(name, world, game)
    return name, _of(game.agents.values(), theirs, value), theirs


def _told(world: World, game: Grown) -> Checks:
    """What one agent, another each tick, is told of itself, and of those in view."""
    if not game.agents:
        return []
    agent, schema = game.in_turn()[0], world.config.schema
    own, seen = world.observe().own(game.index, agent.slot), world.observe().features(game.index, agent.slot)
    checks: Checks = []
    for k, feature in enumerate(schema.own):
        if feature.array:
            at = () if feature.at is None else (feature.at,)
            checks.append((f"own {feature.name}", array(feature.array, world, game)[(agent.slot, *at)], own[k]))
        elif feature.name in COLUMNS:
            checks.append((f"own {feature.name}", int(COLUMNS[feature.name](game, agent)), own[k]))
    view = [game.body(slot) for slot in game.sights[agent.slot].view]
    for k, feature in enumerate(schema.features):
        if feature.read is None:
            read = COLUMNS.get(feature.name, lambda game, body, name=feature.name: getattr(body, name))
            checks.append((f"{feature.name} of those in view", [int(read(game, body)) for body in view], seen[:, k]))
    return checks


def _skills(world: World, game: Grown) -> Checks:
    experience, level = array("experience", world, game), array("level", world, game)
    return [
        ("experience", _of(game.bodies(), experience, lambda body: body.experience), experience),
        ("level", _of(game.bodies(), level, lambda body: body.levels), level),
        _by_agent(game, world, "progress", lambda body: [tables.progress_at(x) for x in body.experience]),
        _by_agent(game, world, "gifts", lambda body: body.gifts),
        _by_agent(game, world, "risen", lambda body: body.risen),
    ]


def _items(world: World, game: Grown) -> Checks:
    ledger = [[game.ledger[reason, kind] for kind in range(26)] for reason in range(8)]
    return [
        _by_agent(game, world, "pack", lambda body: body.pack),
        _by_agent(game, world, "gold", lambda body: body.gold),
        _by_agent(game, world, "load", game.load),
        _by_agent(game, world, "in_use", lambda body: [game.best(body, thing) for thing in range(4)]),
        _by_agent(game, world, "earned", lambda body: body.earned),
        ("ledger", ledger, array("ledger", world, game)),
    ]


def _work(world: World, game: Grown) -> Checks:
    checks = [_by_agent(game, world, "may_work", game.work_mask)]
    if game.on("trades") or game.on("exchange"):
        checks.append(_by_agent(game, world, "may_kind", game.kind_mask))
    if game.on("exchange"):
        checks.append(_by_agent(game, world, "may_price", game.price_mask))
    return checks


def _camps(world: World, game: Grown) -> Checks:
    side = game.config.terrain.side
    places = [(row, col) for row in range(side) for col in range(side)]
    return [
        ("nearest_camp", [game.nearest_fire(place) for place in places], array("nearest_camp", world, game)),
        ("camp_places", [[row, col] for row, col in game.fires], array("camp_places", world, game)),
        _by_agent(game, world, "camp_way", lambda body: game.way_to_camp(body.place)),
    ]


def _trades(world: World, game: Grown) -> Checks:
    edge, count = margin(game.config), array("mined_count", world, game)
    mined = [divmod(int(place), game.config.terrain.side + 2 * edge) for place in array("mined", world, game)[:count]]
    return [("mined", game.mined, [(row - edge, col - edge) for row, col in mined])]


#: What is held of each open order: 0 in places where there is none.
OF_ORDERS: dict[str, Callable[[Order], int]] = {
    "number": lambda order: 1 + order.number,
    "tick": lambda order: order.tick,
    "book": lambda order: order.book,
    "kind": lambda order: order.kind,
    "side": lambda order: not order.sells,
    "price": lambda order: order.price,
}


def _exchange(world: World, game: Grown) -> Checks:
    checks: Checks = [("order_next", game.next_order, array("order_next", world, game))]
    for name, read in OF_ORDERS.items():
        theirs = array(f"order_{name}", world, game)
        ours = np.zeros_like(theirs, dtype=np.int64)
        for order in game.orders:
            ours[order.owner.slot, order.place] = read(order)
        checks.append((f"order_{name}", ours, theirs))
    shelves = [(book, kind) for book in range(game.books()) for kind in range(25)]
    return [
        *checks,
        ("exchange_last", [game.last_prices.get(shelf, 0) for shelf in shelves], array("exchange_last", world, game)),
        ("exchange_ask", [game.best_ask(*shelf) for shelf in shelves], array("exchange_ask", world, game)),
        ("exchange_bid", [game.best_bid(*shelf) for shelf in shelves], array("exchange_bid", world, game)),
        _by_agent(game, world, "orders_by_kind", lambda body: _by_kind(game.orders_of(body))),
    ]


def _by_kind(orders: list[Order]) -> list[int]:
    """Those to sell less those to buy."""
    return [sum(1 if order.sells else -1 for order in orders if order.kind == kind) for kind in range(25)]


def _creatures(world: World, game: Grown) -> Checks:
    due = [game.due[slot] for slot in sorted(game.due)]
    checks: Checks = [("creature_births", game.creatures_ever, array("creature_births", world, game))]
    empty = [k for k, slot in enumerate(sorted(game.due)) if slot not in game.creatures]
    checks.append(("creature_due of the empty", np.array(due)[empty], array("creature_due", world, game)[empty]))
    return checks


def _births(world: World, game: Grown) -> Checks:
    return [
        _by_agent(game, world, "mother", lambda body: 0 if body.mother is None else 1 + body.mother.id),
        ("founded", [p in game.founded for p in range(game.config.populations)], array("founded", world, game)),
        _by_agent(game, world, "borne", lambda body: body.borne),
    ]


#: What each system has.
OF_SYSTEMS = {
    "skills": _skills,
    "items": _items,
    "work": _work,
    "camps": _camps,
    "trades": _trades,
    "exchange": _exchange,
    "creatures": _creatures,
    "births": _births,
}


def _systems(world: World, game: Grown) -> Checks:
    return [check for name, part in OF_SYSTEMS.items() if game.on(name) for check in part(world, game)]


def _events(world: World, game: Grown) -> Checks:
    """Births, deaths, harvests and drinks; what systems add is not in the reference."""
    known = {kind.value for kind in EventKind if kind != EventKind.ATTACK}
    theirs = [Event(*map(int, event.item())) for event in world.events() if event["world"] == game.index]
    ours = [event for event in game.record.events if event.kind in known]
    return [("events", ours, [event for event in theirs if event.kind in known])]


def _lives(world: World, game: Grown) -> Checks:
    theirs = {int(life["id"]): life for life in world.lives() if life["world"] == game.index}
    checks: Checks = [("finished lives", [agent.id for agent, _ in game.record.finished], list(theirs))]
    for agent, life in game.record.finished:
        their = theirs[agent.id]
        materials = range(len(their["ticks"]))
        checks += [
            (f"lifetime of life {agent.id}", life.lifetime, their["lifetime"]),
            (f"cause of life {agent.id}", int(life.cause), their["cause"]),
            (f"ticks of life {agent.id}", [life.ticks[m] for m in materials], their["ticks"]),
        ]
    return checks


PARTS = (
    _bodies,
    _world,
    compare.tiles,
    compare.sights,
    _systems,
    _events,
    _lives,
    compare.visits,
    compare.tallies,
    _told,
)
