"""Training that diverges: it stops, says where, keeps what was good, and says what can be done."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, ConfigError
from forge.cli import main
from forge.ethyr.learning.divergence import Diverged, check_update
from forge.ethyr.learning.losses import Losses
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.condition import condition
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer, train
from forge.support.plugins import trust
from forge.trinity import God, Pantheon, Sword, Trinity, smith
from tests.experiments.children import end, start
from tests.learners import basic

#: What runs of these networks are read with.
TRUST = ("--trust", "tests.experiments.diverging")
WORLD = {"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40}
TINY = (
    *("--steps", "10000000", "--threads", "1", "--worlds", "2", "--log-seconds", "0.01", "--save-seconds", "0.1"),
    *("--world.spawn.cap", "16", "--world.spawn.populations", "2", "--world.terrain.side", "40"),
    *("--learning.algorithm", "pg"),  # one update from each segment
)


def _wide() -> None:
    """A terminal that breaks no path, however long."""
    os.environ["COLUMNS"] = "1000"


def forge(path: Path, *arguments: str) -> str:
    """Runs `forge ARGUMENTS`; returns its exit code and what it said, in one line."""
    code = end(start([*arguments], path.with_suffix(".out"), prepare=_wide))
    return f"{code}: {' '.join(path.with_suffix('.out').read_text().split())}"


@pytest.fixture(autouse=True)
def trusted() -> None:
    trust(TRUST[1])


def finite(folder: Path) -> bool:
    tensors = checkpoint.load_tensors(folder / "policy.safetensors").values()
    return all(bool(tensor.isfinite().all()) for tensor in tensors)


@pytest.mark.parametrize("command", ["train", "realms"])
def test_a_network_that_diverges_at_once(command: str, tmp_path: Path) -> None:
    path, network = tmp_path / "run", "tests.experiments.diverging:Norm"
    said = forge(path, command, "law", "--folder", str(path), "--learning.network", network, *TINY)
    what = "training diverged in update 1: the gradient of gain in population 0 is nan"
    assert f"1: training in {path}" in said
    assert f"forge {command}: {what}. The checkpoint at 0 agent steps is from before that" in said
    assert "trained" not in said.partition(what)[0]
    assert "Traceback" not in said
    run = Run(path)
    assert [int(folder.name) for folder in run.checkpoints()] == [0]
    assert finite(run.latest())
    assert condition(run) == ("diverged", f"{what[0].upper()}{what[1:]}.")
    listed = forge(path, "runs", str(tmp_path), *TRUST)
    assert " diverged " in listed
    assert f"run: {condition(run).note}" in listed
    again = forge(path, command, "--resume", str(path), *TRUST)
    assert again.startswith(f"1: forge {command}: {path}: Training diverged in update 1: ")
    assert f"forge train {path} {' '.join(TRUST)} --learning.learning-rate 0.0004" in again
    assert f"forge train --resume {path} --checkpoint last-good {' '.join(TRUST)}" in again


def test_the_last_checkpoint_before_it_stays_and_can_be_gone_on_from(tmp_path: Path) -> None:
    path, network = tmp_path / "run", "tests.experiments.diverging:Later"
    said = forge(path, "train", "law", "--folder", str(path), "--learning.network", network, *TINY)
    assert "1: training in" in said
    assert "training diverged in update 20: the gradient of gain in population 1 is inf. " in said
    run = Run(path)
    assert all(map(finite, run.checkpoints()))
    assert load(path).config.spawn.cap == 16  # what was learned before can be used
    # chosen by name it is gone on from: here it diverges again, twenty updates later
    again = forge(path, "train", "--resume", str(path), "--checkpoint", "last-good", *TRUST)
    assert "1: training in" in again
    assert "the gradient of gain in population 1 is inf" in again
    assert all(map(finite, run.checkpoints()))
    # and a limit that is near is reached
    code = forge(path, "train", "--resume", str(path), "--checkpoint", "last-good", "--steps", "1", *TRUST)
    assert code.startswith("0: ")
    assert condition(Run(path)).state == "finished"


def training(engine: str, **learning: Any) -> Training:
    session = Session(worlds=2, minutes=0, steps=100_000, threads=1, engine=engine)
    found = Training(session, basic(), Chaos(**WORLD))
    return dataclasses.replace(found, learning=dataclasses.replace(found.learning, **learning))


@pytest.mark.parametrize("number", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_weights_that_are_not_finite_are_neither_learned_from_nor_saved(
    engine: str, number: float, tmp_path: Path
) -> None:
    trainer = Trainer(training(engine))
    trainer.update()
    with torch.no_grad():
        trainer.policy.trunk.weight[1, 2, 3] = number
    with pytest.raises(Diverged, match=r"in update 2: the parameter trunk\.weight in population 1 is -?(nan|inf)$"):
        trainer.update()
    with pytest.raises(Diverged, match=r"the parameter trunk\.weight in population 1 is"):
        trainer.save(tmp_path / "checkpoint")
    assert not [*tmp_path.iterdir()]


def test_large_numbers_are_finite_though_their_sum_is_not() -> None:
    network = torch.nn.Linear(2, 3)
    losses = Losses(*torch.full((3, 3), 3e38))
    for parameter in network.parameters():
        parameter.grad = torch.full_like(parameter, 3e38)
    check_update(network, losses, 3, 1)
    losses.value[2] = torch.nan
    with pytest.raises(Diverged, match="in update 1: the value loss in population 2 is nan"):
        check_update(network, losses, 3, 1)
    network.bias.grad[1] = -torch.inf  # type: ignore[index]
    with pytest.raises(Diverged, match="in update 1: the gradient of bias in population 1 is -inf"):
        check_update(network, losses, 3, 1)
    with pytest.raises(Diverged, match="in update 1: the gradient of bias is -inf"):  # shared by two populations
        check_update(network, losses, 2, 1)


def test_a_checkpoint_that_release_2_0_saved_of_what_had_diverged(tmp_path: Path) -> None:
    trainer = Trainer(training("compiled"))
    trainer.save(tmp_path / "1")
    tensors = checkpoint.load_tensors(tmp_path / "1" / "policy.safetensors")
    tensors["trunk.bias"][0] = torch.nan
    with checkpoint.writing(tmp_path / "2") as draft:
        for file in (tmp_path / "1").iterdir():
            (draft / file.name).write_bytes(file.read_bytes())
        checkpoint.save_tensors(draft / "policy.safetensors", tensors)
    with pytest.raises(
        ConfigError, match=r"2 cannot be gone on with: the parameter trunk\.bias in population 0 is nan"
    ):
        trainer.load(tmp_path / "2")


class Reckless(Pantheon):
    """An optimiser that makes an infinite step from finite gradients in the third update."""

    def step(self, gradients: Any, seen: np.ndarray) -> None:
        super().step(gradients, seen)
        self.steps = getattr(self, "steps", 0) + 1
        if self.steps == 3:
            self.vectors.own[1, 5] = np.inf


def test_native_names_the_update_and_the_parameter(tmp_path: Path) -> None:
    args = {"nRealm": 2, "worlds": 1, "threads": 1}
    with smith.Native(Chaos(**WORLD), args, Trinity(Reckless, God, Sword), learning=basic()) as envs:
        envs.run(rounds=2)
        with pytest.raises(Diverged, match=r"in update 3: the parameter encoder\.\w+ in population 1 is inf") as caught:
            envs.run(rounds=1)
        assert caught.value.update == 3
        envs.pantheon.packing.write(envs.pantheon.network, envs.pantheon.vectors)
        with pytest.raises(Diverged, match="in population 1 is inf"):
            envs.save(tmp_path / "checkpoint")
    assert not [*tmp_path.iterdir()]


def test_in_python_it_is_an_error_and_the_run_knows(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", training("torch", network="tests.experiments.diverging:Norm"))
    with pytest.raises(FloatingPointError, match="training diverged in update 1"):
        train(run)
    assert run.diverged == "Training diverged in update 1: the gradient of gain in population 0 is nan."
    assert main(["train", "--resume", str(run.path)]) == 1
