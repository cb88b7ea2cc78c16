"""For how long lives were followed, and how many of them lasted longer: told wherever lifetimes are."""

from __future__ import annotations

from collections.abc import Iterable

from forge.experiments.statistics.estimate_text import number

#: Heads the share of the lives that were followed no further.
REACHED = "reach the horizon [%]"


def reached(percent: float, horizon: int) -> str:
    """How many lives in a hundred reach a horizon, in words: 0.4 (1,000 ticks)."""
    return f"{number(percent)} ({horizon:,} ticks)"


def followed(horizons: Iterable[int], share: float) -> str:
    """For how long lives were followed at most, and how many of them longer: 1,000 ticks, which 0.4 % of them reach.

    Args:
        horizons: of the evaluations that the lives are from [ticks].
        share: of the lives that reach the horizon of theirs; NaN if there are no lives.
    """
    told = f", which {100 * share:.2g} % of them reach" if share == share else ""
    return f"{' or '.join(f'{horizon:,}' for horizon in sorted(set(horizons)))} ticks{told}"
