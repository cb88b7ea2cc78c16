"""How much agents depend on one another, from responses made by hand."""

import numpy as np
import pytest

from forge.experiments.measures.dependence import (
    COMPANIONS,
    Responses,
    change,
    common,
    contrast,
    mean_map,
    rings,
    square,
    strength,
)
from forge.experiments.statistics.rings import distances

SIZE, MAPS, AGENTS = 9, 3, 2  # places across; maps; agents on each
AWAY = distances(SIZE)
STRANGER, KIN = map(COMPANIONS.index, ("stranger", "kin"))


def responses(*maps: np.ndarray, kin: float = 0.0, values: tuple[float, float] = (8.0, 12.0)) -> Responses:
    """One run whose populations answer with a map each, everywhere alike; `kin` to their own population anywhere.

    The two agents of each map are worth `values` when they are alone.
    """
    both = np.stack([np.stack(maps), np.full((len(maps), SIZE, SIZE), kin)])
    alone = [AGENTS, sum(values), sum(np.square(values))]
    return Responses(
        change=np.stack([AGENTS * both] * MAPS),
        squares=np.stack([AGENTS * np.square(both).sum((-1, -2))] * MAPS),
        places=np.full((MAPS, SIZE, SIZE), AGENTS),
        values=np.broadcast_to(np.array(alone, float), (MAPS, len(maps), 3)).copy(),
    )


def runs(*each: Responses) -> Responses:
    return Responses.of_runs(each)


BULL = -1.0 / (1 + AWAY)  # less and less with the distance, whatever the direction
NEAR = np.where(AWAY <= 3, -2.0, 0.0)  # a square
SLOPE = np.indices((SIZE, SIZE))[0] - SIZE // 2.0  # better on the one side, worse on the other


def test_the_change_at_a_distance() -> None:
    # Populations that lose 1/(1 + d) and nothing: the mean at distance d is half of it.
    of = runs(responses(BULL, 0 * BULL), responses(BULL, 0 * BULL))
    for distance in range(SIZE // 2 + 1):
        assert change(of, STRANGER, distance == AWAY).estimate() == pytest.approx([-0.5 / (1 + distance)] * 3)
    assert change(of, KIN, AWAY >= 0).estimate() == (0, 0, 0)


def test_places_where_nobody_could_stand_do_not_count() -> None:
    one = responses(NEAR)
    one.change[:, :, :, 4, 4] = 0
    one.places[:, 4, 4] = 0
    of = runs(one, one)
    assert change(of, STRANGER, AWAY <= 1).estimate().value == -2
    assert np.isnan(mean_map(of, STRANGER)[4, 4])
    assert np.isnan(change(of, STRANGER, AWAY == 0).estimate().value)
    assert square(of, STRANGER).estimate().value == pytest.approx(1)


def test_the_contrast_between_near_and_far() -> None:
    # Seeds lose 2 and 3 near the agent: 2.5 on average, 2.5 ± 12.7062 · √(0.5/2) over seeds.
    found = contrast(runs(responses(NEAR), responses(1.5 * NEAR)), STRANGER).estimate()
    assert found.value == -2.5
    assert found.high - found.value == pytest.approx(12.706205 * 0.5, abs=1e-5)


def test_strength_against_what_else_makes_the_value() -> None:
    # Alone the agents are worth 8 and 12: a standard deviation of 2. The companion changes 1 everywhere: a half.
    of = runs(responses(np.ones((SIZE, SIZE)), kin=3.0), responses(-np.ones((SIZE, SIZE)), kin=3.0))
    assert strength(of, STRANGER).estimate() == pytest.approx([0.5] * 3)
    assert strength(of, KIN).estimate() == pytest.approx([1.5] * 3)


def test_strength_does_not_depend_on_the_unit_of_the_value() -> None:
    one = runs(responses(BULL, SLOPE))
    ten = runs(responses(10 * BULL, 10 * SLOPE, values=(80, 120)))
    assert strength(ten, STRANGER).estimate() == pytest.approx(strength(one, STRANGER).estimate())


def test_strength_is_within_populations() -> None:
    """Populations that are worth 8 and 12, and 108 and 112, differ by 2 as before: what they differ by among
    themselves is not what place and body make of the value."""
    one = responses(np.ones((SIZE, SIZE)), np.ones((SIZE, SIZE)))
    one.values[:, 1] = AGENTS, 220, 108**2 + 112**2
    assert strength(runs(one), STRANGER).estimate().value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("values", "ring", "box"), [(BULL, 1, None), (NEAR, 1, 1), (SLOPE, 0, 0), (3.0 * (AWAY > 3), 1, 1)]
)
def test_patterns(values: np.ndarray, ring: float, box: float | None) -> None:
    # A slope is odd, so rings have the mean 0 and explain none of it: less than chance, 1 − 80/76 and 1 − 80/79.
    of = runs(responses(values), responses(5 * values))
    found = rings(of, STRANGER).estimate().value
    assert found == pytest.approx(ring if ring else 1 - 80 / 76)
    if box is not None:
        assert square(of, STRANGER).estimate().value == pytest.approx(box if box else 1 - 80 / 79)
    else:
        assert 0.2 < square(of, STRANGER).estimate().value < 0.9


def test_patterns_are_those_of_each_population() -> None:
    """Two populations with opposite maps: none in the mean of all, and each of them a bull's eye."""
    of = runs(responses(BULL, -BULL), responses(BULL, -BULL))
    assert rings(of, STRANGER).estimate() == pytest.approx([1] * 3)
    assert np.abs(mean_map(of, STRANGER)).max() == pytest.approx(0)
    assert mean_map(of, STRANGER, population=1) == pytest.approx(-BULL)
    assert mean_map(of, STRANGER, run=1, population=0) == pytest.approx(BULL)


def test_what_populations_have_in_common() -> None:
    """One avoids others on the one side and the other on the other: together they have rings, and no side."""
    of = runs(responses(BULL + SLOPE, BULL - SLOPE))
    assert rings(of, STRANGER).estimate().value < 0.1
    assert rings(common(of), STRANGER).estimate().value == pytest.approx(1)
    assert mean_map(common(of), STRANGER) == pytest.approx(BULL)


def test_a_policy_that_does_not_care_has_no_pattern() -> None:
    assert np.isnan(rings(runs(responses(0 * BULL)), STRANGER).estimate().value)
