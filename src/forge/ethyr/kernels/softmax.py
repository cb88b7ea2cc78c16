"""One choice of one sample among options whose number is known when it is made: probabilities, and their gradient."""

from __future__ import annotations

import math

import numpy as np

from forge.blade.compiled.jit import inline

#: The exponential of what is less is 0 in float32: of the logits of invalid options it need not be computed.
_NOTHING = np.float32(-104)


@inline
def log_softmax(scores, odds, options):
    """Turns logits into log-probabilities.

    Args:
        scores: float32, of which the first `options` are logits, and then log-probabilities.
        odds: float32, receives what is proportional to the probabilities.
        options: how many there are, at least 1.

    Returns:
        The sum of the odds.
    """
    best, total = scores[0], np.float32(0)
    for k in range(1, options):
        best = max(best, scores[k])
    for k in range(options):
        difference = scores[k] - best
        odds[k] = np.float32(0) if difference < _NOTHING else np.float32(math.exp(difference))
        total += odds[k]
    best += np.float32(math.log(total))
    for k in range(options):
        scores[k] -= best
    return total


@inline
def grad_of_logits(odds, scores, total, options, chosen, column, advantage, terms):
    """Turns the odds that `log_softmax` gave into the gradient of the loss by the logits.

    Args:
        odds, scores, total, options: as `log_softmax` left them.
        chosen: the option that was chosen.
        column: of the choice among actions.
        advantage: as it counts, after clipping.
        terms: of the loss.

    Returns:
        The entropy of the choice.
    """
    entropy = np.float32(0)
    for k in range(options):
        odds[k] /= total
        entropy -= odds[k] * scores[k]
    weight = terms.entropy_weights[column]
    for k in range(options):
        odds[k] *= terms.share * (advantage + weight * (scores[k] + entropy))
    odds[chosen] -= terms.share * advantage
    return entropy
