"""Live progress of a training run in the terminal; plain lines where there is no terminal."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from forge.experiments.runs.run import Run
from forge.experiments.statistics.amounts import amount
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import interval

_PLAIN_EVERY = 10.0  # seconds between two lines where there is no terminal
_FORECAST_AFTER = 5.0  # seconds of training from which its speed is known well enough to say how long the rest takes

#: What the terminal shows of a line: heading, name of the metric, form of the number.
_COLUMNS = (
    ("agent steps", "steps", ","),
    ("steps/s", "steps_per_second", ","),
    ("updates", "updates", ","),
    ("lifetime", "lifetime", ".1f"),
    ("living", "living", ".1f"),
    ("entropy", "entropy", ".2f"),
    ("expl. var.", "explained_variance", ".2f"),
    ("KL", "approx_kl", ".4f"),
)


class Progress:
    """Shows every line of metrics of a run. Use as a context manager.

    Args:
        run: that trains.
        console: to write to.
    """

    def __init__(self, run: Run, console: Console | None = None) -> None:
        self.run, self.console = run, console or Console()
        session = run.training.run
        self._steps, self._guests = session.steps, [guest.name for guest in session.guests]
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(None), TextColumn("{task.fields[left]}"), console=self.console
        )
        self._task = self._bar.add_task("training", total=1.0, left="")
        self._live: Live | None = None
        self._said = -_PLAIN_EVERY
        self._forecast = bool(session.steps)  # whether there is one to make
        self._last: dict[str, Any] = {}
        self._heldout = ""  # what the last evaluation said

    def __enter__(self) -> Self:
        self.console.print(f"training in {self.run.path} (Ctrl-C saves and stops)")
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def begin(self, table: Table) -> None:
        """Shows what the run begins with."""
        self.console.print(table)

    def show(self, line: dict[str, Any]) -> None:
        """Shows one line of metrics."""
        self._last = line
        if line.get("heldout_lifetime") is not None:
            self._heldout = _heldout(line)
            if self._live is None:
                self.console.print(self._heldout, soft_wrap=True)
        share, left = self._left(line)
        if self._forecast and line["seconds"] >= _FORECAST_AFTER:
            self._forecast = False
            self._foretell(line)
        if self._live is not None:
            self._bar.update(self._task, completed=share, left=left)
            self._live.update(Group(self._table(line), self._bar))
        elif line["seconds"] - self._said >= _PLAIN_EVERY or share >= 1:
            self._said = line["seconds"]
            self.console.print(f"{self._words(line)}, {left}", soft_wrap=True)

    def _foretell(self, line: dict[str, Any]) -> None:
        """Says how long the agent steps of the run take on this machine."""
        left = (self._steps - line["steps"]) / max(line["steps_per_second"], 1e-9)
        if left > 0:
            self.console.print(
                f"{amount(self._steps)} agent steps take about {clock(line['seconds'] + left)} min on this "
                "machine",
                soft_wrap=True, highlight=False,
            )  # fmt: skip

    def conclude(self, limit: str | None) -> None:
        """Says what was reached, which limit ended it, and where it is."""
        if self._last:
            self.console.print(f"trained {self._words(self._last)}", soft_wrap=True)
        if limit is not None:
            self.console.print(f"ended by its limit of {limit}", soft_wrap=True, highlight=False)
        self.console.print(f"run folder: {self.run.path}", soft_wrap=True)

    def _left(self, line: dict[str, Any]) -> tuple[float, str]:
        """The share that is done, and the time left in words."""
        share = self.run.training.share(line["steps"], line["seconds"], line["lives"])
        if share is None:
            return 0.0, "no limit"
        seconds = line["seconds"] * (1 - share) / max(share, 1e-9)
        return share, f"{clock(seconds)} left"

    def _words(self, line: dict[str, Any]) -> str:
        lifetime = _ticks(line["lifetime"])
        done = f"{amount(line['steps'])} agent steps in {line['seconds']:.0f} s"
        rate = f"{amount(line['steps_per_second'])} steps/s"
        others = ", ".join(f"{name} {_ticks(line[f'lifetime_{name}'])}" for name in self._guests)
        beside = f" ({others})" if others else ""
        return f"{done}: {rate}, lifetime {lifetime} ticks{beside}, {line['living']:.1f} living a world"

    def _table(self, line: dict[str, Any]) -> Table:
        table = Table(box=None, pad_edge=False)
        for heading, _, _ in _COLUMNS:
            table.add_column(heading, justify="right")
        values = [(line.get(name), form) for _, name, form in _COLUMNS]
        table.add_row(*("–" if value is None else f"{value:{form}}" for value, form in values))
        populations = Table(box=None, pad_edge=False, title="lifetime by population", title_justify="left")
        for p in range(len(line["lifetimes"])):
            populations.add_column(str(p), justify="right")
        populations.add_row(*map(_ticks, line["lifetimes"]))
        outer = Table.grid()
        outer.add_row(table)
        outer.add_row(populations)
        if self._guests:
            outer.add_row(_guests(line, self._guests))
        if self._heldout:
            outer.add_row(self._heldout)
        return outer


def _guests(line: dict[str, Any], names: list[str]) -> Table:
    """How long those live who share the worlds and do not learn."""
    table = Table(box=None, pad_edge=False, title="lifetime of others in the same worlds", title_justify="left")
    for name in names:
        table.add_column(name, justify="right")
    table.add_row(*(_ticks(line[f"lifetime_{name}"]) for name in names))
    return table


def _ticks(lifetime: float | None) -> str:
    return "–" if lifetime is None else f"{lifetime:.1f}"


def clock(seconds: float) -> str:
    """A time in minutes and seconds, such as 2:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _heldout(line: dict[str, Any]) -> str:
    """What the held-out evaluation in a line of metrics says, in words."""
    ends = [line[f"heldout_lifetime{end}"] for end in ("", "_low", "_high")]
    found = Estimate(*(math.nan if end is None else end for end in ends))
    return f"held out at {amount(line['steps'])} agent steps: lifetime {interval(found)} ticks"
