"""What the demo tells of trade, of a world by hand."""

import io

from rich.console import Console

from forge.blade.grown.packs import Reason
from forge.commands.demo import traded
from tests.blade.exchange.bazaar import bazaar

SHRIMP, SWORD = 0, 13


def test_kinds_of_which_there_was_something_are_told() -> None:
    world = bazaar()
    world.state.ledger[0, Reason.MADE, SHRIMP] = 1200
    world.state.ledger[0, Reason.USED, SHRIMP] = 400
    world.state.ledger[0, Reason.TRADED, SHRIMP] = 37
    world.state.exchange_last[0, SHRIMP] = 2
    world.state.ledger[0, Reason.FOUND, SWORD] = 5
    console = Console(file=io.StringIO(), width=100)
    console.print(traded(world, 1000))
    lines = [line.split() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert ["shrimp", "1,200", "0", "400", "37", "2"] in lines
    assert ["copper", "sword", "0", "5", "0", "0"] in lines  # never sold: it has no price
    assert not any("herring" in line for line in lines)
