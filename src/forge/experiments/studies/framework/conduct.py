"""Conducts a study: trains what is missing, measures what is missing, and writes down what it says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan, Results
from forge.experiments.training.train import train
from forge.support.waiting import doing


class Watcher(Protocol):
    """Is told what happens; several runs may train at a time."""

    def begin(self, name: str) -> None:
        """A run or a measurement begins."""
        ...

    def show(self, name: str, line: dict[str, Any]) -> None:
        """A line of metrics of a run that trains."""
        ...

    def end(self, name: str) -> None:
        """A run or a measurement is done."""
        ...


class Silent:
    """A watcher that says nothing."""

    def begin(self, name: str) -> None:
        """See `Watcher`."""

    def show(self, name: str, line: dict[str, Any]) -> None:
        """See `Watcher`."""

    def end(self, name: str) -> None:
        """See `Watcher`."""


def conduct(plan: Plan, store: Store, watcher: Watcher | None = None) -> Results:
    """Does what is left to do of a plan, in its order.

    It can be stopped at any point, by Ctrl-C or a kill: called again, it goes on where it was, and finds the same. A
    run goes on from its last checkpoint to the same bits; a measurement is made again from its beginning.
    """
    watcher = watcher or Silent()
    train_all(plan, store, watcher)
    measured = {}
    for measurement in plan.measurements:
        result = store.measured(measurement)
        if result is None:
            watcher.begin(measurement.name)
            with doing(f"measuring {measurement.name}"):
                result = measurement.measure(store)
            store.keep(measurement, result)
            watcher.end(measurement.name)
        measured[measurement.name] = result
    return Results({need.name: store.seconds(need) for need in plan.needs}, measured)


def train_all(plan: Plan, store: Store, watcher: Watcher) -> None:
    """Trains what is left to train of a plan, one run after the other on all cores."""
    for need in plan.needs:
        if store.steps_left(need):
            watcher.begin(need.name)
            train_need(need, store, functools.partial(watcher.show, need.name))
            watcher.end(need.name)


def train_need(
    need: Need,
    store: Store,
    listen: Callable[[dict[str, Any]], None],
    attend: Callable[[Any], None] = lambda trainer: None,
) -> None:
    """Trains one run from where it is to its end; `listen` and `attend` as in `train`."""
    run = store.open_run(need)
    train(run, listen, run.choose(), attend)


def study_folder(root: Path, study: str, scale: str) -> Path:
    """Where a study writes what it found."""
    return root / f"{study}-{scale}"
