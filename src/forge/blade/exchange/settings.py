"""The table of the exchange in a configuration, and what follows from it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from forge.blade.exchange.book import MOST_ORDERS, MOST_PRICES
from forge.blade.grown.sites import fires_of
from forge.blade.schema.section import Section, choice, number, plain
from forge.support.checks import ConfigError, shown

#: The highest price that can be named: so that what agents have stays far below what gold can be kept in.
MOST_GOLD = 1_000_000


@dataclass(frozen=True)
class Exchange(Section):
    """Where agents trade what they carry for gold."""

    books: str = choice("world", ("world", "camp"), "whether one book serves the whole world, or each camp has its own")
    everywhere: bool = plain(False, "agents may trade wherever they are, and not only in camps")
    prices: str = plain("1, 2, 3, 5, 8, 13, 21, 34", "the prices that can be named, rising [gold]")
    orders: int = number(4, 1, MOST_ORDERS, "most open orders of an agent")
    patience: int = number(100, 1, 2**31 - 1, "how long an order waits before it closes [ticks]")

    def __post_init__(self) -> None:
        super().__post_init__()
        texts = [text.strip() for text in self.prices.split(",")]
        known = all(text.isdecimal() and text.isascii() and len(text) <= len(str(MOST_GOLD)) for text in texts)
        found = [int(text) for text in texts] if known else []
        rising = all(low < high for low, high in itertools.pairwise(found))
        if not (1 <= len(found) <= MOST_PRICES and rising and found[0] >= 1 and found[-1] <= MOST_GOLD):
            raise ConfigError(
                f"exchange.prices = {shown(self.prices)} must be 1 .. {MOST_PRICES} whole numbers from 1 to "
                f'{MOST_GOLD}, each above the one before, such as "1, 2, 5"'
            )


def prices_of(config: Any) -> tuple[int, ...]:
    """The prices that can be named, in gold, rising."""
    return tuple(map(int, config.exchange.prices.split(",")))


def books_of(config: Any) -> int:
    """How many books there are in a world.

    Raises:
        ConfigError: if trade is tied to camps, and there are none.
    """
    by_camp = config.exchange.books == "camp"
    if not config.named("camps") and (by_camp or not config.exchange.everywhere):
        why = 'exchange.books = "camp"' if by_camp else "exchange.everywhere = false"
        raise ConfigError(f"{why} needs camps: name 'camps', too, in systems")
    return fires_of(config) if by_camp else 1
