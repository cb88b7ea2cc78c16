"""Orders by hand. Prices are 1, 2, 3, 5, 8 and 13 gold, named by their places 0 .. 5; agent k has the id 10 k."""

from __future__ import annotations

import numpy as np
import pytest

from tests.blade.exchange import market as of
from tests.blade.exchange.market import Market

SHRIMP, SARDINE, KNIVES = 0, 1, 16
A, B, C, D = range(4)
TRADED, LOST, GOLD = 7, 5, 25


@pytest.fixture
def market() -> Market:
    """A carries 5 shrimps and 25 knives; B, C and D have 30 gold each."""
    made = of.market(4, [1, 2, 3, 5, 8, 13], most=4, patience=10)
    of.give(made, A, SHRIMP, 5)
    of.give(made, A, KNIVES, 25)
    made.gold[0] = [0, 30, 30, 30]
    return made


def golds(market: Market) -> list[int]:
    """What everyone has in gold."""
    return market.gold[0].tolist()


def shrimps(market: Market) -> list[int]:
    """What everyone has in shrimps."""
    return market.pack[0, :, SHRIMP].tolist()


def test_what_is_offered_leaves_the_pack_and_keeps_its_room(market: Market) -> None:
    assert market.load[0, A] == 5 + 3  # 25 knives take the room of three
    of.offer(market, A, 0, SHRIMP, 3)
    assert of.open_orders(market) == [(1, 0, A, 0, SHRIMP, "sell", 5)]
    assert (market.pack[0, A, SHRIMP], market.load[0, A]) == (4, 8)
    assert (market.exchange_ask[0, SHRIMP], market.exchange_bid[0, SHRIMP]) == (5, 0)


def test_what_is_bid_leaves_the_purse_and_keeps_room(market: Market) -> None:
    of.bid(market, B, 0, SHRIMP, 4)
    assert of.open_orders(market) == [(1, 0, B, 0, SHRIMP, "buy", 8)]
    assert (market.gold[0, B], market.load[0, B]) == (30 - 8, 1)
    assert (market.exchange_ask[0, SHRIMP], market.exchange_bid[0, SHRIMP]) == (0, 8)
    assert market.earned[0].tolist() == [0, 0, 0, 0]  # what lies in an order is still one's own


def test_who_buys_pays_the_older_price(market: Market) -> None:
    of.offer(market, A, 0, SHRIMP, 2)  # for 3
    of.bid(market, B, 0, SHRIMP, 5)  # would pay 13
    assert golds(market) == [3, 27, 30, 30]
    assert shrimps(market) == [4, 1, 0, 0]
    assert market.load[0].tolist() == [4 + 3, 1, 0, 0]
    assert market.earned[0].tolist() == [3, -3, 0, 0]
    assert market.exchange_last[0, SHRIMP] == 3
    assert (market.ledger[0, TRADED, SHRIMP], market.ledger[0, TRADED, GOLD]) == (1, 3)
    assert of.told(market) == [
        ("sell", 0, -1, SHRIMP, 3),
        ("buy", 10, -1, SHRIMP, 13),
        ("trade", 0, 10, SHRIMP, 3),
    ]


def test_who_sells_is_paid_the_older_price(market: Market) -> None:
    of.bid(market, B, 0, SHRIMP, 4)  # for 8
    of.offer(market, A, 0, SHRIMP, 0)  # would take 1
    assert golds(market) == [8, 22, 30, 30]
    assert shrimps(market) == [4, 1, 0, 0]
    assert market.load[0].tolist() == [4 + 3, 1, 0, 0]  # B's room was kept, and is used now
    assert market.earned[0].tolist() == [8, -8, 0, 0]


def test_the_better_price_comes_first_then_the_older_order(market: Market) -> None:
    for slot, price in ((B, 1), (C, 2), (D, 2)):  # for 2, 3 and 3
        of.bid(market, slot, 0, SHRIMP, price)
    bought = []
    for _ in range(3):
        before = shrimps(market)
        of.offer(market, A, 0, SHRIMP, 0)
        bought.append(int(np.argmax(np.subtract(shrimps(market), before))))
    assert bought == [C, D, B]
    assert golds(market) == [3 + 3 + 2, 28, 27, 27]


