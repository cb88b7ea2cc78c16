"""What holds at every tick of random play: everything is accounted for, and the same comes of the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forge.blade import ConfigError, Law, World
from forge.blade.grown.kinds import COUNT, KNIVES, STAFF
from forge.blade.grown.packs import Reason
from forge.blade.interventions import Place, Remove
from forge.blade.society.census import census
from forge.blade.world.change import change
from forge.blade.world.fork import fork
from tests.blade.exchange.bazaar import BUY, SELL, SLOTS, bazaar, config, orders, step, unaccounted
from tests.blade.grown.village import load_of

TOLD = ("may_work", "may_kind", "may_price", "orders_by_kind", "prices_near", "exchange_prices")
GRID = (1, 2, 3, 5)
NOTHING = [0] * (COUNT + 1)
WAYS = {
    "in camps": {},
    "everywhere": {"exchange.everywhere": True},
    "a book a camp": {"exchange.books": "camp"},
    "the nearest camp's": {"exchange.books": "camp", "exchange.everywhere": True},
}


def crossed(found: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Orders of different agents that would trade."""
    return [
        (sale["number"], wish["number"])
        for sale in found
        for wish in found
        if (sale["side"], wish["side"]) == (SELL, BUY)
        and (sale["book"], sale["kind"]) == (wish["book"], wish["kind"])
        and sale["price"] <= wish["price"]
        and sale["owner"] != wish["owner"]
    ]


def best(found: list[dict[str, int]], book: int, kind: int, side: int) -> int:
    """The best price of a side in gold, or 0."""
    waiting = [o["price"] for o in found if (o["book"], o["kind"], o["side"]) == (book, kind, side)]
    return 0 if not waiting else GRID[min(waiting) if side == SELL else max(waiting)]


def check_tick(world: World) -> None:
    """What must hold between two ticks, and whether what is told is what there is."""
    state, rules = world.state, world.config
    assert unaccounted(world) == [NOTHING] * world.count
    assert (state.gold >= 0).all()
    for w in range(world.count):
        found = orders(world, w)
        assert crossed(found) == []
        assert all(state.agents["alive"][w, order["owner"]] for order in found)
        for order in found:
            assert state.tick[w] - 1 - order["tick"] < rules.exchange.patience
        for slot in range(SLOTS):
            own = [order for order in found if order["owner"] == slot]
            assert state.load[w, slot] == load_of(state.pack[w, slot]) + len(own) <= rules.items.capacity
            if state.agents["alive"][w, slot]:
                check_told(world, w, slot, own, found)


def check_told(world: World, w: int, slot: int, own: list[dict[str, int]], found: list[dict[str, int]]) -> None:
    """The masks and numbers of one agent, from what is saved."""
    state, rules = world.state, world.config
    agent, pack, gold = state.agents[w, slot], state.pack[w, slot], int(state.gold[w, slot])
    here = (rules.exchange.everywhere or agent["in_camp"]) and len(own) < rules.exchange.orders
    units = np.ones(COUNT, int)
    units[KNIVES:STAFF] = 10
    sells = here & (pack >= units)
    buys = np.full(COUNT, bool(here and gold >= GRID[0] and state.load[w, slot] < rules.items.capacity))
    cancels = np.isin(np.arange(COUNT), [order["kind"] for order in own])
    for work, kinds in enumerate((sells, buys, cancels), 1):
        assert state.may_work[w, slot, work] == kinds.any()
        wanted = kinds if kinds.any() else np.arange(COUNT) == 0
        assert np.array_equal(state.may_kind[w, slot, work], wanted)
    assert state.may_price[w, slot, 1].all()
    assert state.may_price[w, slot, 2].tolist() == [k == 0 or price <= gold for k, price in enumerate(GRID)]
    assert state.may_price[w, slot, 3].tolist() == [True, False, False, False]
    net = [sum(1 - 2 * order["side"] for order in own if order["kind"] == kind) for kind in range(COUNT)]
    assert state.orders_by_kind[w, slot].tolist() == net
    by_camp = rules.exchange.books == "camp"
    book = int(state.nearest_camp[w, int(agent["row"]) * rules.terrain.side + int(agent["col"])]) if by_camp else 0
    asks, bids = ([best(found, book, kind, side) for kind in range(COUNT)] for side in (SELL, BUY))
    told = [*asks, *bids, *state.exchange_last[w].reshape(-1, COUNT)[book].tolist()]
    assert (state.prices_near[w, slot] if by_camp else state.exchange_prices[w]).tolist() == told


