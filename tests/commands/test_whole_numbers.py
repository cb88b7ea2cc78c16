"""Whole numbers on a command line, as people write them; a cap alone, which says what it chose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from forge import cli
from forge.blade.recording.replay import Replay
from forge.experiments.runs.run import Run

TINY = ["--world.terrain.side", "24", "--world.terrain.border", "5", "--worlds", "1", "--threads", "1"]


@pytest.mark.parametrize("command", ["train", "realms"])
def test_training_takes_whole_numbers_as_people_write_them(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "run"
    more = ["--nRealm", "1e0"] if command == "realms" else []
    words = [
        command,
        "law",
        *more,
        "--folder",
        str(folder),
        *TINY,
        "--world.spawn.cap",
        "8.0",
        "--learning.ticks",
        "1_6",
    ]
    assert cli.main([*words, "--steps", "1e2"]) == 0
    session = Run(folder).training.run
    assert (session.steps, session.minutes, Run(folder).training.learning.ticks) == (100, 0.0, 16)
    assert cli.main([command, "--resume", str(folder), "--steps", "2_00"]) == 0
    assert Run(folder).training.run.steps == 200


def test_other_commands_do_too(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text("[terrain]\nside = 24\nborder = 5\n[spawn]\ncap = 8\n")
    out = tmp_path / "a.replay"
    assert cli.main(["record", str(tmp_path / "tiny.toml"), "--ticks", "1e1", "--seed", "1_0", "--out", str(out)]) == 0
    assert len(Replay(out)) == 11


@pytest.mark.parametrize("word", ["1.5", "many", "nan"])
def test_what_is_none_is_named(capsys: pytest.CaptureFixture[str], word: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "law", "--steps", word])
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert f"Error parsing --steps: '{word}' is not a whole number, such as 1000000, 1_000_000 or 1e6" in said


def test_no_number_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "law", "--minutes", "nan"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "forge train: run.minutes = nan must be finite"


def test_a_cap_alone_says_what_it_chose(tmp_path: Path) -> None:
    """In a process of its own: pytest keeps warnings to itself."""
    folder = tmp_path / "run"

    def said(*words: str) -> str:
        command = [sys.executable, "-m", "forge.cli", "train", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr

    first = said("law", "--folder", str(folder), *TINY, "--world.spawn.cap", "50", "--steps", "100")
    assert first.count("forge train: warning: spawn.cap = 50 is divided into 2 populations of 25 agents") == 1
    assert Run(folder).training.world.populations == 2
    assert "warning" not in said("--resume", str(folder), "--steps", "200")
