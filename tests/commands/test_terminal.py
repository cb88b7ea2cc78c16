"""Whatever standard output and error are, commands do their work: no encoding, nobody who reads, nothing there."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from forge import cli
from forge.commands import record
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.support.terminal import UNREAD, Unread, outlets
from forge.support.waiting import Patience, doing

SMALL = "--worlds 1 --world.spawn.cap 8 --world.terrain.side 32 --learning.ticks 2 --minutes 0 --steps 200"
TRAIN = f"train law --folder run --log-seconds 0.01 {SMALL}".split()
RECORD = ["record", "law", "--ticks", "2", "--out", "a.replay"]


def forge(arguments: list[str], cwd: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "forge.cli", *arguments]
    return subprocess.run(command, capture_output=True, cwd=cwd, env={**os.environ, **settings}, timeout=300)


def unread(arguments: list[str], cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs a command into a pipe whose reader has left, as `| head` leaves."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "forge.cli", *arguments]
    try:
        return subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=cwd, timeout=300)
    finally:
        os.close(writer)


def closed(arguments: list[str], cwd: Path) -> int:
    """Runs a command whose standard input, output and error are all closed; returns its exit status."""
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-m", "forge.cli", *arguments]
    return subprocess.run(command, cwd=cwd, timeout=300).returncode


def test_what_an_encoding_lacks_is_printed_as_a_question_mark(tmp_path: Path) -> None:
    done = forge(TRAIN, tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"lifetime ? ticks" in done.stdout  # a dash: nobody had died by the first line
    assert condition(Run(tmp_path / "run")).state == "finished"


def test_a_tournament_in_latin_1_is_shown_and_kept(tmp_path: Path) -> None:
    small = ["--world", "law", "--worlds", "2", "--ticks", "5", "--warmup", "5", "--horizon", "5", "--folder", "out"]
    done = forge(["tournament", "random", *small], tmp_path, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"written: out/report.md" in done.stdout.replace(b"\\", b"/")
    assert (tmp_path / "out" / "report.md").is_file()


def test_whoever_asks_for_another_treatment_of_errors_gets_it(tmp_path: Path) -> None:
    done = forge(["train", "--help"], tmp_path, PYTHONIOENCODING="ascii:backslashreplace")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u03bb of the advantage" in done.stdout


def test_training_goes_on_when_nobody_reads(tmp_path: Path) -> None:
    done = unread(TRAIN, tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert condition(Run(tmp_path / "run")).state == "finished"


@pytest.mark.parametrize("arguments", [["runs", "."], ["--help"], ["record", "--help"]])
def test_what_only_prints_ends_when_nobody_reads(arguments: list[str], tmp_path: Path) -> None:
    done = unread(arguments, tmp_path)
    assert (done.returncode, done.stderr) == (UNREAD, b"")


def test_a_full_disk_behind_standard_output_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "forge.cli", "runs", "."]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, timeout=300)
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_standard_files_a_replay_is_recorded(tmp_path: Path) -> None:
    assert closed(RECORD, tmp_path) == 0
    done = forge(["record", "law", "--ticks", "2", "--out", "b.replay"], tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "a.replay").read_bytes() == (tmp_path / "b.replay").read_bytes()


def test_what_others_print_does_not_get_into_files(tmp_path: Path) -> None:
    """A file that is opened while standard output is closed must not take its number, in a child neither."""
    script = """
import os, subprocess, sys
from forge.support.terminal import outlets
CHILD = 'import os; file = open("child", "wb"); os.write(1, b"printed")'
with outlets(), open("kept", "wb") as kept:
    os.write(1, b"from a library")
    print("from here", flush=True)
    subprocess.run([sys.executable, "-c", CHILD], check=True)
    kept.write(b"kept")
"""
    shell = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", script]
    assert subprocess.run(shell, cwd=tmp_path, timeout=60).returncode == 0
    assert [(tmp_path / name).read_bytes() for name in ("kept", "child")] == [b"kept", b""]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("train", True),
        ("runs", False),
        ("bench world", False),
        ("bench world --json=a.json", True),
        ("tournament random --folder out", True),
        ("tournament random", False),
        ("train --help", False),
        ("", False),
    ],
)
def test_which_commands_leave_something_behind(line: str, kept: bool) -> None:
    assert cli.keeps(line.split()) == kept


def test_streams_are_what_they_were_afterwards() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(Unread), outlets(needed=True):
        raise Unread
    assert (sys.stdout, sys.stderr) == before


class Clock:
    """A time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float, patience: Patience) -> None:
        """Looks, lets time pass, and looks again."""
        patience.look()
        self.now += seconds
        patience.look()


def test_silence_is_broken_after_five_seconds_and_then_more_and_more_rarely() -> None:
    said, clock = [], Clock()
    patience = Patience(lambda what: said.append((clock.now, what)), 5.0, clock)
    clock.wait(100, patience)
    assert said == []  # nothing is being done
    with doing("making maps") as task:
        for _ in range(200):
            clock.wait(1, patience)
            task.what = "making more maps"
    assert [when - 100 for when, _ in said] == [5, 15, 35, 75, 135, 195]
    assert {what for _, what in said} == {"making more maps"}


def test_whatever_is_heard_starts_the_silence_anew() -> None:
    said: list[str] = []
    clock = Clock()
    patience = Patience(said.append, 5.0, clock)
    with doing("training"):
        for _ in range(10):
            clock.wait(4, patience)
            patience.heard()
        assert said == []
        with doing("compiling"):
            clock.wait(4, patience)
            clock.wait(1, patience)
    assert said == ["compiling"]
    for _ in range(20):  # many short tasks, each of which ends before anybody could ask
        with doing("making an update"):
            clock.wait(4, patience)
    assert said == ["compiling"]


def test_compiling_is_said() -> None:
    import numba
    from numba.extending import overload

    import forge.blade.compiled.jit  # noqa: F401 - from here on

    said: list[str] = []
    clock = Clock()
    patience = Patience(said.append, 5.0, clock)

    def looked_at() -> None: ...

    @overload(looked_at)
    def of_looked_at():  # type: ignore[no-untyped-def] # runs while Numba compiles
        clock.wait(6, patience)
        return lambda: None

    numba.njit(lambda: looked_at())()
    assert said == ["compiling"]
    clock.wait(6, patience)
    assert said == ["compiling"]


def test_a_command_says_what_takes_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(*_: object) -> None:
        while "recording" not in sys.stderr.getvalue():  # type: ignore[attr-defined] # of pytest
            time.sleep(0.01)
        (tmp_path / "a.replay").touch()

    monkeypatch.setenv("FORGE_PATIENCE", "5")
    ticking = itertools.count(0.0, 60.0)
    monkeypatch.setattr(cli, "Patience", partial(Patience, clock=ticking.__next__))
    monkeypatch.setattr(record, "record", slow)
    assert cli.main(["record", "law", "--out", str(tmp_path / "a.replay")]) == 0
    assert "forge record: recording\n" in capsys.readouterr().err


def test_patience_is_a_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORGE_PATIENCE", "soon")
    assert cli.main(["runs"]) == 2
    assert capsys.readouterr().err == "forge: FORGE_PATIENCE = 'soon' must be a number of seconds, or inf\n"
