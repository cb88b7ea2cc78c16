"""How widely agents explore: land, coverage, entropy and contrasts, on visits made by hand."""

import numpy as np
import pytest

from forge.blade import ConfigError, Law
from forge.blade.terrain.generation import from_text
from forge.experiments.evaluation.evaluate import evaluate
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Survey, survey
from forge.experiments.measures.contrast import difference, factor, level, per_doubling
from forge.experiments.measures.exploring import (
    COVERAGE,
    EVENNESS,
    LIFETIME,
    PACE,
    SPREAD,
    TILES,
    depth,
    edge_distance,
    effective,
    entropy,
    reachable,
)
from forge.experiments.statistics.estimate import estimate_runs
from forge.experiments.statistics.json_arrays import pack, unpack
from tests.experiments.surveys import sample
from tests.experiments.test_evaluate import DOOMED, IMMORTAL, Walker

CONFIG = Law(**{"terrain.side": 7, "terrain.border": 1})
#: A pond with an island of forest, which nobody can come to: diagonals are no way.
POND = from_text(
    """
    #######
    #.....#
    #.~~..#
    #~f~s.#
    #.~,..#
    #.....#
    #######
    """
)


def test_land_is_where_one_can_come_to() -> None:
    # 25 tiles inside: 4 of water at (2, 2), (2, 3), (3, 1), (3, 3), one at (4, 2), one of stone, and the island.
    land = reachable(POND, CONFIG)
    assert land.sum() == 25 - 5 - 1 - 1
    assert not land[3, 2]
    assert land[4, 3]
    assert not land[0].any()


def test_depth_is_counted_from_the_ring() -> None:
    assert edge_distance(CONFIG)[3].tolist() == [-1, 0, 1, 2, 1, 0, -1]
    assert edge_distance(CONFIG)[1].tolist() == [-1, 0, 0, 0, 0, 0, -1]


def test_entropies_by_hand() -> None:
    # Shares 1/2, 1/4, 1/4: 1/2 · 1 + 2 · 1/4 · 2 = 1.5 bits.
    assert entropy(np.array([[4.0, 2, 2, 0], [3, 3, 3, 3], [5, 0, 0, 0]])) == pytest.approx([1.5, 2, 0])
    assert effective(np.array([7.0] * 10)) == pytest.approx(10)
    assert np.isnan(entropy(np.zeros(3)))


def test_coverage_by_hand() -> None:
    # 4 tiles of land in both worlds. World 0: 3 of them visited, world 1: 1; (75 % + 25 %)/2. Who is in the lava on the
    # right does not count.
    land = np.array([[1, 1, 0], [1, 1, 0]], bool)
    visits = np.array([[[[1, 2, 9], [0, 5, 0]]], [[[0, 0, 9], [8, 0, 0]]]])
    assert level(COVERAGE, sample(visits, land=land)).value == 50
    # Effective tiles of (1, 2, 0, 5) and (8): 2^H = 8 / (2^(2·2/8) · 5^(5/8)) = 2.4597 of 4, and 1 of 4.
    evenness = level(EVENNESS, sample(visits, land=land)).value
    assert evenness == pytest.approx(100 * (8 / (2**0.25 * 5**0.625) + 1) / 8, abs=1e-9)


def test_worlds_with_maps_of_their_own() -> None:
    # World 0 has 3 tiles of land, all visited; world 1 has 2, of which one is: (100 % + 50 %)/2.
    land = np.array([[[1, 1], [1, 0]], [[0, 0], [1, 1]]], bool)
    visits = np.array([[[[3, 1], [4, 0]]], [[[7, 0], [2, 0]]]])
    found = sample(visits, land=land)
    assert found.visits.tolist() == [[[[3, 1, 4, 0]], [[0, 0, 2, 0]]]]
    assert found.sizes.tolist() == [3, 2]
    assert level(COVERAGE, found).value == 75


def test_quantities_of_lives() -> None:
    # 10 lives of 40 ticks and 8 tiles each in all populations and worlds.
    found = sample(np.ones((3, 2, 2, 2), np.int64), lives=10, lifetime=400, tiles=80)
    assert level(LIFETIME, found) == (40, 40, 40)
    assert level(TILES, found).value == 8
    assert level(PACE, found).value == 20


def test_depth_by_hand() -> None:
    # 3 ticks at (1, 1), distance 0; 1 at (4, 3), distance 1; 2 at (3, 3), which is water here: (3·0 + 1·1)/4.
    visits = np.zeros((2, 1, 7, 7), np.int64)
    visits[:, 0, 1, 1], visits[:, 0, 4, 3], visits[:, 0, 3, 3] = 3, 1, 2
    land = reachable(POND, CONFIG)
    assert level(depth(CONFIG, land), sample(visits, land=land)).value == 0.25


def test_spread_is_free_of_the_number_of_worlds() -> None:
    """Agents that are evenly over 200 tiles, 60 places in each of so many worlds: the plain entropy falls short."""
    rng, tiles = np.random.default_rng(5), 200
    plain, found = [], []
    for _ in range(40):
        visits = rng.multinomial(60, np.full(tiles, 1 / tiles), size=10).reshape(10, 1, 10, 20)
        found.append(level(SPREAD, sample(visits)).value)
        plain.append(effective(visits.sum(0).ravel().astype(float)))
    assert np.mean(plain) < 0.87 * tiles
    assert np.mean(found) == pytest.approx(tiles, rel=0.025)


