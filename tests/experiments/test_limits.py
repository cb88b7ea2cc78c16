"""Limits of a run: which hold, which ended it, and how it goes on."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from forge.cli import main
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.options import read_training

TINY = (
    *("--threads", "1", "--worlds", "2", "--world.spawn.cap", "16", "--world.spawn.populations", "2"),
    *("--world.terrain.side", "40"),
)


def limits(training: Training) -> tuple[float, int, int]:
    return training.run.minutes, training.run.steps, training.run.lives


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", (2, 0, 0)),
        ("--seed 3", (2, 0, 0)),
        ("--steps 1000", (0, 1000, 0)),
        ("--steps=1000", (0, 1000, 0)),
        ("--lives 7", (0, 0, 7)),
        ("--steps 1000 --lives 7", (0, 1000, 7)),
        ("--steps 1000 --minutes 3", (3, 1000, 0)),
        ("--minutes 3", (3, 0, 0)),
        ("--minutes 0", (0, 0, 0)),
        ("--steps 0", (2, 0, 0)),
    ],
)
def test_limits_that_are_given_are_the_only_ones(words: str, wanted: tuple[float, int, int]) -> None:
    assert limits(read_training(words.split(), "forge train", Training())) == wanted


def test_limits_of_a_file_give_way_to_those_of_the_command_line() -> None:
    filed = Training(run=Session(minutes=5, steps=900))
    assert limits(read_training([], "forge train", filed)) == (5, 900, 0)
    assert limits(read_training(["--lives", "7"], "forge train", filed)) == (0, 0, 7)
    assert limits(read_training(["--minutes", "0"], "forge train", filed)) == (0, 900, 0)


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("", (2, 0, 0)),
        ("steps = 1000", (0, 1000, 0)),
        ("lives = 7", (0, 0, 7)),
        ("steps = 0", (2, 0, 0)),
        ("steps = 1000\nminutes = 3", (3, 1000, 0)),
    ],
)
def test_a_file_that_names_a_limit_has_no_other(table: str, wanted: tuple[float, int, int]) -> None:
    assert limits(Training.from_toml(f"[run]\n{table}\n")) == wanted


def test_the_limit_that_is_reached_is_named() -> None:
    training = Training(run=Session(minutes=0.5, steps=1_000_000, lives=7))
    assert training.limit(999_999, 29.9, 6) is None
    assert training.limit(0, 30.0) == "0.5 minutes of training"
    assert training.limit(1_000_000, 0.0) == "1,000,000 agent steps"
    assert training.limit(0, 0.0, 7) == "7 lives"
    endless = Training(run=dataclasses.replace(training.run, minutes=0, steps=0, lives=0))
    assert endless.limit(10**15, 1e9, 10**9) is None


@pytest.mark.parametrize("command", ["train", "realms"])
def test_a_run_that_ended_by_minutes_goes_on_by_steps(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    path = tmp_path / "run"
    assert main([command, "law", "--folder", str(path), "--minutes", "0.0001", *TINY]) == 0
    assert "ended by its limit of 0.0001 minutes of training" in capsys.readouterr().out
    done = int(Run(path).latest().name)
    assert main([command, "--resume", str(path)]) == 0
    assert f"{path} has reached its limit of 0.0001 minutes of training; --minutes" in capsys.readouterr().out
    assert main([command, "--resume", str(path), "--steps", str(done + 500)]) == 0
    assert f"ended by its limit of {done + 500:,} agent steps" in capsys.readouterr().out
    assert int(Run(path).latest().name) >= done + 500
    assert limits(Run(path).training) == (0, done + 500, 0)
    assert condition(Run(path)) == ("finished", f"{done + 500:,} agent steps")
    assert main(["runs", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "finished" in shown
    assert f"({done + 500:,}" in shown
    assert main([command, "--resume", str(path), "--steps", "5"]) == 0
    assert "has reached its limit of 5 agent steps" in capsys.readouterr().out
