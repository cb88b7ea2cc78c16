"""Measurements by several processes: the same as by one, and a stop leaves none of them behind."""

import multiprocessing
import threading
from pathlib import Path

import pytest

from forge.blade import ConfigError
from forge.experiments.studies import side_by_side
from forge.experiments.studies.catalogue import find
from forge.experiments.studies.framework.conduct import Silent, conduct
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.studies.side_by_side import Recipe, measure_side_by_side
from tests.forked import CONTEXT

STUDY, SCALE = "learning", "tiny"


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes begin with everything imported."""
    monkeypatch.setattr(side_by_side, "_CONTEXT", CONTEXT)


def plan() -> Plan:
    """What a study measures of players that do not learn, for which it needs no run."""
    study = find(STUDY)
    whole = study.plan(study.scales[SCALE], 1)
    return Plan([], [m for m in whole.measurements if m.name in ("random", "forager", "fighter")])


class Told(Silent):
    """Remembers what it is told, and may stop at the first of it."""

    def __init__(self, stop: bool = False) -> None:
        self.names: list[str] = []
        self.stop = stop

    def begin(self, name: str) -> None:
        self.names.append(name)
        if self.stop:
            raise KeyboardInterrupt


def kill_the_first() -> None:
    """Waits for a process, and kills it: it cannot have measured anything by then."""
    while not (found := multiprocessing.active_children()):
        pass
    found[0].kill()


def measure(root: Path, watcher: Told, processes: int = 2) -> None:
    measure_side_by_side(Recipe(STUDY, SCALE, 1, root), plan(), Store(root), processes, watcher)


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
    told = Told(stop=True)
    with pytest.raises(KeyboardInterrupt):
        measure(tmp_path, told)
    assert not multiprocessing.active_children()
    found = Store(tmp_path)
    assert any(found.measured(m) is not None for m in plan().measurements if m.name in told.names)


def test_a_process_that_is_killed_is_one_error(tmp_path: Path) -> None:
    killer = threading.Thread(target=kill_the_first)
    killer.start()
    with pytest.raises(ConfigError, match=r"one of 1 processes that measured was killed, .* the same command goes on"):
        measure(tmp_path, Told(), processes=1)
    killer.join()