def test_prices_that_do_not_meet_wait(market: Market) -> None:
    of.offer(market, A, 0, SHRIMP, 2)
    of.bid(market, B, 0, SHRIMP, 1)
    assert len(of.open_orders(market)) == 2
    assert (market.exchange_ask[0, SHRIMP], market.exchange_bid[0, SHRIMP]) == (3, 2)
    of.bid(market, C, 0, SARDINE, 5)  # of another kind
    assert len(of.open_orders(market)) == 3


def test_own_orders_never_match(market: Market) -> None:
    of.give(market, B, SHRIMP, 2)
    of.bid(market, B, 0, SHRIMP, 3)
    of.bid(market, C, 0, SHRIMP, 2)
    of.offer(market, B, 0, SHRIMP, 0)  # its own bid of 5 is better, but C's of 3 is taken
    assert golds(market) == [0, 30 - 5 + 3, 27, 30]
    of.offer(market, B, 0, SHRIMP, 0)
    assert [order[2:] for order in of.open_orders(market)] == [
        (B, 0, SHRIMP, "buy", 5),
        (B, 0, SHRIMP, "sell", 1),
    ]


def test_of_several_at_one_price_only_others_count(market: Market) -> None:
    of.give(market, B, SHRIMP, 1)
    for slot in (B, B, C):
        of.bid(market, slot, 0, SHRIMP, 2)
    of.offer(market, B, 0, SHRIMP, 2)  # two of its own are older than C's
    assert shrimps(market) == [5, 0, 1, 0]
    assert [order[2] for order in of.open_orders(market)] == [B, B]


def test_knives_go_by_ten(market: Market) -> None:
    of.offer(market, A, 0, KNIVES, 0)
    assert (market.pack[0, A, KNIVES], market.load[0, A]) == (15, 5 + 2 + 1)
    of.bid(market, B, 0, KNIVES, 0)
    assert market.pack[0, :, KNIVES].tolist() == [15, 10, 0, 0]
    assert market.load[0].tolist() == [5 + 2, 1, 0, 0]
    assert market.ledger[0, TRADED, KNIVES] == 1  # unit
    of.offer(market, A, 0, KNIVES, 0)
    of.offer(market, A, 0, KNIVES, 0)  # five are left, which are no ten
    assert (market.pack[0, A, KNIVES], len(of.open_orders(market))) == (5, 1)


def test_who_has_four_open_orders_has_no_fifth(market: Market) -> None:
    for price in (0, 0, 0, 1):
        of.bid(market, B, 0, SHRIMP, price)
    of.bid(market, B, 0, SHRIMP, 0)
    assert (len(of.open_orders(market)), market.gold[0, B]) == (4, 30 - 5)
    of.offer(market, A, 0, SHRIMP, 5)
    of.bid(market, B, 0, SHRIMP, 5)  # would trade at once, and is not taken all the same
    assert shrimps(market) == [4, 0, 0, 0]


def test_a_purse_and_a_pack_set_limits(market: Market) -> None:
    market.gold[0, B] = 4
    of.bid(market, B, 0, SHRIMP, 3)
    of.bid(market, C, 0, SHRIMP, 0)
    assert [order[2] for order in of.open_orders(market)] == [C]
    market.rules[0]["capacity"] = 1
    of.bid(market, C, 0, SARDINE, 0)  # its order for a shrimp keeps the only place
    of.give(market, D, SARDINE, 1)
    of.offer(market, A, 0, SHRIMP, 5)
    of.bid(market, D, 0, SHRIMP, 5)  # would trade at once, but has no room
    assert [order[2] for order in of.open_orders(market)] == [C, A]


def test_the_oldest_order_of_a_kind_is_cancelled(market: Market) -> None:
    of.offer(market, A, 0, SHRIMP, 3)
    of.bid(market, A, 0, SARDINE, 0)  # has no gold
    of.offer(market, A, 0, KNIVES, 2)
    of.offer(market, A, 0, SHRIMP, 1)
    of.cancel(market, A, SHRIMP)
    assert [order[0] for order in of.open_orders(market)] == [2, 3]
    of.cancel(market, A, SHRIMP)
    of.cancel(market, A, SHRIMP)  # there is none
    assert [order[0] for order in of.open_orders(market)] == [2]
    assert (market.pack[0, A, SHRIMP], market.load[0, A]) == (5, 5 + 2 + 1)
    of.offer(market, A, 0, SHRIMP, 5)  # takes the first place again, and is the youngest
    assert market.order_number[0, A].tolist() == [4, 2, 0, 0]
    assert of.told(market)[-1] == ("sell", 0, -1, SHRIMP, 13)


