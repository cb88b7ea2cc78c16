"""Measures what a study still has to by several processes.

A measurement steps its worlds on many threads and asks its policies on few, so that most cores idle. Measurements do
not depend on one another, nor on who makes them. A process is told the study, its scale and the name of a measurement,
and finds the rest by itself; what it found is in the store.
"""

from __future__ import annotations

import functools
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from forge.blade.threads.cores import cores
from forge.experiments.studies.catalogue import find
from forge.experiments.studies.framework.conduct import Watcher
from forge.experiments.studies.framework.store import Measurement, Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.studies.side_by_side import processes as side_by_side
from forge.support.checks import ConfigError


class Recipe(NamedTuple):
    """How to find a plan again."""

    study: str
    scale: str
    seeds: int
    root: Path  # of the store


def measure_side_by_side(recipe: Recipe, plan: Plan, store: Store, processes: int, watcher: Watcher) -> None:
    """Makes the measurements of a plan that the store does not hold, and keeps them there.

    Args:
        recipe: of the plan, whose runs are trained.
        plan: the same.
        store: where it is kept.
        processes: how many measurements are made at a time.
        watcher: is told of each when it is done.

    Raises:
        ConfigError: as the measurements do, or if one of the processes was killed.
    """
    names = [measurement.name for measurement in plan.measurements if store.measured(measurement) is None]
    if not names:
        return
    lifeline, ours = side_by_side.CONTEXT.Pipe(duplex=False)
    processes = min(processes, len(names))
    share = max(1, cores() // processes)
    pool = ProcessPoolExecutor(processes, side_by_side.CONTEXT, _begin, (lifeline, share))
    try:
        with side_by_side.deaf_to_interrupts():
            waiting = {pool.submit(_measure, recipe, name): name for name in names}
        for done in as_completed(waiting):
            done.result()
            watcher.begin(waiting[done])
            watcher.end(waiting[done])
    except BrokenProcessPool:
        raise ConfigError(
            f"one of {processes} processes that measured was killed, most likely because memory ran out; what was "
            "measured is kept: the same command goes on, with fewer --processes too"
        ) from None
    except BaseException:
        ours.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        ours.close()
        lifeline.close()


def _begin(lifeline: Connection, threads: int) -> None:
    """What a process does first. When it is let go, it leaves a measurement of which nothing is kept before its end."""
    side_by_side.begin(threads)
    side_by_side.when_let_go(lifeline, lambda: os._exit(1))


def _measure(recipe: Recipe, name: str) -> None:
    store = Store(recipe.root)
    measurement = _measurements(recipe)[name]
    store.keep(measurement, measurement.measure(store))


@functools.cache
def _measurements(recipe: Recipe) -> dict[str, Measurement]:
    study = find(recipe.study)
    plan = study.plan(study.scales[recipe.scale], recipe.seeds)
    return {measurement.name: measurement for measurement in plan.measurements}
