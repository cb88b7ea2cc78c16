"""Measures what a study still has to by several processes, each on its part of the cores.

A measurement steps its worlds on many threads and asks its policies on few, so that most cores idle. Measurements do
not depend on one another, nor on who makes them. A process is told the study, its scale and the name of a measurement,
and finds the rest by itself; what it found is in the store.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple

import torch

from forge.blade.threads.cores import VARIABLE, cores
from forge.experiments.studies.catalogue import find
from forge.experiments.studies.framework.conduct import Watcher
from forge.experiments.studies.framework.store import Measurement, Store
from forge.experiments.studies.framework.study import Plan
from forge.support.checks import ConfigError

_CONTEXT = multiprocessing.get_context("spawn")
_PAUSE = 1.0  # seconds between two looks whether a process is still wanted


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
    unwanted = _CONTEXT.Event()
    share = max(1, cores() // processes)
    pool = ProcessPoolExecutor(min(processes, len(names)), _CONTEXT, _begin, (unwanted, share))
    try:
        with _deaf_to_interrupts():  # children are; that they end is up to this process
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
        unwanted.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Within, Ctrl-C waits; processes that are started within never hear it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(unwanted: Event, threads: int) -> None:
    """What a process does first."""
    os.environ[VARIABLE] = str(threads)
    torch.set_num_threads(threads)
    parent = multiprocessing.parent_process()

    def leave() -> None:
        while not unwanted.wait(_PAUSE) and parent is not None and parent.is_alive():
            pass
        os._exit(1)  # in the middle of a measurement, of which nothing is kept until it is done

    threading.Thread(target=leave, daemon=True).start()


def _measure(recipe: Recipe, name: str) -> None:
    store = Store(recipe.root)
    measurement = _measurements(recipe)[name]
    store.keep(measurement, measurement.measure(store))


@functools.cache
def _measurements(recipe: Recipe) -> dict[str, Measurement]:
    study = find(recipe.study)
    plan = study.plan(study.scales[recipe.scale], recipe.seeds)
    return {measurement.name: measurement for measurement in plan.measurements}
