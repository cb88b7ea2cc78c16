"""`forge bench viewer` as a user runs it: it measures what it says, and watching changes nothing in the world."""

import contextlib
import json
import signal
from typing import Any

import pytest

from forge.bench.process import Process
from forge.cli import main

SIGHTS = ["page", "server", "crowd"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Everything that is measured, of a small world that lives for a moment."""
    file = tmp_path_factory.mktemp("bench") / "viewer.json"
    assert main(["bench", "viewer", "--quick", "--json", str(file)]) == 0
    return dict(json.loads(file.read_text()))


def test_every_section_is_measured(found: dict[str, Any]) -> None:
    assert found["benchmark"] == "viewer"
    assert found["settings"] == {"quick": True, "seed": 0, "rounds": 2, "ticks": 5}
    assert list(found["sections"]) == SIGHTS


def test_the_page_tells_its_time_and_what_it_drew(found: dict[str, Any]) -> None:
    near, far = found["sections"]["page"]["rows"]
    assert (near["view"], far["view"]) == ("near", "far")
    for row in (near, far):
        assert (row["slots"], row["side"]) == (32, 40)
        assert 20 <= row["agents"] <= 32
        assert 0 < row["scriptMs"]["least"] <= row["scriptMs"]["most"]
        assert row["drawCalls"] >= 3
        assert row["triangles"] > 1000
    assert near["ratio"]["median"] == 1
    assert far["ratio"]["median"] > 0


def test_viewers_get_every_frame_and_change_nothing(found: dict[str, Any]) -> None:
    (row,) = found["sections"]["server"]["rows"]
    assert row["viewers"] == 20
    assert row["frames"] > 2
    assert row["same"] == "yes"


def test_a_hundred_connections_leave_the_world_as_it_is(found: dict[str, Any]) -> None:
    none, many = found["sections"]["crowd"]["rows"]
    assert (none["connections"], many["connections"]) == ("none", "100")
    assert none["ticks"] == many["ticks"] == 10
    assert none["hash"] == many["hash"]
    assert many["same"] == "yes"


def test_a_process_that_fails_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    with Process("forge.bench.watched", {"nonsense": 1}) as process, pytest.raises(RuntimeError, match="status 1"):
        process.hear()
    assert "nonsense" in capfd.readouterr().err


def test_a_process_that_does_not_end_is_killed_and_its_pipes_are_closed() -> None:
    # The crowd waits for a server that is not there, whatever becomes of its input.
    with Process("forge.bench.crowd", {"port": 1, "kinds": {"watching": 1}}, patience=0.0) as process:
        ended = process._process
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdin is not None
    assert ended.stdout is not None
    assert ended.stdin.closed
    assert ended.stdout.closed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--rounds", "0"], "--rounds 0 must be at least 1"), (["pages"], "'pages'"), (["--seed", "-1"], "--seed -1")],
)
def test_what_is_asked_wrongly_is_named(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        assert main(["bench", "viewer", *arguments]) == 1
    assert message in capsys.readouterr().err
