"""Two commits against each other: the interval by hand, and the command with this checkout on both sides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forge.bench.commits.against import median_interval
from tests.forked import forge

ROOT = Path(__file__).resolve().parents[2]


def test_the_interval_of_a_median_by_hand() -> None:
    """Of 6: all on one side of the median have 2/64 = 3.1 %, so 96.9 % lie between the least and the greatest.

    Of 20: up to 5 on one side have 21,700 of 1,048,576 = 2.07 %, up to 6 already 5.8 %: the 6th lowest and highest.
    """
    assert median_interval([3, 1, 2, 6, 5, 4]) == (1, 6)
    assert median_interval([*range(20)]) == (5, 14)
    assert median_interval([2, 1]) == (1, 2)  # too few to say anything


def test_a_checkout_is_timed_against_another(tmp_path: Path) -> None:
    page = tmp_path / "against.json"
    done = forge("bench", "world", "--quick", "--against", ROOT, "--json", page)
    assert done.returncode == 0, done.stderr
    sections = json.loads(page.read_text())["sections"]
    assert [row["timed"] for section in sections.values() for row in section["rows"]] == ["Law", "Chaos", "first step"]
    for row in (row for section in sections.values() for row in section["rows"]):
        assert 0 < row["ratio"]["low"] <= row["ratio"]["median"] <= row["ratio"]["high"]
        assert row["ratio"]["rounds"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("world", "--against", "nowhere"), "--against nowhere must be a checkout of this project"),
        (("world", "speed", "--against", "."), "--against times whole steps; it takes no speed beside it"),
        (("train", "--rounds", "3"), "--rounds 3 says how often two commits take turns; it needs --against PATH"),
        (("world", "--rounds", "0", "--against", str(ROOT)), "--rounds 0 must be at least 1"),
    ],
)
def test_what_cannot_be_compared_is_said(words: tuple[str, ...], said: str) -> None:
    done = forge("bench", *words)
    assert done.returncode != 0
    assert said in done.stderr
