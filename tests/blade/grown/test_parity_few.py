"""The compiled grown world and the plain reference agree on every field at every tick, with few systems at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.blade.grown.cases import FEW, LEARNED, case
from tests.reference.grown.compare import play

#: Of these no other test has worlds.
_ALONE = ("trades", "births")


@pytest.mark.parametrize("targets", [{}, LEARNED], ids=["lowest health", "learned"])
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.soak) if n in _ALONE else n for n in FEW])
def test_both_engines_agree(name: str, targets: dict[str, Any]) -> None:
    systems, changes = FEW[name]
    assert play(case(*systems, ticks=80, seed=len(name), **{**changes, **targets}))[1] == ""
