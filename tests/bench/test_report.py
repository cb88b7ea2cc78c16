"""Tables, JSON and Markdown from rows made by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from forge.bench.report import Report, Section, between, fixed, measured, text, timing

MACHINE = {
    "cpu": "A 1",
    "threads": 2,
    "memory_gb": 4.0,
    "system": "S",
    "python": "3.11",
    "versions": {"numpy": "2.0", "torch": None},
    "commit": None,
    "load": 0.5,
    "started": "now",
}


def section(rows: list[dict[str, Any]]) -> Section:
    columns = (
        text("rules", "rules"),
        text("slots", "slots"),
        fixed("alive", "alive", 1),
        measured("ns", "cost_ns", 0),
        between("range", "cost_ns", 1),
        measured("M/s", "steps_per_second", 1, 1e6, "most"),
    )
    return Section("Speed", "As it was.", columns, rows)


def row(costs: list[float]) -> dict[str, Any]:
    return {"rules": "Law", "slots": 4096, "alive": 99.96, **timing(costs, [2.0] * len(costs))}


def test_timing_turns_nanoseconds_into_steps_per_second() -> None:
    found = timing([100.0, 50.0, 200.0])
    assert found["cost_ns"]["median"] == 100
    # 1e9 / 50 ns is the best of 20 M, 10 M and 5 M steps a second
    assert found["steps_per_second"] == pytest.approx(
        {"median": 10e6, "low": 6e6, "high": 18e6, "least": 5e6, "most": 20e6, "rounds": 3}
    )
    assert "ratio" not in found


def test_cells_show_the_parts_of_a_row() -> None:
    # of 50 and 100: the median is 75, the 10th percentile 55, the 90th 95, and the best 1e9 / 50 a second
    assert section([row([50.0, 100.0])]).cells() == [["Law", "4,096", "100.0", "75", "55.0–95.0", "20.0"]]


def test_what_is_missing_is_shown_as_a_dash() -> None:
    assert fixed("alive", "alive", 1).show({"alive": None}) == "–"


def test_markdown_is_a_table_with_its_title_and_note() -> None:
    lines = section([row([50.0])]).markdown().splitlines()
    assert lines[0] == "## Speed"
    assert lines[2] == "| rules | slots | alive | ns | range | M/s |"
    assert lines[3] == "| --- | ---: | ---: | ---: | ---: | ---: |"
    assert lines[4] == "| Law | 4,096 | 100.0 | 50 | 50.0–50.0 | 20.0 |"
    assert lines[6] == "As it was."


def test_every_section_is_written_as_soon_as_it_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, page = tmp_path / "found.json", tmp_path / "found.md"
    report = Report("world", MACHINE, {"quick": True}, file, page)
    assert json.loads(file.read_text())["sections"] == {}
    report.add("speed", section([row([50.0])]))
    data = json.loads(file.read_text())
    assert data == {
        "benchmark": "world",
        "machine": MACHINE,
        "settings": {"quick": True},
        "sections": {"speed": {"title": "Speed", "note": "As it was.", "rows": [row([50.0])]}},
    }
    assert "| Law | 4,096 |" in page.read_text()
    said = capsys.readouterr().out
    assert "numpy 2.0; commit unknown" in said
    assert "say nothing of the machine" in said
    assert "55" not in said
    assert "50.0–50.0" in said
