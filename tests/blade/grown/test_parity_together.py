"""The compiled grown world and the plain reference agree on every field at every tick, with all systems together."""

from __future__ import annotations

import pytest

from tests.blade.grown.cases import EVERYTHING, TOGETHER, any_case, case
from tests.reference.grown import tables
from tests.reference.grown.compare import play


@pytest.mark.parametrize("name", TOGETHER)
def test_both_engines_agree(name: str) -> None:
    games, wrong = play(case(*EVERYTHING, **TOGETHER[name]))
    assert wrong == ""
    reasons = {reason for game in games for reason, _ in +game.ledger}
    assert {tables.BORN, tables.MADE, tables.LOST} <= reasons


@pytest.mark.parametrize("masked", [0.0, 1.0])
def test_both_engines_agree_whether_or_not_masks_are_kept(masked: float) -> None:
    assert play(case(*EVERYTHING, masked=masked, seed=7))[1] == ""


@pytest.mark.parametrize("seed", range(6))
def test_both_engines_agree_on_any_numbers(seed: int) -> None:
    assert play(any_case(seed, 60))[1] == ""
