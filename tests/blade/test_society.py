"""Wealth, inequality and information by hand, with the arithmetic."""

from types import SimpleNamespace

import numpy as np
import pytest

from forge.blade import ConfigError, Law, World
from forge.blade.grown.kinds import COUNT, KNIVES
from forge.blade.grown.packs import Reason
from forge.blade.society.goods import goods
from forge.blade.society.numbers import gini, mutual_information
from forge.blade.society.wealth import gold_of, items_of, prices_of, wealth, worth
from tests.blade.exchange.bazaar import BUY, SELL, bazaar

SHRIMP, COOKED = 0, 5


def test_gini_by_hand() -> None:
    # all pairs of (1, 3), drawn with replacement: differences 0, 2, 2, 0; half their mean is 1/2, by the mean 2: 1/4
    assert gini(np.array([3, 1])) == pytest.approx(1 / 4)
    # differences of (0, 0, 6): 6 in 4 of 9 pairs; half their mean is 24/9/2 = 4/3, by the mean 2: 2/3 = (n - 1)/n
    assert gini(np.array([0, 6, 0])) == pytest.approx(2 / 3)
    assert gini(np.full(5, 7)) == 0
    values = np.array([1, 2, 2, 9, 30])
    pairs = np.abs(values[:, None] - values).mean() / 2 / values.mean()
    assert gini(values) == pytest.approx(pairs)
    assert np.isnan(gini(np.array([])))
    assert np.isnan(gini(np.zeros(3)))


def test_mutual_information_by_hand() -> None:
    # each population has a trade of its own: knowing it tells one of two equally likely trades, 1 bit
    assert mutual_information(np.array([[4, 0], [0, 4]])) == pytest.approx(1)
    # both do both alike, one more of all: nothing
    assert mutual_information(np.array([[1, 3], [2, 6]])) == pytest.approx(0)
    # p = 3/8, 1/8, 1/8, 3/8, both margins 1/2: 2 * 3/8 log2(3/8 / 1/4) + 2 * 1/8 log2(1/8 / 1/4)
    #   = 3/4 log2 1.5 - 1/4 = 0.438722 - 0.25
    assert mutual_information(np.array([[3, 1], [1, 3]])) == pytest.approx(0.188722, abs=1e-6)
    found = mutual_information(np.array([[[4, 0], [0, 4]], [[0, 0], [0, 0]]]))
    assert found[0] == pytest.approx(1)
    assert np.isnan(found[1])


def state_of(**arrays: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(**arrays, _fields=tuple(arrays))


def test_wealth_by_hand_escrow_included() -> None:
    """Agent 0 has 7 gold, 2 shrimp, 15 copper knives, bids 5 for something and offers 10 knives; agent 1 nothing."""
    pack = np.zeros((1, 2, COUNT), np.uint16)
    pack[0, 0, SHRIMP], pack[0, 0, KNIVES] = 2, 15
    rules = np.zeros(1, [("prices", "i4", (4,))])
    rules["prices"] = [1, 2, 5, 8]
    of_orders = {
        name: np.array([[row, [0, 0, 0]]]) for name, row in {
            "order_number": [4, 9, 0], "order_side": [BUY, SELL, 0], "order_price": [2, 3, 0],
            "order_kind": [COOKED, KNIVES, 0],
        }.items()
    }  # fmt: skip
    last = np.zeros((1, COUNT), np.int32)
    last[0, SHRIMP], last[0, KNIVES] = 3, 20
    state = state_of(tick=np.zeros(1), pack=pack, gold=np.array([[7, 0]]), rules=rules, exchange_last=last, **of_orders)
    assert gold_of(state).tolist() == [[7 + 5, 0]]  # what is bid, the price of index 2, is its own until it trades
    assert items_of(state)[0, 0, [SHRIMP, COOKED, KNIVES]].tolist() == [2, 0, 15 + 10]
    # 12 gold + 2 shrimp at 3 + 25 knives, which cost 20 for ten: 12 + 6 + 50
    assert worth(gold_of(state), items_of(state), prices_of(state)).tolist() == [[68, 0]]
    assert np.isnan(prices_of(state)[0, COOKED])  # never traded: worth nothing


def test_the_price_of_several_books_is_the_mean_of_those_that_have_one() -> None:
    last = np.zeros((1, 3 * COUNT), np.int32)
    last[0, [SHRIMP, COUNT + SHRIMP]] = 2, 5  # the third camp never saw one
    assert prices_of(state_of(tick=np.zeros(1), exchange_last=last))[0, SHRIMP] == 3.5


def test_wealth_of_a_world() -> None:
    world = bazaar()
    world.state.gold[:] = 0
    world.state.gold[1, 2] = 4
    assert wealth(world, 0).tolist() == [0] * 24
    assert wealth(world, 1).tolist() == [0, 0, 4, *[0] * 21]
    with pytest.raises(IndexError, match=r"0 \.\. 1"):
        wealth(world, 2)
    with pytest.raises(ConfigError, match="items"):
        wealth(World(Law()), 0)


def test_what_became_of_the_goods_of_a_world() -> None:
    world = bazaar()
    world.state.ledger[1, Reason.MADE, SHRIMP] = 9
    world.state.ledger[1, Reason.USED, SHRIMP] = 4
    world.state.ledger[1, Reason.TRADED, SHRIMP] = 3
    world.state.exchange_last[1, SHRIMP] = 2
    shrimp, *others = goods(world, 1)
    assert shrimp == ("shrimp", 9, 0, 4, 3, 2.0)
    assert [good.kind for good in (shrimp, *others)][13] == "copper_sword"
    assert all(not any(good[1:-1]) and np.isnan(good.price) for good in others)
    with pytest.raises(IndexError, match=r"0 \.\. 1"):
        goods(world, 2)
    with pytest.raises(ConfigError, match="items"):
        goods(World(Law()), 0)
