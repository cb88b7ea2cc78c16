"""The artisan in small worlds drawn by hand: it eats, sells what it makes, buys what it lacks, and flees goblins."""

from __future__ import annotations

from forge.blade import Move
from forge.blade.grown.kinds import Skill, number
from tests.agents.town import SHORE, Town

SHRIMP, COOKED, KNIVES, ORE = number("shrimp"), number("cooked_shrimp"), number("copper_knives"), number("copper_ore")
ARMOUR = number("copper_armour")
FISHING, COOKING, MINING, SMITHING = Skill.FISHING, Skill.COOKING, Skill.MINING, Skill.SMITHING


def test_eats_when_hungry_and_not_when_that_would_be_wasted() -> None:
    """A shrimp has 8 points of food, and 32 is the most: at 10 there is room for it, at 31 there is not."""
    for food, work in ((10, "eat"), (31, "fish")):
        told = Town(SHORE, {"A": {"food": food, "pack": {"cooked_shrimp": 1}}}).chosen("artisan")
        assert told["work"] == work


def test_a_fisher_sells_what_it_caught_for_the_usual_price_and_joins_who_offers() -> None:
    town = Town(SHORE, {"A": {"pack": {"shrimp": 2}}, "B": {"pack": {"shrimp": 2}}})
    told = town.chosen("artisan")
    assert (told["work"], told["kind"], town.price(told)) == ("sell", SHRIMP, 1)


def test_nobody_offers_so_many_that_no_order_is_left_to_buy_a_meal() -> None:
    """Of four orders three are offers; then A fishes on, until it carries six."""
    town = Town(SHORE, {"A": {"pack": {"shrimp": 3, "sardine": 3}}})
    done = town.play("artisan", 6)
    assert [work for letter, work, _ in done if letter == "A"][:3] == ["sell"] * 3
    assert all(work == "fish" for letter, work, _ in done[3 * len(town.pit.slots) :] if letter == "A")


def test_a_cook_buys_raw_fish_cooks_it_and_sells_the_meal_to_who_is_hungry() -> None:
    """A cooks well: at level 20 shrimps never fail. It keeps one meal, and B, who sold it the fish, buys another."""
    cook = {"trade": COOKING, "levels": {"cooking": 20}, "gold": 10}
    town = Town(SHORE, {"A": cook, "B": {"pack": {"shrimp": 3}, "food": 14, "gold": 5}})
    done = town.play("artisan", 20)
    assert ("A", "buy", SHRIMP) in done
    assert ("A", "cook", COOKED) in done
    assert ("A", "sell", COOKED) in done
    assert ("B", "eat", COOKED) in done


def test_a_smith_makes_knives_before_anything_else_and_sells_them() -> None:
    town = Town(SHORE, {"A": {"trade": SMITHING, "pack": {"copper_ore": 1}}})
    done = [(work, kind) for letter, work, kind in town.play("artisan", 2) if letter == "A"]
    assert done == [("smith", KNIVES), ("sell", KNIVES)]


def test_a_miner_with_provisions_goes_for_ore_and_carries_it_home() -> None:
    """It stands in no camp, beside no ore: the ore is two columns east, the fire six west."""
    drawing = """
        ##############
        #............#
        #............#
        #.F.....A.oo.#
        #............#
        #............#
        #............#
        #............#
        #............#
        #............#
        #............#
        #............#
        #..........B.#
        ##############
    """
    miner = {"trade": MINING, "pack": {"cooked_herring": 1}}
    assert Town(drawing, {"A": miner}).chosen("artisan")["move"] == Move.EAST
    laden = {"trade": MINING, "pack": {"cooked_herring": 1, "copper_ore": 6}}
    assert Town(drawing, {"A": laden}).chosen("artisan")["move"] == Move.WEST


def test_who_is_weak_does_not_step_beside_a_goblin() -> None:
    """The fire lies beyond the goblin, and A would go there, but it is no match for it."""
    drawing = """
        ############
        #..........#
        #..........#
        #.F..g.A...#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #..........#
        #.........B#
        ############
    """
    assert Town(drawing, {"A": {}}).chosen("artisan")["move"] != Move.WEST
    assert Town(drawing.replace("g", "."), {"A": {}}).chosen("artisan")["move"] == Move.WEST


def test_who_can_pay_for_no_meal_goes_to_the_forest() -> None:
    drawing = SHORE.replace("#....AB....#", "#....A..f..#").replace("#..........#\n    ####", "#.B........#\n    ####")
    assert Town(drawing, {"A": {"food": 10}}).chosen("artisan")["move"] == Move.EAST


def test_a_smith_works_to_order() -> None:
    """Armour takes 4 ore, so 34 gold pay 8 for a piece; second knives bring 4, half of the usual 8.

    A has one piece of ore, and lacks three, which usually cost 3 each: with 9 gold it keeps the piece, with 8 it does
    not. With four pieces it makes the armour.
    """
    for ore, gold, done in ((1, 9, ("sell", KNIVES)), (1, 8, ("smith", KNIVES)), (4, 0, ("smith", ARMOUR))):
        smith = {"trade": SMITHING, "gold": gold, "pack": {"copper_ore": ore, "copper_knives": 10}}
        town = Town(SHORE, {"A": smith, "B": {"gold": 40}})
        town.act("B", "buy", ARMOUR, 34)
        told = town.chosen("artisan")
        assert (told["work"], told["kind"]) == done


def test_a_smith_buys_ore_for_what_is_bid_for() -> None:
    """It offers knives and has two pieces of ore; tin costs least, but B wants armour of copper, for 34 / 4 a piece."""
    smith = {"trade": SMITHING, "gold": 30, "levels": {"smithing": 5}, "pack": {"copper_ore": 2, "cooked_herring": 2}}
    town = Town(SHORE, {"A": smith, "B": {"gold": 40, "pack": {"copper_ore": 1, "tin_ore": 1}}})
    for kind, gold in (("tin_ore", 1), ("copper_ore", 5)):
        town.act("B", "sell", number(kind), gold)
    town.act("B", "buy", ARMOUR, 34)
    told = town.chosen("artisan")
    assert (told["work"], told["kind"], town.price(told)) == ("buy", ORE, 5)


def test_who_works_on_what_others_sell_keeps_an_order_to_buy_it() -> None:
    """Two of four orders are offers, one is for meals: a miner offers a third thing, a smith bids for ore."""
    for trade, done in ((MINING, ("sell", number("sardine"))), (SMITHING, ("buy", ORE))):
        seller = {"trade": trade, "gold": 10, "pack": {"shrimp": 2, "sardine": 1, "cooked_herring": 4}}
        town = Town(SHORE, {"A": seller, "B": {}})
        for _ in range(2):
            town.act("A", "sell", SHRIMP, 34)
        told = town.chosen("artisan")
        assert (told["work"], told["kind"]) == done


def test_who_sells_waits_for_what_was_last_paid() -> None:
    """Ore is usually 3; B bids 3. One price below the last, 5, it is taken; two below, 8, A asks for 8, its most."""
    for last, asked in ((0, 3), (5, 3), (8, 8)):
        town = Town(SHORE, {"A": {"trade": MINING, "pack": {"copper_ore": 1}}, "B": {"gold": 10}})
        town.pit.state.exchange_last[0, ORE] = last
        town.act("B", "buy", ORE, 3)
        told = town.chosen("artisan")
        assert (told["work"], told["kind"], town.price(told)) == ("sell", ORE, asked)
