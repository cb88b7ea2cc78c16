"""What the network says of a block of samples of one population: encoder, trunk, heads, and choices drawn from them."""

from __future__ import annotations

import math

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.fused.choices import matters
from forge.ethyr.fused.columns import BLOCK, MOVE, STYLE, STYLE_COLUMN, VALUE
from forge.ethyr.fused.tables import OURS, embed
from forge.ethyr.kernels.dense import dense, dense_at_least
from forge.ethyr.kernels.entities import entity_block, own_block
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.kernels.products import ROWS_AT_ONCE, exponentials, uniform24
from forge.ethyr.kernels.rows import rectify_rows
from forge.ethyr.kernels.tiles import tile_sum_block

_NEVER = np.float32(NEVER)
_NOTHING = np.float32(-np.inf)
_BELOW_ONE = np.float32(1 - 2.0**-20)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_27, _30, _31, _24 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(24)


@inline
def judge(segment, weights, scratch, p, low, high):
    """Fills `encoded`, `hidden`, `best` and `output` (as logits) of the samples low .. high − 1 of population p."""
    for q in range(low, high, BLOCK):
        end = min(q + BLOCK, high)
        encode(segment, weights, scratch, p, q, end)
        for row in range(q, end, ROWS_AT_ONCE):
            trunk(segment.hidden, segment, weights, p, row)
            heads(segment, weights, p, row)


@inline
def judge_block(segment, weights, scratch, p, styles, low, high):
    """Judges the samples low .. high − 1 of population p, their `output` as log-probabilities; what was drawn stays."""
    judge(segment, weights, scratch, p, low, high)
    for row in range(low, high):
        settle(segment.output[p, row], segment.moves[p, row], styles, scratch.odds)


@inline
def encode(segment, weights, scratch, p, low, high):
    """Fills `encoded`, `best` and `won` of the samples low .. high − 1 of population p, at most BLOCK.

    Where the network is layered, each layer's part is rectified as soon as it is there, while it is in the first cache.
    """
    rows, wide, H = segment.encoded.shape[1], segment.encoded.shape[2], segment.hidden.shape[2]
    row = p * rows + low
    at = row * wide
    tile_sum_block(
        segment.encoded, at, wide, weights.table, weights.counts, segment.windows, p, low, high, BLOCK, scratch.listing
    )
    rectify_part(segment, weights, at, high - low)
    own_block(
        segment.encoded, at + H, wide, weights.own, segment.entities, segment.first, p, low, high, weights.norm,
        scratch.laid,
    )  # fmt: skip
    rectify_part(segment, weights, at + H, high - low)
    entity_block(
        segment.encoded, at + 2 * H, wide, segment.best, row * H, weights.other, segment.entities, segment.first,
        p, low, high, weights.norm,
    )  # fmt: skip
    rectify_part(segment, weights, at + 2 * H, high - low)
    embed(segment, weights, scratch, p, low, high)
    for t in range(weights.tables.shape[0]):
        rectify_part(segment, weights, at + (OURS + t) * H, high - low)


@inline
def rectify_part(segment, weights, at, samples):
    """Rectifies H numbers of each of some samples, from encoded.flat[at] on, where the network is layered."""
    if weights.layered:
        rectify_rows(segment.encoded, (at, segment.encoded.shape[2], segment.hidden.shape[2], samples))


@inline
def trunk(out, segment, weights, p, row):
    """The layer over the encoder of four samples of population p, from `row` on, into `out`, like `Segment.hidden`."""
    wide, H = segment.encoded.shape[2], segment.hidden.shape[2]
    at = p * segment.encoded.shape[1] + row
    least = np.float32(0) if weights.rectified else _NOTHING
    dense_at_least(out, at * H, H, weights.trunk_bias, p * H, 0, segment.encoded, at * wide, wide, 1, weights.trunk,
                   p * wide * H, H, wide, H, least)  # fmt: skip


