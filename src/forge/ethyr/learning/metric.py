"""What a number of a line of metrics is, and how numbers that may not be known are written."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Metric(NamedTuple):
    """A number of a line, and the list of the same by population."""

    name: str  # capitals stand for each of several names
    each: str  # the name of the list; empty if there is none
    unit: str
    about: str


def ratio(total: Any, count: Any, digits: int = 3) -> float | None:
    """The quotient, rounded; None where nothing was counted."""
    return round(float(total / count), digits) if count else None


def known(value: float, digits: int) -> float | None:
    """A number, rounded; None if it is not known."""
    return None if np.isnan(value) else round(float(value), digits)


def mean_of(values: np.ndarray, digits: int) -> float | None:
    """The mean of those that are known, rounded; None of none."""
    there = values[~np.isnan(values)]
    return round(float(there.mean()), digits) if len(there) else None
