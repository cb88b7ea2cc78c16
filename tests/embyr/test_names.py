"""What populations are called."""

from __future__ import annotations

import pytest

from forge.blade import Chaos
from forge.embyr import Source

RUN = "demo-20261129-013512"


@pytest.mark.parametrize(
    ("players", "populations", "names"),
    [
        ((), 2, ("Population 0", "Population 1")),
        (("fighter",) * 3, 3, ("fighter 0", "fighter 1", "fighter 2")),
        ((RUN,) * 2, 2, ("Population 0", "Population 1")),
        (("Population 0", "Population 10"), 2, ("Population 0", "Population 10")),
        # two runs of one evening, with others: what tells them apart, and their numbers
        ((RUN, "demo-20261129-020101"), 2, ("013512", "020101")),
        ((RUN, "fighter", "demo-20261130-1") * 2, 6, ("20261129-013512", "fighter", "20261130-1") * 2),
        # words are left whole, and a run's name that begins another's stays
        (("maze-of-lava-1", "maze-of-lava-12"), 2, ("maze-of-lava-1", "12")),
        # what would be called the same keeps its name
        (("a-long-run-of-x", "a-long-run-of-y", "b-long-run-of-x", "b-long-run-of-y"), 4, None),
        (("forager",), 2, ("forager", "Population 1")),
    ],
)
def test_populations_are_called_by_what_tells_them_apart(
    players: tuple[str, ...], populations: int, names: tuple[str, ...] | None
) -> None:
    config = Chaos(**{"spawn.populations": populations, "spawn.cap": 2 * populations})
    made = Source.of(config, names=players).names
    if names is None:
        names = players
    elif len(players) == 6:
        names = tuple(f"{name} {p}" for p, name in enumerate(names))
    assert made == names
    assert len(set(made)) == populations


def test_the_title_says_once_who_plays_everybody() -> None:
    config = Chaos(**{"spawn.populations": 2})
    assert Source.of(config, title="x.replay", names=(RUN, RUN)).title == f"x.replay · {RUN}"
    assert Source.of(config, title=f"chaos · runs/{RUN}", names=(RUN, RUN)).title == f"chaos · runs/{RUN}"
    assert Source.of(config, title="chaos", names=("fighter", "fighter")).title == "chaos"
