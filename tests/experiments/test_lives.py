"""Runs that end by lives: to the update, whoever stops them in between, and as studies need them."""

import dataclasses
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from forge.blade import Chaos, ConfigError, Law
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.studies.framework import cost
from forge.experiments.studies.framework.conduct import conduct
from forge.experiments.studies.framework.cost import Cost, Rate, estimate_cost
from forge.experiments.studies.framework.needs import LIFETIME, Milestone, Need
from forge.experiments.studies.framework.progress import Watch
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.training.train import train

WORLD = Law(**{"spawn.cap": 4, "spawn.populations": 1, "terrain.side": 24, "terrain.border": 4})
TRAINING = Training(run=Session(worlds=2, log_seconds=0.01, threads=1), world=WORLD)
NEED = Need("by lives", TRAINING, milestones=(100,), lives=60)


def test_a_limit_of_lives() -> None:
    limited = Training(run=Session(minutes=0, lives=10))
    assert [limited.finished(10**9, 1e9, lives) for lives in (9, 10, 11)] == [False, True, True]
    assert not Training(run=Session(minutes=0)).finished(1, 1.0, 10**9)


def test_a_run_goes_on_to_more_lives_with_the_same_bits(tmp_path: Path) -> None:
    def run(name: str, lives: int) -> Run:
        return Run.create(tmp_path / name, dataclasses.replace(TRAINING, run=Session(worlds=2, minutes=0, lives=lives)))

    whole, parts = run("whole", 60), run("parts", 20)
    done = train(whole)
    assert condition(whole).state == "finished"
    assert done.lives >= 60
    train(parts)
    longer = parts.rewritten(whole.training)
    assert condition(longer).state == "stopped"
    gone_on = train(longer, resume=longer.choose())
    assert (gone_on.lives, gone_on.steps, gone_on.world.hash()) == (done.lives, done.steps, done.world.hash())
    # it ended with the first update that reached the limit
    assert whole.metrics()[-1]["lives"] == done.lives
    assert checkpoint.load_values(whole.latest() / "progress.json")["lives"] == done.lives


def test_a_need_by_lives(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert NEED.limit == ("lives", 60)
    assert (NEED.limited.run.lives, NEED.limited.run.steps, NEED.limited.run.minutes) == (60, 0, 0.0)
    assert store.steps_left(NEED) == 60 * LIFETIME
    with pytest.raises(ConfigError, match="has not reached its end, 60 lives"):
        store.milestone_path(NEED)
    results = conduct(Plan([NEED], []), store)
    assert store.steps_left(NEED) == 0
    assert store.milestone_path(NEED) == Run(store.run_path(NEED)).checkpoints()[-1]
    first, last = results.seconds[NEED.name]
    assert first == 100
    assert last == int(store.milestone_path(NEED).name)
    assert store.milestone_path(NEED, 100) != store.milestone_path(NEED)
    assert store.player(Milestone(NEED), WORLD, 0).act is not None


def test_a_need_by_lives_ends_by_agent_steps_where_hardly_anybody_dies(tmp_path: Path) -> None:
    store, need = Store(tmp_path), dataclasses.replace(NEED, lives=10**6, most=300)
    assert need.key != dataclasses.replace(NEED, lives=10**6).key
    assert need.limits == {"lives": 10**6, "steps": 300}
    assert (need.limited.run.lives, need.limited.run.steps) == (10**6, 300)
    assert store.steps_left(need) == 300  # sooner than 1,000,000 lives of 100 ticks
    assert store.steps_left(dataclasses.replace(need, lives=2)) == 2 * LIFETIME
    results = conduct(Plan([need], []), store)
    assert store.steps_left(need) == 0
    end = int(store.milestone_path(need).name)
    assert 300 <= end < 300 + 2 * 4 * 32  # the update that reached it: 32 ticks of 2 worlds of at most 4
    assert [*results.seconds[need.name]] == [100, end]
    with pytest.raises(ConfigError, match="most of by lives limits a run by lives, and must not be negative; it is 5"):
        dataclasses.replace(NEED, lives=0, most=5)


def test_lives_are_taken_to_last_as_in_the_longest_run_in_the_same_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)

    def ran(seed: int, steps: int, lives: int, need: Need = NEED) -> None:
        session = dataclasses.replace(need.training.run, seed=seed)
        need = dataclasses.replace(need, training=dataclasses.replace(need.training, run=session))
        folder = store.open_run(need).checkpoint_path(steps)
        folder.mkdir(parents=True)
        (folder / "progress.json").write_text(json.dumps({"steps": steps, "lives": lives, "seconds": 1.0}))

    elsewhere = dataclasses.replace(NEED, training=dataclasses.replace(TRAINING, world=Law()))
    assert store.lifetimes() == {}
    ran(1, steps=200, lives=10)
    ran(2, steps=900, lives=20)
    ran(3, steps=900, lives=30, need=elsewhere)
    ran(4, steps=0, lives=0)
    (store.root / "runs" / "odd").mkdir()
    (store.root / "runs" / "odd" / "config.toml").write_text("odd = 1")
    longer = dataclasses.replace(NEED, lives=100)
    assert longer.setting == NEED.setting != elsewhere.setting
    assert store.lifetimes() == {NEED.setting: 45.0, elsewhere.setting: 30.0}
    monkeypatch.setattr(cost, "measure_rate", lambda *_: Rate(training=10.0, playing=1.0))
    unseen = dataclasses.replace(longer, name="unseen", training=dataclasses.replace(TRAINING, world=Chaos()))
    left = estimate_cost(Plan([longer, unseen], []), store, 1.0).needs
    assert left == {"by lives": 100 * 45 / 10, "unseen": 100 * LIFETIME / 10}


def test_what_ends_a_run_is_part_of_its_name() -> None:
    by_steps = dataclasses.replace(NEED, lives=0)
    assert len({NEED.key, by_steps.key, dataclasses.replace(NEED, lives=61).key}) == 3
    assert by_steps.limit == ("steps", 100)
    with pytest.raises(ConfigError, match="milestones of by lives must be rising"):
        Need("by lives", TRAINING)


def test_progress_by_lives() -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    with Watch({"a": {"lives": 60}}, Cost({"a": 10.0}, {}), console) as watch:
        watch.begin("a")
        for lives in (20, 40):
            watch.show("a", {"steps": 10**6, "lives": lives, "lifetime": 3.0, "steps_per_second": 10})
        assert watch._progress() == pytest.approx(0.5)


def test_progress_is_told_by_what_comes_first() -> None:
    """A half of the agent steps, when of the lives there is hardly one: the run is halfway, and 10 of 20 s are left."""
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    with Watch({"a": {"lives": 60, "steps": 300}}, Cost({"a": 20.0}, {}), console) as watch:
        watch.begin("a")
        for steps, lives in ((0, 0), (150, 1)):
            watch.show("a", {"steps": steps, "lives": lives, "lifetime": None, "steps_per_second": 10})
        assert watch._progress() == pytest.approx(0.5)
        assert "150 of 300 agent steps" in str(watch._bars.tasks[0].description)
        watch.show("a", {"steps": 160, "lives": 45, "lifetime": None, "steps_per_second": 10})
        assert watch._progress() == pytest.approx(0.75)
        assert "45 of 60 lives" in str(watch._bars.tasks[0].description)