@inline
def heads(segment, weights, p, row):
    """The outputs of four samples of population p, from `row` on, as logits."""
    H, outputs = segment.hidden.shape[2], segment.output.shape[2]
    at = p * segment.hidden.shape[1] + row
    dense(segment.output, at * outputs, outputs, weights.heads_bias, p * outputs, 0, segment.hidden, at * H, H, 1,
          weights.heads, p * H * outputs, outputs, H, outputs)  # fmt: skip


@inline
def settle(out, moves, styles, odds):
    """Turns the logits of one sample into log-probabilities, invalid moves ruled out.

    Args:
        out: float32, the sample's row of outputs; those of choices from outside stay as they are.
        moves: bits of the valid moves.
        styles: how many there are.
        odds: float32 [16], receives exp(logit − largest logit).

    Returns:
        The sums of the odds of moves and of styles.
    """
    for k in range(STYLE - MOVE):
        out[k] = out[k] if (moves >> k) & 1 else _NEVER
    best_move, best_style = out[MOVE], out[STYLE]
    for k in range(MOVE + 1, STYLE):
        best_move = max(best_move, out[k])
    for k in range(STYLE + 1, STYLE + styles):
        best_style = max(best_style, out[k])
    shift(out, best_move, best_style, styles)
    exponentials(odds, 0, out, 0)
    move_sum, style_sum = np.float32(0), np.float32(0)
    for k in range(MOVE, STYLE):
        move_sum += odds[k]
    for k in range(STYLE, STYLE + styles):
        style_sum += odds[k]
    shift(out, np.float32(math.log(move_sum)), np.float32(math.log(style_sum)), styles)
    return move_sum, style_sum


@inline
def shift(out, move, style, styles):
    """Subtracts a number from the logits of moves, and another from those of styles."""
    for k in range(MOVE, STYLE):
        out[k] -= move
    for k in range(STYLE, STYLE + styles):
        out[k] -= style


@inline
def pick(odds, at, choices, total, u):
    """The choice whose part of the odds contains u · total; u in [0, 1). Choices with odds 0 are never picked.

    Odds that are not finite, of weights that are not, give some choice: that they diverged is seen after the segment.
    """
    threshold = u * (total * _BELOW_ONE)
    upto, choice = np.float32(0), 0
    for k in range(choices):
        upto += odds[at + k]
        choice += upto <= threshold
    return min(choice, choices - 1)


@inline
def mix(key):
    """Sixty-four random bits that are a function of a key: the finaliser of SplitMix64."""
    z = key
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    return z ^ (z >> _31)


@inline
def stir(bits, c):
    """Sixty-four further random bits, for choice c from outside."""
    return mix(bits + np.uint64(c + 1) * _STEP)


@inline
def act(segment, odds, p, row, styles, bits):
    """Draws one sample's actions from random bits and writes them down; its `output` becomes log-probabilities."""
    move_sum, style_sum = settle(segment.output[p, row], segment.moves[p, row], styles, odds)
    move = pick(odds, MOVE, STYLE - MOVE, move_sum, uniform24(bits))
    style = pick(odds, STYLE, styles, style_sum, uniform24(bits << _24))
    segment.actions[p, row, 0] = move
    segment.actions[p, row, 1] = style
    segment.actions[p, row, 2] = 0
    segment.log_prob[p, row] = segment.output[p, row, move]
    if matters(segment, p, row, STYLE_COLUMN):
        segment.log_prob[p, row] += segment.output[p, row, STYLE + style]
    segment.value[p, row] = segment.output[p, row, VALUE]
    return move, style


@inline
def action_key(key, tick, worlds, world, slots, slot):
    """The key of one agent's draw: a different one for every tick, world and slot of a run."""
    place = (np.uint64(tick) * np.uint64(worlds) + np.uint64(world)) * np.uint64(slots) + np.uint64(slot)
    return key + place * _STEP
