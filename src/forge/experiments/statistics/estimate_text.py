"""Estimates in words and in the columns of tables: what all reports share."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from forge.experiments.statistics.estimate import Estimate


def interval(estimate: Estimate, digits: int = 1) -> str:
    """Value and interval in words: 71.2 (68.0 to 74.3); what is not known is left out."""
    if math.isnan(estimate.value) or math.isnan(estimate.low):
        return number(estimate.value, digits)
    value, low, high = (number(x, digits) for x in estimate)
    return f"{value} ({low} to {high})"


def number(value: float, digits: int = 1) -> str:
    """A number with so many digits behind the point, none from 1,000 on, with a true minus; a dash where it is NaN."""
    if math.isnan(value):
        return "–"
    text = f"{value:.{digits}f}" if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "−")


def percent(share: Estimate) -> str:
    """A share in hundredths with its interval, without the sign: 71.2 (68.0 to 74.3)."""
    return interval(Estimate(*(100 * x for x in share)))


def answer(estimate: Estimate, threshold: float = 0.0) -> str:
    """Whether an estimate is above a threshold: yes or no where the whole interval says so."""
    return "**yes**" if estimate.low > threshold else "**no**" if estimate.high < threshold else "**undecided**"


def bullets(said: Mapping[str, str]) -> str:
    """Something about each of several things, as a list in Markdown, to stand behind a paragraph."""
    return "\n\n" + "\n".join(f"- {name}: {text}" for name, text in said.items())


def columns(name: str, estimate: Estimate) -> dict[str, float | None]:
    """An estimate in three columns of a table."""
    ends = {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return {key: rounded(value) for key, value in ends.items()}


def grid_rows(values: np.ndarray) -> list[dict[str, float | int | None]]:
    """A square map around its middle as rows of a table: `row` and every column are so many tiles off the middle."""
    middle = len(values) // 2
    return [
        {"row": row - middle, **{str(column - middle): rounded(float(x)) for column, x in enumerate(line)}}
        for row, line in enumerate(values)
    ]


def rounded(value: float) -> float | None:
    """Five digits are more than the intervals leave; None for what the data do not determine."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
