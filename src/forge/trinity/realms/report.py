"""What realms tell: gradients and counts of a round, and snapshots to go back to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from forge.blade.society.census import Census
from forge.ethyr.learning.diagnostics import Diagnostics
from forge.trinity.realms.packing import Vectors


class Tally(NamedTuple):
    """What happened in a realm in one round. P populations of its worlds, those that learn first."""

    steps: np.ndarray  # int64 [P]: agent steps
    deaths: np.ndarray  # int64 [P, causes], by `Cause`
    lifetime: np.ndarray  # int64 [P]: sum over those who died [ticks]
    members: np.ndarray  # float64 [P]: alive at the end, a world
    rewards: np.ndarray  # float64 [P, terms]: sums by `RewardTerm`; [0, terms] if survival alone is rewarded
    census: Census | None = None  # of the end, with totals since the begin; None tells nothing of a society


class Report(NamedTuple):
    """What a realm tells after it has judged a segment. P populations that learn."""

    samples: np.ndarray  # int64 [P]: learned from
    gradients: Vectors  # of length 0 where there was nothing to learn from
    losses: np.ndarray  # float32 [3, P]: of the policy, of the value, and the entropy
    tally: Tally
    diagnostics: Diagnostics
    seconds: float = 0.0  # of playing and learning, without what it takes to hand over parameters and gradients

    @property
    def learned(self) -> bool:
        """Whether there was something to learn from."""
        return bool(self.samples.any())


class Snapshot(NamedTuple):
    """Everything that changes in a realm, between two rounds."""

    world: bytes
    god: dict[str, torch.Tensor]
    sword: dict[str, torch.Tensor]
