"""The weights of the entropy bonus: one for all choices, or one for each by its name."""

from __future__ import annotations

import numpy as np

from forge.ethyr.kernels.layout import Layout
from forge.ethyr.learning.settings import Learning
from forge.support.checks import ConfigError, did_you_mean


def entropy_weights(learning: Learning, layout: Layout) -> np.ndarray:
    """The weight of the entropy of each choice: float32 [columns of an action].

    Args:
        learning: `entropy_weights` by name, and `entropy_weight` of all others.
        layout: of the worlds, which has the choices.

    Raises:
        ConfigError: if a name is no choice of these worlds' systems.
    """
    names = [choice.name for choice in layout.schema.choices]
    weights = np.full(layout.actions, learning.entropy_weight, np.float32)
    for name, weight in learning.entropy_by_choice().items():
        if name not in names:
            raise ConfigError(f"learning.entropy_weights: {did_you_mean('choice', name, names)}")
        weights[names.index(name)] = weight
    return weights
