"""Small numbers are not rounded away, and big ones are short."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from forge.bench.report import decimals
from forge.experiments.amounts import amount
from forge.experiments.progress import Progress
from forge.experiments.run import Run
from forge.experiments.settings import Training


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.02, "0.02"), (7.25, "7.25"), (431, "431"), (999.4, "999"), (999.6, "1 k"), (12_345, "12.3 k")]
    + [(999_499, "999 k"), (999_500, "1 M"), (2_051_000, "2.05 M"), (30e9, "30 G")],
)
def test_three_digits_count(value: float, text: str) -> None:
    assert amount(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0, 2, "0.00"), (0.0042, 2, "0.0042"), (0.09, 2, "0.09"), (1.239, 2, "1.24"), (12_345.6, 1, "12,345.6")],
)
def test_a_table_hides_no_small_rate(value: float, digits: int, text: str) -> None:
    assert decimals(value, digits) == text


def test_a_slow_run_shows_its_rate(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=200)
    line = {"seconds": 100.0, "steps": 1234, "lives": 0, "steps_per_second": 12, "lifetime": None, "living": 3.0}
    with Progress(Run.create(tmp_path / "run", Training()), console) as progress:
        progress.show(line)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1.23 k agent steps in 100 s: 12 steps/s" in shown
