"""Odds and counts of attacks, made by hand."""

import numpy as np
import pytest

from forge.blade import Chaos, Law
from forge.experiments.measures.aggression import (
    STYLES,
    Odds,
    Strikes,
    best_odds,
    best_styles,
    damages,
    harm_at,
    odds_at,
    reaches,
    share_of_odds,
    share_of_strikes,
    strike_rate,
)
from forge.experiments.statistics.rings import distances

SIZE, MAPS, AGENTS = 7, 3, 2
AWAY = distances(SIZE)
REACH, DAMAGE = reaches(Chaos()), damages(Chaos())
MELEE, RANGE, MAGE = range(3)


def odds(styles: tuple[float, float, float], kin: float = 1.0, populations: int = 2) -> Odds:
    """One run that picks styles with these odds whatever is where; against kin with `kin` times as much of each."""
    reached = (REACH[:, None, None] >= AWAY) * np.array(styles)[:, None, None]
    both = np.stack([np.stack([reached] * populations), kin * np.stack([reached] * populations)])
    return Odds(np.stack([AGENTS * both] * MAPS), np.full((MAPS, SIZE, SIZE), AGENTS))


def test_the_styles_of_the_rules() -> None:
    assert STYLES == ("melee", "range", "mage")
    assert REACH.tolist() == [1, 2, 3]
    assert DAMAGE.tolist() == [10, 2, 1]
    assert damages(Law()).tolist() == [0, 0, 0]
    assert best_styles(REACH).tolist() == [MELEE, MELEE, RANGE, MAGE]
    assert best_styles(np.array([2, 0, 2])).tolist() == [RANGE, MELEE, MELEE]


def test_odds_by_style_and_distance() -> None:
    of = Odds.of_runs([odds((0.2, 0.3, 0.5)), odds((0.4, 0.3, 0.3), kin=0.5)])
    assert odds_at(of, 0, MELEE, 1).estimate().value == pytest.approx(0.3)
    assert odds_at(of, 0, MELEE, 2).estimate() == (0, 0, 0)
    assert odds_at(of, 0, RANGE, 2).estimate() == pytest.approx([0.3] * 3)
    assert odds_at(of, 1, RANGE, 2).estimate().value == pytest.approx((0.3 + 0.15) / 2)
    assert odds_at(of, 0, None, 0).estimate() == pytest.approx([1] * 3)
    assert odds_at(of, 0, None, 3).estimate().value == pytest.approx(0.4)


def test_the_share_of_a_style_does_not_depend_on_the_aim() -> None:
    """Kin are attacked half as often, and with the same styles."""
    of = Odds.of_runs([odds((0.2, 0.3, 0.5), kin=0.5)] * 2)
    for companion in (0, 1):
        assert share_of_odds(of, companion, MELEE, 1).estimate().value == pytest.approx(0.2)
        assert share_of_odds(of, companion, MAGE, 2).estimate().value == pytest.approx(0.5 / 0.8)


def test_the_best_style_and_the_harm() -> None:
    # Distances 0, 1: melee 0.2; 2: range 0.3; 3: mage 0.5. Their mean is 0.3. Harm: 10 · 0.2 + 2 · 0.3 + 0.5 next to
    # the agent, 2 · 0.3 + 0.5 at 2, 0.5 at 3.
    of = Odds.of_runs([odds((0.2, 0.3, 0.5))] * 2)
    assert best_odds(of, 0, REACH).estimate() == pytest.approx([0.3] * 3)
    harm = [harm_at(of, 0, DAMAGE, distance).estimate().value for distance in range(4)]
    assert harm == pytest.approx([3.1, 3.1, 1.1, 0.5])


def test_maps_of_odds_leave_out_where_nobody_can_stand() -> None:
    one = odds((0.2, 0.3, 0.5))
    one.odds[..., 0, 0] = 0
    one.places[:, 0, 0] = 0
    maps = Odds.of_runs([one, one]).maps(0)
    assert maps.shape == (3, SIZE, SIZE)
    assert np.isnan(maps[:, 0, 0]).all()
    assert maps[:, 3, 3] == pytest.approx([0.2, 0.3, 0.5])
    assert maps[:, 0, 3] == pytest.approx([0, 0, 0.5])


def strikes(*counts: tuple[int, int, int, int], ticks: int = 1000) -> Strikes:
    """One run in three worlds, one population: so many attacks with a style, at rows and columns off."""
    made = np.zeros((MAPS, 1, 3, SIZE, SIZE), np.int64)
    for style, row, column, count in counts:
        made[:, 0, style, 3 + row, 3 + column] += count
    return Strikes(made, np.full((MAPS, 1), ticks))


def test_attacks_in_play() -> None:
    # At distance 1: 6 + 2 with melee, 2 with mage. At 2: 5 with range. 15 in 1,000 ticks of a life.
    of = Strikes.of_runs([strikes((MELEE, 0, 1, 6), (MELEE, -1, -1, 2), (MAGE, 1, 0, 2), (RANGE, 2, 0, 5))] * 2)
    assert share_of_strikes(of, MELEE, 1).estimate() == pytest.approx([0.8] * 3)
    assert share_of_strikes(of, RANGE, 2).estimate() == (1, 1, 1)
    assert np.isnan(share_of_strikes(of, MAGE, 3).estimate().value)
    assert strike_rate(of).estimate() == pytest.approx([15] * 3)
    assert strike_rate(of, MAGE).estimate() == pytest.approx([2] * 3)
    assert of.maps()[RANGE, 5, 3] == 5
    assert of.maps().sum() == pytest.approx(15)


def test_a_longer_play_does_not_make_more_attacks() -> None:
    short, long = strikes((MELEE, 0, 1, 6)), strikes((MELEE, 0, 1, 60), ticks=10_000)
    assert (
        strike_rate(Strikes.of_runs([long])).estimate().value == strike_rate(Strikes.of_runs([short])).estimate().value
    )
