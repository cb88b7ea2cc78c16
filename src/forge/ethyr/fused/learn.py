"""The gradients of a segment: what `losses.policy_gradient` and its backward pass say, summed sample by sample."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from forge.blade.compiled.jit import inline, jit
from forge.ethyr.fused.choices import grad_of_more, log_prob_of_more, matters
from forge.ethyr.fused.columns import BLOCK, MOVE, MOVE_COLUMN, STYLE, STYLE_COLUMN, TARGET_COLUMN, VALUE
from forge.ethyr.fused.network import judge_block
from forge.ethyr.fused.segment import GRADS, ROWS, SEEN, WINDOWS
from forge.ethyr.fused.tables import table_gradients
from forge.ethyr.fused.targets import ask, grad_of_target, query_gradient
from forge.ethyr.kernels.compose import compose_gradient
from forge.ethyr.kernels.dense import dense, dense_where
from forge.ethyr.kernels.entities import entity_gradient, own_gradient
from forge.ethyr.kernels.products import ROWS_AT_ONCE, exponentials
from forge.ethyr.kernels.rows import clear
from forge.ethyr.kernels.tiles import GRADIENT_BLOCK, side_of, tile_gradient


class Terms(NamedTuple):
    """Numbers of the loss of one population."""

    mean: np.float32  # of the population's advantages over all groups
    inverse: np.float32  # 1 / (their deviation + 1e-6)
    share: np.float32  # 1 / number of its samples over all groups
    value_weight: np.float32
    clip: np.float32  # of ppo; 0 for the policy gradient
    entropy_weights: np.ndarray  # float32 [columns of an action]


class Loss(NamedTuple):
    """Numbers of the loss of all populations: of each the first three of its `Terms`, and those that are the same."""

    norms: np.ndarray  # float32 [P, 3]
    value_weight: np.float32
    clip: np.float32
    entropy_weights: np.ndarray  # float32 [columns of an action]


@inline
def terms_of(loss, p):
    """The terms of population p."""
    return Terms(loss.norms[p, 0], loss.norms[p, 1], loss.norms[p, 2], loss.value_weight, loss.clip,
                 loss.entropy_weights)  # fmt: skip


@jit(_nrt=False)
def learn_populations(segment, weights, gradients, scratch, group, which, styles, loss, again):
    """All gradients but the tile layer's, of some populations in one group.

    `encoded` becomes the encoder's gradient, and `hidden` its part of the tiles. What is judged again is learned from
    while it is in the cache.

    Args:
        segment: after `play.play`.
        weights: that it was played with, or is to be judged again with.
        gradients: to write; those of this group and these populations are overwritten.
        scratch: of this thread.
        group: which.
        which: int64, the populations.
        styles: number of attack styles.
        loss: see `Loss`.
        again: whether to judge with the weights of now before; what was drawn stays.
    """
    for k in range(which.size):
        learn_population(segment, weights, gradients, scratch, group, which[k], styles, terms_of(loss, which[k]), again)


@inline
def learn_population(segment, weights, gradients, scratch, group, p, styles, terms, again):
    """`learn_populations` for one of them, p, with the terms of its loss."""
    forget(segment, gradients, group, p)
    for q in range(0, segment.acted[p], BLOCK):
        end = min(q + BLOCK, segment.acted[p])
        if again:
            judge_block(segment, weights, scratch, p, styles, q, end)
        choices_gradient(segment, weights, gradients, scratch, group, p, q, end, styles, terms)
        encoder_gradient(segment, segment.hidden, weights, gradients, scratch, group, p, q, end)


@inline
def forget(segment, gradients, group, p):
    """Zeros the gradients and losses of one group and population."""
    segment.losses[p] = 0
    segment.clipped[p] = 0
    gradients.own[group, p] = 0
    gradients.other[group, p] = 0
    gradients.trunk[group, p] = 0
    gradients.trunk_bias[group, p] = 0
    gradients.heads[group, p] = 0
    gradients.heads_bias[group, p] = 0
    gradients.target_key[group, p] = 0
    gradients.target_key_bias[group, p] = 0
    gradients.target_style[group, p] = 0
    gradients.target_agent[group, p] = 0
    gradients.target_score[group, p] = 0
    gradients.more[group, p] = 0
    gradients.given[group, p] = 0


@inline
def choices_gradient(segment, weights, gradients, scratch, group, p, low, high, styles, terms):
    """The losses of the samples low .. high − 1, at most BLOCK: gradients of the heads, and grad_hidden."""
    samples = high - low
    for k in range(samples, min(BLOCK, samples + ROWS_AT_ONCE)):
        scratch.grad_output[k] = 0
    if weights.learned:
        for k in range(samples + ROWS_AT_ONCE):
            scratch.grad_query[k] = 0
    asked = 0
    for k in range(samples):
        asked += grad_of_outputs(segment, weights, gradients, scratch, group, p, low + k, k, styles, terms)
    heads_gradient(segment, weights, gradients, scratch, group, p, low, high)
    if asked > 0:
        query_gradient(segment, weights, gradients, scratch, group, p, low, high)


@inline
def encoder_gradient(segment, hidden, weights, gradients, scratch, group, p, low, high):
    """From grad_hidden, of `hidden`, the trunk's output: gradients of the trunk and of what is below it."""
    H, wide = segment.hidden.shape[2], segment.encoded.shape[2]
    if weights.rectified:
        rectified_gradient(hidden, scratch, p, low, high)
    trunk_gradient(segment, weights, gradients, scratch, group, p, low, high)
    row = p * segment.encoded.shape[1] + low
    to = (group * gradients.own.shape[1] + p) * gradients.own.shape[2] * H
    own_gradient(gradients.own, to, segment.encoded, row * wide + H, wide, segment.entities, segment.first, p, low,
                 high, weights.norm, scratch.laid)  # fmt: skip
    entity_gradient(gradients.other, to, segment.encoded, row * wide + 2 * H, wide, segment.best, row * H,
                    segment.entities, segment.first, p, low, high, weights.norm, scratch.laid)  # fmt: skip
    table_gradients(segment, weights, gradients, scratch, group, p, low, high)


