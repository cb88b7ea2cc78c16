"""A rule of the grown world that is broken in the plain reference is noticed by the comparison."""

from __future__ import annotations

import pytest

from tests.blade.grown.cases import EVERYTHING, TOGETHER, case
from tests.reference.grown.compare import play
from tests.reference.grown.mutants import MUTANTS


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_noticed(name: str) -> None:
    game, where = MUTANTS[name]
    assert play(case(*EVERYTHING, **TOGETHER[where]), game)[1] != ""
