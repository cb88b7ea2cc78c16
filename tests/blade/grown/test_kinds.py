"""The table of kinds, against the numbers of the page that describes the grown world, typed again by hand."""

import numpy as np

from forge.blade.grown import kinds
from forge.blade.grown.kinds import KINDS, Skill


def test_there_are_25_kinds_in_their_order() -> None:
    fish, spoils = ["shrimp", "sardine", "herring"], ["chicken", "goblin"]
    metals = ["copper", "tin", "iron"]
    made = [f"{metal}_{what}" for what in ("ore", "sword", "knives", "staff", "armour") for metal in metals]
    assert list(kinds.NAMES) == [*fish, *spoils, *(f"cooked_{raw}" for raw in fish + spoils), *made]
    assert kinds.COUNT == kinds.GOLD == 25


def test_each_trade_makes_its_kinds_at_their_levels() -> None:
    assert {trade: (made.start, made.stop) for trade in kinds.TRADES for made in [kinds.made_by(trade)]} == {
        Skill.FISHING: (0, 3),
        Skill.COOKING: (5, 10),
        Skill.MINING: (10, 13),
        Skill.SMITHING: (13, 25),
    }
    assert kinds.LEVEL.tolist() == [1, 5, 10, 0, 0, 1, 5, 10, 1, 5, *[1, 5, 10] * 5]
    assert kinds.EXPERIENCE.tolist() == [10, 20, 30, 0, 0, 10, 20, 30, 20, 40, *[10, 20, 30] * 4, 40, 80, 120]


def test_what_things_are_made_of() -> None:
    assert kinds.OF.tolist() == [-1] * 5 + [0, 1, 2, 3, 4] + [-1] * 3 + [10, 11, 12] * 4
    assert kinds.TAKES.tolist() == [0] * 5 + [1] * 5 + [0] * 3 + [2] * 3 + [1] * 3 + [2] * 3 + [4] * 3
    assert kinds.MAKES.tolist() == [1] * 16 + [10] * 3 + [1] * 6


def test_what_things_do() -> None:
    assert kinds.HEALTH[5:10].tolist() == [2, 3, 5, 3, 5]
    assert kinds.FOOD[5:10].tolist() == [8, 12, 20, 12, 20]
    assert kinds.EDIBLE == 0b11111_00000
    fights = np.stack([kinds.ATTACK, kinds.STRENGTH, kinds.DEFENCE], -1)[13:].tolist()
    assert fights == [
        [10, 9, 0], [15, 14, 0], [19, 14, 0],
        [5, 4, 0], [8, 7, 0], [10, 8, 0],
        [8, 7, 0], [12, 11, 0], [15, 12, 0],
        [0, 0, 55], [0, 0, 90], [0, 0, 105],
    ]  # fmt: skip
    assert [KINDS[copper].used for copper, _ in kinds.IN_USE] == [skill for _, skill in kinds.IN_USE]
