"""Errors that name what was wrong, what was given and what is allowed."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import math
from collections.abc import Sequence
from typing import Any, NamedTuple


class ConfigError(ValueError):
    """A configuration that cannot be."""


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


def did_you_mean(what: str, given: str, known: Sequence[str]) -> str:
    """The message for an unknown name, with the nearest known one."""
    if len(given) > max(map(len, known), default=0) + 50:
        return f"unknown {what} {shown(given)} (known: {', '.join(known)})"
    close = difflib.get_close_matches(given, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"unknown {what} {given!r}{hint} (known: {', '.join(known)})"


def check_fields(section: Any) -> None:
    """Checks the dataclass `section` against its annotations and the limits or options in its fields' metadata.

    Raises:
        ConfigError: naming the section, the field, the value and what is allowed.
    """
    for f in dataclasses.fields(section):
        name = f"{getattr(section, '_table', type(section).__name__.lower())}.{f.name}"
        value = _check_type(name, str(f.type), getattr(section, f.name))
        object.__setattr__(section, f.name, value)
        if limits := f.metadata.get("limits"):
            if not limits.low <= value <= limits.high:
                raise ConfigError(f"{name} = {shown(value)} is out of range; allowed are {limits.low} .. {limits.high}")
        if (options := f.metadata.get("options")) and value not in options:
            raise ConfigError(f"{name} = {shown(value)} is unknown; allowed are {', '.join(map(repr, options))}")


def _check_type(name: str, wanted: str, value: Any) -> Any:
    if wanted == "float" and isinstance(value, int) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # what no float can hold stays what it is, and is refused
            value = float(value)
    if type(value).__name__ != wanted:
        raise ConfigError(f"{name} = {shown(value)} must be {wanted}, not {type(value).__name__}")
    if wanted == "float" and not math.isfinite(value):
        raise ConfigError(f"{name} = {value} must be finite")
    return value
