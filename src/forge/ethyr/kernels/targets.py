"""The target layer: how much an agent wants each valid target in its view, score · relu(query + weight · features).

The query is the agent's own and is computed before. Only valid targets are looked at, and they are few: those in reach
of the chosen style, and entry 0, nobody. Weights have a row for each feature and one for the bias, whose input is 1.

Letters as in `forge.ethyr.kernels.entities`; k entries of a row of scores.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.entities import BLOCK
from forge.ethyr.kernels.layout import NEVER

_NEVER = np.float32(NEVER)
_SAMPLE_NS = 50  # what a sample costs at least, to tell whether threads pay


@inline
def hidden_of(z, query, weight, row, norm):
    """Z[h] = query[h] + Σ_f weight[f, h] · x_f with x the normalised features of one agent in view.

    Args:
        z, query: float32 [H].
        weight: float32 [F, H].
        row: int16 [C], of `entities`.
        norm: float32 [2, C], from `entities.normaliser`.
    """
    for h in range(z.size):
        z[h] = query[h]
    for f in range(weight.shape[0]):
        x = (np.float32(row[f]) - norm[0, f]) * norm[1, f]
        of_feature = weight[f]
        for h in range(z.size):
            z[h] += x * of_feature[h]


@inline
def score_of(z, score):
    """Σ_h score[h] · relu(z[h]), in four sums, because an addition waits for the one before it."""
    a, b, c, d = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for h in range(0, z.size, 4):
        a += score[h] * max(z[h], np.float32(0))
        b += score[h + 1] * max(z[h + 1], np.float32(0))
        c += score[h + 2] * max(z[h + 2], np.float32(0))
        d += score[h + 3] * max(z[h + 3], np.float32(0))
    return (a + b) + (c + d)


@inline
def target_scores(out, z, query, weight, score, entities, begin, end, style, norm):
    """Scores of one sample's targets: out[e] for each agent in view, NEVER where it is no valid target.

    Args:
        out: float32, at least end − begin long.
        z: float32 [H], scratch.
        query, score: float32 [H].
        weight: float32 [F, H].
        entities: int16 [M, C] of its population.
        begin, end: its rows of `entities`.
        style: its attack style.
        norm: float32 [2, C].
    """
    for entry in range(end - begin):
        row = entities[begin + entry]
        if (row[weight.shape[0]] >> style) & 1:
            hidden_of(z, query, weight, row, norm)
            out[entry] = score_of(z, score)
        else:
            out[entry] = _NEVER


@inline
def target_gradient(
    grad_weight, grad_score, grad_query, z, grad, query, weight, score, entities, begin, end, style, norm
):
    """Adds what the gradient of one sample's scores says of `target_scores`' inputs.

    Args:
        grad_weight: float32 [F, H], added to.
        grad_score, grad_query: float32 [H], added to.
        z: float32 [H], scratch.
        grad: float32, of the scores.
        query, weight, score, entities, begin, end, style, norm: as for `target_scores`.
    """
    for entry in range(end - begin):
        row, g = entities[begin + entry], grad[entry]
        if (row[weight.shape[0]] >> style) & 1 and g != 0:
            hidden_of(z, query, weight, row, norm)
            for h in range(z.size):
                grad_score[h] += g * max(z[h], np.float32(0))
                z[h] = g * score[h] if z[h] > 0 else np.float32(0)
                grad_query[h] += z[h]
            for f in range(weight.shape[0]):
                x = (np.float32(row[f]) - norm[0, f]) * norm[1, f]
                of_feature = grad_weight[f]
                for h in range(z.size):
                    of_feature[h] += x * z[h]


@jit
def target_lane(out, query, weight, score, entities, first, start, count, styles, norm, lane, lanes):
    """Every n-th block of samples: their rows of scores; empty entries and rows beyond count[p] are NEVER.

    Args:
        out: float32 [P, m, k], written.
        query: float32 [P, m, H].
        weight: float32 [P, F, H].
        score: float32 [P, H].
        entities, first: as in `Samples`.
        start, count: int64 [P], the samples of each population.
        styles: int64 [P, m], each sample's attack style.
        norm: float32 [2, C].
        lane, lanes: which of how many.
    """
    z, block = np.empty(query.shape[2], np.float32), 0
    for p in range(out.shape[0]):
        for low in range(0, out.shape[1], BLOCK):
            if block % lanes == lane:
                for row in range(low, min(low + BLOCK, out.shape[1])):
                    out[p, row] = _NEVER
                    if row < count[p]:
                        begin, end = first[p, start[p] + row], first[p, start[p] + row + 1]
                        target_scores(out[p, row], z, query[p, row], weight[p], score[p], entities[p], begin, end,
                                      styles[p, row], norm)  # fmt: skip
            block += 1


launch_target = parallel(target_lane, -1)


@jit
def target_all(pool, threads, out, query, weight, score, entities, first, start, count, styles, norm):
    """All lanes of `target_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * query.shape[0] * query.shape[1], threads)
    launch_target(pool, lanes, lanes, (out, query, weight, score, entities, first, start, count, styles, norm, lanes))


@jit
def target_gradient_lane(
    parts, grad_query, grad, query, weight, score, entities, first, start, count, styles, norm, lane, lanes
):
    """Every n-th chunk of a population's samples: the gradients of `target_lane`, chunks apart.

    Args:
        parts: float32 [P, G, F + 1, H], written: gradients of the weights, and in the last row of the score.
        grad_query: float32 [P, m, H], zeros, added to.
        grad: float32 [P, m, k], of the output.
        query, weight, score, entities, first, start, count, styles, norm, lane, lanes: as for `target_lane`.
    """
    chunks, z = parts.shape[1], np.empty(query.shape[2], np.float32)
    for task in range(lane, parts.shape[0] * chunks, lanes):
        p, chunk = task // chunks, task % chunks
        here = parts[p, chunk]
        here[:] = 0
        for row in range(count[p] * chunk // chunks, count[p] * (chunk + 1) // chunks):
            begin, end = first[p, start[p] + row], first[p, start[p] + row + 1]
            target_gradient(here, here[weight.shape[1]], grad_query[p, row], z, grad[p, row], query[p, row],
                            weight[p], score[p], entities[p], begin, end, styles[p, row], norm)  # fmt: skip


launch_target_gradient = parallel(target_gradient_lane, -1)


@jit
def target_gradient_all(
    pool, threads, parts, grad_query, grad, query, weight, score, entities, first, start, count, styles, norm
):
    """All lanes of `target_gradient_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * query.shape[0] * query.shape[1], threads)
    launch_target_gradient(
        pool,
        lanes,
        lanes,
        (parts, grad_query, grad, query, weight, score, entities, first, start, count, styles, norm, lanes),
    )
