"""Nothing that grown systems save escapes the comparison with the plain reference."""

from __future__ import annotations

import pytest

from forge.blade import World
from forge.blade.game.game import OPTIONS
from tests.blade.grown.cases import EVERYTHING, case
from tests.reference.grown import compare
from tests.reference.grown.compare import RECORDING
from tests.reference.grown.game import Grown


def test_all_that_is_saved_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    one = case(*EVERYTHING, worlds=1)
    world = World(one.configs, 1, one.seed, 1, one.maps, RECORDING)
    world.reset()
    read, plainly = set(), compare.array

    def noticed(name: str, *rest):
        read.add(name)
        return plainly(name, *rest)

    monkeypatch.setattr(compare, "array", noticed)
    assert compare.differences(world, [Grown(one.configs[0], int(world.seeds[0]), one.maps[0])]) == ""
    saved = {array.name for name in EVERYTHING for array in OPTIONS[name].arrays if array.saved or array.recorded}
    assert saved - read == set()
