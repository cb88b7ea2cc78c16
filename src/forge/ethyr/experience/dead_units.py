"""Dead units: rectified hidden units of a policy that are 0 for whatever its agents see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from forge.ethyr.learning.one_thread import one_thread
from forge.ethyr.networks.encoder import hold, release
from forge.ethyr.networks.network import Network
from forge.ethyr.networks.samples import Samples


@torch.no_grad()
def dead_units(policy: Network, parts: Sequence[Samples]) -> np.ndarray:
    """The share of the hidden units of each population that are 0 for all of its samples.

    Such a unit has no gradient, and seldom comes back.

    Args:
        policy: whose units, as `Network.hidden` tells them.
        parts: the samples, in one or several parts, where the policy is.

    Returns:
        float64 [P]; NaN for a population without samples, and where the policy tells of no such units.
    """
    found, seen = [], np.sum([torch.as_tensor(samples.count).cpu().numpy() for samples in parts], axis=0)
    hold(policy)
    with one_thread():
        for samples in (part for part in parts if part.rows):
            if (units := policy.hidden(samples)) is not None:
                valid = samples.row_index()[1].to(units.device).unsqueeze(-1)
                found.append(((units > 0) & valid).any(1).cpu().numpy())
    release(policy)
    if not found:
        return np.full(len(seen), np.nan)
    share: np.ndarray = 1 - np.any(found, axis=0).mean(-1)
    return np.where(seen > 0, share, np.nan)
