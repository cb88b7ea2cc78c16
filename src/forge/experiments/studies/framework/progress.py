"""Live progress of a study in the terminal; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from forge.experiments.statistics.amounts import amount
from forge.experiments.studies.framework.cost import Cost

_WORDS = {"steps": "agent steps", "lives": "lives"}
_PLAIN_EVERY = 30.0  # seconds between two lines about the same run where there is no terminal


@dataclass
class _Work:
    """A run or a measurement at work."""

    number: int  # of all, in the order they began
    said: float  # when something was last said of it [s]
    first: dict[str, int] = field(default_factory=dict)  # what its first line told of whatever ends it
    share: float = 0.0  # of what was left of it then that is done
    words: str = ""  # about how far it is


class Watch:
    """Shows which runs or measurements of how many are at work, and the time left. Use as a context manager.

    Args:
        limits: what ends each run, by its name: `Need.limits`.
        cost: what is left to do.
        console: to write to.
    """

    def __init__(self, limits: Mapping[str, Mapping[str, int]], cost: Cost, console: Console) -> None:
        self.limits, self.console = limits, console
        self._expected = {**cost.needs, **cost.measurements}
        self._total = max(cost.total, 1e-9)
        self._count, self._number = len(self._expected), 0
        self._at_work: dict[str, _Work] = {}
        self._done = self._started = 0.0  # expected seconds of what is done; when it began
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(None), TextColumn("{task.fields[left]}"), console=console
        )
        self._whole = self._bars.add_task("", total=1.0, left="")

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        if self.console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, name: str) -> None:
        """A run or a measurement begins."""
        self._number += 1
        self._at_work[name] = _Work(self._number, time.monotonic())
        self._show(name)

    def show(self, name: str, line: dict[str, Any]) -> None:
        """A line of metrics of a run that trains."""
        work, limits = self._at_work[name], self.limits[name]
        work.first = work.first or {unit: line[unit] for unit in limits}
        done = {unit: (line[unit] - first, limits[unit] - first) for unit, first in work.first.items()}
        shares = {unit: part / max(1, whole) for unit, (part, whole) in done.items()}
        unit = max(shares, key=shares.__getitem__)  # what will end it, as it goes
        work.share, total = shares[unit], limits[unit]
        lifetime = "–" if line["lifetime"] is None else f"{line['lifetime']:.1f}"
        rate = f"{amount(line['steps_per_second'])} agent steps/s"
        work.words = f", {amount(line[unit])} of {amount(total)} {_WORDS[unit]}, {rate}, lifetime {lifetime}"
        self._show(name, after=_PLAIN_EVERY)

    def end(self, name: str) -> None:
        """A run or a measurement is done."""
        self._done += self._expected.get(name, 0.0)
        self._at_work.pop(name, None)

    def _show(self, name: str, after: float = 0.0) -> None:
        if self.console.is_terminal:
            titles = "\n".join(map(self._title, self._at_work))
            self._bars.update(self._whole, completed=self._progress(), description=titles, left=self._left())
        elif time.monotonic() - self._at_work[name].said >= after:
            self._at_work[name].said = time.monotonic()
            self.console.print(f"{self._title(name)}; {self._left()}", soft_wrap=True, highlight=False)

    def _title(self, name: str) -> str:
        work = self._at_work[name]
        return f"{work.number} of {self._count}: {name}{work.words}"

    def _progress(self) -> float:
        """The share of the expected seconds that is done."""
        begun = sum(work.share * self._expected.get(name, 0.0) for name, work in self._at_work.items())
        return min(1.0, (self._done + begun) / self._total)

    def _left(self) -> str:
        """The time left: what was expected, corrected by how long the part that is done really took."""
        share, elapsed = self._progress(), time.monotonic() - self._started
        trust = min(1.0, elapsed / 60) if share else 0.0
        seconds = (1 - share) * ((1 - trust) * self._total + trust * elapsed / max(share, 1e-3))
        return f"{duration(seconds)} left"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
