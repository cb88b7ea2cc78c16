"""Studies: what is done is never done twice, and a stop at any point changes no result."""

import csv
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from rich.console import Console

from forge.blade import Chaos, ConfigError
from forge.ethyr.saving import checkpoint
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.figures.plotting import new_figure
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.publish import markdown_table, publish, to_csv
from forge.experiments.runs.settings import Session, Training
from forge.experiments.studies.catalogue import STUDIES, find
from forge.experiments.studies.framework import conduct as conducting
from forge.experiments.studies.framework import cost
from forge.experiments.studies.framework.conduct import conduct
from forge.experiments.studies.framework.cost import Cost, Rate, Threads, estimate_cost
from forge.experiments.studies.framework.measure import lifetimes
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.progress import Watch, duration
from forge.experiments.studies.framework.store import Measurement, Store
from forge.experiments.studies.framework.study import Plan, Results

WORLD = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})
TRAINING = Training(run=Session(worlds=2, log_seconds=0.01, threads=1), world=WORLD)
SETTINGS = Settings(worlds=2, ticks=20, warmup=10, horizon=30)


def need(seed: int = 0, milestones: tuple[int, ...] = (1000, 3000)) -> Need:
    training = dataclasses.replace(TRAINING, run=dataclasses.replace(TRAINING.run, seed=seed))
    return Need(f"seed {seed}", training, milestones)


def plan(seeds: int = 1) -> Plan:
    needs = [need(seed) for seed in range(seeds)]
    trained = [lifetimes(f"{n.name} at {s}", Milestone(n, s), WORLD, SETTINGS) for n in needs for s in n.milestones]
    return Plan(needs, [lifetimes("random", "random", WORLD, SETTINGS), *trained])


class Quiet:
    """Watches, remembers, and stops at one of the things it is told."""

    def __init__(self, stop: int = -1) -> None:
        self.told: list[str] = []
        self.stop = stop

    def _tell(self, what: str) -> None:
        self.told.append(what)
        if len(self.told) == self.stop:
            raise KeyboardInterrupt

    def begin(self, name: str) -> None:
        self._tell(f"begin {name}")

    def show(self, name: str, line: dict[str, Any]) -> None:
        self._tell("line")

    def end(self, name: str) -> None:
        self._tell(f"end {name}")


def policies(store: Store, needs: list[Need]) -> list[dict[str, np.ndarray]]:
    return [
        {k: v.numpy() for k, v in checkpoint.load_tensors(store.milestone_path(n, s) / "policy.safetensors").items()}
        for n in needs
        for s in n.milestones
    ]


def same(one: list[dict[str, np.ndarray]], other: list[dict[str, np.ndarray]]) -> bool:
    return all(np.array_equal(a[k], b[k]) for a, b in zip(one, other, strict=True) for k in a)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Results, list[str]]:
    """One run with two milestones and three measurements, never stopped."""
    store, watcher = Store(tmp_path_factory.mktemp("whole")), Quiet()
    return store, conduct(plan(), store, watcher), watcher.told


def test_everything_is_done_once_in_order(whole: tuple[Store, Results, list[str]]) -> None:
    store, results, told = whole
    assert [word for word in told if word != "line"] == [
        f"{what} {name}"
        for name in ("seed 0", "random", "seed 0 at 1000", "seed 0 at 3000")
        for what in ("begin", "end")
    ]
    assert "line" in told
    early, late = results.seconds["seed 0"].values()
    assert 0 < early < late
    steps = [checkpoint.load_values(store.milestone_path(need(), s) / "progress.json")["steps"] for s in (1000, 3000)]
    assert 1000 <= steps[0] < 1000 + 2 * 16 * 16  # the first update, of 2 worlds, 16 agents and 16 ticks, to reach it
    assert 3000 <= steps[1] < 3000 + 2 * 16 * 16
    assert set(results.measured) == {"random", "seed 0 at 1000", "seed 0 at 3000"}
    found = Evaluation.from_dict(results.measured["random"])
    assert found.settings == SETTINGS
    assert found.counts.lives.shape == (2, 2)