def test_an_order_closes_when_it_has_waited_long_enough(market: Market) -> None:
    of.bid(market, B, 0, SHRIMP, 3)
    market.tick[0] = 4
    of.bid(market, C, 0, SHRIMP, 3)
    market.tick[0] = 9
    of.close_old(market)
    assert len(of.open_orders(market)) == 2
    market.tick[0] = 10
    of.close_old(market)
    assert [order[2] for order in of.open_orders(market)] == [C]
    assert (golds(market), market.load[0].tolist()[1:]) == ([0, 30, 25, 30], [0, 1, 0])
    assert of.told(market)[-1] == ("close", 10, -1, SHRIMP, 5)
    market.tick[0] = 14
    of.close_old(market)
    assert of.open_orders(market) == []


def test_what_the_dying_offered_is_theirs_again(market: Market) -> None:
    of.offer(market, A, 0, SHRIMP, 3)
    of.offer(market, A, 0, KNIVES, 3)
    of.bid(market, B, 0, SARDINE, 4)
    of.close_all(market, A)
    of.close_all(market, B)
    assert of.open_orders(market) == []
    assert (market.pack[0, A, SHRIMP], market.pack[0, A, KNIVES], market.gold[0, B]) == (5, 25, 30)
    assert market.load[0].tolist() == [8, 0, 0, 0]


def test_what_was_in_orders_of_the_culled_is_lost(market: Market) -> None:
    of.offer(market, A, 0, KNIVES, 3)
    of.bid(market, B, 0, SARDINE, 4)
    of.lose_orders(market, A)
    of.lose_orders(market, B)
    assert of.open_orders(market) == []
    assert (market.ledger[0, LOST, KNIVES], market.ledger[0, LOST, GOLD]) == (10, 8)
    assert (market.pack[0, A, KNIVES], market.gold[0, B]) == (15, 22)


def test_books_do_not_know_one_another() -> None:
    market = of.market(2, [1, 2], books=2)
    of.give(market, A, SHRIMP, 2)
    market.gold[0, B] = 10
    of.offer(market, A, 0, SHRIMP, 0)
    of.bid(market, B, 1, SHRIMP, 1)
    assert (market.exchange_ask[0, SHRIMP], market.exchange_bid[0, 25 + SHRIMP]) == (1, 2)
    of.bid(market, B, 0, SHRIMP, 1)
    assert (market.gold[0].tolist(), shrimps(market)) == ([1, 7], [1, 1])
    assert market.exchange_last[0, [SHRIMP, 25 + SHRIMP]].tolist() == [1, 0]


def test_the_lines_of_a_restored_market_are_those_it_had(market: Market) -> None:
    for slot in (C, B, D, C):
        of.bid(market, slot, 0, SHRIMP, 2)
    of.cancel(market, B, SHRIMP)
    of.bid(market, B, 0, SHRIMP, 2)  # C, D, C, B by now, in places that do not tell so
    names = ("order_lines", "order_ranks", "order_oldest", "exchange_bid", "exchange_ask", "orders_open")
    before = [getattr(market, name).copy() for name in names]
    for name in (*names, "order_links"):
        getattr(market, name)[...] = 0
    of.rebuild(market)
    for name, was in zip(names, before, strict=True):
        np.testing.assert_array_equal(getattr(market, name), was)
    bought = []
    for _ in range(4):
        of.offer(market, A, 0, SHRIMP, 0)
        bought.append([e[2] for e in of.told(market) if e[0] == "trade"][-1] // 10)
    assert bought == [C, D, C, B]


def test_as_many_agents_as_there_can_be_have_as_many_orders_as_they_can() -> None:
    slots, most = 8192, 7
    market = of.market(slots, [1, 2, 3], most=most)
    market.gold[0] = 100
    for k in range(most):
        for slot in range(slots):
            of.bid(market, slot, 0, SHRIMP, k % 3)
    assert (market.order_number[0] > 0).all()
    assert market.order_links[0, 1:].reshape(slots, 8, 4)[:, :most].all()
    of.rebuild(market)
    of.give(market, 5, SHRIMP, 1)
    market.event_count[0] = 0  # it is full
    of.offer(market, 5, 0, SHRIMP, 0)  # has seven orders, and none more
    of.cancel(market, 5, SHRIMP)
    of.offer(market, 5, 0, SHRIMP, 0)
    assert [(e[2], e[4]) for e in of.told(market) if e[0] == "trade"] == [(0, 3)]  # the first who bid 3