@pytest.mark.parametrize("way", WAYS)
def test_everything_is_accounted_for_at_every_tick(way: str) -> None:
    world, rng = bazaar(**WAYS[way]), np.random.default_rng(1)
    names = world.config.schema.names("events")
    counted = dict.fromkeys(names, 0)
    sold, bought = np.zeros((2, 3), int), np.zeros((2, 3), int)
    for _ in range(150):
        step(world, rng)
        check_tick(world)
        for event in world.events():
            counted[names[event["kind"]]] += 1
            if names[event["kind"]] == "trade":
                sold[event["world"], event["population"]] += 1
                bought[event["world"], event["other_population"]] += 1
    assert world.state.tally["sales"].tolist() == sold.tolist()
    assert world.state.tally["purchases"].tolist() == bought.tolist()
    assert census(world.state).traded.sum() == sold.sum()
    for name in ("sell", "buy", "trade", "close", "death"):
        assert counted[name] > 50, counted


def test_refresh_looks_into_packs_that_were_written_to() -> None:
    world, rng = bazaar(), np.random.default_rng(1)
    for _ in range(30):
        step(world, rng)
    state, kind = world.state, 5  # of which nobody is given anything
    free = (state.agents["alive"][:, :SLOTS] == 1) & (state.load < world.config.items.capacity)
    assert free.any(1).all()
    assert not state.pack[..., kind].any()
    state.pack[free, kind] += 1
    state.load[free] += 1
    state.ledger[:, Reason.MADE, kind] += free.sum(1)
    world.refresh()
    assert state.may_kind[:, :, 1, kind].any()
    check_tick(world)


def told(world: World) -> list[bytes]:
    """Everything that the exchange tells, of the living; and the name of the state."""
    alive = world.state.agents["alive"] == 1
    arrays = [getattr(world.state, name) for name in TOLD]
    return [world.hash().encode(), *(a[alive].tobytes() if a.shape[1:2] == (SLOTS,) else a.tobytes() for a in arrays)]


def restored(world: World) -> World:
    return World.restore(world.snapshot(), threads=2)


def cloned(world: World) -> World:
    return world.clone()


def forked(world: World) -> World:
    return fork(world, 0)


@pytest.mark.parametrize("again", [restored, cloned, forked])
def test_a_world_goes_on_from_the_middle_of_trade_to_the_same_bits(again: Callable[[World], World]) -> None:
    world, rng = bazaar(1, **WAYS["the nearest camp's"]), np.random.default_rng(2)
    for _ in range(60):
        step(world, rng)
    assert len(orders(world, 0)) > 5
    other = again(world)
    assert told(other) == told(world)
    one, two = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(40):
        step(world, one)
        step(other, two)
        assert told(other) == told(world)


def test_threads_change_nothing() -> None:
    one, two = bazaar(4, 1), bazaar(4, 2)
    rngs = np.random.default_rng(4), np.random.default_rng(4)
    for _ in range(60):
        step(one, rngs[0])
        step(two, rngs[1])
    assert told(one) == told(two)
    assert sum(len(orders(one, w)) for w in range(4)) > 20


def test_who_is_taken_out_takes_its_orders_along() -> None:
    world, rng = bazaar(1, **WAYS["everywhere"]), np.random.default_rng(5)
    for _ in range(40):
        step(world, rng)
    found = orders(world, 0)
    owners = sorted({order["owner"] for order in found})
    assert len(owners) > 5
    chosen = np.zeros((1, SLOTS), bool)
    chosen[0, owners[:2]] = True
    assert world.cull(chosen) == 2
    assert orders(world, 0) == [order for order in found if order["owner"] not in owners[:2]]
    check_tick(world)
    for _ in range(20):
        step(world, rng)
        check_tick(world)


def test_an_intervention_takes_orders_out_of_every_line() -> None:
    world, rng = bazaar(1, **WAYS["everywhere"]), np.random.default_rng(6)
    for _ in range(40):
        step(world, rng)
    found = orders(world, 0)
    slot = found[0]["owner"]
    agent = world.state.agents[0, slot]
    world.apply([Remove(int(agent["id"])), Place(int(agent["population"]), 10, 10)])
    assert orders(world, 0) == [order for order in found if order["owner"] != slot]
    check_tick(
        world
    )  # what the one had, and its orders kept, is lost; the other has a newborn's gold: all accounted for
    for _ in range(20):
        step(world, rng)
        check_tick(world)


