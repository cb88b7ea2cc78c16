"""Hunter and trader in small worlds drawn by hand."""

from __future__ import annotations

from forge.blade import Move, Style
from forge.blade.grown.kinds import number
from tests.agents.town import SHORE, Town

PREY = """
    ############
    #..........#
    #..........#
    #..........#
    #.c.A..g...#
    #..........#
    #..........#
    #..........#
    #..........#
    #.F.......B#
    #..........#
    ############
"""
SWORD = {"levels": {"melee": 10}, "pack": {"iron_sword": 1}}


def test_a_hunter_goes_for_a_chicken_first_even_where_it_could_take_on_a_goblin() -> None:
    told = Town(PREY, {"A": {**SWORD}}).chosen("hunter")
    assert (told["move"], told["style"]) == (Move.WEST, Style.MELEE)


def test_a_hunter_takes_on_a_goblin_only_if_it_is_armed() -> None:
    alone = PREY.replace("c", ".")
    assert Town(alone, {"A": {**SWORD}}).chosen("hunter")["move"] == Move.EAST
    assert Town(alone, {"A": {}}).chosen("hunter")["move"] != Move.EAST


def test_a_trader_sells_dearer_than_it_buys() -> None:
    """B offers a sword for 2, of which 6 is usual: A buys it, and offers it for more than that."""
    kind = number("copper_sword")
    town = Town(SHORE, {"A": {"gold": 20, "food": 32}, "B": {"pack": {"copper_sword": 1}}})
    sell = [town.works.index("sell"), kind, 1]  # for 2, where 6 is usual
    actions = town.pit.world.state.actions * 0
    actions = actions[..., : len(town.names)].astype(int)
    for name, option in zip(("work", "kind", "price"), sell, strict=True):
        actions[0, town.pit.slots["B"], town.names.index(name)] = option
    actions[..., town.names.index("style")] = Style.HOLD
    town.pit.world.step(actions)
    bought = town.chosen("trader")
    assert (bought["work"], bought["kind"], town.price(bought)) == ("buy", kind, 2)
    actions[0, town.pit.slots["B"], town.names.index("work")] = 0
    for name in ("work", "kind", "price"):
        option = town.works.index("buy") if name == "work" else bought[name]
        actions[0, town.pit.slots["A"], town.names.index(name)] = option
    town.pit.world.step(actions)
    sold = town.chosen("trader")
    assert (sold["work"], sold["kind"]) == ("sell", kind)
    assert town.price(sold) > 2
