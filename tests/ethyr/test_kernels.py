"""The encoder's kernels for any number of features and of materials, against sums written out in NumPy."""

import numba
import numpy as np
import pytest

from forge.blade.threads.pool import run
from forge.ethyr.fused.tables import symmetric_logarithm
from forge.ethyr.kernels import compose, entities, tiles
from forge.ethyr.kernels.targets import target_all, target_gradient_all

P, SAMPLES, HIDDEN = 2, 70, 48
START, COUNT = np.array([1, 0]), np.array([SAMPLES - 1, 5])


def aligned_columns(features: int) -> int:
    return -(-(features + 2) // 16) * 16


class Drawn:
    """Samples with so many features, each with one to four agents in view; target bits that weigh nothing."""

    def __init__(self, features: int) -> None:
        rng = np.random.default_rng(features)
        self.features, self.rng = features, rng
        seen = rng.integers(1, 5, (P, SAMPLES))
        self.first = np.concatenate([np.zeros((P, 1), int), seen.cumsum(1)], 1).astype(np.int32)
        held = int(self.first.max())
        self.entities = np.zeros((P, held, aligned_columns(features)), np.int16)
        self.entities[..., :features] = rng.integers(-20, 80, (P, held, features))
        self.entities[..., features + 1] = rng.integers(-(2**15), 2**15, (P, held))
        self.centre, self.scale = rng.normal(size=features) * 9, 1 + rng.random(features) * 20
        self.norm = entities.normaliser(self.centre, self.scale)
        self.weights = rng.normal(size=(P, features + 1, HIDDEN)).astype(np.float32)

    def inputs(self, p: int, q: int) -> np.ndarray:
        """Normalised features of who is in view of one sample, and the 1 of the bias: float64 [agents, F]."""
        rows = self.entities[p, self.first[p, q] : self.first[p, q + 1], : self.features].astype(np.float64)
        scaled = (rows - self.centre) / self.scale
        return np.concatenate([scaled, np.ones((len(rows), 1))], 1)


@pytest.mark.parametrize("features", [11, 12, 14, 15, 16, 31, 47])
@pytest.mark.parametrize("own", [False, True])
def test_a_layer_over_any_number_of_features(features: int, own: bool) -> None:
    drawn = Drawn(features)
    out = np.full((P, int(COUNT.max()), 3 * HIDDEN), np.nan, np.float32)
    best = np.zeros((0, 0, 0) if own else (*out.shape[:2], HIDDEN), np.uint8)
    given = drawn.entities, drawn.first, START, COUNT, drawn.norm
    run(entities.entity_all, 1, out, HIDDEN, best, drawn.weights, *given)
    grad = drawn.rng.normal(size=out.shape).astype(np.float32)
    wanted, sums = np.zeros((*out.shape[:2], HIDDEN)), np.zeros(drawn.weights.shape)
    for p in range(P):
        for row in range(COUNT[p]):
            x = drawn.inputs(p, START[p] + row)[: 1 if own else None]
            y = x @ drawn.weights[p]
            wanted[p, row] = y.max(0)
            for h, who in enumerate(y.argmax(0)):
                sums[p, :, h] += x[who] * grad[p, row, HIDDEN + h]
    np.testing.assert_allclose(out[..., HIDDEN : 2 * HIDDEN], wanted, atol=1e-4)
    parts = np.full((P, entities.CHUNKS, features + 1, HIDDEN), np.nan, np.float32)
    run(entities.entity_gradient_all, 1, parts, grad, HIDDEN, best, *given)
    np.testing.assert_allclose(parts.sum(1), sums, atol=1e-3)


def test_targets_are_scored_by_any_number_of_features() -> None:
    drawn = Drawn(19)
    score = drawn.rng.normal(size=(P, HIDDEN)).astype(np.float32)
    query = drawn.rng.normal(size=(P, int(COUNT.max()), HIDDEN)).astype(np.float32)
    styles = drawn.rng.integers(0, 3, query.shape[:2])
    scores = np.zeros((*query.shape[:2], 4), np.float32)
    rest = query, drawn.weights, score, drawn.entities, drawn.first, START, COUNT, styles, drawn.norm
    run(target_all, 1, scores, *rest)
    grad = drawn.rng.normal(size=scores.shape).astype(np.float32)
    parts, grad_query = np.zeros((P, 16, 21, HIDDEN), np.float32), np.zeros_like(query)
    run(target_gradient_all, 1, parts, grad_query, grad, *rest)
    sums = np.zeros((P, 21, HIDDEN))
    for p in range(P):
        for row in range(COUNT[p]):
            q = START[p] + row
            x, bits = drawn.inputs(p, q), drawn.entities[p, drawn.first[p, q] : drawn.first[p, q + 1], 20]
            z = query[p, row] + x @ drawn.weights[p]
            valid = (bits >> styles[p, row]) & 1 == 1
            np.testing.assert_allclose(scores[p, row, : len(x)][valid], (np.maximum(z, 0) @ score[p])[valid], atol=1e-4)
            assert (scores[p, row, : len(x)][~valid] < -1e8).all()
            g = grad[p, row, : len(x), None] * valid[:, None]
            sums[p, -1] += (g * np.maximum(z, 0)).sum(0)
            sums[p, :-1] += x.T @ (g * score[p] * (z > 0))
            np.testing.assert_allclose(grad_query[p, row], (g * score[p] * (z > 0)).sum(0), atol=1e-4)
    np.testing.assert_allclose(parts.sum(1), sums, atol=1e-3)


@pytest.mark.parametrize(
    ("kind", "materials", "one_agent"), [(np.uint8, 8, 8), (np.uint16, 9, 256), (np.uint16, 255, 256)]
)
@pytest.mark.parametrize("side", [3, 15, 19])
def test_tables_have_a_row_for_each_material(kind: type, materials: int, one_agent: int, side: int) -> None:
    rng = np.random.default_rng(side)
    cells, (hidden, width) = side * side, (48, 16) if side == 3 else (64, 32)
    material = rng.integers(0, materials, (P, SAMPLES, side, side))
    crowd = rng.integers(0, np.iinfo(kind).max // one_agent + 1, material.shape) * (rng.random(material.shape) < 0.1)
    windows = np.full((P, SAMPLES, side, -(-side // 16) * 16), np.iinfo(kind).max, kind)
    windows[..., :side] = material + one_agent * crowd
    embedding, tile, bias, counts = (
        rng.normal(size=shape).astype(np.float32)
        for shape in ((P, materials, 7), (P, cells, 7, hidden), (P, hidden), (P, cells, hidden))
    )
    stripes = hidden // width
    table = np.zeros((P, stripes, cells, materials, width), np.float32)
    run(compose.compose_all, 1, table, embedding, tile, bias, side)
    striped = np.ascontiguousarray(counts.reshape(P, cells, stripes, width).swapaxes(1, 2))
    out = np.zeros((P, int(COUNT.max()), hidden), np.float32)
    samples = windows, START, COUNT
    run(tiles.tile_sum_all, 1, out, 0, table, striped, *samples)
    grad = rng.normal(size=out.shape).astype(np.float32)
    of_table, of_counts = np.zeros_like(table), np.zeros_like(striped)
    run(tiles.tile_gradient_all, 1, of_table, of_counts, grad, 0, *samples)
    parts, of_tile, of_bias = np.zeros((P, side, materials, 7), np.float32), np.zeros_like(tile), np.zeros_like(bias)
    run(compose.compose_gradient_all, 1, parts, of_tile, of_bias, of_table, embedding, tile, side)
    for p in range(P):
        rows = slice(START[p], START[p] + COUNT[p])
        drawn = embedding[p][material[p, rows].reshape(-1, cells)].astype(np.float64)  # [n, K, 7]
        agents = crowd[p, rows].reshape(-1, cells)
        g = grad[p, : COUNT[p]]
        wanted = np.einsum("nke,keh->nh", drawn, tile[p]) + agents @ counts[p] + bias[p]
        np.testing.assert_allclose(out[p, : COUNT[p]], wanted, rtol=1e-3, atol=1e-2)
        np.testing.assert_allclose(of_tile[p], np.einsum("nke,nh->keh", drawn, g), rtol=1e-3, atol=1e-2)
        np.testing.assert_allclose(of_bias[p], g.sum(0), rtol=1e-3, atol=1e-3)
        of_cells = of_counts[p].swapaxes(0, 1).reshape(cells, hidden)
        np.testing.assert_allclose(of_cells, agents.T @ g, rtol=1e-3, atol=1e-1)
        of_drawn = np.einsum("nh,keh->nke", g, tile[p])
        of_embedding = np.zeros((materials, 7))
        np.add.at(of_embedding, material[p, rows].reshape(-1, cells), of_drawn)
        np.testing.assert_allclose(parts[p].sum(0), of_embedding, rtol=1e-3, atol=1e-2)


@numba.njit
def _logarithms(numbers: np.ndarray, out: np.ndarray) -> None:
    for k in range(numbers.size):
        out[k] = symmetric_logarithm(numbers[k])


def test_logarithms_that_are_looked_up_and_that_are_not() -> None:
    numbers = np.array([*range(-300, 301), 65_535, -(2**24)], np.float32)
    out = np.full_like(numbers, np.nan)
    _logarithms(numbers, out)
    wanted = np.sign(numbers) * np.log1p(np.abs(numbers.astype(np.float64)))
    np.testing.assert_array_equal(out, wanted.astype(np.float32))
