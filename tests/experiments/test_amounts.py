"""Small numbers are not rounded away, and big ones are short."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from forge.bench.report import decimals
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.statistics.amounts import amount
from forge.experiments.training.progress import Progress


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


def test_a_run_of_agent_steps_says_once_how_long_they_take_here(tmp_path: Path) -> None:
    """After 10 s and 1 M of 3 M agent steps at 50 k a second, 2 M more take 40 s: 50 s in all."""
    console = Console(file=io.StringIO(), width=200)
    line = {"steps": 100_000, "seconds": 1.0, "lives": 0, "steps_per_second": 10, "lifetime": None, "living": 3.0}
    training = Training(Session(steps=3_000_000, minutes=0))
    with Progress(Run.create(tmp_path / "run", training), console) as progress:
        progress.show(line)
        assert "take about" not in console.file.getvalue()  # type: ignore[attr-defined]
        for seconds in (10.0, 20.0):
            progress.show({**line, "steps": 1_000_000, "seconds": seconds, "steps_per_second": 50_000})
    assert console.file.getvalue().count("take about") == 1  # type: ignore[attr-defined]
    assert "3 M agent steps take about 0:50 min on this machine" in console.file.getvalue()  # type: ignore[attr-defined]