def test_the_corrected_value_is_the_mean_of_the_pseudo_values() -> None:
    # θ = s², worlds 1, 2, 3: θ = 36, without one 25, 16, 9; pseudo-values 3 · 36 − 2 · (25, 16, 9) = 58, 76, 90.
    parts = np.array([[[1.0], [2.0], [3.0]]])
    plain = estimate_runs(lambda s: s[..., 0] ** 2, parts)
    corrected = estimate_runs(lambda s: s[..., 0] ** 2, parts, corrected=True)
    assert plain.value == 36
    assert corrected.value == pytest.approx((58 + 76 + 90) / 3)
    assert corrected.high - corrected.low == pytest.approx(plain.high - plain.low)


def lived(*lifetimes: int):
    """A sample of three seeds for each of these mean lifetimes, which are the same in all worlds."""
    visits = np.ones((3, 1, 2, 2), np.int64)
    return [sample(visits, visits, visits, lives=10, lifetime=10 * each) for each in lifetimes]


def test_contrasts_by_hand() -> None:
    short, middle, long = lived(10, 30, 90)
    assert difference(LIFETIME, long, short) == pytest.approx((80, 80, 80))
    assert factor(LIFETIME, [long, short], [1, -1]) == pytest.approx((9, 9, 9))
    # At 8, 16 and 32 agents the lifetime is 10, 30, 90: three times as much with each doubling.
    assert factor(LIFETIME, [short, middle, long], per_doubling([8, 16, 32])) == pytest.approx((3, 3, 3))


def test_slopes_by_least_squares() -> None:
    # log2 of 2, 4, 16 is 1, 2, 4, with mean 7/3: the deviations −4/3, −1/3, 5/3 over their squares' sum, 42/9.
    assert per_doubling([2, 4, 16]) == pytest.approx([-4 / 3 * 9 / 42, -1 / 3 * 9 / 42, 5 / 3 * 9 / 42])
    for numbers in ([], [4], [4, 4], [0, 2]):
        with pytest.raises(ValueError, match="two different positive numbers"):
            per_doubling(numbers)


def test_a_contrast_holds_the_truth_and_its_doubt() -> None:
    """Coverage of 30 % and 60 % with spread over worlds: the interval of the factor is around 2, and not a point."""
    rng = np.random.default_rng(0)
    few, many = (
        sample(*[(rng.random((16, 1, 20, 20)) < share).astype(np.int64) for _ in range(3)]) for share in (0.3, 0.6)
    )
    value, low, high = factor(COVERAGE, [many, few], [1, -1])
    assert low < 2 < high
    assert 1.8 < low < value < high < 2.2


SETTINGS = Settings(worlds=3, ticks=12, warmup=5, horizon=20)


@pytest.mark.parametrize("config", [IMMORTAL, DOOMED])
def test_a_survey_is_an_evaluation_with_visits(config) -> None:
    found = survey(Walker(), config, SETTINGS, seed=4, fresh=True)
    alone = evaluate(Walker(), config, seed=4, **SETTINGS._asdict())
    assert found.evaluation.to_dict() == alone.to_dict()
    # everybody who acted is counted on one tile; whoever dies by an attack is not, and here are none
    assert np.array_equal(found.visits.sum((-2, -1)), alone.counts.ticks)
    again = survey(Walker(), config, SETTINGS, seed=4, fresh=True)
    assert np.array_equal(found.visits, again.visits)
    other = survey(Walker(), config, SETTINGS, seed=4, fresh=False)
    assert not np.array_equal(found.visits, other.visits)


def test_a_survey_is_kept_as_plain_data() -> None:
    found = survey(Walker(), IMMORTAL, SETTINGS)
    same = Survey.from_dict(found.to_dict())
    assert np.array_equal(same.visits, found.visits)
    assert same.evaluation.to_dict() == found.evaluation.to_dict()


def test_settings_of_surveys_are_checked() -> None:
    with pytest.raises(ConfigError, match="ticks = 0 must be a positive integer"):
        survey(Walker(), IMMORTAL, SETTINGS._replace(ticks=0))


@pytest.mark.parametrize(
    "array", [np.zeros((0, 3), np.int64), np.array([[0, 1], [2**32 - 1, 7]]), np.array([np.nan, 0.5], np.float32)]
)
def test_arrays_as_text(array) -> None:
    same = unpack(pack(array))
    assert same.dtype == array.dtype
    assert np.array_equal(same, array, equal_nan=array.dtype.kind == "f")


def test_what_is_no_packed_array() -> None:
    with pytest.raises(ValueError, match="only integers from 0 to 4294967295 are packed, not -1 to 3"):
        pack(np.array([-1, 3]))
    good = pack(np.arange(6).reshape(2, 3))
    damaged = [{}, good | {"shape": [2, 4]}, good | {"shape": [2, 2]}, good | {"type": "O"}, good | {"deflated": "e?"}]
    for data in damaged:
        with pytest.raises(ConfigError, match="a packed array is damaged"):
            unpack(data)
