"""The first release's command line: Forge.py, which is `forge realms`."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forge import cli
from forge.cli import main
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.trinity.realms.native import Native
from tests.patience import PATIENCE

FORGE = Path(__file__).resolve().parents[2] / "Forge.py"
TINY = ("--worlds", "4", "--world.spawn.cap", "16", "--world.terrain.side", "40", "--log-seconds", "0.05")


def test_two_realms_train_and_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    command = [sys.executable, str(FORGE), "--nRealm", "2", "--api", "native", "--folder", "run"]
    limits = ("--minutes", "0", "--steps", "4000", *TINY)
    done = subprocess.run(
        [*command, *limits], capture_output=True, text=True, cwd=tmp_path, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "run folder: run" in done.stdout
    assert "lifetime" in done.stdout
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["steps"] >= 4000
    assert {"lifetime", "lifetimes", "living", "policy_losses", "restarts"} <= lines[-1].keys()
    # it is a run like any other: listed, loaded to act, and gone on with
    assert main(["runs", str(tmp_path)]) == 0
    assert "finish" in capsys.readouterr().out
    assert load(run).config.spawn.cap == 16
    saved = Native.restore(Run(run).latest())
    assert (saved.args["nRealm"], saved.args["worlds"], saved.meter.steps) == (2, 2, lines[-1]["steps"])
    assert main(["realms", "--resume", str(run)]) == 0
    assert "reached its limit" in capsys.readouterr().out
    assert main(["realms", "--resume", str(run), "--nRealm", "3"]) == 1
    assert "--nRealm 3: the run in" in capsys.readouterr().err
    for command_name, steps in (("realms", 5000), ("train", 6000)):  # what stops a run says `forge train --resume`
        assert main([command_name, "--resume", str(run), "--steps", str(steps)]) == 0
        assert Native.restore(Run(run).latest()).meter.steps >= steps


def test_a_run_that_stopped_on_the_way_has_the_bits_of_one_that_did_not(tmp_path: Path) -> None:
    options = ("--nRealm", "2", "--minutes", "0", *TINY)
    assert main(["realms", "--folder", str(tmp_path / "whole"), "--steps", "5000", *options]) == 0
    assert main(["realms", "--folder", str(tmp_path / "parts"), "--steps", "2500", *options]) == 0
    assert main(["realms", "--resume", str(tmp_path / "parts"), "--steps", "5000"]) == 0
    whole, parts = (Run(tmp_path / name).latest() for name in ("whole", "parts"))
    assert whole.name == parts.name
    for name in ("policy.safetensors", "optimiser.safetensors", "realm-1.npz"):
        assert (whole / name).read_bytes() == (parts / name).read_bytes()


def test_a_run_killed_before_its_first_checkpoint_begins_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--nRealm", "2", "--minutes", "0", "--steps", "2000", *TINY)
    for name in ("whole", "killed"):
        assert main(["realms", "--folder", str(tmp_path / name), *options]) == 0
    whole, killed = (Run(tmp_path / name) for name in ("whole", "killed"))
    shutil.rmtree(killed.path / "checkpoints")
    (killed.path / "metrics.jsonl").unlink()
    assert main(["realms", "--resume", str(killed.path)]) == 1
    assert "ended before its first checkpoint: say how many realms it has" in capsys.readouterr().err
    assert main(["realms", "--resume", str(killed.path), "--nRealm", "2"]) == 0
    for name in ("policy.safetensors", "realm-1.npz"):
        assert (whole.latest() / name).read_bytes() == (killed.latest() / name).read_bytes()


def test_vecenv_plays(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["realms", "law", "--nRealm", "2", "--api", "vecenv", "--steps", "2000", *TINY]) == 0
    shown = capsys.readouterr().out
    assert "4 worlds in 2 realms, played by the forager" in shown
    assert re.search(r"^played 2\.\d+ k agent steps in", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nRealm", "0"], "--nRealm 0 must be a positive integer"),
        (["--nRealm", "3"], "run.worlds = 32 must be a multiple of nRealm = 3"),
        (["--nRealm", "3", "--api", "vecenv"], "run.worlds = 32 must be a multiple of nRealm = 3"),
        (["--api", "gym"], "--api = 'gym' is unknown; allowed are 'native', 'vecenv'"),
        (["--ray", "cloud"], "--ray = 'cloud' is unknown; allowed are 'local', 'default', 'remote'"),
        (["--address", "10.0.0.1:6379"], "ray must be 'remote', not 'local'"),
        (["--device", "cuda"], "realms compute on CPUs"),
        (["caos"], "neither a preset"),
        (["--checkpoint", "last-good"], "it needs --resume RUN"),
        (["--resume", "nowhere"], "is not a run"),
        (["--resume", "nowhere", "--folder", "there"], "--folder names a new run"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["realms", *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not [*tmp_path.iterdir()]  # nothing was begun


def test_what_forge_train_began_forge_train_goes_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert main(["train", "--folder", str(run), "--minutes", "0", "--steps", "100", *TINY]) == 0
    assert main(["realms", "--resume", str(run), "--steps", "200"]) == 1
    assert "what forge train began, forge train goes on with" in capsys.readouterr().err


def test_render_names_the_viewer_while_it_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", {k: c for k, c in cli.COMMANDS.items() if k != "watch"})
    monkeypatch.setattr("forge.trinity.realms.native.viewer_is_there", lambda: False)
    assert main(["realms", "--render", "--folder", str(tmp_path / "run"), *TINY]) == 1
    error = capsys.readouterr().err
    assert "forge watch, is not part of this installation" in error
    assert len(error.splitlines()) == 1


def test_render_shows_the_run_and_its_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    @contextlib.contextmanager
    def watched(run: Run, serving: Any) -> Iterator[Any]:
        seen.append((run.path.name, serving.port, serving.no_browser))
        yield lambda trainer: seen.append((trainer.world.count, trainer.updates, trainer.training is run.training))

    monkeypatch.setattr("forge.commands.training.watched", watched)
    options = ("--render", "--no-browser", "--port", "8123", "--minutes", "0", "--steps", "300")
    assert main(["realms", "--nRealm", "2", "--folder", str(tmp_path / "run"), *options, *TINY]) == 0
    # three epochs of two minibatches: each realm has two worlds
    assert seen[:3] == [("run", 8123, True), (2, 0, True), (2, 6, True)]
    shown: list[list[str]] = []
    monkeypatch.setattr("forge.commands.watch.main", shown.append)
    assert main(["realms", "law", "--api", "vecenv", "--render", "--no-browser"]) == 0
    assert shown == [["law", "forager", "--no-browser"]]


def test_help_explains_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["realms", "--help"])
    shown = capsys.readouterr().out
    for word in ("--nRealm", "--ray", "remote", "--render", "--learning.algorithm", "--worlds"):
        assert word in shown
