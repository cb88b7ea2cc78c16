"""The reference of combat by levels and of creatures by itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.reference.grown import tables
from tests.reference.grown.alone import Grown, does, put, quiet, tick
from tests.reference.grown.body import Body, Deed
from tests.reference.grown.levels import Blow

MELEE, RANGE, MAGE, HOLD = range(4)


def by(style: int) -> Deed:
    """An attack, and nothing else."""
    return Deed(0, style)


def odds(game: Grown, attacker: Body, target: Body, style: int = MELEE) -> tuple[Fraction, int]:
    return Fraction(*game.accuracy(attacker, target, style)), game.most_damage(attacker, style)


def fighter(game: Grown, slot: int, level: int, metal: str = "", armour: str = "", **fields) -> Body:
    pack = {f"{metal}_sword": 1} if metal else {}
    pack |= {f"{armour}_armour": 1} if armour else {}
    return put(game, slot, (4, 4 + slot // 2), pack=pack, levels={"melee": level, "defense": level}, **fields)


@pytest.mark.parametrize(
    ("level", "metal", "armour", "chance", "most"),
    [
        # A = D = 64: 64 / (2 · 65); ⌊0.5 + 9 · 64 / 640⌋ = ⌊1.4⌋
        (1, "", "", Fraction(64, 130), 1),
        # A = 1 · (10 + 64), D = 64: 1 − 66 / (2 · 75); ⌊0.5 + 9 · 73 / 640⌋ = ⌊1.53⌋
        (1, "copper", "", 1 - Fraction(66, 150), 1),
        # iron wants level 10
        (1, "iron", "iron", Fraction(64, 130), 1),
        # A = D = 320: 320 / 642; ⌊0.5 + 13 · 64 / 640⌋ = ⌊1.8⌋
        (5, "", "", Fraction(320, 642), 1),
        # A = 5 · 79, D = 320: 1 − 322 / (2 · 396); ⌊0.5 + 13 · 78 / 640⌋ = ⌊2.08⌋
        (5, "tin", "", 1 - Fraction(322, 792), 2),
        # D = 5 · (90 + 64) = 770: 395 / (2 · 771)
        (5, "tin", "tin", Fraction(395, 1542), 2),
        # A = D = 640: 640 / 1282; ⌊0.5 + 18 · 64 / 640⌋ = ⌊2.3⌋
        (10, "", "", Fraction(640, 1282), 2),
        # A = 10 · 83 = 830: 1 − 642 / (2 · 831); ⌊0.5 + 18 · 78 / 640⌋ = ⌊2.69⌋
        (10, "iron", "", 1 - Fraction(642, 1662), 2),
        # D = 10 · 169 = 1690: 830 / (2 · 1691)
        (10, "iron", "iron", Fraction(830, 3382), 2),
    ],
)
def test_accuracy_and_damage_by_hand(level: int, metal: str, armour: str, chance: Fraction, most: int) -> None:
    game = quiet("levels", "items")
    assert odds(game, fighter(game, 0, level, metal), fighter(game, 2, level, "", armour)) == (chance, most)


def test_experience_goes_by_damage_that_counts() -> None:
    """The target has 2 health; both hit, for 1 and 2: the second counts for 1 only."""
    game = quiet("levels", **{"skills.rate": 1})
    target, first, second = fighter(game, 0, 1, health=2), fighter(game, 2, 10), fighter(game, 3, 10)
    game.take(target, [Blow(first, target, MELEE, 1), Blow(second, target, MELEE, 2)])
    assert target.health == 0
    assert [body.experience[tables.MELEE] for body in (first, second)] == [1151 + 3, 1151 + 3]
    assert [body.experience[tables.CONSTITUTION] for body in (first, second, target)] == [1152, 1152, 1151 + 2]
    assert target.experience[tables.DEFENSE] == 6
    assert game.killers == {0: first}  # both dealt 1


def test_draws_come_by_row_and_slot_and_a_miss_draws_no_damage() -> None:
    game = quiet("levels", "items")
    one, other = fighter(game, 0, 10), fighter(game, 2, 10)
    # 640 of 1282 hit; damage 1 + number below 2
    tick(game, {0: by(MELEE), 2: by(MAGE)}, 640, 31, 0)  # mage: A = 64, 64 of 2 · 641 hit, for 1
    assert (one.health, other.health, one.hurt, one.freeze) == (9, 10, 4, 2)
    tick(game, {0: by(MELEE), 2: by(HOLD)}, 639, 1)
    assert (one.health, other.health, other.hurt) == (9, 8, 4)


def test_who_was_damaged_heals_again_in_the_fifth_tick() -> None:
    game = quiet("levels", **{"vitals.heal": 1})
    victim, _ = fighter(game, 0, 1), fighter(game, 2, 1)
    tick(game, {2: by(MELEE)}, 0, 0)
    seen = [victim.health]
    for _ in range(6):
        tick(game)
        seen.append(victim.health)
    assert seen == [9, 9, 9, 9, 9, 10, 10]


def test_a_new_level_of_constitution_raises_the_maximum_alone() -> None:
    game = quiet("levels")
    agent = fighter(game, 0, 1)
    game.gain(agent, tables.CONSTITUTION, 21)  # 1151 + 210 = 1361, and level 11 begins at 1355
    assert (game.most_health(agent), agent.health, agent.risen) == (11, 10, 1)


def test_range_uses_up_a_knife_hit_or_miss_and_is_weak_without() -> None:
    game = quiet("levels", "items")
    thrower, target = put(game, 0, (4, 4), pack={"copper_knives": 1}), put(game, 2, (4, 6))
    # A = 69, D = 64: 2 · 69 − 64 = 74 of 140 hit
    assert game.accuracy(thrower, target, RANGE) == (74, 140)
    tick(game, {0: by(RANGE)}, 139)
    assert thrower.pack[16] == 0
    assert game.accuracy(thrower, target, RANGE) == (64, 130)
    tick(game, {0: by(RANGE)}, 129)  # still strikes
    game.make(thrower, 16)
    target.row = 1
    tick(game, {0: by(RANGE)})  # nobody in reach
    assert thrower.pack[16] == 1


def test_spoils_go_to_who_did_most_as_far_as_there_is_room() -> None:
    """The killer has 18 of 20."""
    game = quiet("levels", "items", "exchange", **{"exchange.everywhere": True})
    victim = put(game, 0, (4, 4), pack={"shrimp": 1, "copper_knives": 9, "iron_ore": 1}, health=1, gold=7)
    killer = put(game, 2, (4, 5), pack={"herring": 17, "copper_knives": 2}, gold=1)
    tick(game, {2: by(MELEE)}, 0, 0)
    assert 0 not in game.agents
    # 17 herrings, 1 bundle, 1 shrimp and 1 iron ore are 20; of 9 knives 8 go into the bundle
    assert (killer.pack[0], killer.pack[12], killer.pack[16], killer.gold) == (1, 1, 10, 8)
    assert [game.ledger[tables.TAKEN, kind] for kind in (0, 12, 16, tables.GOLD)] == [1, 1, 8, 7]
    assert game.ledger[tables.LOST, 16] == 1
    assert victim.pack == [0] * 25


def test_what_orders_held_is_part_of_the_spoils() -> None:
    game = quiet("levels", "exchange", **{"exchange.everywhere": True})
    put(game, 0, (4, 4), pack={"shrimp": 1}, health=1, gold=7)
    killer = put(game, 2, (4, 5), gold=0)
    tick(game, {0: does(game, "sell", "shrimp", 7)})
    tick(game, {0: does(game, "buy", "sardine", 3), 2: by(MELEE)}, 64 // 2, 0)  # dies before it can buy
    assert (killer.pack[0], killer.gold, game.orders) == (1, 7, [])


def test_spoils_are_lost_when_killer_and_victim_die_together() -> None:
    game = quiet("levels", "items")
    put(game, 0, (4, 4), pack={"shrimp": 3}, health=1, gold=5)
    put(game, 2, (4, 5), pack={"tin_ore": 2}, health=1, gold=4)
    tick(game, {0: by(MELEE), 2: by(MELEE)}, 0, 0, 0, 0)
    assert game.agents == {}
    assert [game.ledger[tables.LOST, kind] for kind in (0, 11, tables.GOLD)] == [3, 2, 9]
    assert game.held() == [0] * 26


def test_nobody_strikes_from_or_into_a_camp() -> None:
    game = quiet("levels", "camps")
    inside, outside = put(game, 0, (4, 4)), put(game, 2, (5, 4))
    tick(game, {0: by(MELEE), 2: by(MELEE)})  # draws nothing
    assert (inside.health, outside.health) == (10, 10)
    game.config = game.config.replace(**{"camps.truce": False})
    tick(game, {0: by(MELEE)}, 0, 0)
    assert outside.health == 9


def test_agents_may_be_spared_by_agents() -> None:
    game = quiet("creatures", **{"levels.agents": False})
    striker, other = put(game, 0, (4, 4)), put(game, 2, (4, 5), health=1)
    chicken = add(game, tables.CHICKEN, (4, 3))
    tick(game, {0: by(MELEE)}, 1, 0, 0)  # the chicken stays; 64 of 130 hit, for 1 + 0
    assert (chicken.health, other.health) == (4, 1)
    assert striker.experience[tables.MELEE] == 30


# -- creatures


def add(game: Grown, kind: int, place: tuple[int, int], slot: int = 4) -> Body:
    game.creatures[slot] = game.new_creature(slot, kind, place)
    game.due.setdefault(slot, 10**9)
    return game.creatures[slot]


def test_creatures_are_what_they_are() -> None:
    game = quiet("creatures")
    chicken, goblin = add(game, tables.CHICKEN, (4, 4)), add(game, tables.GOBLIN, (4, 5), 5)
    assert (chicken.health, chicken.id, chicken.levels) == (5, -1, [1, 1, 1, 1, 5, 1, 1, 1, 1])
    assert (goblin.health, goblin.id, goblin.levels) == (15, -2, [5, 1, 1, 5, 15, 1, 1, 1, 1])
    # 10 · (1 + 5) + 26 = 86 fortieths; 10 · (5 + 15) + 26 · 5 = 330
    assert [tables.combat_level(body.levels) for body in (chicken, goblin)] == [2, 8]


def test_creatures_wander_one_tick_of_four_and_not_into_camps() -> None:
    game = quiet("creatures", "camps")
    chicken = add(game, tables.CHICKEN, (5, 4))
    tick(game, {}, 3)
    tick(game, {}, 0, 0)  # north is the camp
    assert chicken.place == (5, 4)
    tick(game, {}, 0, 3)  # west
    assert chicken.place == (5, 4)  # orerock
    tick(game, {}, 0, 2)  # east
    assert chicken.place == (5, 5)
    chicken.freeze = 2
    tick(game, {})
    assert chicken.freeze == 1


def test_a_goblin_goes_for_the_nearest_and_strikes_it() -> None:
    """It is 3 columns away and 1 row: first the columns; then both are 1, and rows come first."""
    game = quiet("creatures", drawn=("." * 8 + " ") * 8)
    agent = put(game, 0, (2, 5))
    goblin = add(game, tables.GOBLIN, (1, 2))
    tick(game, {}, 0)
    assert goblin.place == (1, 2)
    tick(game, {}, 1)
    assert goblin.place == (1, 3)
    tick(game, {}, 1, 577)  # steps to (1, 4) and strikes: A = 5 · 64, D = 64: 2 · 320 − 64 = 576 of 642 hit
    assert (goblin.place, agent.health) == ((1, 4), 10)
    tick(game, {}, 1, 575, 0)
    assert (goblin.place, agent.health) == ((2, 4), 9)  # ⌊0.5 + 13 · 64 / 640⌋ = 1 at most


def test_a_peaceful_goblin_goes_for_who_struck_it_for_five_ticks() -> None:
    game = quiet("creatures", drawn=("." * 8 + " ") * 8, **{"creatures.hostile": False})
    goblin = add(game, tables.GOBLIN, (1, 1))
    put(game, 0, (1, 4))
    tick(game, {0: by(MAGE)}, 1, 641)  # it wanders not; A = 64, D = 320: 64 of 642 hit: a miss will do
    game.agents[0].row = 7
    followed = 0
    for _ in range(6):
        game.stream.numbers = []
        followed += game.quarry(goblin) is not None
        tick(game, {}, 0 if game.quarry(goblin) else 3)
    assert followed == 5


@pytest.mark.parametrize(("draws", "shrimps", "taken"), [((0,), 0, 1), ((1,), 0, 2), ((1,), 19, 1), ((1,), 20, 0)])
def test_chickens_leave_one_or_two_raw(draws: tuple[int, ...], shrimps: int, taken: int) -> None:
    game = quiet("creatures", "items", **{"creatures.back": 50})
    agent = put(game, 0, (4, 4), pack={"shrimp": shrimps})
    add(game, tables.CHICKEN, (4, 5)).health = 1
    tick(game, {0: by(MELEE)}, 1, 0, 0, *draws)  # it stays; hit, for 1
    assert (agent.pack[3], game.ledger[tables.FOUND, 3]) == (taken, taken)
    # 3 for the point of damage and 10 for the kill, times 10
    assert (agent.experience[tables.MELEE], game.due[4]) == (130, 50)


def test_goblins_leave_gold_and_a_sword() -> None:
    game = quiet("creatures", "items", drawn=("." * 8 + " ") * 8)
    agent = put(game, 0, (4, 4))
    add(game, tables.GOBLIN, (4, 5)).health = 1
    # it stays; slot 0 hits with 64 of 642, for 1; the goblin misses; gold is there, 1 + 19; and a sword
    tick(game, {0: by(MELEE)}, 0, 63, 0, 641, 1, 19, 0)
    assert (agent.pack[4], agent.gold, agent.pack[13]) == (1, 10 + 20, 1)
    assert agent.experience[tables.MELEE] == 10 * (3 + 50)


def test_creatures_come_where_it_suits_them() -> None:
    """Of 6 × 6 playable tiles the inner 4 × 4 are drawn from; a quarter of the side is 1."""
    game = quiet("creatures", "camps", drawn="######## #......# #.f..f.# #...F..# #......# #..o.f.# #......# ########")
    suits = [(row, col) for row in range(2, 6) for col in range(2, 6) if game.suits(tables.GOBLIN, (row, col))]
    assert suits == [(2, 2), (5, 5)]  # (2, 5) is in the camp
    game.due = {4: 0}
    game.creature_slots = lambda: {4: tables.GOBLIN}
    tick(game, {}, 1, *[3] * 30, 15)  # the nth tile of the 4 × 4: the last is (5, 5)
    assert game.creatures[4].place == (5, 5)
    game.creatures.clear()
    tick(game, {}, *[3] * 32)
    assert game.creatures == {}
