"""Whole runs in a world with every kind of declaration: saved, gone on with, evaluated, and met by others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from forge.blade import Config, ConfigError
from forge.cli import main
from forge.ethyr.saving import checkpoint
from forge.experiments.evaluation.entrants import trained_entrant
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.tournament import hold
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import begin, train
from tests.learners import basic
from tests.outside.worlds import SYSTEMS

SMALL = {"terrain.side": 32, "spawn.cap": 8, "spawn.populations": 2}
WORLD = Config(systems=SYSTEMS).replace(**SMALL)


def trained(folder: Path, world: Config, **session: object) -> Run:
    numbers = Session(**{"worlds": 1, "minutes": 0, "steps": 120, "threads": 1, "engine": "torch", **session})
    run = begin(folder, Training(numbers, basic(hidden=16, ticks=4), world))
    train(run)
    return Run(run.path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("runs") / "bazaar", WORLD, milestones="40")


def test_a_run_goes_on_to_the_same_bits(run: Run) -> None:
    milestone, last = run.checkpoints()[1], run.latest()
    wanted = checkpoint.load_tensors(last / "policy.safetensors")
    assert any("more" in name for name in wanted)
    train(run, resume=milestone)
    for name, tensor in checkpoint.load_tensors(Run(run.path).latest() / "policy.safetensors").items():
        assert torch.equal(wanted[name], tensor), name


def test_one_that_knows_the_systems_meets_one_that_does_not(run: Run, tmp_path: Path) -> None:
    ours = trained(tmp_path / "ours", Config().replace(**SMALL))
    entrants = [trained_entrant(run.path), trained_entrant(ours.path)]
    held = hold(entrants, WORLD, Settings(2, 10, 5, 10), together=True, anchored=False)
    assert {name for meeting in held.meetings for name in meeting.names} == {"bazaar", "ours"}
    with pytest.raises(ConfigError, match=r"bazaar.* cannot play here: it was trained with .*'eat'"):
        hold(entrants, Config().replace(**SMALL), Settings(2, 10, 5, 10), together=True, anchored=False)


def test_it_begins_with_weights_of_a_world_without_them(run: Run, tmp_path: Path) -> None:
    """And the other way round, by the command line."""
    options = ["--worlds", "1", "--steps", "8", "--threads", "1", "--learning.hidden", "16", "--engine", "torch"]
    options += ["--learning.near", "0"]  # as many tiles as the other run's
    small = [word for name, value in SMALL.items() for word in (f"--world.{name}", str(value))]
    (tmp_path / "plain.toml").write_text(Config().to_toml())
    main(
        [
            "train",
            str(tmp_path / "plain.toml"),
            *small,
            *options,
            "--folder",
            str(tmp_path / "run"),
            "--init-from",
            str(run.path),
        ]
    )
    began = checkpoint.load_tensors(Run(tmp_path / "run").checkpoint_path(0) / "policy.safetensors")
    there = checkpoint.load_tensors(run.latest() / "policy.safetensors")
    assert torch.equal(began["encoder.tile"], there["encoder.tile"])
    assert torch.equal(began["heads.move.weight"], there["heads.move.weight"])
    assert began["encoder.other"].shape != there["encoder.other"].shape
