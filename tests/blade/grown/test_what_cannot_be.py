"""What no snapshot of a grown world may hold is refused by name."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from forge.blade.grown import bodies, items, skills
from forge.blade.grown.kinds import KNIVES
from forge.blade.grown.trades import trades
from forge.blade.schema.system import System
from forge.support.checks import ConfigError
from tests.blade.grown.village import Village

FIELD = "\n".join(["######", "#....#", "#.A..#", "#.*..#", "#....#", "######"])
Arrays = dict[str, np.ndarray]


def spoil(name: str, at: tuple[int, ...], value: int) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        arrays[name][at] = value

    return change


@pytest.mark.parametrize(
    ("system", "change", "why"),
    [
        (skills.SYSTEM, spoil("level", (0, 0, 3), 7), "level is 7 at experience 0; that is 1"),
        (skills.SYSTEM, spoil("experience", (0, 0, 2), -1), "experience must be 0 .. "),
        (bodies.SYSTEM, spoil("gifts", (0, 0, 1), 201), "gifts holds 201; allowed are 0 .. 200"),
        (items.SYSTEM, spoil("pack", (0, 0, KNIVES), 21), "load, world 0, slot 0: 2; allowed are 3 .. 20"),
        (items.SYSTEM, spoil("load", (0, 0), 21), "load, world 0, slot 0: 21; allowed are 2 .. 20"),
        (items.SYSTEM, spoil("gold", (0, 0), -4), "gold holds -4; allowed is 0 or more"),
        (trades.SYSTEM, spoil("mined_count", (0,), 37), "mined_count, world 0: 37; allowed are 0 .. 36"),
        (trades.SYSTEM, spoil("mined", (0, 0), -1), "mined, world 0: -1; allowed are 0 .. "),
    ],
)
def test_it_is_refused(system: System, change: Callable[[Arrays], None], why: str) -> None:
    place = Village(FIELD, {"A": {"pack": {"copper_knives": 20}}})
    place.world.state.mined_count[0] = 1
    arrays: Any = {name: array.copy() for name, array in place.world.state._asdict().items()}
    assert system.check is not None
    system.check(place.world.configs, arrays)
    change(arrays)
    with pytest.raises(ConfigError, match=why):
        system.check(place.world.configs, arrays)
