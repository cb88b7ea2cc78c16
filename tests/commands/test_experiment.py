"""`forge experiment` as its users type it: killed, gone on with, and typed again."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from forge.cli import main
from forge.commands import experiment
from forge.commands.experiment import Hands, expected
from forge.experiments.studies.catalogue import find
from forge.experiments.studies.framework.cost import Cost, Threads
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from tests.experiments.children import end, start

TINY = ["experiment", "learning", "--scale", "tiny", "--seeds", "1"]


def numbers(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Every table of a study, without the columns that hold times."""
    found = {}
    for path in sorted((folder / "learning-tiny").glob("*.csv")):
        with path.open() as file:
            rows = [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
        found[path.name] = rows
    return found


def killed(folder: Path) -> None:
    """Starts the study, which is killed while it writes the second checkpoint of its first run."""
    process = start([*TINY, "--folder", str(folder)], folder.with_suffix(".out"), die_at=32)
    assert end(process) == -signal.SIGKILL, folder.with_suffix(".out").read_text()
    (run,) = (folder / "runs").iterdir()
    assert [path.name for path in (run / "checkpoints").iterdir() if not path.name.startswith(".")] == ["0" * 15]


def test_killed_it_goes_on_and_finds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*TINY, "--folder", str(whole)]) == 0
    said = capsys.readouterr().out
    assert "2 runs, 0 of them done; 15 measurements, 0 of them done" in said
    assert "of training" in said
    assert "at least 5 × random within 180 s of training" in " ".join(said.split())
    killed(broken)
    assert not (broken / "learning-tiny").exists()
    assert main([*TINY, "--folder", str(broken), "--resume"]) == 0
    assert numbers(broken) == numbers(whole)
    assert len(numbers(whole)["evaluations.csv"]) == 3 + 2 * 2

    capsys.readouterr()
    files = {path: path.read_bytes() for path in (whole / "learning-tiny").iterdir()}
    assert {path.suffix for path in files} == {".md", ".csv", ".json", ".png", ".svg"}
    assert main([*TINY, "--folder", str(whole), "--publish", str(tmp_path / "docs")]) == 0
    assert "2 runs, 2 of them done; 15 measurements, 15 of them done" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in files} == files
    published = {path.name: path.read_bytes() for path in (tmp_path / "docs" / "learning-tiny").iterdir()}
    assert published == {path.name: data for path, data in files.items()}


def test_without_a_name_it_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment"]) == 0
    said = capsys.readouterr().out
    assert "learning: How soon" in said
    for scale in ("tiny", "small", "medium", "paper"):
        assert f"--scale {scale}" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lerning"], "unknown experiment 'lerning'; did you mean 'learning'"),
        (["learning", "--scale", "smal"], "unknown scale 'smal'; did you mean 'small'"),
        (["learning", "--seeds", "-1"], "--seeds -1 must not be negative"),
        (["learning", "--processes", "-1"], "--processes -1 must not be negative"),
        (["learning", "--resume"], "nothing of learning small is in"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["experiment", *arguments, "--folder", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_hours_are_asked_for_twice(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment, "estimate_cost", lambda *_: Cost({"a": 7200.0}, {"b": 3600.0}))
    assert main(["experiment", "learning", "--scale", "paper", "--processes", "2", "--folder", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert "about 2.5 h: 2.0 h of training, 30 min of measuring by 2 processes" in shown.out
    assert "paper takes about 2.5 h here; start it with --yes" in shown.err


def test_ctrl_c_ends_a_study_that_trains_side_by_side_with_one_line(tmp_path: Path) -> None:
    """Typed in a shell, whose Ctrl-C all processes hear, while those that train still start."""
    arguments = ["dependencies", "--scale", "tiny", "--processes", "2", "--folder", str(tmp_path)]
    shell = subprocess.Popen(
        [sys.executable, "-m", "forge.cli", "experiment", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert shell.stdout is not None
    for line in shell.stdout:
        if line.startswith("2 of"):
            os.killpg(shell.pid, signal.SIGINT)
            break
    _, errors = shell.communicate()  # until nobody holds its pipes any more: no process is left
    assert shell.returncode == 128 + signal.SIGINT
    (stopped,) = errors.splitlines()
    assert "to go on: forge experiment dependencies --scale tiny" in stopped


@pytest.mark.parametrize(
    ("processes", "side_by_side", "threads", "cost", "hands"),
    [
        (0, True, Threads(2, 2), Cost({"a": 100.0}, {"b": 20.0}), Hands(4, 1)),  # b is not worth other processes
        (0, False, Threads(8, 2), Cost({"a": 400.0}, {"b": 20.0}), Hands(1, 1)),
        (2, True, Threads(4, 4), Cost({"a": 200.0}, {"b": 40.0}), Hands(2, 2)),
    ],
)
def test_what_is_expected_of_8_cores_with_memory_for_4_processes(
    processes: int,
    side_by_side: bool,
    threads: Threads,
    cost: Cost,
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """By one process at a time, a takes 400 s and b 80 s."""
    told = []

    def estimate(plan: Plan, store: Store, seconds: float, each: Threads) -> Cost:
        told.append(each)
        return Cost({"a": 400.0}, {"b": 80.0})

    monkeypatch.setattr(experiment, "cores", lambda: 8)
    monkeypatch.setattr(experiment, "places", lambda wished: wished or 4)
    monkeypatch.setattr(experiment, "estimate_cost", estimate)
    study = find("dependencies")
    plan = study.plan(study.scales["small"], 3)
    assert expected(plan, Store(tmp_path), 1.0, processes, side_by_side) == (cost, hands)
    assert told == [threads]
