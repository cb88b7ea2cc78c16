"""The reference of the exchange by itself. Prices are named by index: 0 is 1 gold, then 2, 3, 5, 8, 13, 21, 34."""

from __future__ import annotations

import pytest

from tests.reference.grown import tables
from tests.reference.grown.alone import Grown, does, put, quiet, tick

IN_CAMP, ELSEWHERE = (3, 5), (6, 1)


@pytest.fixture
def market() -> Grown:
    """Slot 0 has shrimps and knives; the others 30 gold. All can trade."""
    game = quiet("exchange", **{"exchange.everywhere": True})
    put(game, 0, (1, 1), pack={"shrimp": 5, "copper_knives": 25}, gold=0)
    for slot in (1, 2, 3):
        put(game, slot, (1, 1), gold=30)
    return game


def golds(game: Grown) -> list[int]:
    return [game.agents[slot].gold for slot in range(4)]


def test_a_buyer_pays_the_older_price_and_gets_the_rest_back(market: Grown) -> None:
    tick(market, {0: does(market, "sell", "shrimp", 2)})  # for 3
    assert (market.best_ask(0, 0), market.best_bid(0, 0)) == (3, 0)
    tick(market, {1: does(market, "buy", "shrimp", 1)})  # for 2: rests
    assert (market.best_ask(0, 0), market.best_bid(0, 0), golds(market)) == (3, 2, [0, 28, 30, 30])
    tick(market, {2: does(market, "buy", "shrimp", 4)})  # would pay 8, pays 3
    assert golds(market) == [3, 28, 27, 30]
    assert market.agents[2].pack[0] == 1
    assert (market.best_ask(0, 0), market.last_prices) == (0, {(0, 0): 3})
    tick(market, {0: does(market, "sell", "shrimp", 0)})  # would take 1, gets 2
    assert golds(market) == [5, 28, 27, 30]
    assert [market.ledger[tables.TRADED, kind] for kind in (0, tables.GOLD)] == [2, 5]


def test_the_better_price_comes_first_then_the_older_order(market: Grown) -> None:
    """In tick 0 slots 1, 2, 3 bid 2, 3, 3 in that order."""
    tick(market, {slot: does(market, "buy", "shrimp", price) for slot, price in ((1, 1), (2, 2), (3, 2))})
    for buyer in (2, 3, 1):
        tick(market, {0: does(market, "sell", "shrimp", 0)})
        assert market.agents[buyer].pack[0] == 1
    assert golds(market) == [3 + 3 + 2, 28, 27, 27]


def test_own_orders_never_match(market: Grown) -> None:
    agent = market.agents[1]
    tick(market, {1: does(market, "buy", "shrimp", 3)})
    tick(market, {2: does(market, "buy", "shrimp", 2)})
    market.make(agent, 0)
    tick(market, {1: does(market, "sell", "shrimp", 0)})  # its own bid of 5 is better, but slot 2's of 3 is taken
    assert golds(market) == [0, 28, 27, 30]
    market.make(agent, 0)
    tick(market, {1: does(market, "sell", "shrimp", 0)})
    assert [(order.sells, order.price) for order in market.orders_of(agent)] == [(False, 3), (True, 0)]


def test_knives_go_by_ten(market: Grown) -> None:
    """25 knives take 3; sold are 10, of which the order keeps the room of 1; 15 take 2."""
    seller = market.agents[0]
    assert market.load(seller) == 5 + 3
    tick(market, {0: does(market, "sell", "copper_knives", 0), 1: does(market, "buy", "copper_knives", 0)})
    assert (seller.pack[16], market.agents[1].pack[16], market.load(seller)) == (15, 10, 5 + 2)
    tick(market, {0: does(market, "sell", "copper_knives", 0)})
    assert (seller.pack[16], market.load(seller)) == (5, 5 + 1 + 1)
    tick(market, {0: does(market, "sell", "copper_knives", 0)})  # 5 are no ten
    assert (len(market.orders), market.kind_mask(seller)[1][16]) == (1, False)


