"""The exchange in worlds by hand: who may trade where, what is valid, what is told, what is rewarded."""

from __future__ import annotations

import numpy as np
import pytest

from forge.blade import ConfigError, Law
from forge.blade.grown.kinds import COUNT, GOLD, KNIVES, NAMES
from forge.blade.grown.packs import Reason
from tests.blade.exchange.bazaar import SYSTEMS
from tests.blade.grown.village import Village

ON = {"exchange.everywhere": True, "reward.gold": 1, "reward.survival": 0, "camps.radius": 2}
#: The fire is at row 4, column 3: A and C are within two tiles of it, B is not.
FIELD = """
    ########
    #......#
    #.A...B#
    #......#
    #..*...#
    #......#
    #.C....#
    ########
"""
WORKS = ("sell", "buy", "cancel")
SHRIMP, SARDINE = 0, 1


def village(**changes: object) -> Village:
    """A has 3 shrimps and 25 tin knives, B 30 gold, C a sardine and 4 gold."""
    agents = {
        "A": {"pack": {"shrimp": 3, "tin_knives": 25}},
        "B": {"gold": 30},
        "C": {"pack": {"sardine": 1}, "gold": 4},
    }
    return Village(FIELD, agents, systems=SYSTEMS, **{**ON, **changes})


def sell(kind: str, price: int) -> dict[str, str]:
    return {"work": "sell", "kind": kind, "price": str(price)}


def buy(kind: str, price: int) -> dict[str, str]:
    return {"work": "buy", "kind": kind, "price": str(price)}


def prices(one: Village, letter: str, work: str) -> list[int]:
    """The prices that are valid for an agent and a work."""
    choice = next(c for c in one.config.schema.choices if c.name == "price")
    mask = one.of(letter, "may_price")[one.option("work", work)]
    return [int(text) for text, valid in zip(choice.options(one.config), mask, strict=True) if valid]


def golds(one: Village) -> list[int]:
    return one.world.state.gold[0].tolist()


def around(one: Village) -> dict[tuple[str, str], int]:
    """What everyone is told of prices, where there is one, by what it is and the kind."""
    told = one.world.observe().around(0).reshape(3, COUNT)
    what = ("ask", "bid", "last")
    return {(what[row], NAMES[kind]): int(told[row, kind]) for row, kind in np.argwhere(told)}


def own(one: Village, letter: str) -> dict[str, int]:
    """What an agent knows of itself, as far as it is of the exchange and not 0."""
    names = [feature.name for feature in one.config.schema.own]
    row = one.world.observe().own(0, one.slot(letter))
    told = {name: int(number) for name, number in zip(names, row, strict=True) if number}
    return {name: n for name, n in told.items() if name.partition("_")[0] in ("orders", "ask", "bid", "last")}


def test_a_trade_takes_effect_wherever_both_are() -> None:
    one = village()
    one.step(A=sell("shrimp", 3))
    assert one.events() == [("sell", SHRIMP, 3)]
    assert one.rewards.tolist() == [0, 0, 0]
    assert around(one) == {("ask", "shrimp"): 3}
    assert own(one, "A") == {"orders_shrimp": 1}
    one.step(B=buy("shrimp", 8))
    assert one.events() == [("buy", SHRIMP, 8), ("trade", SHRIMP, 3)]
    assert (one.pack("A"), one.pack("B")) == ({"shrimp": 2, "tin_knives": 25}, {"shrimp": 1})
    assert golds(one) == [3, 27, 4]
    assert around(one) == {("last", "shrimp"): 3}
    assert own(one, "A") == {}
    # what is earned is counted at the end of one's own turn: the order of turns begins with slot tick mod 3 = 1
    assert one.rewards.tolist() == [3, -3, 0]
    event = one.world.events()[-1]
    assert (event["agent"], event["other"]) == (one["A"]["id"], one["B"]["id"])


def test_an_order_changes_nothing_of_what_is_rewarded() -> None:
    one = village()
    one.step(B=buy("shrimp", 21))
    assert (golds(one), one.rewards.tolist(), own(one, "B")) == ([0, 9, 4], [0, 0, 0], {"orders_shrimp": -1})
    one.step(B={"work": "cancel", "kind": "shrimp"})
    assert (golds(one), one.rewards.tolist(), own(one, "B")) == ([0, 30, 4], [0, 0, 0], {})
    assert one.events() == [("close", SHRIMP, 21)]