@inline
def grad_of_outputs(segment, weights, gradients, scratch, group, p, row, to, styles, terms):
    """Row `to` of grad_output: the gradient of the loss by one sample's logits and value; also adds up its losses.

    With advantage A, probabilities π and H = −Σ π log π: by logit k, A (π_k − [k chosen]) + w π_k (log π_k + H), w the
    entropy weight of the choice; by the value, v (value − target), v the value weight.
    With `clip`, A is multiplied by the ratio r of the choice's probability now and when it was made, and is 0 where r
    has left 1 ± clip in the direction that A points to. Where there is a target to choose, its gradients are added.

    Returns:
        How many agents are in view, if there is a target to choose; else 0.
    """
    output, grad, losses = segment.output[p, row], scratch.grad_output[to], segment.losses[p]
    advantage = (segment.advantage[p, row] - terms.mean) * terms.inverse
    move, style = np.int64(segment.actions[p, row, 0]), STYLE + np.int64(segment.actions[p, row, 1])
    error = output[VALUE] - segment.target[p, row]
    seen, total = 0, np.float32(1)
    log_prob, style_matters = output[move], matters(segment, p, row, STYLE_COLUMN)
    if style_matters:
        log_prob += output[style]
    if weights.learned and matters(segment, p, row, TARGET_COLUMN):
        seen, total = ask(segment, weights, scratch, p, row, style - STYLE)
        if seen > 0:
            log_prob += scratch.wanted[np.int64(segment.actions[p, row, TARGET_COLUMN])]
    log_prob += log_prob_of_more(segment, weights, scratch, p, row)
    clip = terms.clip
    if clip > 0:
        ratio = np.float32(math.exp(log_prob - segment.log_prob[p, row]))
        segment.clipped[p] += abs(ratio - 1) > clip
        losses[0] -= min(ratio * advantage, min(max(ratio, 1 - clip), 1 + clip) * advantage)
        moved_enough = (advantage > 0) & (ratio > 1 + clip) | (advantage < 0) & (ratio < 1 - clip)
        advantage = np.float32(0) if moved_enough else advantage * ratio
    else:
        losses[0] -= advantage * log_prob
    losses[1] += np.float64(error) * error / 2
    exponentials(grad, 0, output, 0)
    losses[2] += grad_of_choice(output, grad, MOVE, STYLE, move, MOVE_COLUMN, advantage, terms)
    unused = STYLE
    if style_matters:
        losses[2] += grad_of_choice(output, grad, STYLE, STYLE + styles, style, STYLE_COLUMN, advantage, terms)
        unused = STYLE + styles
    for k in range(unused, grad.size):
        grad[k] = 0
    if seen > 0:
        losses[2] += grad_of_target(
            segment, weights, gradients, scratch, group, p, row, to, seen, total, advantage, terms
        )
    of_given = gradients.given[group, p]
    losses[2] += grad_of_more(grad, of_given, segment, weights, scratch, p, row, advantage, terms)
    grad[VALUE] = terms.value_weight * error * terms.share
    return seen


