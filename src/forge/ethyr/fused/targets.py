"""Learned targets of one sample: what `forge.ethyr.networks.targets` says in PyTorch, forward and backward.

Most agents have no valid target but nobody, who is then certain: they cost a look at the bits of who is in view.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.fused.columns import TARGET_COLUMN
from forge.ethyr.kernels.dense import dense
from forge.ethyr.kernels.products import ROWS_AT_ONCE
from forge.ethyr.kernels.softmax import grad_of_logits, log_softmax
from forge.ethyr.kernels.targets import target_gradient, target_scores


@inline
def ask(segment, weights, scratch, p, row, style):
    """Weighs one sample's targets for its attack style, and leaves its query in `scratch.query`.

    Returns:
        How many agents it has in view, or 0 if nobody is the only choice; the sum of their odds.
        `scratch.wanted` then holds log-probabilities, and `scratch.odds_of` what is proportional to the probabilities.
    """
    entities = segment.entities[p]
    begin, end = np.int64(segment.first[p, row]), np.int64(segment.first[p, row + 1])
    others, bits = 0, weights.target_agent.shape[1]  # the column of target bits is behind the bias'
    for entity in range(begin + 1, end):
        others += (np.int64(entities[entity, bits]) >> style) & 1
    if others == 0:
        return 0, np.float32(1)
    read_query(segment.hidden[p, row], weights, scratch.query, p, style)
    scores, odds, seen = scratch.wanted, scratch.odds_of, end - begin
    target_scores(scores, scratch.z, scratch.query, weights.target_agent[p], weights.target_score[p], entities, begin,
                  end, style, weights.norm)  # fmt: skip
    return seen, log_softmax(scores, odds, seen)


@inline
def read_query(hidden, weights, query, p, style):
    """The query of one sample: the key of its hidden units and the embedding of its style."""
    bias, of_style = weights.target_key_bias[p], weights.target_style[p, style]
    for h in range(query.size):
        query[h] = bias[h] + of_style[h]
    for k in range(hidden.size):
        x, row = hidden[k], weights.target_key[p, k]
        for h in range(query.size):
            query[h] += x * row[h]


@inline
def grad_of_target(segment, weights, gradients, scratch, group, p, row, to, seen, total, advantage, terms):
    """Adds the gradients of one sample's target, after `ask`; that of its query goes to row `to` of grad_query.

    Args:
        seen, total: as `ask` returned them, `seen` above 0.
        advantage: as it counts, after clipping.
        terms: of the loss.
        segment, weights, gradients, scratch, group, p, row: as for `learn.learn_population`.

    Returns:
        The entropy of the choice.
    """
    chances, chosen = scratch.odds_of, np.int64(segment.actions[p, row, TARGET_COLUMN])
    entropy = grad_of_logits(chances, scratch.wanted, total, seen, chosen, TARGET_COLUMN, advantage, terms)
    begin, end = np.int64(segment.first[p, row]), np.int64(segment.first[p, row + 1])
    target_gradient(gradients.target_agent[group, p], gradients.target_score[group, p], scratch.grad_query[to],
                    scratch.z, chances, scratch.query, weights.target_agent[p], weights.target_score[p],
                    segment.entities[p], begin, end, np.int64(segment.actions[p, row, 1]),
                    weights.norm)  # fmt: skip
    return entropy


@inline
def query_gradient(segment, weights, gradients, scratch, group, p, low, high):
    """From grad_query: gradients of keys and styles; what they say of the hidden units is added to grad_hidden."""
    H, samples = segment.hidden.shape[2], high - low
    to = (group * gradients.target_key.shape[1] + p) * H * H
    x = (p * segment.hidden.shape[1] + low) * H
    for h in range(0, H, ROWS_AT_ONCE):
        at = to + h * H
        dense(gradients.target_key, at, H, gradients.target_key, at, H, segment.hidden, x + h, 1, H,
              scratch.grad_query, 0, H, samples, H)  # fmt: skip
    bias = gradients.target_key_bias[group, p]
    for k in range(samples):
        grad, style = scratch.grad_query[k], gradients.target_style[group, p, np.int64(segment.actions[p, low + k, 1])]
        for h in range(H):
            bias[h] += grad[h]
            style[h] += grad[h]
    for k in range(0, samples, ROWS_AT_ONCE):
        dense(scratch.grad_hidden, k * H, H, scratch.grad_hidden, k * H, H, scratch.grad_query, k * H, H, 1,
              weights.target_key_back, p * H * H, H, H, H)  # fmt: skip
