"""Errors that name what was wrong, what was given and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, NamedTuple


class ConfigError(ValueError):
    """A configuration that cannot be."""


class ConfigWarning(UserWarning):
    """Something about a configuration was chosen for whoever left it open."""


class Limits(NamedTuple):
    """An inclusive range."""

    low: float
    high: float


def shown(value: Any, most: int = 200) -> str:
    """A value for a message: what it is in Python, or the beginning of that where it is long."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return f"an integer of {value.bit_length()} bits" if isinstance(value, int) else f"a {type(value).__name__}"
    return text if len(text) <= most else f"{text[:most]}…"


def did_you_mean(what: str, given: Any, known: Sequence[str]) -> str:
    """The message for an unknown name, with the nearest known one."""
    if not isinstance(given, str) or len(given) > max(map(len, known), default=0) + 50:
        return f"unknown {what} {shown(given)} (known: {', '.join(known)})"
    close = difflib.get_close_matches(given, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"unknown {what} {given!r}{hint} (known: {', '.join(known)})"
