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


def test_a_hunter_with_more_raw_meat_than_anybody_buys_leaves_chickens_alone() -> None:
    """It has offered one piece, which waits, so it does not go home with the rest: 7 are few enough, 8 are not."""
    for pieces, move in ((7, Move.WEST), (8, Move.EAST)):
        hunter = {"levels": SWORD["levels"], "pack": {"iron_sword": 1, "chicken": 1 + pieces}}
        town = Town(PREY, {"A": hunter}, **{"exchange.everywhere": True, "creatures.hostile": False})
        town.act("A", "sell", number("chicken"), 34)
        assert town.chosen("hunter")["move"] == move


def test_a_hunter_stays_at_home_until_it_has_offered_what_it_can_and_then_leaves() -> None:
    """Two tiles east of the fire it is in the camp, and a chicken four tiles east of it is not."""
    drawing = """
        ############
        #..........#
        #..........#
        #..F.A...c.#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #.........B#
        ############
    """
    town = Town(drawing, {"A": {"levels": SWORD["levels"], "pack": {"iron_sword": 1, "chicken": 1}}})
    told = town.chosen("hunter")
    assert (told["work"], told["move"] == Move.EAST) == ("sell", False)
    town.act("A", "sell", number("chicken"), 34)
    assert town.chosen("hunter")["move"] == Move.EAST


def test_hunters_strike_in_turn_in_every_style_and_keep_what_arms_them() -> None:
    """A, B and C are in the slots 0, 1 and 2; each is a match for a goblin with the weapon of its own style."""
    drawing = """
        #########
        #.......#
        #..~~~..#
        #..ABC..#
        #...F...#
        #.......#
        #.......#
        #.......#
        #########
    """
    arms = {"iron_sword": 1, "iron_knives": 10, "iron_staff": 1}
    levels = {"melee": 10, "range": 10, "mage": 10}
    told = Town(drawing, {letter: {"levels": levels, "pack": arms} for letter in "ABC"})
    chosen = [told.chosen("hunter", letter) for letter in "ABC"]
    assert [one["style"] for one in chosen] == [Style.MELEE, Style.RANGE, Style.MAGE]
    spare = [number(f"iron_{weapon}") for weapon in ("staff", "sword", "sword")]  # knives are worth half as much
    assert [(one["work"], one["kind"]) for one in chosen] == [("sell", kind) for kind in spare]


def test_a_hunter_bids_for_the_best_arms_that_it_can_use_and_takes_the_best_on_offer_until_then() -> None:
    """A hunter in slot 0, with a sword of copper, could use one of iron: 16 is usual, so 13 and, with gold, 21."""
    iron, tin = number("iron_sword"), number("tin_sword")
    pack = {"copper_sword": 1, "cooked_herring": 2, "iron_armour": 1}
    hunter = {"levels": {"melee": 10, "defense": 10}, "pack": pack, "gold": 30}
    town = Town(SHORE, {"A": hunter, "B": {"pack": {"tin_sword": 1}}})
    told = town.chosen("hunter")
    assert (told["work"], told["kind"], town.price(told)) == ("buy", iron, 21)
    town.act("B", "sell", tin, 13)
    told = town.chosen("hunter")
    assert (told["work"], told["kind"], town.price(told)) == ("buy", tin, 13)


def test_a_trader_sells_dearer_than_it_buys() -> None:
    """B offers a sword for 2, of which 16 is usual: A buys it, and offers it for more than that."""
    kind = number("copper_sword")
    town = Town(SHORE, {"A": {"gold": 20, "food": 32}, "B": {"pack": {"copper_sword": 1}}})
    town.act("B", "sell", kind, 2)
    bought = town.chosen("trader")
    assert (bought["work"], bought["kind"], town.price(bought)) == ("buy", kind, 2)
    town.act("A", "buy", kind, 2)
    sold = town.chosen("trader")
    assert (sold["work"], sold["kind"]) == ("sell", kind)
    assert town.price(sold) > 2
