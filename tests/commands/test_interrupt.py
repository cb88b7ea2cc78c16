"""Ctrl-C, once and again, wherever it strikes: a sentence that says where things are, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TINY = ("--steps", "1000000000", "--threads", "1", "--worlds", "2", "--log-seconds", "0.01", "--world.spawn.cap", "16")

# What is run in place of `python -m forge.cli`: at a place of our choice the process sends itself a signal.
AT = """
import os, signal, sys
from forge import cli

def strike():
    os.kill(os.getpid(), signal.SIGINT)

{patch}

sys.argv[0] = "forge"
sys.exit(cli.main())
"""

IMPORTING = """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{name}":
            strike()
sys.meta_path.insert(0, Finder())
"""

TRAINING = """
from forge.experiments.training import train
def struck(method, times, when=1):
    calls = 0
    def call(*given, **options):
        nonlocal calls
        calls += 1
        if calls == when:
            for _ in range(times):
                strike()
        return method(*given, **options)
    return call
"""
COMPILING = TRAINING + "train.Trainer.compile = struck(train.Trainer.compile, 1)"
MAKING = TRAINING + "train.Run.create = struck(train.Run.create, 1)"
ONCE = TRAINING + "train.Trainer.update = struck(train.Trainer.update, 1, 5)"
TWICE = TRAINING + "train.Trainer.update = struck(train.Trainer.update, 2, 5)"
SAVING = TRAINING + "train.Trainer.update = struck(train.Trainer.update, 1, 5)\n"
SAVING += "train.Trainer.save = struck(train.Trainer.save, 1, 2)"
# a library that makes an error of its own of it
HIDDEN = """
def hide():
    try:
        strike()
    except KeyboardInterrupt:
        raise ImportError("something is broken") from None
from forge.commands import runs
runs.find = lambda folder: hide()
"""


def forge(patch: str, *arguments: str, cwd: Path) -> tuple[int, str, str]:
    """The exit code of a command that is struck, what it printed, and what it said of its end."""
    command = [sys.executable, "-c", AT.format(patch=patch), *arguments]
    patient = {**os.environ, "FORGE_PATIENCE": "inf"}  # nothing else is said, however slow the machine is
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=patient, timeout=600, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "name", ["forge.support.durable", "numba", "torch", "tyro", "forge.experiments.training.train"]
)
def test_while_importing(name: str, tmp_path: Path) -> None:
    for command in ("train", "watch") if name == "numba" else ("train",):
        code, _, said = forge(IMPORTING.format(name=name), command, "law", cwd=tmp_path)
        assert (code, said) == (130, f"forge {command}: stopped before it began\n")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        (COMPILING, "stopped at once; the checkpoint at 0 agent steps stands"),
        (TWICE, "stopped at once; the checkpoint at 0 agent steps stands"),
        (SAVING, "stopped at once; the checkpoint at 0 agent steps stands"),
    ],
    ids=["compiling", "twice", "saving"],
)
def test_at_once(patch: str, said: str, tmp_path: Path) -> None:
    code, _, error = forge(patch, "train", "law", "--folder", "run", *TINY, cwd=tmp_path)
    assert (code, error) == (130, f"forge train: {said}; to go on: forge train --resume run\n")
    # nothing is half written
    assert [path.name for path in (tmp_path / "run" / "checkpoints").iterdir()] == [f"{0:015d}"]
    code, _, error = forge("", "train", "--resume", "run", "--steps", "100", cwd=tmp_path)
    assert code == 0, error


def test_once_and_nothing_is_lost(tmp_path: Path) -> None:
    code, _, error = forge(ONCE, "train", "law", "--folder", "run", *TINY, cwd=tmp_path)
    last = max(int(path.name) for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert last > 0
    assert error == f"forge train: stopped after {last:,} agent steps; to go on: forge train --resume run\n"
    assert code == 130


def test_before_there_is_a_run(tmp_path: Path) -> None:
    code, _, error = forge(MAKING, "train", "law", "--folder", "run", *TINY, cwd=tmp_path)
    assert (code, error) == (130, "forge train: stopped\n")
    assert not [*tmp_path.iterdir()]


def test_what_a_library_makes_of_it_is_not_shown(tmp_path: Path) -> None:
    code, _, error = forge(HIDDEN, "runs", ".", cwd=tmp_path)
    assert (code, error) == (130, "forge runs: stopped\n")


def test_a_process_that_ignores_it_still_does(tmp_path: Path) -> None:
    ignoring = "signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + IMPORTING.format(name="numba")
    code, shown, error = forge(ignoring, "runs", ".", cwd=tmp_path)
    assert (code, error) == (0, "")
    assert "0 runs" in shown


def test_a_command_that_is_called_as_a_function_leaves_signals_alone(tmp_path: Path) -> None:
    from forge.cli import main

    before = signal.getsignal(signal.SIGINT)
    assert main(["runs", str(tmp_path)]) == 0
    assert signal.getsignal(signal.SIGINT) is before
