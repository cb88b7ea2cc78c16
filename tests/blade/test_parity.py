"""The compiled engine and the plain reference agree on every field at every tick."""

from collections import Counter

import pytest

from tests.blade.cases import CASES
from tests.reference.compare import play
from tests.reference.coverage import WatchedGame
from tests.reference.mutants import MUTANTS


@pytest.mark.parametrize("name", CASES)
def test_both_engines_agree(name: str) -> None:
    case, wanted = CASES[name]
    games, wrong = play(case, WatchedGame)
    assert wrong == ""
    happened = sum((game.happened for game in games), Counter())
    assert wanted - {what for what, times in happened.items() if times} == set()


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_noticed(name: str) -> None:
    game, case = MUTANTS[name]
    _, wrong = play(CASES[case][0], game)
    assert wrong != ""
