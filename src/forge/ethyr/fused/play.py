"""What playing a segment is made of that no schema changes: judging again, drawing actions, sums of advantages."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.ethyr.fused.choices import COLUMN, log_prob_of_more, matters, only_option, weigh
from forge.ethyr.fused.columns import STYLE, STYLE_COLUMN, TARGET_COLUMN
from forge.ethyr.fused.network import act, action_key, judge, judge_block, mix, pick, stir
from forge.ethyr.fused.targets import ask
from forge.ethyr.kernels.products import uniform24


@jit(_nrt=False)
def judge_again(segment, weights, scratch, p, styles, samples):
    """Judges the first `samples` samples of one population with the weights of now; what was drawn stays."""
    judge_block(segment, weights, scratch, p, styles, 0, samples)


@jit(_nrt=False)
def log_probs_again(segment, weights, scratch, p, log_prob):
    """The log-probabilities of what the first samples of one population drew, once they have been judged again.

    Args:
        log_prob: float32 [m], to write those of the first m samples.
        segment, weights, scratch, p: as for `judge_again`.
    """
    for row in range(log_prob.size):
        output, actions = segment.output[p, row], segment.actions[p, row]
        style = np.int64(actions[1])
        log_prob[row] = output[np.int64(actions[0])]
        if matters(segment, p, row, STYLE_COLUMN):
            log_prob[row] += output[STYLE + style]
        if weights.learned and matters(segment, p, row, TARGET_COLUMN):
            if ask(segment, weights, scratch, p, row, style)[0] > 0:
                log_prob[row] += scratch.wanted[np.int64(actions[TARGET_COLUMN])]
        log_prob[row] += log_prob_of_more(segment, weights, scratch, p, row)


@inline
def newcomers(state, p):
    """Agents of population p alive in the group: the samples of one tick."""
    total = 0
    for w in range(state.tick.shape[0]):
        total += state.members[w, p]
    return total


@inline
def judge_newest(state, segment, weights, scratch, t):
    """Judges everyone who was gathered in tick t."""
    for p in range(segment.gathered.shape[0]):
        judge(segment, weights, scratch, p, segment.gathered[p] - newcomers(state, p), segment.gathered[p])


@inline
def decide(state, segment, weights, scratch, t, styles, key, first_world, worlds):
    """Draws the actions of everyone whose population the segment has samples of, and hands them to the worlds."""
    slots = state.actions.shape[1]
    quota = np.int64(state.rules[0].quota)
    for w in range(state.tick.shape[0]):
        for k in range(state.living_count[w]):
            slot = np.int64(state.living[w, k])
            p = segment.seats[slot // quota]
            if p < 0:
                continue
            bits = mix(action_key(key, state.tick[w], worlds, first_world + w, slots, slot))
            row = np.int64(segment.sample_of[t, w, slot])
            move, style = act(segment, scratch.odds, p, row, styles, bits)
            state.actions[w, slot, 0] = move
            state.actions[w, slot, 1] = style
            if weights.learned:
                state.actions[w, slot, TARGET_COLUMN] = aim(segment, weights, scratch, p, row, style, mix(bits))
            for c in range(weights.choices.shape[0]):
                column = weights.choices[c, COLUMN]
                state.actions[w, slot, column] = choose(segment, weights, scratch, p, row, c, stir(bits, c))


@inline
def aim(segment, weights, scratch, p, row, style, bits):
    """Draws one sample's target from random bits, writes it down and counts its log-probability."""
    seen, total = ask(segment, weights, scratch, p, row, style)
    if seen == 0:
        return 0
    target = pick(scratch.odds_of, 0, seen, total, uniform24(bits))
    segment.actions[p, row, TARGET_COLUMN] = target
    if matters(segment, p, row, TARGET_COLUMN):
        segment.log_prob[p, row] += scratch.wanted[target]
    return target


@inline
def choose(segment, weights, scratch, p, row, c, bits):
    """Draws one sample's option of choice c from outside, writes it down and counts its log-probability."""
    column, option = weights.choices[c, COLUMN], only_option(segment, weights, p, row, c)
    if option >= 0:
        segment.actions[p, row, column] = option
        return option
    options, total = weigh(segment, weights, scratch, p, row, c)
    option = pick(scratch.chances[c], 0, options, total, uniform24(bits))
    segment.actions[p, row, column] = option
    if matters(segment, p, row, column):
        segment.log_prob[p, row] += scratch.scores[c, option]
    return option


@inline
def sum_moments(segment):
    """Sums of the advantages, of the targets, and of the squares of both, in the order of the samples."""
    for p in range(segment.acted.shape[0]):
        total, squares, targets, target_squares = 0.0, 0.0, 0.0, 0.0
        for row in range(segment.acted[p]):
            x, y = np.float64(segment.advantage[p, row]), np.float64(segment.target[p, row])
            total += x
            squares += x * x
            targets += y
            target_squares += y * y
        segment.moments[p, 0] = total
        segment.moments[p, 1] = squares
        segment.moments[p, 2] = targets
        segment.moments[p, 3] = target_squares