def test_a_finished_plan_trains_and_measures_nothing(
    whole: tuple[Store, Results, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, results, _ = whole

    def never(*_: Any) -> None:
        raise AssertionError("this is done already")

    monkeypatch.setattr(conducting, "train", never)
    monkeypatch.setattr("forge.experiments.studies.framework.measure.evaluate", never)
    watcher = Quiet()
    assert conduct(plan(), store, watcher) == results
    assert watcher.told == []
    assert estimate_cost(plan(), store, 1.0) == Cost({}, {})


@pytest.mark.parametrize("stop", [1, 4, 9])
def test_a_stop_at_any_point_changes_no_result(
    whole: tuple[Store, Results, list[str]], stop: int, tmp_path: Path
) -> None:
    """Stopped at what it says first, in the middle of training twice over, and between and in measurements."""
    store, results, _ = whole
    broken, again = Store(tmp_path), Quiet(stop)
    with pytest.raises(KeyboardInterrupt):
        conduct(plan(), broken, again)
    found = conduct(plan(), broken, Quiet())
    assert found.measured == results.measured
    assert same(policies(broken, [need()]), policies(store, [need()]))


def test_a_run_that_was_killed_before_it_held_anything(tmp_path: Path) -> None:
    store, short = Store(tmp_path), need(milestones=(500,))
    store.run_path(short).mkdir(parents=True)
    assert store.steps_left(short) == 500
    with pytest.raises(ConfigError, match="has not reached 500 agent steps"):
        store.milestone_path(short, 500)
    conduct(Plan([short], []), store, Quiet())
    assert store.steps_left(short) == 0


def test_runs_are_shared_by_what_they_compute() -> None:
    store = Store(Path("anywhere"))
    other_name = dataclasses.replace(need(), name="another study's")
    threads = dataclasses.replace(
        need(), training=dataclasses.replace(TRAINING, run=dataclasses.replace(TRAINING.run, threads=2, minutes=9.0))
    )
    assert store.run_path(need()) == store.run_path(other_name) == store.run_path(threads)
    wider = dataclasses.replace(TRAINING, learning=dataclasses.replace(TRAINING.learning, hidden=64))
    different = [need(), need(1), need(milestones=(1000, 4000)), dataclasses.replace(need(), training=wider)]
    assert len({store.run_path(n) for n in different}) == len(different)


def test_measurements_are_told_apart_by_what_they_measure() -> None:
    one = lifetimes("a", Milestone(need(), 1000), WORLD, SETTINGS)
    assert lifetimes("b", Milestone(need(), 1000), WORLD, SETTINGS).key == one.key
    others = [
        lifetimes("a", Milestone(need(), 3000), WORLD, SETTINGS),
        lifetimes("a", Milestone(need(1), 1000), WORLD, SETTINGS),
        lifetimes("a", "random", WORLD, SETTINGS),
        lifetimes("a", Milestone(need(), 1000), WORLD.replace(**{"terrain.side": 42}), SETTINGS),
        lifetimes("a", Milestone(need(), 1000), WORLD, SETTINGS._replace(worlds=3)),
        lifetimes("a", Milestone(need(), 1000), WORLD, SETTINGS, seed=1),
    ]
    assert len({one.key, *(other.key for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("milestones", [(), (0,), (5, 5), (7, 3), (-1, 4)])
def test_milestones_rise(milestones: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="milestones of seed 0 must be rising"):
        need(milestones=milestones)


def test_a_damaged_result_is_named(tmp_path: Path) -> None:
    store, measurement = Store(tmp_path), Measurement("m", {"m": 1}, lambda store: 1, 1)
    store.keep(measurement, {"x": 1})
    assert store.measured(measurement) == {"x": 1}
    (file,) = (tmp_path / "measurements").iterdir()
    file.write_text(file.read_text()[:-9])
    with pytest.raises(ConfigError, match=rf"{file.name} is missing or damaged.*delete it"):
        store.measured(measurement)


def test_a_result_whose_checksum_is_misnamed_is_damaged(tmp_path: Path) -> None:
    store, measurement = Store(tmp_path), Measurement("m", {"m": 1}, lambda store: 1, 1)
    store.keep(measurement, {"x": 1})
    (file,) = (tmp_path / "measurements").iterdir()
    file.write_text(file.read_text().replace("sha256", "sha257"))
    with pytest.raises(ConfigError, match=rf"{file.name} is missing or damaged: 'sha257' is nothing that"):
        store.measured(measurement)


def test_a_result_that_is_not_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Store(tmp_path).keep(Measurement("m", {"m": 1}, lambda store: 1, 1), float("nan"))
    assert not list((tmp_path / "measurements").iterdir())


def test_the_cost_of_what_is_left(whole: tuple[Store, Results, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    # One run of two is done: 3,000 steps at 1,500 a second are left, 2 s. Two measurements are left of
    # 2 worlds · (10 + 20 + 30 // 5) ticks = 72 at 9 a second, 8 s each. Two runs of a kind are measured once.
    asked: list[str] = []

    def rate(need: Need, seconds: float, threads: Threads) -> Rate:
        asked.append(need.name)
        return Rate(1500.0, 9.0)

    monkeypatch.setattr(cost, "measure_rate", rate)
    found = estimate_cost(plan(2), whole[0], 1.0)
    assert found == Cost({"seed 1": 2.0}, {"seed 1 at 1000": 8.0, "seed 1 at 3000": 8.0})
    assert found.total == 18
    assert asked == ["seed 1"]


def test_the_rate_of_this_machine() -> None:
    training, playing = cost.measure_rate(need(), 0.02)
    assert training > 0
    assert playing > 0


def test_progress_in_plain_lines() -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    with Watch({"a": {"steps": 1000}}, Cost({"a": 30.0}, {"b": 10.0}), console) as watch:
        watch.begin("a")
        watch.show("a", {"steps": 500, "lifetime": None, "steps_per_second": 10})
        watch.show("a", {"steps": 750, "lifetime": 3.0, "steps_per_second": 10})
        assert watch._progress() == pytest.approx(0.5 * 30 / 40)  # half of what it saw of the run's steps
        watch.end("a")
        watch.begin("b")
        watch.end("b")
        assert watch._progress() == 1
    said = console.file.getvalue()
    assert "1 of 2: a; 40 s left" in said
    assert "2 of 2: b; 10 s left" in said


def test_progress_of_runs_side_by_side() -> None:
    """Half of a run of 30 s and a third of one of 60 s are 35 of 90 s; then the second ends, and the first is left."""
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    with Watch({"a": {"steps": 100}, "b": {"steps": 300}}, Cost({"a": 30.0, "b": 60.0}, {}), console) as watch:
        watch.begin("a")
        watch.begin("b")
        for name in ("a", "b"):
            watch.show(name, {"steps": 0, "lifetime": None, "steps_per_second": 10})
        watch.show("b", {"steps": 100, "lifetime": 3.0, "steps_per_second": 10})
        watch.show("a", {"steps": 50, "lifetime": None, "steps_per_second": 10})
        assert watch._progress() == pytest.approx(35 / 90)
        shown = str(watch._bars.tasks[0].description)
        assert shown.splitlines() == [
            "1 of 2: a, 50 of 100 agent steps, 10 agent steps/s, lifetime –",
            "2 of 2: b, 100 of 300 agent steps, 10 agent steps/s, lifetime 3.0",
        ]
        watch.end("b")
        assert watch._progress() == pytest.approx(75 / 90)


def test_time_left_is_as_foretold_until_something_is_done() -> None:
    """Then it is what the done part makes likely: of 40 s a half took an hour, so the other half will."""
    with Watch({}, Cost({}, {"a": 20.0, "b": 20.0}), Console(file=io.StringIO(), force_terminal=False)) as watch:
        watch._started -= 3600
        assert watch._left() == "40 s left"
        watch.begin("a")
        watch.end("a")
        assert watch._left() == "60 min left"


def test_progress_in_a_terminal_ends_whatever_happens() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    watch = Watch({}, Cost({"a": 1.0}, {}), console)
    with pytest.raises(KeyError), watch:
        watch.show("a", {"steps": 1})
    assert not watch._bars.live.is_started


def test_durations_in_words() -> None:
    assert [duration(s) for s in (0.4, 89, 150, 5000, 9000)] == ["0 s", "89 s", "2 min", "83 min", "2.5 h"]


ORIGIN = {
    "command": "forge experiment made-up",
    "seeds": [0, 1],
    "runs": [
        {
            "name": "a",
            "folder": "runs/a",
            "seed": 0,
            "steps": 1200,
            "seconds": 2.0,
            "made": {
                "cpu": "abacus",
                "threads": 2,
                "python": "3",
                "versions": {"torch": "2", "x": None},
                "commit": None,
            },
        }
    ],
}


def made_up() -> Findings:
    def draw() -> Figure:
        figure = new_figure(2, 2)
        figure.subplots().plot([1, 2])
        return figure

    return Findings(
        "It is so.", {"rows": [{"x": 1, "y": None}, {"x": 2, "y": 0.5}]}, {"f": draw}, {"f": "A line."}, "B"
    )


def test_a_study_is_written_whole_and_the_same_each_time(tmp_path: Path) -> None:
    files = publish(tmp_path / "one", "made-up, tiny", "Is it so?", made_up(), ORIGIN)
    assert [file.name for file in files] == ["report.md", "rows.csv", "f.png", "f.svg", "data.json"]
    report = files[0].read_text()
    for text in ("# made-up, tiny", "Is it so?", "It is so.", "![A line.](f.png)", "| a | runs/a | 1,200 | 2 | – |"):
        assert text in report
    assert "Seeds 0, 1. Trained on abacus, 2 threads, Python 3, torch 2." in report
    assert list(csv.DictReader(io.StringIO(files[1].read_text()))) == [{"x": "1", "y": ""}, {"x": "2", "y": "0.5"}]
    data = json.loads(files[-1].read_text())
    assert data["tables"]["rows"][1] == {"x": 2, "y": 0.5}
    assert data["command"] == "forge experiment made-up"
    again = publish(tmp_path / "two", "made-up, tiny", "Is it so?", made_up(), ORIGIN)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]


def test_tables_of_text() -> None:
    assert markdown_table([{"a": "1", "b": "2"}]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"
    with pytest.raises(ValueError, match="at least one row"):
        to_csv([])
    with pytest.raises(ValueError, match="the same names"):
        to_csv([{"a": 1}, {"b": 1}])


def test_studies_are_found_by_name() -> None:
    for name in STUDIES:
        study = find(name)
        assert study.name == name
        for scale in study.scales.values():
            made = study.plan(scale, 2)
            names = [each.name for each in (*made.needs, *made.measurements)]
            assert len(set(names)) == len(names)
    with pytest.raises(ConfigError, match="unknown experiment 'lerning'; did you mean 'learning'"):
        find("lerning")
