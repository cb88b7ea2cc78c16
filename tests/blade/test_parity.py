"""The compiled engine and the plain reference agree on every field at every tick."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Config
from tests.blade.cases import CASES, case
from tests.blade.worlds import configs
from tests.reference.compare import play
from tests.reference.coverage import WatchedGame
from tests.reference.mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", CASES)
def test_both_engines_agree(name: str) -> None:
    case, wanted = CASES[name]
    games, wrong = play(case, WatchedGame)
    assert wrong == ""
    happened = sum((game.happened for game in games), Counter())
    assert wanted - {what for what, times in happened.items() if times} == set()


@given(config=configs(), seed=st.integers(0, 2**32))
@settings(max_examples=60)
def test_both_engines_agree_on_any_numbers(config: Config, seed: int) -> None:
    assert play(case(config, ticks=40, seed=seed, care=0.9))[1] == ""


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_noticed(name: str) -> None:
    game, where = MUTANTS[name]
    assert play(CASES[where][0], game)[1] != ""


def test_no_kernel_reaches_outside_its_arrays() -> None:
    """The same comparison with every index of the compiled engine checked, which only a fresh interpreter can do."""
    script = """
from dataclasses import replace
from tests.blade.cases import CASES
from tests.reference.compare import play
for name in ("learned", "brawl", "four tiles", "odd", "blind", "rewards", "rewards, learned"):
    assert play(replace(CASES[name][0], ticks=60))[1] == "", name
"""
    checked = {**os.environ, "NUMBA_BOUNDSCHECK": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=checked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
