"""`forge runs`: which metrics the table shows, how they are written, and how rows are sorted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge.cli import main
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training

LINES: dict[str, list[dict[str, Any]]] = {
    "one": [
        {"steps": 10, "lifetime": 30.0, "approx_kl": 0.5, "heldout_lifetime": 123.456},
        {"steps": 20, "lifetime": 31.0, "approx_kl": 0.0123456, "gradient_norms": [1.5, None], "deaths": 12345},
    ],
    "two": [{"steps": 30, "lifetime": 7.0, "approx_kl": None, "gradient_norms": [20.0, 30.0]}],
    "three": [{"steps": 40, "lifetime": 40.0, "approx_kl": 0.2}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs with metrics, and one that is refused."""
    monkeypatch.setenv("COLUMNS", "200")
    for name, lines in LINES.items():
        run = Run.create(tmp_path / name, Training(run=Session(worlds=1)))
        (run.path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "config.toml").write_text("odd = 1")
    return tmp_path


def listed(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[list[str], dict[str, list[str]]]:
    """The headings, and the cells of each run after those of every table."""
    assert main(["runs", str(folder), *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines if line.split()[:1] and line.split()[0] in {*LINES, "odd"}}
    return lines[1].split(), rows


def test_no_column_is_added_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    headings, rows = listed(folder, capsys)
    assert " ".join(headings) == "run state by changed agent steps minutes lifetime"
    assert rows["one"][-3:] == ["20", "0.0", "31.0"]


def test_metrics_are_columns_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is the newest value that is known: the last line of run one has no held-out lifetime, that of two no KL."""
    names = ["approx_kl", "deaths", "heldout_lifetime", "gradient_norms/population_0", "gradient_norms"]
    headings, rows = listed(folder, capsys, "--columns", *names)
    assert headings[-5:] == names
    assert rows["one"][-6:] == ["0.01235", "12,345", "123.5", "1.5", "1.5", "–"]
    assert rows["two"][-6:] == ["–", "–", "–", "20", "20", "30"]
    assert rows["three"][-5:] == ["0.2", "–", "–", "–", "–"]
    assert rows["odd"][1] == "refused"
    assert headings[:-5] == ["run", "state", "agent", "steps"]


def test_a_narrow_terminal_hides_no_metric(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    rows = listed(folder, capsys, "--columns", *["approx_kl", "deaths", "heldout_lifetime"] * 2)[1]
    assert rows["one"][-6:] == ["0.01235", "12,345", "123.5"] * 2


def test_rows_are_sorted_by_a_metric(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What has not told it comes first; a list stands for its mean, 1.5 and 25."""
    assert [*listed(folder, capsys, "--sort", "lifetime")[1]] == ["odd", "two", "one", "three"]
    assert [*listed(folder, capsys, "--sort", "approx_kl")[1]][-2:] == ["one", "three"]
    assert [*listed(folder, capsys, "--sort", "gradient_norms")[1]][-2:] == ["one", "two"]


@pytest.mark.parametrize("option", ["--columns", "--sort"])
def test_a_metric_that_there_is_not_is_one_error(option: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(folder), option, "aprox_kl"]) != 0
    captured = capsys.readouterr()
    said = " ".join((captured.out + captured.err).split())
    assert "unknown metric 'aprox_kl'; did you mean 'approx_kl'? (known: steps, rounds," in said
    assert "population_0" not in said
    assert "NAME" not in said
    listed(folder, capsys, option, "clip_fractions")  # a metric, though no run here has told it
