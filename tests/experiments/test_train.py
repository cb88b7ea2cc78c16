"""Training: it learns, repeats, and goes on from a checkpoint to the same bits."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, ConfigError, Law, World
from forge.experiments.runs.loading import load
from forge.experiments.runs.metrics_file import scalars_of
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Meter, Trainer, train
from tests.learners import basic

SMALL = Training(
    run=Session(worlds=2, minutes=0, steps=6000, log_seconds=0.01),
    world=Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40}),
)
TORCH = dataclasses.replace(SMALL, run=dataclasses.replace(SMALL.run, engine="torch"))


def bits(trainer: Trainer) -> tuple[str, list[np.ndarray], dict[int, dict[str, torch.Tensor]]]:
    state = trainer.optimiser.adam.state_dict()["state"]
    return trainer.world.hash(), [p.detach().numpy().copy() for p in trainer.policy.parameters()], state


def same(one: Trainer, other: Trainer) -> bool:
    (a, b, c), (x, y, z) = bits(one), bits(other)
    moments = all(torch.equal(c[i][name], z[i][name]) for i in c for name in c[i])
    return a == x and all(map(np.array_equal, b, y)) and moments and one.steps == other.steps


PPO = dataclasses.replace(SMALL, learning=basic(algorithm="ppo", epochs=2))


@pytest.mark.parametrize("training", [SMALL, TORCH, PPO], ids=["compiled", "torch", "ppo"])
def test_a_run_repeats_and_a_checkpoint_goes_on_to_the_same_bits(training: Training, tmp_path: Path) -> None:
    whole, broken = Trainer(training), Trainer(training)
    for _ in range(3):
        whole.update()
        broken.update()
    assert same(whole, broken)
    broken.save(tmp_path / "checkpoint")
    resumed = Trainer(training)
    resumed.load(tmp_path / "checkpoint")
    for _ in range(3):
        whole.update()
        resumed.update()
    assert same(whole, resumed)
    broken.update()
    assert not same(whole, broken)


def test_seeds_matter() -> None:
    other = dataclasses.replace(SMALL, run=dataclasses.replace(SMALL.run, seed=1))
    assert not same(Trainer(SMALL), Trainer(other))


def lifetime_after(updates: int, learning_rate: float, algorithm: str = "pg") -> float:
    """Mean lifetime of the lives that end in the last third of the updates: Law, one population, one seed."""
    world = Law(**{"spawn.cap": 32, "spawn.populations": 1, "terrain.side": 48})
    learning = basic(learning_rate=learning_rate, algorithm=algorithm)
    trainer = Trainer(Training(run=Session(worlds=8, seed=1), learning=learning, world=world))
    for _ in range(2 * updates // 3):
        trainer.update()
    meter = Meter(trainer)
    for _ in range(updates // 3):
        meter.add(trainer.update())
    lifetime: float = meter.read()["lifetime"]
    return lifetime


def test_it_learns_to_live_longer_than_at_random() -> None:
    # untrained agents mostly wander into lava; trained ones avoid it, eat and drink
    untrained = lifetime_after(60, 0.0)
    assert lifetime_after(150, 1e-3) > 3 * untrained
    assert lifetime_after(60, 1e-3, "ppo") > 3 * untrained


def test_metrics_add_up() -> None:
    trainer = Trainer(SMALL)
    meter = Meter(trainer)
    for _ in range(5):
        meter.add(trainer.update())
    line, tally = meter.read(), trainer.world.state.tally
    assert line["steps"] == trainer.steps == tally["ticks"].sum()
    assert line["deaths"] == tally["deaths"].sum()
    assert line["lifetime"] == pytest.approx(tally["lifetime"].sum() / tally["deaths"].sum(), abs=1e-3)
    assert len(line["lifetimes"]) == len(line["members"]) == 2
    assert line["updates"] == 5


def test_a_run_folder_and_its_policy(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", SMALL)
    lines = []
    trainer = train(run, lines.append)
    assert trainer.steps >= 6000
    assert Run(run.path).training == SMALL
    assert Run(run.path).metrics() == lines
    assert lines[-1]["steps"] == trainer.steps
    assert list((run.path / "tensorboard").glob("events.out.tfevents.*"))
    assert run.latest().name == f"{trainer.steps:015d}"
    policy = load(run.path, seed=3)
    world = World(policy.config, 2, seed=9)
    observation = world.reset()
    for _ in range(30):
        actions = policy.act(observation)
        assert actions.shape == (2, 16, 2)
        assert not actions[~observation.alive].any()
        observation, *_ = world.step(actions)
    for theirs, ours in zip(policy.policy.parameters(), trainer.policy.parameters(), strict=True):
        assert torch.equal(theirs, ours)


def test_going_on_forgets_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", SMALL)
    train(run)
    run.log({"steps": 10**9})
    run.close()
    longer = dataclasses.replace(SMALL, run=dataclasses.replace(SMALL.run, steps=9000))
    (run.path / "config.toml").write_text(longer.to_toml())
    again = Run(run.path)
    trainer = train(again, resume=again.latest())
    steps = [line["steps"] for line in again.metrics()]
    assert steps == sorted(steps)
    assert steps[-1] == trainer.steps >= 9000


def test_a_run_outlives_its_listener(tmp_path: Path) -> None:
    run, heard = Run.create(tmp_path / "run", SMALL), []

    def listen(line: dict[str, object]) -> None:
        heard.append(line["steps"])
        if len(heard) == 3:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        train(run, listen)
    assert run.latest() == run.checkpoint_path(heard[2])
    assert train(run, resume=run.choose()).steps >= 6000
    with pytest.raises(ConfigError, match=r"has checkpoints; to go on: forge train --resume"):
        train(run)


def test_a_listener_hears_every_line_once_it_is_written_and_a_tracker_takes_its_numbers(tmp_path: Path) -> None:
    run, heard = Run.create(tmp_path / "run", SMALL), []

    def listen(line: dict[str, Any]) -> None:
        assert run.metrics()[-1] == line
        heard.append(scalars_of(line))
        line.clear()  # it is the listener's own

    train(run, listen)
    lines = run.metrics()
    assert [numbers["steps"] for numbers in heard] == [line["steps"] for line in lines]
    for numbers, line in zip(heard, lines, strict=True):
        assert all(type(value) in (int, float) for value in numbers.values())
        assert numbers["steps"] == line["steps"]
        assert [numbers.get(f"lifetimes/population_{p}") for p in (0, 1)] == line["lifetimes"]
    assert scalars_of({"steps": 3, "lifetime": None, "members": [2.5, None]}) == {
        "steps": 3,
        "members/population_0": 2.5,
    }


def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    trainer = Trainer(SMALL)
    trainer.save(tmp_path / "good")
    other = Trainer(dataclasses.replace(SMALL, learning=dataclasses.replace(SMALL.learning, hidden=16)))
    with pytest.raises(ConfigError, match=r"learning\.hidden was 32 and is 16"):
        other.load(tmp_path / "good")
    for name in (path.name for path in (tmp_path / "good").iterdir()):
        folder = tmp_path / f"bad-{name}"
        trainer.save(folder)
        (folder / name).write_bytes((folder / name).read_bytes()[:-7])
        with pytest.raises(ConfigError, match=name.split(".")[0]):
            Trainer(SMALL).load(folder)


def test_settings_round_trip_and_name_what_is_wrong(tmp_path: Path) -> None:
    assert Training.from_toml(SMALL.to_toml()) == SMALL
    assert Training.named("law").world.combat.melee_damage == 0
    for text, message in (
        ("[run]\nwolrds = 3", r"unknown field of \[run\] 'wolrds'; did you mean 'worlds'"),
        ("[lerning]", "unknown table 'lerning'"),
        ("run = 3", r"\[run\] must be a table"),
        ("[run]\nworlds = 0", "out of range"),
        ("[learning]\nhidden = 40", "multiple of 16"),
        ("[world.spawn]\ncap = 100\npopulations = 3", "multiple of the number of populations"),
        ("= 3", "not TOML"),
    ):
        with pytest.raises(ConfigError, match=message):
            Training.from_toml(text)
    with pytest.raises(ConfigError, match="neither a preset"):
        Training.named("caos")
    with pytest.raises(ConfigError, match="is not a run"):
        Run(tmp_path)


def test_cuda_without_a_gpu_is_a_clear_error() -> None:
    if torch.cuda.is_available():
        return
    cuda = dataclasses.replace(SMALL, run=dataclasses.replace(SMALL.run, device="cuda"))
    with pytest.raises(ConfigError, match="no GPU"):
        Trainer(cuda)
