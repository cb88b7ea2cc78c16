"""Held-out evaluations while a run trains: the figures of `forge evaluate`, which leave no trace in its bits."""

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from forge.blade import Chaos
from forge.cli import main
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.heldout import periodic
from forge.experiments.heldout.figures import FIGURES
from forge.experiments.heldout.players import players_of
from forge.experiments.heldout.protocol import Protocol
from forge.experiments.heldout.score import score
from forge.experiments.runs.metrics_table import metrics_table
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training import train as training_loop
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer, train
from tests.learners import basic

WORLD = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 32, "spawn.random_cap": True})
SESSION = Session(worlds=2, minutes=0, steps=3200, threads=1, evaluate_every=1500)
TRAINING = Training(run=SESSION, world=WORLD)
USUAL = periodic.PROTOCOL
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluations that take no time."""
    monkeypatch.setattr(periodic, "PROTOCOL", Protocol(Settings(2, 30, 10, 40), company=(), contests=False))


def told(run: Run) -> list[dict[str, Any]]:
    """What the lines of metrics say of evaluations, by agent steps."""
    lines = [
        {name: value for name, value in line.items() if name == "steps" or name.startswith("heldout")}
        for line in run.metrics()
    ]
    return [line for line in lines if len(line) > 1]


def changed(**session: Any) -> Training:
    return dataclasses.replace(TRAINING, run=dataclasses.replace(SESSION, **session))


def bits(trainer: Trainer) -> list[Any]:
    parameters = [parameter.detach().numpy().tobytes() for parameter in trainer.policy.parameters()]
    states = [tensor.numpy().tobytes() for tensor in trainer.learner.state().values()]
    return [trainer.world.hash(), trainer.steps, trainer.updates, parameters, states]


@pytest.mark.parametrize(
    ("every", "before", "steps", "wanted"),
    [
        (0, 0, 10**9, False),
        (100, 0, 99, False),
        (100, 0, 100, True),
        (100, 100, 199, False),
        (100, 199, 200, True),
        (100, 50, 350, True),
    ],
)
def test_when_one_is_due(every: int, before: int, steps: int, wanted: bool) -> None:
    assert periodic.due(every, before, steps) is wanted


def test_a_line_has_every_figure_with_its_interval(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", TRAINING)
    train(run)
    first, second = told(run)
    assert 1500 <= first["steps"] < 3000 <= second["steps"] < 4500
    ends = {f"heldout_{name}{end}" for name in FIGURES for end in ("", "_low", "_high")}
    assert first.keys() == second.keys() == ends | {"steps"}
    assert first["heldout_lifetime_low"] < first["heldout_lifetime"] < first["heldout_lifetime_high"]
    assert {metric.name for metric in periodic.METRICS} == {f"heldout_{name}" for name in FIGURES}
    board = EventAccumulator(str(run.path / "tensorboard"))
    board.Reload()
    drawn = [(point.step, round(point.value, 3)) for point in board.Scalars("heldout_lifetime_low")]
    assert drawn == [(line["steps"], round(line["heldout_lifetime_low"], 3)) for line in (first, second)]


def test_figures_are_those_of_forge_evaluate(tmp_path: Path) -> None:
    """The checkpoint of the same update scores the same to the last digit, with the same worlds and lengths."""
    run = Run.create(tmp_path / "run", changed(milestones="1500"))
    train(run)
    line, folder = told(run)[0], run.checkpoints()[0]
    assert int(folder.name) == line["steps"]
    trained = next(player for player in players_of([str(folder)]) if player.trained)
    (found,) = score([trained], periodic.PROTOCOL)
    for name, estimate in found.figures.items():
        for end, value in zip(("", "_low", "_high"), estimate, strict=True):
            assert line[f"heldout_{name}{end}"] == pytest.approx(value, rel=1e-4, nan_ok=True), name


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_training_does_not_notice(engine: str, tmp_path: Path) -> None:
    ends = []
    for name, every in (("with", 1000), ("without", 0)):
        run = Run.create(tmp_path / name, changed(engine=engine, evaluate_every=every))
        ends.append(bits(train(run)))
        assert bool(told(run)) == bool(every)
    assert ends[0] == ends[1]


def test_a_run_that_was_resumed_evaluates_at_the_same_points(tmp_path: Path) -> None:
    whole = Run.create(tmp_path / "whole", TRAINING)
    train(whole)

    def stop(line: dict[str, Any]) -> None:
        """Ends the run at its first evaluation, which is then in its metrics already."""
        if "heldout_lifetime" in line:
            raise InterruptedError

    broken = Run.create(tmp_path / "broken", changed(milestones="0 700"))
    with pytest.raises(InterruptedError):
        train(broken, stop)
    assert told(broken) == told(whole)[:1]
    train(Run(broken.path), resume=broken.choose())
    assert told(broken) == told(whole)
    train(Run(broken.path), resume=broken.checkpoints()[1])  # from before the first
    assert told(broken) == told(whole)


def test_other_training_seeds_are_evaluated_in_the_same_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    original = periodic.evaluate

    def noted(policy: Any, config: Any, **given: Any) -> Any:
        seen.append((config, given["seed"], [*given["maps"]]))
        return original(policy, config, **given)

    monkeypatch.setattr(periodic, "evaluate", noted)
    for seed in (0, 1):
        trainer = Trainer(changed(seed=seed))
        periodic.evaluated(trainer.policy, trainer.training)
    assert seen[0] == seen[1]
    config, seed, _ = seen[0]
    assert config.terrain.seed != WORLD.terrain.seed
    assert not config.spawn.random_cap
    assert seed not in (0, 1)


def test_a_policy_scores_the_same_again_however_many_threads_train() -> None:
    first = [periodic.evaluated(Trainer(changed(threads=threads)).policy, TRAINING) for threads in (1, 2)]
    assert first[0] == first[1]


def test_evaluating_is_no_time_of_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    hours = 0.0

    def evaluated(policy: Any, training: Training) -> dict[str, float | None]:
        nonlocal hours
        hours += 3600
        return {"heldout_lifetime": 1.0, "heldout_lifetime_low": 0.5, "heldout_lifetime_high": 1.5}

    monkeypatch.setattr(periodic, "evaluated", evaluated)
    monkeypatch.setattr(training_loop.time, "perf_counter", lambda: next(clock) + hours)
    run = Run.create(tmp_path / "run", changed(log_seconds=1e6))
    trainer = train(run)
    assert hours == 7200
    assert trainer.seconds < 3600


@pytest.mark.parametrize("network", ["recurrent", "tests.ethyr.custom:Attentive"])
def test_other_networks_are_evaluated(network: str) -> None:
    training = dataclasses.replace(TRAINING, learning=basic(network=network))
    assert periodic.evaluated(Trainer(training).policy, training)["heldout_lifetime"] is not None


def test_realms_are_evaluated(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", TRAINING)
    args = {"nRealm": 2, "ray": "local", "address": None, "render": False}
    train(run, make=lambda training: Realms(training, args))
    assert len(told(run)) == 2


def test_the_command_takes_it_and_says_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = "--worlds 2 --threads 1 --world.spawn.cap 16 --world.spawn.populations 2 --world.terrain.side 32"
    folder = str(tmp_path / "run")
    main(["train", "chaos", "--folder", folder, *small.split(), "--steps", "1500", "--evaluate-every", "1e3"])
    shown = capsys.readouterr().out
    line = told(Run(folder))[0]
    assert "held out at 1." in shown
    assert f"lifetime {line['heldout_lifetime']:.1f} (" in shown
    main(["train", "--resume", folder, "--steps", "4500", "--evaluate-every", "2000"])
    steps = [line["steps"] for line in told(Run(folder))]
    assert len(steps) == 3
    assert 1000 <= steps[0] < 2000 <= steps[1] < 4000 <= steps[2]


def test_runs_from_before_the_option_have_none() -> None:
    text = TRAINING.to_toml().replace("evaluate_every = 1500", "").replace("version = 2", "version = 1")
    assert "evaluate_every" not in text.split("[learning]")[0].split("[run]")[1]
    assert Training.from_toml(text).run.evaluate_every == 0


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    assert metrics_table(periodic.METRICS) in page
    settings = zip(("worlds", "ticks", "warmup"), USUAL.settings, strict=False)
    assert " ".join(["--alone", *(f"--{name} {value}" for name, value in settings)]) in page
    assert (USUAL.seed, USUAL.company, USUAL.cap, USUAL.contests, USUAL.settings.horizon) == (0, (), 0, False, 0)
