"""The command line as its users type it."""

import json
from pathlib import Path

import pytest

from forge.blade import ConfigError
from forge.cli import COMMANDS, main
from forge.commands import demo
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from tests.forked import forge

TINY = ("--worlds", "2", "--world.spawn.cap", "16", "--world.terrain.side", "40", "--log-seconds", "0.05")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)
    assert main([]) == 2
    assert main(["--version"]) == 0


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trian"]) == 2
    assert "unknown command 'trian'" in capsys.readouterr().err


def test_a_run_in_the_world_of_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "whole.toml").write_text("[learning]\nhidden = 16\n[world.spawn]\ncap = 64\n")
    (tmp_path / "pond.toml").write_text("[learning]\nhidden = 32\n[world.spawn]\ncap = 12\npopulations = 2\n")
    where = ["--world", str(tmp_path / "pond.toml"), "--folder", str(tmp_path / "run")]
    main(
        [
            "train",
            str(tmp_path / "whole.toml"),
            *where,
            "--worlds",
            "1",
            "--steps",
            "5",
            "--world.spawn.populations",
            "1",
        ]
    )
    training = Run(tmp_path / "run").training
    assert training.learning.hidden == 16
    assert (training.world.spawn.cap, training.world.populations) == (12, 1)
    assert main(["train", "--world", "nowhere"]) == 1
    assert "'nowhere' is neither a preset" in capsys.readouterr().err


def test_train_then_resume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = forge("train", "law", "--folder", "run", "--steps", "4000", "--minutes", "0", *TINY, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "run folder: run" in first.stdout
    run = tmp_path / "run"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["steps"] >= 4000
    assert {"lifetime", "lifetimes", "living", "steps_per_second", "seconds"} <= lines[-1].keys()
    assert "cap = 16 " in (run / "config.toml").read_text()
    changed = forge("train", "--resume", "run", "--worlds", "3", cwd=tmp_path)
    assert changed.returncode == 1
    assert "only --minutes, --steps" in changed.stderr
    assert main(["train", "--resume", str(run)]) == 0
    assert (
        "run has reached its limit of 4,000 agent steps; --minutes, --steps or --lives takes it further"
        in capsys.readouterr().out
    )
    second = forge("train", "--resume", "run", "--steps", "6000", cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])["steps"] >= 6000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "caos"], "neither a preset"),
        (["train", "--resume", "nowhere"], "is not a run"),
        (["train", "--worlds", "0"], "out of range"),
        (["train", "--learning.hidden", "20"], "multiple of 16"),
        (["train", "--folder"], "--folder needs a value"),
        (["train", "--checkpoint", "last-good"], "it needs --resume RUN"),
        (["train", "--resume", "nowhere", "--folder", "run"], "--folder names a new run"),
        (["train", "--milestones", "soon"], "whole numbers of agent steps"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([*arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_run_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "notes.txt").write_text("mine")
    assert main(["train", "--folder", str(tmp_path / "run")]) == 1
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_runs_are_listed_and_a_damaged_one_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    run = Run.create(tmp_path / "runs" / "good", Training())
    run.log({"steps": 1234, "seconds": 90.0, "lifetime": 45.6})
    run.close()
    (tmp_path / "runs" / "bad").mkdir()
    (tmp_path / "runs" / "bad" / "config.toml").write_text("[run]\nworlds = -1\n")
    assert main(["runs", str(tmp_path / "runs")]) == 0
    shown = capsys.readouterr().out
    assert "1,234" in shown
    assert "1.5" in shown
    assert "45.6" in shown
    assert "2 runs" in shown
    assert "refused" in shown
    assert "new" in shown
    assert "run.worlds = -1 is out of range" in " ".join(shown.split())
    assert main(["runs", str(tmp_path / "nowhere")]) == 1
    assert "is not a folder" in capsys.readouterr().err


def test_demo_from_nothing_to_pictures(tmp_path: Path) -> None:
    small = ("--evaluation-worlds", "2", "--evaluation-ticks", "20", "--visit-ticks", "60", "--animation-ticks", "10")
    done = forge("demo", "--minutes", "0.02", "--folder", "demo", *small, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pictures = ("contests.png", "learning_curve.png", "visits.png", "world.png", "world.webp")
    for name in (*pictures, "evaluation.json", "metrics.jsonl"):
        assert f"demo/{name}" in done.stdout
        assert (tmp_path / "demo" / name).stat().st_size > 500
    shown = " ".join(done.stdout.split())
    for said in ("shared with foragers, trained agents live ", "with fighters, ", " at odds of ", "Alone they live "):
        assert said in shown
    assert shown.index("contests: half and half") < shown.index("lifetime alone") < shown.index("with foragers, ")
    assert shown.endswith("forge train --resume demo --steps 3e8")
    settings = Run(tmp_path / "demo").training.run
    assert (settings.minutes, settings.steps) == (0.02, 0)


def test_the_demo_trains_for_agent_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By experience, unless it is told minutes: checked before anything is trained."""
    begun = []

    def begin(path: str, training: Training) -> Run:
        begun.append((training.run.steps, training.run.minutes))
        raise ConfigError("that is enough")

    monkeypatch.setattr(demo, "begin", begin)
    for given in ([], ["--steps", "1e6"], ["--minutes", "3"], ["--minutes", "3", "--steps", "5"]):
        with pytest.raises(ConfigError, match="that is enough"):
            demo.main(given)
    assert begun == [(100_000_000, 0), (1_000_000, 0), (0, 3), (5, 3)]
