"""The step size of an update: it grows while the worlds fill up, and may decay over the run."""

from __future__ import annotations

import math

from forge.ethyr.learning.settings import Learning


def step_size(learning: Learning, updates: int, agent_steps: int) -> float:
    """The size of the next step of the optimiser.

    Worlds begin empty, so the first segments hold few agents, and their gradients mostly noise, which Adam scales up
    like any other. A large step then kills rectified units, and a population that lost most of its own never learns to
    leave the place where it is born. The step size therefore grows linearly over the first `learning.warmup` segments.

    It is a function of two numbers that every checkpoint has, and keeps no state: the schedulers of PyTorch count their
    own calls, which stand for agent steps only where all segments hold equally many.

    Args:
        learning: the numbers.
        updates: steps of the optimiser so far.
        agent_steps: since the run began, before the segment that is learned from.
    """
    warm = min(1.0, (updates + 1) / max(1, learning.warmup * learning.updates))
    return learning.learning_rate * warm * decayed(learning, agent_steps)


def decayed(learning: Learning, agent_steps: int) -> float:
    """The share of the step size that `learning.decay` leaves after so many agent steps of the run.

    With x the share of `learning.horizon` that is done, at most 1: 1 − x, or (1 + cos πx) / 2 (Loshchilov and Hutter
    2017, arXiv 1608.03983, equation 5), of what lies above `learning.decay_to`.
    """
    if learning.decay == "none":
        return 1.0
    done = min(1.0, agent_steps / learning.horizon)
    left = 1 - done if learning.decay == "linear" else (1 + math.cos(math.pi * done)) / 2
    return learning.decay_to + (1 - learning.decay_to) * left
