"""Rewards of one's own reach both learners, the metrics and TensorBoard, and go on after a break."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from forge.blade import Chaos, RewardTerm
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer, train
from forge.trinity import smith
from tests.blade.cases import REWARDS

WORLD = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40, "combat.immunity": 2})
COMPILED = Training(
    run=Session(worlds=2, minutes=0, steps=3000, log_seconds=0.01, threads=1), world=WORLD.replace(**REWARDS)
)
TORCH = dataclasses.replace(COMPILED, run=dataclasses.replace(COMPILED.run, engine="torch"))
BOTH = pytest.mark.parametrize("training", [COMPILED, TORCH], ids=["compiled", "torch"])
NAMES = [f"_{term.name.lower()}" for term in RewardTerm]


def learned_from(trainer: Trainer) -> float:
    """The sum of the rewards that the learner has of its last segment."""
    learner: Any = trainer.learner
    parts = learner.segments if hasattr(learner, "segments") else [learner.collector.rollout]
    return sum(float(part.reward.sum(dtype=np.float64)) for part in parts)


def timeless(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if not name.startswith(("seconds", "steps_per"))}


@BOTH
def test_learners_see_what_the_worlds_pay_and_metrics_tell_it_by_term(training: Training) -> None:
    trainer = Trainer(training)
    meter, seen = trainer.meter(), 0.0
    for _ in range(6):
        meter.add(trainer.update())
        seen += learned_from(trainer)
    line, steps = meter.read(), trainer.world.state.tally["ticks"].sum(0)
    assert seen != 0
    assert line["reward"] * steps.sum() == pytest.approx(seen, abs=1e-6 * steps.sum())
    assert line["reward"] == pytest.approx(sum(line[f"reward{name}"] for name in NAMES), abs=1e-5)
    for name in ("", *NAMES):
        assert line[f"reward{name}"] != 0
        assert np.dot(line[f"rewards{name}"], steps) == pytest.approx(
            line[f"reward{name}"] * steps.sum(), abs=2e-6 * steps.sum()
        )
    # what needs no counting of deeds to know
    assert line["reward_death"] * steps.sum() == pytest.approx(-2.3 * line["deaths"], abs=1e-6 * steps.sum())
    assert line["reward_survival"] * steps.sum() == pytest.approx(
        0.1 * (steps.sum() - line["deaths"]), abs=1e-6 * steps.sum()
    )


@BOTH
def test_after_a_break_rewards_and_metrics_are_those_of_a_run_without_one(training: Training, tmp_path: Path) -> None:
    whole = Trainer(training)
    for _ in range(3):
        whole.update()
    whole.save(tmp_path / "checkpoint")
    again = Trainer(training)
    again.load(tmp_path / "checkpoint")
    assert (again.world.state.deed_totals == whole.world.state.deed_totals).all()
    lines = []
    for trainer in (whole, again):
        meter = trainer.meter()
        for _ in range(3):
            meter.add(trainer.update())
        lines.append(timeless(meter.read()))
    assert lines[0] == lines[1]
    assert again.world.hash() == whole.world.hash()


def test_other_rewards_teach_other_things() -> None:
    weights = []
    for world in (WORLD, WORLD.replace(**{"reward.drink": 1})):
        trainer = Trainer(dataclasses.replace(COMPILED, world=world))
        trainer.update()
        weights.append(np.concatenate([p.detach().numpy().ravel() for p in trainer.policy.parameters()]))
    assert (weights[0] != weights[1]).any()


def test_every_term_is_in_tensorboard(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", COMPILED)
    train(run)
    board = EventAccumulator(str(run.path / "tensorboard"))
    board.Reload()
    last = run.metrics()[-1]
    for name in ("", *NAMES):
        assert board.Scalars(f"reward{name}")[-1].value == pytest.approx(last[f"reward{name}"])
        for p in range(2):
            assert board.Scalars(f"rewards{name}/population_{p}")[-1].value == pytest.approx(last[f"rewards{name}"][p])


def test_survival_alone_needs_no_lines_of_its_own() -> None:
    trainer = Trainer(dataclasses.replace(COMPILED, world=WORLD.replace(**{"reward.survival": 2})))
    meter = trainer.meter()
    meter.add(trainer.update())
    assert not [name for name in meter.read() if name.startswith("reward")]


def test_realms_add_their_rewards_up() -> None:
    args = {"nRealm": 2, "worlds": 1, "seed": 0, "threads": 1}
    with smith.Native(COMPILED.world, args) as envs:
        line = envs.run(rounds=4)
        worlds = [realm.god.world for realm in envs.realms.realms]  # type: ignore[attr-defined]
    prices = np.array([getattr(COMPILED.world.reward, term.name.lower()) for term in RewardTerm])
    paid = sum(world.state.deed_totals.sum((0, 1)) for world in worlds) * prices
    assert [line[f"reward{name}"] for name in NAMES] == pytest.approx((paid / line["steps"]).tolist(), abs=1e-6)
    assert line["reward"] == pytest.approx(paid.sum() / line["steps"], abs=1e-6)