def test_only_four_orders_are_open(market: Grown) -> None:
    buyer = market.agents[1]
    for price in (0, 1, 2, 2):  # 1 + 2 + 3 + 3
        tick(market, {1: does(market, "buy", "shrimp", price)})
    assert (buyer.gold, market.load(buyer), market.work_mask(buyer)) == (21, 4, [True, False, False, True])
    tick(market, {1: does(market, "buy", "shrimp", 0)})
    assert (buyer.gold, [order.place for order in market.orders]) == (21, [0, 1, 2, 3])
    tick(market, {1: does(market, "cancel", "shrimp")})  # the oldest
    assert (buyer.gold, [order.place for order in market.orders]) == (22, [1, 2, 3])
    tick(market, {1: does(market, "buy", "sardine", 3)})
    assert (buyer.gold, market.orders[-1].place) == (17, 0)


def test_a_buyer_needs_gold_and_room(market: Grown) -> None:
    buyer = market.agents[1]
    assert [price for price, may in enumerate(market.price_mask(buyer)[2]) if may] == [0, 1, 2, 3, 4, 5, 6]  # not 34
    market.make(buyer, 0, 19)
    tick(market, {1: does(market, "buy", "sardine", 0)})
    assert (market.load(buyer), market.work_mask(buyer)[2]) == (20, False)
    tick(market, {1: does(market, "buy", "sardine", 0)})
    assert len(market.orders) == 1


def test_an_order_closes_when_it_has_waited_long_enough() -> None:
    game = quiet("exchange", **{"exchange.everywhere": True, "exchange.patience": 3})
    seller = put(game, 0, (1, 1), pack={"copper_knives": 14, "shrimp": 1})
    tick(game, {0: does(game, "sell", "copper_knives", 7)})
    tick(game, {0: does(game, "buy", "shrimp", 3)})
    assert (seller.pack[16], seller.gold) == (4, 5)
    tick(game)
    tick(game)  # tick 3: the first has waited for 3, and closes; the other in tick 4
    assert (seller.pack[16], seller.gold) == (14, 5)
    tick(game)
    assert (seller.gold, game.orders) == (10, [])


def test_trade_is_in_camps_and_cancelling_is_anywhere() -> None:
    game = quiet("exchange", "camps")
    seller = put(game, 0, IN_CAMP, pack={"shrimp": 2})
    buyer = put(game, 2, ELSEWHERE)
    assert (game.work_mask(seller)[1], game.work_mask(buyer)[2]) == (True, False)
    tick(game, {0: does(game, "sell", "shrimp", 0), 2: does(game, "buy", "shrimp", 0)})
    assert len(game.orders) == 1
    seller.row, seller.col = ELSEWHERE
    tick(game, {0: does(game, "sell", "shrimp", 0)})
    assert len(game.orders) == 1
    tick(game, {0: does(game, "cancel", "shrimp")})
    assert (game.orders, seller.pack[0]) == ([], 2)


def test_each_camp_may_have_a_book_of_its_own() -> None:
    drawn = """
    ##########
    #........#
    #.F......#
    #........#
    #........#
    #........#
    #........#
    #......F.#
    #........#
    ##########
    """
    changes = {"terrain.side": 10, "camps.count": 120, "exchange.books": "camp"}  # 120 · 8² / 62² = 1.998
    game = quiet("exchange", "camps", drawn=drawn, **changes)
    put(game, 0, (1, 1), pack={"shrimp": 1})
    far = put(game, 2, (8, 8))
    tick(game, {0: does(game, "sell", "shrimp", 0), 2: does(game, "buy", "shrimp", 0)})
    assert (game.best_ask(0, 0), game.best_bid(0, 0), game.best_ask(1, 0), game.best_bid(1, 0)) == (1, 0, 0, 1)
    far.row, far.col = 3, 3
    tick(game, {2: does(game, "buy", "shrimp", 0)})
    assert (far.pack[0], game.last_prices) == (1, {(0, 0): 1})


def test_death_closes_orders_and_all_is_lost_where_nobody_killed() -> None:
    game = quiet("exchange", **{"exchange.everywhere": True})
    put(game, 0, (1, 1), pack={"shrimp": 2}, gold=9)
    tick(game, {0: does(game, "sell", "shrimp", 7)})
    tick(game, {0: does(game, "buy", "sardine", 3)})
    assert (game.agents[0].gold, game.agents[0].pack[0]) == (4, 1)
    tick(game, {0: does(game, "rest", move=1)})  # into lava
    assert (game.agents, game.orders) == ({}, [])
    assert [game.ledger[tables.LOST, kind] for kind in (0, 1, tables.GOLD)] == [2, 0, 9]
