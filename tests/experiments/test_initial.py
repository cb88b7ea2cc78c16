"""A run that begins with the weights of another: what fits is taken, the rest starts new, and all of it is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from forge.blade import Chaos, ConfigError
from forge.cli import main
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.initial import NAME
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer, begin, train
from tests.learners import basic

NET = "tests.ethyr.modules.nets:Plain"


def training(
    populations: int = 2, network: str = "default", world: dict[str, Any] | None = None, **run: Any
) -> Training:
    fields = {"spawn.cap": 12, "spawn.populations": populations, "terrain.side": 32, **(world or {})}
    session = Session(**{"worlds": 1, "minutes": 0, "steps": 60, "threads": 1, **run})
    return Training(session, basic(network=network, hidden=16, ticks=4), Chaos(**fields))


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of two populations, trained a little."""
    run = begin(tmp_path_factory.mktemp("origin") / "run", training(seed=9))
    train(run)
    return Run(run.path)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return checkpoint.load_tensors(folder / "policy.safetensors")


def first(run: Run) -> dict[str, torch.Tensor]:
    """What a run began with, once it is trained."""
    train(run)
    return weights(run.checkpoint_path(0))


def test_a_run_of_the_same_shape_begins_with_all_weights(origin: Run, tmp_path: Path) -> None:
    began = first(begin(tmp_path / "run", training(init_from=str(origin.path))))
    for name, tensor in weights(origin.latest()).items():
        assert torch.equal(began[name], tensor), name
    noted = json.loads((tmp_path / "run" / NAME).read_text())
    assert noted["checkpoint"] == str(origin.latest())
    assert not noted["new"]
    assert Run(tmp_path / "run").training.run.init_from == str(origin.path)


def test_what_fits_is_taken_and_populations_take_turns(origin: Run, tmp_path: Path) -> None:
    """Five populations from two, with another style head and targets that are learned."""
    world = {"combat.targeting": "learned", "combat.hold": True, "spawn.cap": 20}
    own = Trainer(training(5, world=world)).policy.state_dict()
    began = first(begin(tmp_path / "run", training(5, world=world, init_from=str(origin.path))))
    there = weights(origin.latest())
    noted = json.loads((tmp_path / "run" / NAME).read_text())
    assert noted["populations"] == [0, 1, 0, 1, 0]
    assert noted["new"]["heads.style.weight"] == "new: there it is [2, 16, 3]"
    assert noted["new"]["heads.target.score"] == "new: it has none of that name"
    for name, tensor in began.items():
        fits = name in noted["taken"]
        assert fits != (name in noted["new"])
        assert torch.equal(tensor, there[name][[0, 1, 0, 1, 0]] if fits else own[name]), name


def test_fewer_populations_take_the_first(origin: Run, tmp_path: Path) -> None:
    began = first(begin(tmp_path / "run", training(1, init_from=str(origin.latest()))))
    assert torch.equal(began["heads.move.weight"], weights(origin.latest())["heads.move.weight"][:1])


def test_networks_of_populations_find_those_of_their_name(origin: Run, tmp_path: Path) -> None:
    mixed = begin(tmp_path / "mixed", training(3, f"{NET},default", init_from=str(origin.path)))
    began = first(mixed)
    there = weights(origin.latest())
    assert torch.equal(began["networks.1.heads.move.weight"][1], there["heads.move.weight"][0])
    own = Trainer(mixed.training).policy.state_dict()
    assert torch.equal(began["networks.0.net.me.weight"], own["networks.0.net.me.weight"])
    noted = json.loads((mixed.path / NAME).read_text())
    assert noted["populations"] == [None, 0, None]
    back = first(begin(tmp_path / "back", training(4, NET, init_from=str(mixed.path))))
    trained = weights(Run(mixed.path).latest())["networks.0.net.me.weight"]
    assert torch.equal(back["net.me.weight"], trained[[0, 2, 0, 2]])


def test_it_goes_on_without_the_other_run_to_the_same_bits(origin: Run, tmp_path: Path) -> None:
    moved = tmp_path / "origin"
    shutil.copytree(origin.path, moved)
    whole = begin(tmp_path / "whole", training(init_from=str(moved), milestones="30"))
    train(whole)
    shutil.rmtree(moved)
    run = Run(whole.path)
    middle = run.checkpoints()[1]
    wanted = weights(run.latest())
    train(run, resume=middle)
    for name, tensor in weights(Run(whole.path).latest()).items():
        assert torch.equal(wanted[name], tensor), name


def test_realms_begin_with_them_too(origin: Run, tmp_path: Path) -> None:
    run = begin(tmp_path / "run", training(init_from=str(origin.path)))
    train(run, make=lambda chosen: Realms(chosen, {"nRealm": 1, "ray": "local"}))
    began = weights(run.checkpoint_path(0))
    for name, tensor in weights(origin.latest()).items():
        assert torch.equal(began[name], tensor), name


def test_the_command_tells_what_was_taken(origin: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = "--worlds 1 --steps 20 --threads 1 --world.spawn.cap 12 --world.spawn.populations 4 --learning.hidden 16"
    main(["train", "law", "--folder", str(tmp_path / "run"), "--init-from", str(origin.path), *options.split()])
    told = " ".join(capsys.readouterr().out.split())
    assert "populations start as those of it: 0, 1, 0, 1" in told
    assert "encoder.tile" in told
    assert "taken" in told


@pytest.mark.parametrize(
    ("word", "network", "message"),
    [
        ("nowhere", "default", "nowhere is neither a run nor a checkpoint of one"),
        ("origin", NET, f"none of its weights fits the network '{NET}' of this world"),
        ("damaged", "default", "policy.safetensors is not what was written"),
    ],
)
def test_what_cannot_be_is_one_error_and_leaves_no_folder(
    word: str, network: str, message: str, origin: Run, tmp_path: Path
) -> None:
    path = origin.path if word == "origin" else tmp_path / word
    if word == "damaged":
        shutil.copytree(origin.path, path)
        file = Run(path).checkpoints()[-1] / "policy.safetensors"
        file.write_bytes(file.read_bytes()[:-4] + b"oops")
    with pytest.raises(ConfigError, match=f"run.init_from = .*{message}"):
        begin(tmp_path / "run", training(network=network, init_from=str(path)))
    assert not (tmp_path / "run").exists()
