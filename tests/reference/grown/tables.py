"""The numbers of the grown world that no configuration changes."""

from __future__ import annotations

import bisect

SKILLS = ("melee", "range", "mage", "defense", "constitution", "fishing", "cooking", "mining", "smithing")
MELEE, RANGE, MAGE, DEFENSE, CONSTITUTION, FISHING, COOKING, MINING, SMITHING = range(9)
#: Skills that a body is more or less gifted for, in the order of its gifts.
TRADES = (FISHING, COOKING, MINING, SMITHING)
#: Of a newborn: 1 in all else.
CONSTITUTION_AT_BIRTH = 10
MOST = 99


def _thresholds() -> list[int]:
    """E(1) to E(99), at places 0 to 98: E(L + 1) = E(L) + ⌊⌊L + 300 · 2^(L/7)⌋ / 4⌋."""
    found = [0]
    for level in range(1, MOST):
        found.append(found[-1] + int(level + 300 * 2 ** (level / 7)) // 4)
    return found


THRESHOLDS = _thresholds()

FISH = ("shrimp", "sardine", "herring")
FOODS = (*FISH, "chicken", "goblin")
METALS = ("copper", "tin", "iron")
GEAR = ("sword", "knives", "staff", "armour")
KINDS = (
    *FOODS,
    *(f"cooked_{food}" for food in FOODS),
    *(f"{metal}_ore" for metal in METALS),
    *(f"{metal}_{thing}" for thing in GEAR for metal in METALS),
)
RAW, COOKED, ORE, SWORD, KNIVES, STAFF, ARMOUR = 0, 5, 10, 13, 16, 19, 22
RAW_CHICKEN, RAW_GOBLIN = 3, 4
#: The column of the ledger after those of kinds.
GOLD = 25
#: Knives are made and sold by ten, and ten take the room of one.
BUNDLE = 10

#: Levels that the three fish, the three ores and the three metals need, to make and to use.
LEVELS = (1, 5, 10)
EXPERIENCE = (10, 20, 30)
COOKING_LEVELS = (1, 5, 10, 1, 5)
COOKING_EXPERIENCE = (10, 20, 30, 20, 40)
MEAL_HEALTH = (2, 3, 5, 3, 5)
MEAL_FOOD = (8, 12, 20, 12, 20)
#: By thing: sword, knives, staff, armour.
ORE_NEEDED = (2, 1, 2, 4)
SMITHING_EXPERIENCE = ((10, 20, 30), (10, 20, 30), (10, 20, 30), (40, 80, 120))
#: By style, then metal.
WEAPON_ATTACK = ((10, 15, 19), (5, 8, 10), (8, 12, 15))
WEAPON_STRENGTH = ((9, 14, 14), (4, 7, 8), (7, 11, 12))
ARMOUR_DEFENCE = (55, 90, 105)

BORN, MADE, FOUND, USED, SPOILED, LOST, TAKEN, TRADED = range(8)

WORKS = ("rest", "fish", "mine", "cook", "smith", "eat", "sell", "buy", "cancel", "reproduce")

FIRE = 7
#: The side of the playable square for which camps and creatures are counted.
COUNTED_FOR = 62

AGENT, CHICKEN, GOBLIN = range(3)
CREATURE_HEALTH = {CHICKEN: 5, GOBLIN: 15}
CREATURE_LEVEL = {CHICKEN: 1, GOBLIN: 5}  # in melee and defense; 1 in all else, but constitution, which is its health
CREATURE_EXPERIENCE = {CHICKEN: 10, GOBLIN: 50}
CREATURE_POPULATION = 255
HOSTILE_WITHIN = 3
REMEMBERS = 5
#: Ticks for which whoever was damaged does not heal.
HURT = 5


def level_at(experience: int) -> int:
    """The level of an amount of experience."""
    return bisect.bisect_right(THRESHOLDS, experience)


def progress_at(experience: int) -> int:
    """Percent of the way from its level to the next."""
    level = level_at(experience)
    if level == MOST:
        return 0
    here, there = THRESHOLDS[level - 1], THRESHOLDS[level]
    return 100 * (experience - here) // (there - here)


def thing(kind: int) -> tuple[int, int]:
    """Of an arm or armour: which of GEAR, and of which metal, 0 to 2."""
    return divmod(kind - SWORD, 3)


def is_knives(kind: int) -> bool:
    return KNIVES <= kind < STAFF


def unit(kind: int) -> int:
    """How many make one of it, where it is made or sold."""
    return BUNDLE if is_knives(kind) else 1


def combat_level(levels: list[int]) -> int:
    """⌊¼ (defense + constitution) + max(0.65 melee, 0.325 (⌊range/2⌋ + range), the same of mage)⌋, in thousandths."""
    arms = max(650 * levels[MELEE], *(325 * (levels[style] // 2 + levels[style]) for style in (RANGE, MAGE)))
    return (250 * (levels[DEFENSE] + levels[CONSTITUTION]) + arms) // 1000
