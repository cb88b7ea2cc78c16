"""What a blow does: its chance to hit, and its damage, by levels and arms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from forge.blade.compiled.jit import jit
from forge.blade.fights.arms import attack_roll, draw_hit, hardest

BARE, IRON = 0, 3
MELEE, RANGE, MAGE = 0, 1, 2


@jit
def rolls(level: int, metal: int, style: int) -> tuple[int, int]:
    """The attack roll, and the most damage."""
    return attack_roll(level, metal, style), hardest(level, metal, style)


@jit
def count_hits(stream: Any, attack: int, defence: int, draws: int) -> int:
    """How many of so many blows hit."""
    hits = 0
    for _ in range(draws):
        hits += draw_hit(stream, 0, attack, defence)
    return hits


@pytest.mark.parametrize(
    ("level", "metal", "style", "attack", "damage"),
    [
        (1, BARE, MELEE, 64, 1),  # 1 · 64; ⌊0.5 + 9 · 64 / 640⌋ = ⌊1.4⌋
        (5, BARE, MELEE, 320, 1),  # 5 · 64; ⌊0.5 + 13 · 64 / 640⌋ = ⌊1.8⌋
        (10, BARE, MELEE, 640, 2),  # 10 · 64; ⌊0.5 + 18 · 64 / 640⌋ = ⌊2.3⌋
        (1, IRON, MELEE, 83, 1),  # 1 · (19 + 64); ⌊0.5 + 9 · 78 / 640⌋ = ⌊1.597⌋
        (5, IRON, MELEE, 415, 2),  # 5 · 83; ⌊0.5 + 13 · 78 / 640⌋ = ⌊2.08⌋
        (10, IRON, MELEE, 830, 2),  # 10 · 83; ⌊0.5 + 18 · 78 / 640⌋ = ⌊2.69⌋
        (10, IRON, RANGE, 740, 2),  # 10 · (10 + 64); ⌊0.5 + 18 · 72 / 640⌋ = ⌊2.525⌋
        (10, IRON, MAGE, 790, 2),  # 10 · (15 + 64); ⌊0.5 + 18 · 76 / 640⌋ = ⌊2.64⌋
        (99, BARE, MAGE, 6336, 11),  # 99 · 64; ⌊0.5 + 107 · 64 / 640⌋ = ⌊11.2⌋
    ],
)
def test_rolls_and_damage(level: int, metal: int, style: int, attack: int, damage: int) -> None:
    assert rolls(level, metal, style) == (attack, damage)


@pytest.mark.parametrize(
    ("attack", "defence", "chance"),
    [
        (64, 64, Fraction(64, 130)),  # equal at level 1: A / (2 (D + 1))
        (64, 320, Fraction(64, 642)),  # level 1 on level 5
        (830, 640, Fraction(1020, 1662)),  # level 10, iron sword on none: 1 − 642 / 1662
        (830, 1690, Fraction(830, 3382)),  # and on iron armour: D = 10 · (105 + 64)
        (320, 64, Fraction(576, 642)),  # level 5 on level 1: 1 − 66 / 642
    ],
)
def test_chance_of_a_hit(attack: int, defence: int, chance: Fraction) -> None:
    """Of 100,000 blows so many hit, within five standard deviations; the stream begins at a fixed number."""
    if attack > defence:
        assert chance == 1 - Fraction(defence + 2, 2 * (attack + 1))
    draws = 100_000
    hits = count_hits(np.array([7], np.uint64), attack, defence, draws)
    assert abs(hits - draws * chance) < 5 * float(draws * chance * (1 - chance)) ** 0.5
