"""Counts of a replay come piece by piece when they take long."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from forge.blade.recording.replay import Replay
from forge.embyr.inspection.heatmaps import LiveHeatmaps, ReplayHeatmaps
from tests.blade.watching import record


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    record(tmp_path / "a.replay", ticks=23)
    return Replay(tmp_path / "a.replay")


def lived(replay: Replay, last: int) -> int:
    """Ticks lived by population 0 in the ticks 0 .. `last`."""
    return sum(int((replay.frame(tick).agents["population"] == 0).sum()) for tick in range(last + 1))


def test_a_call_stops_when_its_time_is_up_and_the_next_goes_on(replay: Replay) -> None:
    """The clock goes on by 1 whenever it is read, once at the start and once a frame: 4 frames in 4 seconds."""
    traces = ReplayHeatmaps(replay, 4.0, itertools.count().__next__)
    traces.shown(replay.frame(9))
    for last in (3, 7):
        counts, complete = traces.count("visits", 0)
        assert (complete, traces.ticks) == (False, (0, last))
        assert counts.sum() == lived(replay, last)
    counts, complete = traces.count("visits", 0)
    assert (complete, traces.ticks) == (True, (0, 9))
    assert counts.sum() == lived(replay, 9)


def test_live_frames_count_once_each(replay: Replay) -> None:
    traces = LiveHeatmaps(16)
    assert traces.ticks is None
    for tick in (3, 4, 4, 8, 7):
        traces.shown(replay.frame(tick))
    counts, complete = traces.count("visits", 0)
    assert (complete, traces.ticks) == (True, (3, 8))
    assert counts.sum() == sum(int((replay.frame(t).agents["population"] == 0).sum()) for t in (3, 4, 8))
    counts[:] = 0
    assert traces.count("visits", 0)[0].sum() > 0
    assert traces.count("visits", 9)[0].sum() == 0