def test_masks_say_what_is_valid() -> None:
    one = village()
    assert one.may("A") == {"rest": ["shrimp"], "sell": ["shrimp", "tin_knives"]}
    assert one.may("B") == {"rest": ["shrimp"], "buy": list(NAMES)}
    assert one.may("C") == {"rest": ["shrimp"], "sell": ["sardine"], "buy": list(NAMES)}
    assert prices(one, "A", "sell") == [1, 2, 3, 5, 8, 13, 21, 34]
    assert prices(one, "A", "buy") == [1]  # none is valid: the lowest stands for that
    assert prices(one, "B", "buy") == [1, 2, 3, 5, 8, 13, 21]
    assert prices(one, "C", "buy") == [1, 2, 3]
    assert prices(one, "B", "rest") == prices(one, "B", "cancel") == [1]
    one.step(A=sell("tin_knives", 1), C=buy("shrimp", 2))
    assert one.may("A") == {"rest": ["shrimp"], "sell": ["shrimp", "tin_knives"], "cancel": ["tin_knives"]}
    assert one.may("C")["cancel"] == ["shrimp"]
    assert prices(one, "C", "buy") == [1, 2]
    one.step(A=sell("tin_knives", 1))
    assert one.may("A") == {"rest": ["shrimp"], "sell": ["shrimp"], "cancel": ["tin_knives"]}  # five knives are left


def test_who_has_all_its_orders_open_may_only_cancel() -> None:
    one = village(**{"exchange.orders": 2})
    one.step(B=buy("shrimp", 1))
    one.step(B=buy("sardine", 1))
    assert one.may("B") == {"rest": ["shrimp"], "cancel": ["shrimp", "sardine"]}
    one.step(B=buy("herring", 1))
    assert golds(one)[1] == 28
    one.step(B={"work": "cancel", "kind": "shrimp"})
    assert one.may("B") == {"rest": ["shrimp"], "buy": list(NAMES), "cancel": ["sardine"]}


def test_who_has_no_room_may_not_buy() -> None:
    one = village(**{"items.capacity": 2})
    one.step(C=buy("shrimp", 1))  # a sardine and the room of the order
    assert one.may("C") == {"rest": ["shrimp"], "sell": ["sardine"], "cancel": ["shrimp"]}
    one.step(C=buy("shrimp", 1))
    assert golds(one) == [0, 30, 3]


def test_trade_is_in_camps_only() -> None:
    one = village(**{"exchange.everywhere": False})
    assert [one[letter]["in_camp"] for letter in "ABC"] == [1, 0, 1]
    assert one.may("B") == {"rest": ["shrimp"]}
    assert one.may("A") == {"rest": ["shrimp"], "sell": ["shrimp", "tin_knives"]}
    one.step(A=sell("shrimp", 1), B=buy("shrimp", 1))
    assert golds(one) == [0, 30, 4]
    # A steps out of the camp, and cancels there; B steps in, and can trade at once: moves come before work
    one.step(A={"move": 1}, C=buy("shrimp", 1))
    assert golds(one) == [1, 30, 3]
    one.step(A=sell("shrimp", 2))
    assert one.world.state.order_number[0, 0].tolist() == [0, 0, 0, 0]
    one.step(B=buy("shrimp", 1) | {"move": 4})
    assert (one["B"]["in_camp"], golds(one)[1]) == (1, 29)
    one.step(B={"work": "cancel", "kind": "shrimp", "move": 3})
    assert (one["B"]["in_camp"], golds(one)[1]) == (0, 30)


def test_a_book_a_camp() -> None:
    """Two fires: 17 · 10² / 62² = 0.44, so 77 of them for two. A is in the north-western camp, B and C in the other."""
    field = """
        ############
        #..........#
        #.*........#
        #A.........#
        #..........#
        #....D.....#
        #..........#
        #..........#
        #........*.#
        #.......BC.#
        #..........#
        ############
    """
    agents = {letter: {"gold": 10, "pack": {"shrimp": 2}} for letter in "ABCD"}
    changes = {"camps.count": 77, "camps.radius": 1, "exchange.books": "camp"}
    one = Village(field, agents, systems=SYSTEMS, **{**ON, **changes, "exchange.everywhere": False})
    assert [one[letter]["in_camp"] for letter in "ABCD"] == [1, 1, 1, 0]
    one.step(A=sell("shrimp", 2), B=buy("shrimp", 5))
    assert golds(one) == [10, 5, 10, 10]  # they do not meet
    assert own(one, "A") == {"orders_shrimp": 1, "ask_shrimp": 2}
    assert own(one, "C") == {"bid_shrimp": 5}
    assert own(one, "D") == {"ask_shrimp": 2}  # it is told of the camp that is nearest
    assert one.world.observe().around(0).tolist() == []
    one.step(C=sell("shrimp", 1))
    assert golds(one) == [10, 5, 15, 10]
    assert own(one, "B") == {"last_shrimp": 5}
    assert one.world.state.exchange_last[0].reshape(2, COUNT)[:, SHRIMP].tolist() == [0, 5]


