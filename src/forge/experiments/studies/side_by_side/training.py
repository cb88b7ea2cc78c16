"""Trains what a study still has to by several processes, a run in each.

Two threads train less than twice as fast as one, so that runs side by side come further than runs one after the other;
a run trains to the same bits on any number of threads. Each process has a pipe to this one, through which come its
lines of metrics, and at the end that it is done, or what went wrong.
"""

from __future__ import annotations

import _thread
import contextlib
import signal
from collections import deque
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from forge.blade.threads.cores import cores
from forge.experiments.runs.stopping import Stopped, Stopping
from forge.experiments.studies.framework.conduct import Watcher, train_need
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.studies.side_by_side import processes as side_by_side
from forge.support.checks import ConfigError

_PAUSE = 0.5  # seconds between two looks whether a signal has come
_DONE = None  # what a process says last


class _Worker(NamedTuple):
    name: str  # of its run
    process: BaseProcess


def train_side_by_side(plan: Plan, store: Store, processes: int, watcher: Watcher) -> None:
    """Trains the runs of a plan that are not at their end.

    However this ends, no process is left behind, and each run goes on from where it was.

    Args:
        plan: whose runs to train.
        store: where they are kept.
        processes: how many runs train at a time.
        watcher: is told of each.

    Raises:
        ConfigError: as `train` does, and so do its other errors; or if one of the processes was killed.
        Stopped: when a signal asked to end, once all runs are saved.
    """
    left = [need for need in plan.needs if store.steps_left(need)]
    waiting = deque(zip(left, side_by_side.share_out(len(left), processes, cores()), strict=True))
    at_work: dict[Connection, _Worker] = {}
    with Stopping() as stopping:
        try:
            while waiting or at_work:
                while waiting and len(at_work) < processes:
                    need, threads = waiting.popleft()
                    end, process = _start(need, store.root, threads)
                    at_work[end] = _Worker(need.name, process)
                    watcher.begin(need.name)
                heard = wait([*at_work], _PAUSE)
                for end in [one for one in at_work if one in heard]:
                    _hear(end, at_work, watcher, stopping)
                if stopping.signal is not None:
                    raise Stopped("stopped", stopping.signal)
        finally:
            for end in at_work:
                end.close()
            for worker in at_work.values():
                worker.process.join()


def _start(need: Need, root: Path, threads: int) -> tuple[Connection, BaseProcess]:
    ours, theirs = side_by_side.CONTEXT.Pipe()
    process = side_by_side.CONTEXT.Process(target=_train, args=(need, root, threads, theirs), name=need.name)
    with side_by_side.deaf_to_interrupts():
        process.start()
    theirs.close()
    return ours, process


def _hear(end: Connection, at_work: dict[Connection, _Worker], watcher: Watcher, stopping: Stopping) -> None:
    """What a process says: a line, that it is done, or what went wrong."""
    name, process = at_work[end]
    try:
        said = end.recv()
    except (EOFError, OSError):
        if stopping.signal is not None:  # it heard the same signal, and has saved its run
            return
        raise ConfigError(
            f"the process that trained {name} was killed, most likely because memory ran out; all runs are kept: the "
            "same command goes on, with fewer --processes too"
        ) from None
    if isinstance(said, Exception):
        raise said
    if said is not _DONE:
        watcher.show(name, said)
        return
    process.join()
    end.close()
    del at_work[end]
    watcher.end(name)


def _train(need: Need, root: Path, threads: int, parent: Connection) -> None:
    """What a process does."""
    side_by_side.use(threads)
    ending = _Ending()
    side_by_side.when_let_go(parent, lambda: _thread.interrupt_main(signal.SIGTERM))

    def show(line: dict[str, Any]) -> None:
        ending.begun = True
        parent.send(line)

    try:
        train_need(need, Store(root), show)
        said = _DONE
    except KeyboardInterrupt:  # it was asked to end, and is saved
        return
    except Exception as error:
        said = error
    with contextlib.suppress(OSError):  # nobody listens any more
        parent.send(said)


class _Ending:
    """What signals do where `train` does not note them: before it does, they end the process; after that, nothing.

    So a second signal, as where a whole group of processes is asked to end and this one by its parent once more, does
    not keep a run from being saved.
    """

    def __init__(self) -> None:
        self.begun = False
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self.begun:
            raise Stopped("stopped before the first line of metrics", number)
