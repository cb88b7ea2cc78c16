"""metrics.jsonl: a line of JSON every few seconds, read so that a damaged line costs no other.

A damaged line is named by its number and left in the file, until the run goes on: it is then set aside.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from forge.ethyr.learning.metrics import METRICS
from forge.support.checks import ConfigError, shown
from forge.support.documents import LARGEST, parse_json


class Line(NamedTuple):
    """One line of the file, or, of one that is too long, a piece."""

    number: int  # from 1 on
    data: bytes  # as it is in the file
    values: dict[str, Any] | None  # None if it is damaged
    fault: str  # what is wrong with it; empty if nothing is


#: Which values are a number, and which one by population.
_SCALARS = {metric.name for metric in METRICS}
_LISTS = {metric.each for metric in METRICS if metric.each}
_NAMED = 3  # damaged lines that a message names


def text_of(metrics: Mapping[str, Any]) -> str:
    """The line of some metrics; what is not finite becomes null, since JSON has no word for it."""
    return json.dumps(_known(metrics), allow_nan=False) + "\n"


def scalars_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """A line of metrics as numbers by name, as TensorBoard and other trackers take them.

    Args:
        metrics: the line. Of a list by population, as of `lifetimes`, each number gets a name of its own,
            `lifetimes/population_0` and so on. What is None, because it is not known, is left out.
    """
    flat: dict[str, Any] = {}
    for name, value in metrics.items():
        listed = isinstance(value, list)
        flat |= {f"{name}/population_{p}": x for p, x in enumerate(value)} if listed else {name: value}
    return {name: value for name, value in flat.items() if _is_number(value)}


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of a file, good and damaged; none if there is no file.

    A last line that was cut off, as one is that a process was killed in, is left out.

    Raises:
        ConfigError: if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            number, begun = 1, True
            while data := file.readline(LARGEST):
                whole = data.endswith(b"\n")
                long = not begun or (not whole and len(data) == LARGEST)
                line = Line(number, data, None, "it is too long") if long else _read(number, data)
                if whole or long or line.values is not None:
                    yield line
                number, begun = number + whole, whole
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error


def values_of(data: bytes) -> dict[str, Any] | None:
    """What one line holds; None if it is damaged."""
    return _read(1, data).values


def told(path: Path, damaged: list[Line]) -> str:
    """Which lines of a file are damaged and how; empty if none is."""
    named = [f"line {line.number} is damaged, {line.fault}" for line in damaged[:_NAMED]]
    more = [f"and so are {len(damaged) - _NAMED} more"] if len(damaged) > _NAMED else []
    return f"{path}: {'; '.join([*named, *more])}" if damaged else ""


def _read(number: int, data: bytes) -> Line:
    try:
        values = parse_json(data, "it", nan=True)
    except ConfigError as error:
        return Line(number, data, None, str(error))
    if fault := _fault(values):
        return Line(number, data, None, fault)
    return Line(number, data, _known(values), "")


def _fault(values: Any) -> str:
    if not isinstance(values, dict):
        return f"it holds {shown(values)}, no numbers by name"
    steps, seconds = values.get("steps"), values.get("seconds", 0)
    if type(steps) is not int or not 0 <= steps <= 2**62:
        return f"steps is {shown(steps)}"
    if not _is_number(seconds) or not (math.isfinite(seconds) and seconds >= 0):
        return f"seconds is {shown(seconds)}"
    for name, value in values.items():
        listed = isinstance(value, list)
        if (listed and name in _SCALARS) or (name in _LISTS and not listed and value is not None):
            return f"{name} is {shown(value)}"
        if not all(one is None or _is_number(one) for one in (value if listed else [value])):
            return f"{shown(name)} is {shown(value)}"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with None for what is not finite, which Python writes into JSON and nobody else reads."""
    return {name: [*map(_finite, v)] if isinstance(v, list) else _finite(v) for name, v in values.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
