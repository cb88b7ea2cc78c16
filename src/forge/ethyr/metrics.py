"""A line of metrics: what a run has come to, and what happened since the line before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Lapse(NamedTuple):
    """What happened between two lines. P populations."""

    steps: int  # agent steps
    seconds: float
    deaths: np.ndarray  # integers [P]
    lifetime: np.ndarray  # integers [P]: sum over those who died [ticks]
    members: np.ndarray  # float64 [P]: alive at the end, a world
    losses: np.ndarray  # float64 [3, P]: of the policy, of the value, and the entropy; NaN where nothing was learned


def metrics_line(counts: Mapping[str, int | float], lapse: Lapse) -> dict[str, Any]:
    """The line, as plain data: None stands for what is not known, such as the lifetime where nobody died.

    Args:
        counts: since the beginning of the run; `seconds` is the last of them.
        lapse: since the line before.
    """
    policy, value, entropy = lapse.losses
    return {
        **counts,
        "seconds": round(counts["seconds"], 3),
        "steps_per_second": round(lapse.steps / max(lapse.seconds, 1e-9)),
        "lifetime": _ratio(lapse.lifetime.sum(), lapse.deaths.sum()),
        "lifetimes": [_ratio(x, n) for x, n in zip(lapse.lifetime, lapse.deaths, strict=True)],
        "deaths": int(lapse.deaths.sum()),
        "living": round(float(lapse.members.sum()), 2),
        "members": np.round(lapse.members, 2).tolist(),
        "policy_loss": _mean(policy, 5),
        "value_loss": _mean(value, 6),
        "entropy": _mean(entropy, 4),
        "policy_losses": _known(policy, 5),
        "value_losses": _known(value, 6),
        "entropies": _known(entropy, 4),
    }


def _ratio(total: np.integer, count: np.integer) -> float | None:
    return round(float(total / count), 3) if count else None


def _known(values: np.ndarray, digits: int) -> list[float | None]:
    return [None if np.isnan(x) else round(float(x), digits) for x in values]


def _mean(values: np.ndarray, digits: int) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.mean()), digits) if len(known) else None
