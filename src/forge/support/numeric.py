"""Numbers and switches, of whatever library they come, as Python's own: what is a number is taken, all else named."""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal
from typing import Any

import numpy as np

from forge.support.checks import ConfigError, shown

_MOST_DIGITS = 40  # of an integer that is written out: 1e999999999 has to be refused before it is one
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


def scalar(value: Any) -> Any:
    """A scalar of NumPy, or an array or tensor of no dimension, as the Python value in it; all else as it is."""
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def number_of(value: Any) -> int | float | None:
    """The number of Python that a value is, or None. True and False are no numbers."""
    value = scalar(value)
    if isinstance(value, bool) or not isinstance(value, (numbers.Real, Decimal)):
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    try:
        return float(value)
    except OverflowError:  # a fraction beyond all floats
        return math.copysign(math.inf, value)


def integer_of(value: Any) -> int | float | None:
    """The integer that a value is, 1e6 included, or None; infinity and NaN stay what they are, to be named."""
    number = number_of(value)
    if isinstance(number, float) and math.isfinite(number):
        return int(number) if number.is_integer() else None
    return number


def real_of(value: Any) -> int | float | None:
    """The float that a value is, or None; an integer that no float can hold stays what it is, to be refused."""
    number = number_of(value)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return number


def switch_of(value: Any) -> bool | None:
    """True or False, or None for all else."""
    value = scalar(value)
    return value if isinstance(value, bool) else None


def text_of(value: Any) -> str | None:
    """A text, also of NumPy's kind and of an enumeration, as Python's own; or None."""
    value = scalar(value)
    return str.__str__(value) if isinstance(value, str) else None


def integer(name: str, value: Any, low: int, high: int | None = None, what: str = "") -> int:
    """An argument that must be an integer, as Python's own.

    Args:
        name: of the argument.
        value: as it was given: of any type of number, also a float such as 1e6.
        low: the least allowed.
        high: the most allowed; None means that there is no limit.
        what: what else to say of it.

    Raises:
        ConfigError: naming the argument, what was given and what is allowed.
    """
    number = integer_of(value)
    if isinstance(number, int) and low <= number and (high is None or number <= high):
        return number
    kind = {0: "an integer that is not negative", 1: "a positive integer"}.get(low, f"an integer of at least {low}")
    if high is not None and isinstance(number, int):
        raise ConfigError(f"{name} = {typed(value)} is out of range; allowed are {low} .. {high}{what}")
    if high is not None:
        kind = f"an integer, {low} .. {high}"
    raise ConfigError(f"{name} = {typed(value)} must be {kind}{what}")


def flag(name: str, value: Any) -> bool:
    """An argument that must be True or False.

    Raises:
        ConfigError: naming it.
    """
    found = switch_of(value)
    if found is None:
        raise ConfigError(f"{name} = {typed(value)} must be True or False")
    return found


def typed(value: Any) -> str:
    """A value for a message, as one types it: 0.5 for np.float32(0.5)."""
    return shown(scalar(value))


def seed_of(value: Any, name: str = "seed") -> int:
    """A seed: an integer that is not negative. None draws one, below 2^63, that nobody has had.

    Raises:
        ConfigError: naming it.
    """
    if value is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0]) >> 1
    return integer(name, value, 0)


def integer_of_text(text: str) -> int:
    """The integer that somebody typed: 1000000, 1_000_000, 1,000,000 or 1e6.

    Raises:
        ValueError: if it is none.
    """
    try:
        number = Decimal(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
        if number.is_finite() and number.adjusted() < _MOST_DIGITS and number == number.to_integral_value():
            return int(number)
    except ArithmeticError:
        pass
    raise ValueError(f"{shown(text)} is not a whole number, such as 1000000, 1_000_000 or 1e6")
