"""How far populations keep apart, on visits with known answers."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forge.blade.society.numbers import mutual_information
from forge.experiments.measures.contrast import level
from forge.experiments.measures.exploring import effective
from forge.experiments.measures.niching import (
    Company,
    among,
    between,
    divergence,
    matrix,
    own_range,
    quantities,
    regions,
)
from tests.experiments.surveys import sample


def test_divergences_by_hand() -> None:
    # (1, 0) and (1/2, 1/2): the mixture is (3/4, 1/4), of 0.811278 bits; less (0 + 1)/2.
    assert divergence(np.array([8.0, 0]), np.array([3.0, 3])) == pytest.approx(0.311278, abs=1e-6)
    assert divergence(np.array([2.0, 1, 0, 0]), np.array([0.0, 0, 5, 5])) == pytest.approx(1)
    assert divergence(np.array([2.0, 4]), np.array([1.0, 2])) == pytest.approx(0, abs=1e-12)
    assert np.isnan(divergence(np.zeros(2), np.ones(2)))


def test_mutual_information_by_hand() -> None:
    apart = np.array([[4.0, 0, 0, 0], [0, 4, 0, 0], [0, 0, 2, 2]])
    assert mutual_information(apart) == pytest.approx(np.log2(3))
    assert mutual_information(np.array([[2.0, 4], [1, 2]])) == pytest.approx(0, abs=1e-12)
    # Rows (2, 0) and (1, 1) of 4: H(row) = 1, H(column) of (3/4, 1/4) = 0.811278, H(both) of (1/2, 1/4, 1/4) = 1.5.
    assert mutual_information(np.array([[2.0, 0], [1, 1]])) == pytest.approx(0.311278, abs=1e-6)
    # The ranges are 1, 1 and 2 tiles, with equal weights: 2^((0 + 0 + 1)/3).
    assert own_range(apart) == pytest.approx(2 ** (1 / 3))


#: Counts of at least one each, so that nobody is nowhere.
TABLES = arrays(np.int64, st.tuples(st.integers(2, 4), st.integers(2, 5)), elements=st.integers(1, 50))


@given(TABLES)
def test_bounds_and_relations(table: np.ndarray) -> None:
    counts = table.astype(float)
    information, rows = mutual_information(counts), len(table)
    assert -1e-9 <= information <= np.log2(rows) + 1e-9
    assert -1e-9 <= among(counts) <= 1
    assert divergence(counts[0], counts[1]) == pytest.approx(divergence(counts[1], counts[0]))
    # the range of all is that of one population times the effective niches
    assert 2**information * own_range(counts) == pytest.approx(effective(counts.sum(0)))
    # of two populations that are equally many, it is the Jensen-Shannon divergence
    two = counts[:2] / counts[:2].sum(-1, keepdims=True)
    assert mutual_information(two) == pytest.approx(divergence(*two), abs=1e-9)


def test_pairs_by_hand() -> None:
    # Of three populations two are alike and one is apart: pairs 0, 1, 1.
    counts = np.array([[3.0, 0], [9, 0], [0, 5]])
    assert among(counts) == pytest.approx(2 / 3)
    assert np.isnan(among(counts[:1]))
    assert between(counts[:1], counts[1:]) == pytest.approx(1 / 2)


def settle(*places: list[int], worlds: int = 4, side: int = 4) -> np.ndarray:
    """Visits [W, P, S, S] of populations that stay on these tiles, 10 ticks on each, in each world."""
    visits = np.zeros((worlds, len(places), side * side), np.int64)
    for p, tiles in enumerate(places):
        visits[:, p, tiles] = 10
    return visits.reshape(worlds, len(places), side, side)


def test_effective_niches() -> None:
    niches, own = quantities(4)
    assert level(niches, sample(settle([0, 1], [2, 3], [4, 5], [6, 7]))).value == pytest.approx(4)
    assert level(niches, sample(settle([0, 1], [0, 1], [0, 1]))).value == pytest.approx(1)
    two_places = sample(settle([0, 1], [0, 1], [4, 5], [4, 5]))
    assert level(niches, two_places).value == pytest.approx(2)
    assert level(own, two_places).value == pytest.approx(2)
    assert level(niches, sample(settle([0, 1, 2]))).value == pytest.approx(1)


def test_chance_makes_no_niches() -> None:
    """Populations with the same distribution, 40 ticks a world: by count they seem apart, corrected they do not."""
    rng, found, plain = np.random.default_rng(3), [], []
    for _ in range(30):
        visits = rng.multinomial(40, np.full(64, 1 / 64), size=(12, 2)).reshape(12, 2, 8, 8)
        found.append(level(quantities(2)[0], sample(visits)).value)
        plain.append(2 ** mutual_information(visits.sum(0).reshape(2, -1).astype(float)))
    assert np.mean(plain) > 1.03
    assert np.mean(found) == pytest.approx(1, abs=0.01)


def test_company_by_hand() -> None:
    # Two seeds. In each, populations 0 and 1 share no tile; of seed 0 both, of seed 1 none has the tiles of the other
    # seed's: of the four pairs that never met, those with tiles 0 and 1 are equal, and those with 2 and 3, two of four.
    one, other = settle([0, 1], [2, 3]), settle([2, 3], [0, 1])
    company = Company(sample(one, other))
    assert company.together == pytest.approx((1, 1, 1))
    assert company.strangers.value == pytest.approx(np.sqrt(1 / 2))
    assert company.excess.value == pytest.approx(1 / 2)
    assert np.isnan(company.excess[1:]).all()  # of two runs there is one pair: it says nothing about others
    assert matrix(sample(one, other)) == pytest.approx(np.array([[[0, 1], [1, 0]]] * 2))


def test_strangers_have_the_doubt_of_the_jackknife_over_runs() -> None:
    """The same in all worlds, so all the doubt is that of four runs: pseudo-values 4 U − 3 U_(−r), found directly."""
    rng = np.random.default_rng(2)
    runs = [np.repeat(rng.poisson(9, (1, 2, 3, 3)), 3, axis=0) for _ in range(4)]
    tables = [run[0].reshape(2, -1).astype(float) for run in runs]
    pairs = {(q, r): float(between(tables[q], tables[r])) for q, r in combinations(range(4), 2)}
    mean = np.mean(list(pairs.values()))
    without = [np.mean([h for pair, h in pairs.items() if r not in pair]) for r in range(4)]
    pseudo = 4 * mean - 3 * np.array(without)
    own = np.array([among(table) for table in tables])
    found = Company(sample(*runs)).excess
    margin = 3.182446 * np.std(own - pseudo, ddof=1) / 2  # t of 3 degrees of freedom
    assert found == pytest.approx((own.mean() - mean, own.mean() - mean - margin, own.mean() - mean + margin), rel=1e-6)


def test_nobody_to_compare_with() -> None:
    alone = Company(sample(settle([0], [1])))
    assert alone.together.value == 1
    assert np.isnan(alone.strangers).all()
    single = Company(sample(settle([0]), settle([1])))
    assert np.isnan(single.together).all()
    assert single.strangers.value == 1


def test_regions() -> None:
    visits = np.arange(2 * 3 * 3).reshape(2, 3, 3)
    assert regions(visits, 2).tolist() == [[[0 + 1 + 3 + 4, 2 + 5], [6 + 7, 8]], [[9 + 10 + 12 + 13, 25], [31, 17]]]