def test_an_order_closes_after_its_time() -> None:
    """Placed in tick 0, with patience 3 it closes at the end of tick 3, in which it can still be met."""
    one = village(**{"exchange.patience": 3})
    one.step(A=sell("shrimp", 3), C=buy("sardine", 1))
    for _ in range(2):
        one.step()
        assert around(one) == {("ask", "shrimp"): 3, ("bid", "sardine"): 1}
    one.step(B=sell("shrimp", 1))  # carries none
    assert one.events() == [("close", SHRIMP, 0), ("close", SARDINE, 1)]
    assert (around(one), golds(one), one.pack("A")["shrimp"]) == ({}, [0, 30, 4], 3)


def test_an_order_can_be_met_in_the_tick_in_which_it_closes() -> None:
    one = village(**{"exchange.patience": 1})
    one.step(A=sell("shrimp", 3))
    one.step(B=buy("shrimp", 3))
    assert golds(one) == [3, 27, 4]


def test_what_the_dead_had_in_orders_is_among_what_they_leave() -> None:
    one = village()
    one.step(A=sell("shrimp", 3), B=buy("sardine", 5))
    one.world.state.agents["health"][0, :2] = 1
    for name in ("food", "water"):
        one.world.state.agents[name][0, :2] = 0
    one.step(C=sell("sardine", 5))  # the turns are B's, C's, A's: B, who has died by then, still buys
    assert one.terminated.tolist() == [True, True, False]
    assert one.world.state.order_number.sum() == 0
    lost = one.world.state.ledger[0, Reason.LOST]
    assert {kind: int(lost[kind]) for kind in np.flatnonzero(lost)} == {
        SHRIMP: 3,
        SARDINE: 1,
        KNIVES + 1: 25,
        GOLD: 30 - 5,
    }
    assert (around(one), golds(one)) == ({("last", "sardine"): 5}, [10, 0, 9])  # and a newcomer in slot 0
    assert one.books_agree()


def test_without_camps_trade_must_be_open_everywhere() -> None:
    with pytest.raises(ConfigError, match=r"exchange.everywhere = false needs camps: name 'camps'"):
        Law(systems=["items", "work", "exchange"])
    with pytest.raises(ConfigError, match=r'exchange.books = "camp" needs camps'):
        Law(systems=["items", "work", "exchange"], **{"exchange.books": "camp", "exchange.everywhere": True})
    with pytest.raises(ConfigError, match=r"'exchange' needs 'items'"):
        Law(systems=["work", "exchange"])


@pytest.mark.parametrize(
    "given", ["", "1", "1,1", "3, 2", "0, 1", "-1, 2", "1.5", "one", "1,,2", "1, 1000001", "٣", "1" * 5000, "1 2"]
)
def test_prices_are_whole_numbers_that_rise(given: str) -> None:
    if given == "1":
        assert village_prices(given) == (1,)
        return
    with pytest.raises(ConfigError, match=r"exchange\.prices = .* must be 1 \.\. 32 whole numbers from 1 to 1000000"):
        village_prices(given)


def test_as_many_prices_as_a_set_of_bits_has_room_for() -> None:
    assert village_prices(", ".join(map(str, range(1, 33)))) == tuple(range(1, 33))
    with pytest.raises(ConfigError, match=r"must be 1 \.\. 32 whole numbers"):
        village_prices(", ".join(map(str, range(1, 34))))


def village_prices(given: str) -> tuple[int, ...]:
    config = Law(systems=["items", "work", "exchange"], **{"exchange.everywhere": True, "exchange.prices": given})
    choice = next(c for c in config.schema.choices if c.name == "price")
    return tuple(map(int, choice.options(config)))
