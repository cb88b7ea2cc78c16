"""What viewers are told of an exchange: of trades made by hand, of books by camp, and of a small town."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, Guild
from forge.embyr.inspection.orders import OpenOrders
from forge.embyr.society.happenings import HAPPENING
from forge.embyr.society.market import Market
from forge.embyr.society.society import Society
from forge.embyr.society.volumes import SPANS, Volumes
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Exchange, Life
from tests.embyr.desks import HandDesk
from tests.embyr.town import TOWN, Town, order

EVENTS = ("birth", "death", "attack", "harvest", "drink", "sell", "buy", "trade")
SELL, BUY, TRADE = 5, 6, 7
SHRIMP, SARDINE = 0, 1
#: Three books: the playable square of 64 tiles has three camps.
CAMPS = Guild(**{"exchange.books": "camp", "camps.count": 3, "terrain.side": 66, "terrain.border": 2})


def happened(*rows: tuple[int, int, int, int, int]) -> np.ndarray:
    """Rows of event, kind, gold, and the row and column of who did it."""
    made = np.zeros(len(rows), HAPPENING)
    for name, column in zip(("kind", "detail", "value", "row", "col"), zip(*rows, strict=True), strict=False):
        made[name] = column
    return made


def kind_of(told: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [kind for kind in told["kinds"] if kind["kind"] == name]
    return dict(found)


def test_volumes_are_kept_in_spans_that_grow_longer() -> None:
    """128 spans of one tick; the 129th tick makes them spans of two, and one in the third 256 ticks of eight."""
    volumes = Volumes(books=2)
    one = np.array([1])
    for tick in range(100, 100 + SPANS):
        volumes.add(tick, one, np.array([SHRIMP]), np.array([tick]))
    assert volumes.ticks_a_span == 1
    volumes.add(100 + SPANS, one, np.array([SARDINE]), np.array([5]))
    units, gold = volumes.of(1)
    assert volumes.ticks_a_span == 2
    assert units[:, SHRIMP].tolist() == [2] * 64 + [0]
    assert gold[:3, SHRIMP].tolist() == [100 + 101, 102 + 103, 104 + 105]
    assert (units[64, SARDINE], gold[64, SARDINE]) == (1, 5)
    volumes.add(100 + 5 * SPANS, one[:0], one[:0], one[:0])
    units, gold = volumes.of(1)
    assert (volumes.ticks_a_span, len(units), units.sum()) == (8, 81, SPANS + 1)
    assert gold[0, SHRIMP] == sum(range(100, 108))
    assert volumes.of(0)[0].sum() == 0
    volumes.clear()
    assert (volumes.since, len(volumes.of(1)[0])) == (None, 0)


def test_a_trade_is_in_the_book_of_the_camp_nearest_to_whose_turn_it_was() -> None:
    """Camps at (10, 10), (10, 30) and (40, 20). A buyer acts by the second, a seller between the first two."""
    market = Market(CAMPS, EVENTS)
    assert market.books == 3
    market.place(np.array([[10, 10], [10, 30], [40, 20]]))
    buys = ((BUY, SHRIMP, 5, 11, 29), (TRADE, SHRIMP, 3, 60, 60))  # the seller is far off
    sells = ((SELL, SHRIMP, 5, 10, 20), (TRADE, SHRIMP, 8, 10, 20))  # as near to the first: that has the lower number
    rests = ((SELL, SARDINE, 2, 40, 20),)
    market.see(7, happened(*buys, *rests, *sells))
    units = [[int(kind_of(market.tell(book), "shrimp")["units"].sum()) for book in range(3)]]
    assert units == [[1, 1, 0]]
    assert [kind_of(market.tell(book), "shrimp")["last"] for book in range(3)] == [8, 3, 0]
    assert market.tell(2)["place"].tolist() == [40, 20]


def test_depth_counts_what_waits_in_a_book_at_each_price() -> None:
    """Prices are 1, 2, 3, 5, 8, 13, 21, 34: 5 is the fourth. Nothing waits before anything has been shown."""
    market = Market(CAMPS, EVENTS)
    assert not market.tell(0)["held"]
    orders = OpenOrders(
        number=np.arange(1, 5),
        owner=np.array([4, 4, 5, 6]),
        side=np.array([0, 0, 1, 0], np.uint8),
        kind=np.array([SHRIMP, SHRIMP, SHRIMP, SARDINE], np.uint8),
        price=np.array([5, 5, 2, 34]),
        book=np.array([1, 1, 1, 2], np.uint16),
        since=np.zeros(4, np.int64),
    )
    market.show(orders, None)
    shrimp = kind_of(market.tell(1), "shrimp")
    assert shrimp["sell"].tolist() == [0, 0, 0, 2, 0, 0, 0, 0]
    assert shrimp["buy"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert kind_of(market.tell(2), "sardine")["sell"].tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
    assert kind_of(market.tell(0), "shrimp")["sell"].sum() == 0


class Hall:
    """A town whose exchange somebody watches."""

    def __init__(self) -> None:
        self.town, self.desk, self.society = Town(), HandDesk(), Society(TOWN, seconds=0.0)
        self.society.attach(self.desk)
        self.society.after(self.town.world, self.town.frame())

    def play(self, *ticks: dict[int, dict[str, str]], known: bool = True) -> None:
        for chosen in ticks:
            self.town.play(chosen)
            self.society.after(self.town.world if known else None, self.town.frame())

    def ask(self) -> Any:
        self.desk.take()
        self.society.receive(1, Exchange(0))
        (_, answer), *_ = self.desk.wait(1)
        self.society.receive(1, Exchange(None))
        return answer


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.society.close()


def test_the_books_of_a_town_are_told(hall: Hall) -> None:
    """Agent 0 offers shrimps for 3 and for 8, agent 1 bids 5 and gets the first; then it bids 2."""
    hall.town.give(0, "shrimp", 2)
    began = hall.town.tick
    hall.play({0: order("sell", "shrimp", 3)}, {0: order("sell", "shrimp", 8)})
    hall.play({1: order("buy", "shrimp", 5)}, {1: order("buy", "shrimp", 2)})
    told = hall.ask()
    assert (told["tick"], told["book"], told["held"], told["since"], told["span"]) == (began + 4, 0, True, began, 1)
    shrimp = kind_of(told, "shrimp")
    assert shrimp["sell"].tolist() == [0, 0, 0, 0, 1, 0]
    assert shrimp["buy"].tolist() == [0, 1, 0, 0, 0, 0]
    assert (shrimp["last"], shrimp["units"].tolist(), shrimp["gold"].tolist()) == (3, [0, 0, 0, 1, 0], [0, 0, 0, 3, 0])
    assert kind_of(told, "iron_armour")["units"].sum() == 0
    assert hall.society.abilities()["exchange"]["prices"].tolist() == [1, 2, 3, 5, 8, 13]


def test_frames_alone_hold_trades_and_not_what_waits(hall: Hall) -> None:
    """As in a replay."""
    hall.society.after(None, hall.town.source.frame(key=True))
    hall.town.give(0, "shrimp")
    hall.play({0: order("sell", "shrimp", 3)}, {1: order("buy", "shrimp", 5)}, known=False)
    told = hall.ask()
    shrimp = kind_of(told, "shrimp")
    assert (told["held"], "sell" in shrimp) == (False, False)
    assert (shrimp["last"], shrimp["units"].tolist()) == (3, [0, 0, 1])


def test_only_an_exchange_can_be_asked_for_and_only_a_book_of_it() -> None:
    town, elsewhere = Society(TOWN), Society(Chaos(systems=["items"]))
    for society, book in ((town, 1), (elsewhere, 0)):
        society.attach(HandDesk())
        with pytest.raises(Refused, match=f"{book} is none of them"):
            society.receive(1, Exchange(book))
        society.receive(1, Exchange(None))
        society.receive(1, Life(None))
        society.close()
    assert "exchange" not in elsewhere.abilities()