@inline
def grad_of_choice(output, grad, low, high, chosen, column, advantage, terms):
    """The gradient by the logits low .. high − 1, in whose places `grad` holds probabilities; returns their entropy."""
    entropy, weight = np.float32(0), terms.entropy_weights[column]
    for k in range(low, high):
        entropy -= grad[k] * output[k]
    for k in range(low, high):
        chance = grad[k]
        grad[k] = terms.share * chance * (advantage + weight * (output[k] + entropy))
    grad[chosen] -= terms.share * advantage
    return entropy


@inline
def heads_gradient(segment, weights, gradients, scratch, group, p, low, high):
    """From grad_output: gradients of the heads, and grad_hidden."""
    H, outputs, samples = segment.hidden.shape[2], segment.output.shape[2], high - low
    used = weights.heads_back.shape[1]
    to = (group * gradients.heads.shape[1] + p) * H * outputs
    x = (p * segment.hidden.shape[1] + low) * H
    for h in range(0, H, ROWS_AT_ONCE):
        at = to + h * outputs
        dense(gradients.heads, at, outputs, gradients.heads, at, outputs, segment.hidden, x + h, 1, H,
              scratch.grad_output, 0, outputs, samples, outputs)  # fmt: skip
    bias = gradients.heads_bias[group, p]
    for k in range(samples):
        for h in range(outputs):
            bias[h] += scratch.grad_output[k, h]
    for k in range(0, samples, ROWS_AT_ONCE):
        dense(scratch.grad_hidden, k * H, H, weights.zeros, 0, 0, scratch.grad_output, k * outputs, outputs, 1,
              weights.heads_back, p * used * H, H, used, H)  # fmt: skip


@inline
def rectified_gradient(hidden, scratch, p, low, high):
    """Zeroes grad_hidden where the hidden unit is 0."""
    for k in range(high - low):
        units, grads = hidden[p, low + k], scratch.grad_hidden[k]
        for h in range(units.size):
            grads[h] = grads[h] if units[h] > 0 else np.float32(0)


