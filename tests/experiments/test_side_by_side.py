"""Runs and measurements by several processes: the same as by one, and however it ends, none of them is left behind."""

import dataclasses
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import ConfigError
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.run import Run
from forge.experiments.runs.stopping import Stopped
from forge.experiments.studies.catalogue import find
from forge.experiments.studies.framework.conduct import Silent, conduct
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.studies.side_by_side import processes
from forge.experiments.studies.side_by_side.measuring import Recipe, measure_side_by_side
from forge.experiments.studies.side_by_side.processes import share_out
from forge.experiments.studies.side_by_side.training import train_side_by_side
from tests.experiments.test_studies import TRAINING, need
from tests.forked import CONTEXT

STUDY, SCALE = "learning", "tiny"


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes begin with everything imported."""
    monkeypatch.setattr(processes, "CONTEXT", CONTEXT)


def plan() -> Plan:
    """What a study measures of players that do not learn, for which it needs no run."""
    study = find(STUDY)
    whole = study.plan(study.scales[SCALE], 1)
    return Plan([], [m for m in whole.measurements if m.name in ("random", "forager", "fighter")])


class Told(Silent):
    """Remembers what it is told, and may do something at the first of it."""

    def __init__(self, do: Callable[[], None] = lambda: None) -> None:
        self.names: list[str] = []
        self.do = do

    def begin(self, name: str) -> None:
        self.names.append(name)
        self.do()


def interrupt() -> None:
    raise KeyboardInterrupt


def kill_the_first() -> None:
    """Waits for a process, and kills it: it cannot have measured anything by then."""
    while not (found := multiprocessing.active_children()):
        pass
    found[0].kill()


def measure(root: Path, watcher: Told, count: int = 2) -> None:
    measure_side_by_side(Recipe(STUDY, SCALE, 1, root), plan(), Store(root), count, watcher)


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    one, told = conduct(plan(), Store(tmp_path / "one")), Told()  # which compiles for the others, too
    measure(tmp_path / "two", told)
    assert sorted(told.names) == ["fighter", "forager", "random"]
    assert not multiprocessing.active_children()
    nobody = Told()
    measure(tmp_path / "two", nobody)  # there is nothing left
    assert nobody.names == []
    assert conduct(plan(), Store(tmp_path / "two")) == one


def test_a_stop_ends_every_process_and_keeps_what_is_done(tmp_path: Path) -> None:
    told = Told(interrupt)
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, told)
    assert not multiprocessing.active_children()
    found = Store(tmp_path)
    assert any(found.measured(m) is not None for m in plan().measurements if m.name in told.names)


def test_a_process_that_is_killed_is_one_error(tmp_path: Path) -> None:
    killer = threading.Thread(target=kill_the_first)
    killer.start()
    with pytest.raises(ConfigError, match=r"one of 1 processes that measured was killed, .* the same command goes on"):
        measure(tmp_path, Told(), count=1)
    killer.join()


ENDLESS = 10**12  # agent steps: none of these runs comes to its end


class Hurdle(Silent):
    """Counts the lines of each run, and does something once each of so many runs has said so many."""

    def __init__(self, lines: int, do: Callable[[], None], runs: int = 2) -> None:
        self.lines: dict[str, int] = {}
        self.enough, self.do, self.runs = lines, do, runs

    def show(self, name: str, line: dict[str, Any]) -> None:
        self.lines[name] = self.lines.get(name, 0) + 1
        if len(self.lines) == self.runs and min(self.lines.values()) >= self.enough:
            self.enough = ENDLESS
            self.do()


def asked_to_end(children: int = 0) -> Callable[[], None]:
    """Sends SIGTERM to this process, and before that to so many of those it started, as a whole group gets it."""

    def ask() -> None:
        for child in multiprocessing.active_children()[:children]:
            os.kill(child.pid or 0, signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)

    return ask


def needs(end: int) -> list[Need]:
    return [need(seed, milestones=(1_000, end)) for seed in range(3)]


def weights(store: Store, one: Need) -> list[dict[str, np.ndarray]]:
    folders = [store.milestone_path(one, steps) for steps in one.milestones]
    read = [checkpoint.load_tensors(folder / "policy.safetensors") for folder in folders]
    return [{name: tensor.numpy() for name, tensor in tensors.items()} for tensors in read]


def test_the_last_runs_share_all_cores() -> None:
    assert share_out(6, 4, 8) == [2] * 4 + [4] * 2
    assert share_out(9, 4, 8) == [2] * 8 + [8]
    assert share_out(8, 4, 8) == [2] * 8
    assert share_out(3, 2, 1) == [1] * 3  # more processes than cores
    assert share_out(0, 2, 2) == []


def test_runs_side_by_side_come_to_the_same_weights(tmp_path: Path) -> None:
    alone, beside, plans = Store(tmp_path / "alone"), Store(tmp_path / "beside"), Plan(needs(3_000), [])
    conduct(plans, alone)
    told = Told()
    train_side_by_side(plans, beside, 2, told)
    assert sorted(told.names) == ["seed 0", "seed 1", "seed 2"]
    assert not multiprocessing.active_children()
    for one in plans.needs:
        for ours, theirs in zip(weights(beside, one), weights(alone, one), strict=True):
            assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    told = Told()
    train_side_by_side(plans, beside, 2, told)  # there is nothing left
    assert told.names == []


@pytest.mark.parametrize(
    ("do", "error"),
    [(interrupt, KeyboardInterrupt), (asked_to_end(), Stopped), (asked_to_end(2), Stopped)],
    ids=["Ctrl-C", "this one asked to end", "all asked to end"],
)
def test_a_stop_saves_every_run_and_leaves_no_process(
    do: Callable[[], None], error: type[BaseException], tmp_path: Path
) -> None:
    store, plans = Store(tmp_path), Plan(needs(ENDLESS), [])
    with pytest.raises(error):
        train_side_by_side(plans, store, 2, Hurdle(2, do))
    assert not multiprocessing.active_children()
    for one in plans.needs[:2]:
        run = Run(store.run_path(one))
        reached = checkpoint.load_progress(run.checkpoints()[-1], "steps")["steps"]
        logged = (run.path / "metrics.jsonl").read_text().splitlines()
        assert f'"steps": {reached},' in logged[-1]  # its last update is in the checkpoint
    assert not store.run_path(plans.needs[2]).exists()  # it had not begun


def test_a_killed_process_of_training_is_one_error_and_the_others_save_their_runs(tmp_path: Path) -> None:
    store, plans = Store(tmp_path), Plan(needs(ENDLESS), [])
    with pytest.raises(ConfigError, match=r"the process that trained seed [01] was killed, .* all runs are kept"):
        train_side_by_side(plans, store, 2, Hurdle(1, lambda: multiprocessing.active_children()[0].kill()))
    assert not multiprocessing.active_children()
    steps = [len(Run(store.run_path(one)).checkpoints()) for one in plans.needs[:2]]
    assert max(steps) > 1  # that of the start, and one when it was let go


def test_one_that_is_asked_to_end_alone_says_so(tmp_path: Path) -> None:
    store, plans = Store(tmp_path), Plan(needs(ENDLESS), [])
    with pytest.raises(ConfigError, match=r"the process that trained seed [01] was asked to end; all runs are kept"):
        train_side_by_side(plans, store, 2, Hurdle(1, lambda: multiprocessing.active_children()[0].terminate()))
    assert not multiprocessing.active_children()


def test_what_goes_wrong_in_a_run_is_said_as_if_it_trained_here(tmp_path: Path) -> None:
    store, (one, *_) = Store(tmp_path), needs(ENDLESS)
    with pytest.raises(KeyboardInterrupt):
        train_side_by_side(Plan([one], []), store, 1, Hurdle(1, interrupt, runs=1))
    weights = Run(store.run_path(one)).checkpoints()[-1] / "policy.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ConfigError, match=r"policy\.safetensors") as error:
        train_side_by_side(Plan([one], []), store, 1, Told())
    assert "in train_need" in "".join(error.value.__notes__)  # where it was
    assert not multiprocessing.active_children()


def test_what_goes_wrong_while_a_run_is_saved_is_said_instead_of_the_stop(tmp_path: Path) -> None:
    """Where its last checkpoint would lie there is a file by the time it is asked to end."""
    store, (one, *_) = Store(tmp_path), needs(ENDLESS)
    checkpoints = store.run_path(one) / "checkpoints"

    def spoil() -> None:
        checkpoints.rename(checkpoints.with_name("elsewhere"))
        checkpoints.write_bytes(b"")
        raise KeyboardInterrupt

    with pytest.raises(OSError, match="checkpoints"):
        train_side_by_side(Plan([one], []), store, 1, Hurdle(1, spoil, runs=1))
    assert not multiprocessing.active_children()


def test_a_run_that_says_nothing_yet_is_stopped_too(tmp_path: Path) -> None:
    """It would write one line, at its end: only that it was let go of tells it."""
    quiet = dataclasses.replace(TRAINING, run=dataclasses.replace(TRAINING.run, log_seconds=3600.0))
    one, store = Need("quiet", quiet, milestones=(500_000,)), Store(tmp_path)

    def stop_when_it_trains() -> None:
        while not list(tmp_path.glob("runs/*/checkpoints/0*")):  # that of its start
            pass
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        train_side_by_side(Plan([one], []), store, 1, Told(stop_when_it_trains))
    assert not multiprocessing.active_children()
    assert store.steps_left(one)
