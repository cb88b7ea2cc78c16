"""Live progress of a study in the terminal; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from forge.experiments.statistics.amounts import amount
from forge.experiments.studies.framework.cost import Cost

_WORDS = {"steps": "agent steps", "lives": "lives"}
_PLAIN_EVERY = 30.0  # seconds between two lines about the same run where there is no terminal


class Watch:
    """Shows which run or measurement of how many is at work, and the time left. Use as a context manager.

    Args:
        limits: what ends each run, by its name: `Need.limit`.
        cost: what is left to do.
        console: to write to.
    """

    def __init__(self, limits: Mapping[str, tuple[str, int]], cost: Cost, console: Console) -> None:
        self.limits, self.console = limits, console
        self._expected = {**cost.needs, **cost.measurements}
        self._total = max(cost.total, 1e-9)
        self._count, self._number, self._name = len(self._expected), 0, ""
        self._done = self._share = 0.0  # of the expected seconds; of the one at work
        self._started = self._said = 0.0
        self._first: int | None = None
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
        self._name, self._share, self._first = name, 0.0, None
        self._number += 1
        self._said = time.monotonic()
        self._show("")

    def show(self, line: dict[str, Any]) -> None:
        """A line of metrics of the run that trains."""
        unit, total = self.limits[self._name]
        if self._first is None:
            self._first = line[unit]
        self._share = (line[unit] - self._first) / max(1, total - self._first)
        lifetime = "–" if line["lifetime"] is None else f"{line['lifetime']:.1f}"
        rate = f"{amount(line['steps_per_second'])} agent steps/s"
        words = f"{amount(line[unit])} of {amount(total)} {_WORDS[unit]}, {rate}, lifetime {lifetime}"
        self._show(words, after=_PLAIN_EVERY)

    def end(self, name: str) -> None:
        """A run or a measurement is done."""
        self._done += self._expected.get(name, 0.0)
        self._share = 0.0

    def _show(self, words: str, after: float = 0.0) -> None:
        title = f"{self._number} of {self._count}: {self._name}" + (f", {words}" if words else "")
        if self.console.is_terminal:
            self._bars.update(self._whole, completed=self._progress(), description=title, left=self._left())
        elif time.monotonic() - self._said >= after:
            self._said = time.monotonic()
            self.console.print(f"{title}; {self._left()}", soft_wrap=True, highlight=False)

    def _progress(self) -> float:
        """The share of the expected seconds that is done."""
        return min(1.0, (self._done + self._share * self._expected.get(self._name, 0.0)) / self._total)

    def _left(self) -> str:
        """The time left: what was expected, corrected by how long the part that is done really took."""
        share, elapsed = self._progress(), time.monotonic() - self._started
        trust = min(1.0, elapsed / 60)
        seconds = (1 - share) * ((1 - trust) * self._total + trust * elapsed / max(share, 1e-3))
        return f"{duration(seconds)} left"


def duration(seconds: float) -> str:
    """Seconds, minutes or hours in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