@inline
def trunk_gradient(segment, weights, gradients, scratch, group, p, low, high):
    """From grad_hidden: gradients of the trunk, and that of `encoded`: the tiles' in `hidden`, all others' in place.

    What reads the tiles' once more for each row of a window finds it side by side there. Where the network is layered,
    the gradient is 0 wherever what the trunk read was.
    """
    H, wide, samples = segment.hidden.shape[2], segment.encoded.shape[2], high - low
    to = (group * gradients.trunk.shape[1] + p) * wide * H
    x = (p * segment.encoded.shape[1] + low) * wide
    for i in range(0, wide, ROWS_AT_ONCE):
        dense(gradients.trunk, to + i * H, H, gradients.trunk, to + i * H, H, segment.encoded, x + i, 1, wide,
              scratch.grad_hidden, 0, H, samples, H)  # fmt: skip
    bias = gradients.trunk_bias[group, p]
    for k in range(samples):
        for h in range(H):
            bias[h] += scratch.grad_hidden[k, h]
    for k in range(0, samples, ROWS_AT_ONCE):
        tiles, others = (p * segment.hidden.shape[1] + low + k) * H, x + k * wide
        back = p * H * wide
        if weights.layered:
            dense_where(segment.hidden, tiles, H, segment.encoded, others, wide, weights.zeros,
                        scratch.grad_hidden, k * H, H, 1, weights.trunk_back, back, wide, H, H)  # fmt: skip
            dense_where(segment.encoded, others + H, wide, segment.encoded, others + H, wide, weights.zeros,
                        scratch.grad_hidden, k * H, H, 1, weights.trunk_back, back + H, wide, H, wide - H)  # fmt: skip
        else:
            dense(segment.hidden, tiles, H, weights.zeros, 0, 0, scratch.grad_hidden, k * H, H, 1,
                  weights.trunk_back, back, wide, H, H)  # fmt: skip
            dense(segment.encoded, others + H, wide, weights.zeros, 0, 0, scratch.grad_hidden, k * H, H, 1,
                  weights.trunk_back, back + H, wide, H, wide - H)  # fmt: skip


@intrinsic
def _lying_at(typingctx, like, address, rows):
    """An array such as `like` [P, Q, ...], which lies at an address and has other rows, Q, a population."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        make = context.make_array(sig.args[0])
        given, made = make(context, builder, args[0]), make(context, builder)
        shape, strides = (cgutils.unpack_tuple(builder, one) for one in (given.shape, given.strides))
        shape[1], strides[0] = args[2], builder.mul(args[2], strides[1])
        data = builder.inttoptr(args[1], given.data.type)
        populate_array(made, data, shape, strides, given.itemsize, None)
        return made._getvalue()

    return like(like, types.int64, types.int64), generate


@jit(_nrt=False)
def learn_tiles(
    table, counts, embedding_parts, tile_grad, bias_grad, embedding, tile, places, acted, windows, hidden, lane, lanes,
    listing,
):  # fmt: skip
    """The gradients of every n-th window row of the tile layer, from all groups, once `learn_populations` has run.

    A row's part of the table fits the first cache. So it is summed over the samples of all groups, in order, and taken
    apart there before the next one is begun.

    Args:
        table, counts: gradients, shaped as the weights of `forge.ethyr.kernels.tiles`; written over, as are the next.
        embedding_parts, tile_grad, bias_grad: as for `forge.ethyr.kernels.compose.compose_gradient`.
        embedding, tile: the weights that the table is composed of.
        places: int64 [G, 4], from `forge.ethyr.fused.segment.places_of`.
        acted: int64 [G, P], samples of each group.
        windows, hidden: of the first group: what those of all are like.
        lane, lanes: which of how many.
        listing: uint16 [LISTING], scratch.
    """
    stripes, width, wide, side = table.shape[1], table.shape[4], hidden.shape[2], side_of(table)
    populations, size = acted.shape[1], side * table.shape[3] * width
    for task in range(lane, populations * side, lanes):
        p, row = task // side, task % side
        for stripe in range(stripes):
            part = (p * stripes + stripe) * side + row
            clear(table, part * size, size)
            clear(counts, part * side * width, side * width)
            for group in range(acted.shape[0]):
                place = places[group]
                seen = _lying_at(windows, place[WINDOWS], place[SEEN])
                grads = _lying_at(hidden, place[GRADS], place[ROWS])
                for low in range(0, acted[group, p], GRADIENT_BLOCK):
                    high = min(low + GRADIENT_BLOCK, acted[group, p])
                    at = (p * place[ROWS] + low) * wide
                    tile_gradient(table, counts, grads, at, wide, seen, p, stripe, row, low, high, listing)
        compose_gradient(embedding_parts, tile_grad, bias_grad, table, embedding, tile, p, row, side)
