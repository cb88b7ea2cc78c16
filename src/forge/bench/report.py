"""A benchmark's results: sections of rows, shown as tables in the terminal, written as JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from forge.bench.measure import spread
from forge.support.durable import write_atomic

Row = dict[str, Any]
_PLAIN_WIDTH = 160  # columns of text where there is no terminal to ask


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how a row fills it."""

    heading: str
    show: Callable[[Row], str]


@dataclass(frozen=True)
class Section:
    """One question and its measured answer.

    Attributes:
        title: of the table.
        note: how it was measured.
        columns: of the table.
        rows: the figures; the table shows a part of them.
    """

    title: str
    note: str
    columns: Sequence[Column]
    rows: list[Row]

    def cells(self) -> list[list[str]]:
        """The table's text, row by row, without its heading."""
        return [[column.show(row) for column in self.columns] for row in self.rows]

    def table(self) -> Table:
        """For the terminal."""
        made = Table(title=self.title, title_justify="left", caption=self.note, caption_justify="left")
        for index, column in enumerate(self.columns):
            made.add_column(column.heading, justify="left" if index == 0 else "right")
        for cells in self.cells():
            made.add_row(*cells)
        return made

    def markdown(self) -> str:
        """For a page."""
        headings = [column.heading for column in self.columns]
        lines = [headings, ["---"] + ["---:"] * (len(headings) - 1), *self.cells()]
        return "\n".join([f"## {self.title}", "", *(f"| {' | '.join(line)} |" for line in lines), "", self.note, ""])


@dataclass
class Report:
    """What one command found, written again after every section, so that stopping it loses nothing.

    Attributes:
        benchmark: its name.
        machine: from `forge.support.host.machine.describe`.
        settings: what it was asked to do; `quick` tells whether it only tries itself.
        json: the file to write, if any.
        markdown: the page to write, if any.
    """

    benchmark: str
    machine: Mapping[str, Any]
    settings: Mapping[str, Any]
    json: Path | None = None
    markdown: Path | None = None
    sections: dict[str, Section] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.console = Console()
        if not self.console.is_terminal:
            self.console = Console(width=_PLAIN_WIDTH)
        self._write()
        self.console.print(self._origin(), soft_wrap=True)

    def add(self, name: str, section: Section) -> None:
        """Writes and shows one more section."""
        self.sections[name] = section
        self._write()
        self.console.print(section.table())

    def data(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "benchmark": self.benchmark,
            "machine": dict(self.machine),
            "settings": dict(self.settings),
            "sections": {n: {"title": s.title, "note": s.note, "rows": s.rows} for n, s in self.sections.items()},
        }

    def _origin(self) -> str:
        machine = self.machine
        versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items() if number)
        return (
            f"{machine['cpu']}, {machine['threads']} hardware threads, {machine['memory_gb']} GB, {machine['system']}; "
            f"Python {machine['python']}, {versions}; commit {machine['commit'] or 'unknown'}; "
            f"load {machine['load']} at {machine['started']}"
            + ("; quick: small worlds, so these figures say nothing of the machine" if self.settings["quick"] else "")
        )

    def _write(self) -> None:
        if self.json:
            write_atomic(self.json, (json.dumps(self.data(), indent=1, allow_nan=False) + "\n").encode())
        if self.markdown:
            tables = [section.markdown() for section in self.sections.values()]
            page = "\n".join([f"# forge bench {self.benchmark}", "", self._origin(), "", *tables])
            write_atomic(self.markdown, page.encode())


def timing(costs: Sequence[float], ratios: Sequence[float] | None = None) -> Row:
    """The figures of one measured thing.

    Args:
        costs: nanoseconds per agent step, one a round.
        ratios: to what it is compared with, one a round.
    """
    row = {
        "cost_ns": spread(costs)._asdict(),
        "steps_per_second": spread([1e9 / cost for cost in costs])._asdict(),
    }
    return row if ratios is None else {**row, "ratio": spread(ratios)._asdict()}


def text(heading: str, key: str) -> Column:
    """A column of words or whole numbers."""
    return Column(heading, lambda row: f"{row[key]:,}" if isinstance(row[key], int) else str(row[key]))


def decimals(value: float, digits: int) -> str:
    """A number with so many digits after the point; with two that count where those would hide a small one."""
    return f"{value:.2g}" if 0 < abs(value) < 10.0 ** (1 - digits) else f"{value:,.{digits}f}"


def fixed(heading: str, key: str, digits: int) -> Column:
    """A column of numbers as `decimals` writes them; – where there is none."""
    return Column(heading, lambda row: "–" if row[key] is None else decimals(row[key], digits))


def measured(heading: str, key: str, digits: int, unit: float = 1.0, part: str = "median") -> Column:
    """A column of the median, or another part, of a spread, in units of `unit`."""
    return Column(heading, lambda row: decimals(row[key][part] / unit, digits))


def between(heading: str, key: str, digits: int, unit: float = 1.0) -> Column:
    """A column of the 10th and the 90th percentile of a spread."""
    ends = ("low", "high")
    return Column(heading, lambda row: "–".join(decimals(row[key][end] / unit, digits) for end in ends))


#: Agent steps per second in millions, with their spread: columns of every speed.
SPEED = (measured("M steps/s", "steps_per_second", 2, 1e6), between("10–90 %", "steps_per_second", 2, 1e6))
