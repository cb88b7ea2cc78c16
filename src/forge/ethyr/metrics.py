"""A line of metrics: what a run has come to, and what happened since the line before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from forge.blade import RewardTerm
from forge.blade.state import State


class Lapse(NamedTuple):
    """What happened between two lines. P populations."""

    steps: np.ndarray  # integers [P]: agent steps
    seconds: float
    deaths: np.ndarray  # integers [P]
    lifetime: np.ndarray  # integers [P]: sum over those who died [ticks]
    members: np.ndarray  # float64 [P]: alive at the end, a world
    losses: np.ndarray  # float64 [3, P]: of the policy, of the value, and the entropy; NaN where nothing was learned
    rewards: np.ndarray  # float64 [P, terms]: sums by `RewardTerm`; [0, terms] if survival alone is rewarded


def rewards_since(state: State, totals: np.ndarray) -> np.ndarray:
    """What worlds paid since their `State.deed_totals` were `totals`: float64 [P, terms], as `Lapse.rewards`."""
    return np.einsum("wpt,wt->pt", state.deed_totals - totals, state.rules["reward"])


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
        "steps_per_second": round(int(lapse.steps.sum()) / max(lapse.seconds, 1e-9)),
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
        **dict(_rewards(lapse)),
    }


def _rewards(lapse: Lapse) -> Iterator[tuple[str, Any]]:
    """Mean rewards of an agent step, in all and by term, each also by population."""
    if not len(lapse.rewards):
        return
    sums = {"": lapse.rewards.sum(1)} | {f"_{term.name.lower()}": lapse.rewards[:, term] for term in RewardTerm}
    for name, by_population in sums.items():
        yield f"reward{name}", _ratio(by_population.sum(), lapse.steps.sum(), 6)
        yield f"rewards{name}", [_ratio(x, n, 6) for x, n in zip(by_population, lapse.steps, strict=True)]


def _ratio(total: np.number, count: np.integer, digits: int = 3) -> float | None:
    return round(float(total / count), digits) if count else None


def _known(values: np.ndarray, digits: int) -> list[float | None]:
    return [None if np.isnan(x) else round(float(x), digits) for x in values]


def _mean(values: np.ndarray, digits: int) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.mean()), digits) if len(known) else None