def test_patience_can_change_and_prices_cannot() -> None:
    world, rng = bazaar(1, **WAYS["everywhere"]), np.random.default_rng(7)
    for _ in range(30):
        step(world, rng)
    change(world, {"exchange.patience": 2})
    step(world, rng)
    check_tick(world)
    for name, value in (("prices", "1,2,3,6"), ("orders", 4), ("books", "camp")):
        with pytest.raises(ConfigError, match=f"exchange.{name} cannot change once worlds have begun"):
            change(world, {f"exchange.{name}": value})


def test_a_world_without_camps_trades_everywhere() -> None:
    plain = Law(
        systems=["items", "work", "exchange"],
        **{
            "exchange.everywhere": True,
            "spawn.cap": 4,
            "spawn.populations": 1,
            "terrain.side": 24,
            "combat.hold": True,
        },
    )
    world = World(plain, seed=1, threads=1)
    world.reset()
    for _ in range(3):
        world.step(np.full((1, 4, 5), [0, 3, 0, 0, 0]))
    world.step(np.array([[[0, 3, 2, 7, k] for k in range(4)]]))  # buy for 1, 2, 3 and 5
    assert world.state.exchange_bid[0, 7] == 5
    assert world.observe().around(0).reshape(3, COUNT)[1, 7] == 5
    assert world.state.gold[0].tolist() == [9, 8, 7, 5]


WRONG = {
    "kind": ("order_kind", 25, r"order_kind of world 0, slot \d+, order \d is 25; allowed are 0 \.\. 24"),
    "side": ("order_side", 2, r"order_side .* is 2; allowed are 0 \.\. 1"),
    "price": ("order_price", 4, r"order_price .* is 4; allowed are 0 \.\. 3"),
    "book": ("order_book", 1, r"order_book .* is 1; allowed is 0"),
    "tick": ("order_tick", 10**6, r"order_tick .* is 1000000; allowed are 0 \.\. \d+"),
    "number": ("order_number", 10**9, r"order_number .* is 1000000000; allowed are 0 \.\. \d+"),
    "number twice": ("order_number", 0, r"order_number of world 0: \d+ is there twice; allowed is each once"),
    "age": ("order_tick", -1, r"order_tick of world 0 falls where order_number rises"),
    "load": ("load", 1, r"load of world 0, slot \d+ is \d+; allowed is \d+, the room of its pack and orders"),
    "last": ("exchange_last", 4, r"exchange_last of world 0, place 0 is 4; allowed are 0 and exchange\.prices"),
    "counter": ("order_next", -1, r"order_next of world 0 is -1; allowed are 0 \.\. \d+"),
    "nobody": ("order_kind", 0, r"order_kind of world 0, slot \d+, order \d is 1; allowed is 0"),
    "crossed": ("order_price", 0, r"orders \d+ and \d+ of world 0 would trade; allowed are orders that do not"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_snapshot_of_what_cannot_be_is_refused(what: str) -> None:
    world, rng = bazaar(1, **WAYS["everywhere"]), np.random.default_rng(8)
    for _ in range(25):
        step(world, rng)
    name, value, message = WRONG[what]
    found, array = orders(world, 0), getattr(world.state, name)
    first, second = (0, found[0]["owner"], found[0]["k"]), (0, found[1]["owner"], found[1]["k"])
    if what == "number twice":
        array[first] = array[second]
    elif what == "age":
        newest = found[-1]
        array[first], array[0, newest["owner"], newest["k"]] = newest["tick"], found[0]["tick"]
    elif what == "load":
        array[0, first[1]] -= 1
    elif what in ("last", "counter"):
        array.reshape(-1)[0] = value
    elif what == "nobody":
        array[tuple(np.argwhere(world.state.order_number == 0)[0])] = 1
    elif what == "crossed":
        world.state.order_kind[second] = world.state.order_kind[first]
        world.state.order_side[first], world.state.order_side[second] = SELL, BUY
        array[first], array[second] = 0, 3
        assert found[0]["owner"] != found[1]["owner"]
    else:
        array[first] = value
    with pytest.raises(ConfigError, match=message):
        World.restore(world.snapshot())


def test_the_configuration_is_the_one_of_these_tests() -> None:
    assert tuple(map(int, config().exchange.prices.split(","))) == GRID
