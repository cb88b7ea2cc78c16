"""What every learner offers, whatever computes it, and the state that it carries from one segment to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import torch

from forge.ethyr.learning.diagnostics import Diagnostics
from forge.ethyr.learning.losses import Losses
from forge.support.checks import ConfigError


class Learner(Protocol):
    """Plays a policy in a batch of worlds and finds its gradients.

    Attributes:
        diagnostics: of the segment that `collect` played last, with what `gradients` has found of it so far.
    """

    diagnostics: Diagnostics

    def collect(self) -> np.ndarray:
        """Plays one segment; returns how many samples of each population acted, int64 [P]."""
        ...

    def gradients(self, acted: np.ndarray, epoch: int = 0) -> Losses:
        """Sets the gradients of the policy's parameters from the segment just played; returns its losses.

        Args:
            acted: what `collect` returned.
            epoch: counts the updates from this segment. 0 is with the parameters it was played with; above, it is
                judged again with those of now. With minibatches update k is of minibatch k mod `learning.minibatches`.
        """
        ...

    def approx_kl(self) -> np.ndarray:
        """How far the policy, as it is now, is from the one that played the last segment.

        To be called between two segments; it changes nothing that is learned. Every sample of the segment's first tick
        is judged once more: all other ticks would tell the same at many times the price.

        Returns:
            `forge.ethyr.learning.diagnostics.approximate_kl` of each population, float64 [P], in nats; NaN without
            samples.
        """
        ...

    def dead_units(self) -> np.ndarray:
        """The share of hidden units that are dead: 0 for all samples of the last segment's first tick, as they are now.

        To be called between two segments; it changes nothing that is learned.

        Returns:
            Of each population, float64 [P]; NaN without samples, and of a network that has no rectified units.
        """
        ...

    def state(self) -> dict[str, torch.Tensor]:
        """What it carries from one segment to the next, besides the worlds and the policy: named tensors on the CPU."""
        ...

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a `state` of a learner of the same kind, whose worlds and policy this one has.

        Raises:
            ConfigError: naming what is missing, unknown or of another shape.
        """
        ...


def stream(seed: int) -> np.random.SeedSequence:
    """Where the draws of actions of a run come from."""
    return np.random.SeedSequence((seed, 0x414354))


def check_state(given: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor]) -> None:
    """Refuses the state of a learner unless it has the same tensors as this one's.

    Raises:
        ConfigError: naming what is missing, unknown or of another shape or type.
    """
    wrong = [
        name
        for name in sorted({*given, *wanted})
        if name not in given
        or name not in wanted
        or given[name].shape != wanted[name].shape
        or given[name].dtype != wanted[name].dtype
    ]
    if wrong:
        raise ConfigError(f"the saved state of the learner does not fit this one in {', '.join(wrong)}")
