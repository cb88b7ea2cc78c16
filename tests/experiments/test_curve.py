"""The curve of a run, from a file of metrics that grows, shrinks and may be damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forge.experiments.watching.curve import POINTS, Curve


def line(steps: int, lifetime: float | None) -> str:
    return json.dumps({"steps": steps, "seconds": 1.0, "lifetime": lifetime}) + "\n"


@pytest.fixture
def curve(tmp_path: Path) -> Curve:
    return Curve(tmp_path / "metrics.jsonl")


def add(curve: Curve, text: str) -> None:
    with curve.path.open("a") as file:
        file.write(text)


def test_lines_are_read_once_as_they_come(curve: Curve) -> None:
    assert not curve.look()
    assert (curve.points, curve.last) == ([], {})
    add(curve, line(10, 4.0) + line(20, None) + line(30, 6.0)[:-5])  # the last one is being written
    assert curve.look()
    assert (curve.points, curve.last["steps"]) == ([(10, 4.0)], 20)
    assert not curve.look()
    add(curve, line(30, 6.0)[-5:] + "damaged\n" + line(40, 8.0))
    assert curve.look()
    assert curve.points == [(10, 4.0), (30, 6.0), (40, 8.0)]


def test_a_run_that_goes_on_from_before_is_read_anew(curve: Curve) -> None:
    add(curve, line(10, 4.0) + line(20, 5.0))
    curve.look()
    curve.path.write_text(line(10, 4.0))
    assert curve.look()
    assert curve.points == [(10, 4.0)]


def test_points_are_means_of_ever_more_lines(curve: Curve) -> None:
    add(curve, "".join(line(k, float(k)) for k in range(1, POINTS + 1)))
    curve.look()
    # pairs (1, 2), (3, 4), ...: each at its last place, with the mean 1.5, 3.5, ...
    assert curve.points[:2] == [(2, 1.5), (4, 3.5)]
    assert len(curve.points) == POINTS // 2
    add(curve, line(POINTS + 1, 1.0))
    curve.look()
    assert curve.points[-1] == (POINTS + 1, 1.0)  # half a pair
    add(curve, line(POINTS + 2, 3.0))
    curve.look()
    assert curve.points[-1] == (POINTS + 2, 2.0)
