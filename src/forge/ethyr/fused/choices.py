"""Choices that systems from outside declare, of one sample: one of n, or a pointer to an agent in view or to a row.

The logits of one of n are outputs of the heads. A pointer's logit of a row is query · key, both linear: the query of
the hidden units, the key of the row's features. So it is a product of the features and as many numbers that are linear
in the hidden units, and these are outputs of the heads, too: `forge.ethyr.fused.more` multiplies the weights of queries
and keys beforehand. Option 0, nobody or nothing, is an output of its own.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.fused.tables import read_row, rows_there
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.kernels.softmax import grad_of_logits, log_softmax

_NEVER = np.float32(NEVER)
#: Columns of `Weights.choices`: of an action, of the first of its outputs, how many options there are, the first column
#: of its part of `Segment.valid` (−1: all are valid), what its options are, and how many numbers these have; then how
#: many choices it depends on, and for each, at most MOST_GIVEN, its column and the first row of `Weights.given`.
COLUMN, OUTPUT, OPTIONS, MASK, OF, FEATURES, GIVEN, AFTER = range(8)
MOST_GIVEN = 4
COLUMNS = AFTER + 2 * MOST_GIVEN
#: What its options are: one of n, agents in view, or the rows of the table of that number.
PLAIN, SEEN = -2, -1


@inline
def matters(segment, p, row, column):
    """Whether the choice of a column of an action can have an effect for a sample; else it counts nothing."""
    return (np.int64(segment.matters[p, row]) >> column) & 1 != 0


@inline
def read_option(x, segment, weights, c, p, row, k):
    """Fills x, float32, with the features of option k of a pointer, and the 1 of the bias behind them."""
    table = weights.choices[c, OF]
    if table == SEEN:
        features = segment.entities[p, np.int64(segment.first[p, row]) + k]
        for f in range(weights.choices[c, FEATURES] + 1):
            x[f] = (np.float32(features[f]) - weights.norm[0, f]) * weights.norm[1, f]
    else:
        read_row(x, segment, weights, table, p, row, k - 1)


@inline
def options_of(segment, weights, c, p, row):
    """How many options a sample has, valid or not."""
    most, table = weights.choices[c, OPTIONS], weights.choices[c, OF]
    if table == PLAIN:
        return most
    if table == SEEN:
        return min(most, np.int64(segment.first[p, row + 1]) - np.int64(segment.first[p, row]))
    return min(most, 1 + rows_there(segment, weights, table, p, row))


@inline
def only_option(segment, weights, p, row, c):
    """The option of choice c that is a sample's only valid one, and so is certain; −1 if several are.

    It counts nothing, and there is nothing to learn from it: so it is with the kind and price of work that needs none.
    """
    plan, valid = weights.choices[c], segment.valid[p, row]
    if plan[MASK] < 0:
        return np.int64(-1)
    options = options_of(segment, weights, c, p, row)
    first, count = first_valid(segment, plan, p, row, options), 0
    for k in range(options):
        count += valid[first + k]
    if count != 1:
        return np.int64(-1)
    only = np.int64(0)
    while not valid[first + only]:
        only += 1
    return only


@inline
def first_valid(segment, plan, p, row, options):
    """The column of `Segment.valid` where the options of a choice begin, given those that it depends on; −1: none."""
    if (plan[MASK] >= 0) & (plan[GIVEN] > 0):
        return plan[MASK] + options * np.int64(segment.actions[p, row, plan[AFTER]])
    return plan[MASK]


@inline
def weigh(segment, weights, scratch, p, row, c):
    """Weighs the options of choice c for one sample.

    Returns:
        How many there are, and the sum of their odds. `scratch.scores[c]` then holds log-probabilities, and
        `scratch.chances[c]` what is proportional to the probabilities.
    """
    plan, output, scores, odds = weights.choices[c], segment.output[p, row], scratch.scores[c], scratch.chances[c]
    first, mask, x = plan[OUTPUT], plan[MASK], scratch.row
    options = options_of(segment, weights, c, p, row)
    if plan[GIVEN] > 0:
        return options, weigh_given(segment, weights, scratch, p, row, c, options)
    for k in range(options):
        if mask >= 0 and not segment.valid[p, row, mask + k]:
            scores[k] = _NEVER
        elif k == 0 or plan[OF] == PLAIN:
            scores[k] = output[first + k]
        else:
            read_option(x, segment, weights, c, p, row, k)
            score = np.float32(0)
            for f in range(plan[FEATURES] + 1):
                score += output[first + 1 + f] * x[f]
            scores[k] = score
    return options, log_softmax(scores, odds, options)


@inline
def weigh_given(segment, weights, scratch, p, row, c, options):
    """`weigh` for a choice that depends on others, whose options are taken; returns the sum of the odds."""
    plan, output, scores, odds = weights.choices[c], segment.output[p, row], scratch.scores[c], scratch.chances[c]
    mask = first_valid(segment, plan, p, row, options)
    for k in range(options):
        scores[k] = output[plan[OUTPUT] + k]
    for other in range(plan[GIVEN]):
        of = plan[AFTER + 2 * other + 1] + np.int64(segment.actions[p, row, plan[AFTER + 2 * other]])
        for k in range(options):
            scores[k] += weights.given[p, of, k]
    if mask >= 0:
        for k in range(options):
            scores[k] = scores[k] if segment.valid[p, row, mask + k] else _NEVER
    return log_softmax(scores, odds, options)


@inline
def log_prob_of_more(segment, weights, scratch, p, row):
    """The log-probability of what one sample chose of all that is from outside; leaves `scratch` as `weigh` does.

    What does not matter, or is certain, is not weighed: of that `scratch.options` is 0.
    """
    log_prob = np.float32(0)
    for c in range(weights.choices.shape[0]):
        column = weights.choices[c, COLUMN]
        scratch.options[c] = 0
        if matters(segment, p, row, column) and only_option(segment, weights, p, row, c) < 0:
            scratch.options[c], scratch.totals[c] = weigh(segment, weights, scratch, p, row, c)
            log_prob += scratch.scores[c, np.int64(segment.actions[p, row, column])]
    return log_prob


@inline
def grad_of_more(grad, of_given, segment, weights, scratch, p, row, advantage, terms):
    """Adds the gradients of one sample's choices from outside to those of its outputs, after `log_prob_of_more`.

    Args:
        grad: float32, of the sample's row of outputs, 0 where they are those of such choices.
        of_given: float32, of the population's `Weights.given`.
        advantage: as it counts, after clipping.
        terms: of the loss.
        segment, weights, scratch, p, row: as for `weigh`.

    Returns:
        The sum of the entropies of those that were weighed.
    """
    entropies = np.float32(0)
    for c in range(weights.choices.shape[0]):
        if scratch.options[c] > 0:
            entropies += grad_of_one(grad, of_given, segment, weights, scratch, p, row, c, advantage, terms)
    return entropies


@inline
def grad_of_one(grad, of_given, segment, weights, scratch, p, row, c, advantage, terms):
    """`grad_of_more` for one choice; returns its entropy."""
    plan, scores, chances, x = weights.choices[c], scratch.scores[c], scratch.chances[c], scratch.row
    options, first, column = scratch.options[c], plan[OUTPUT], plan[COLUMN]
    chosen = np.int64(segment.actions[p, row, column])
    entropy = grad_of_logits(chances, scores, scratch.totals[c], options, chosen, column, advantage, terms)
    for other in range(plan[GIVEN]):
        of = plan[AFTER + 2 * other + 1] + np.int64(segment.actions[p, row, plan[AFTER + 2 * other]])
        for k in range(options):
            of_given[of, k] += chances[k]
    for k in range(options):
        if k == 0 or plan[OF] == PLAIN:
            grad[first + k] += chances[k]
        elif chances[k] != 0:
            read_option(x, segment, weights, c, p, row, k)
            for f in range(plan[FEATURES] + 1):
                grad[first + 1 + f] += chances[k] * x[f]
    return entropy
