"""Trains what a study still has to by several processes, a run in each.

Two threads train less than twice as fast as one, so that runs side by side come further than runs one after the other;
a run trains to the same bits on any number of threads. Through one pipe a process tells its lines of metrics, and at
the end that it is done or what went wrong; another one it holds on to, and saves its run when that is let go.
"""

from __future__ import annotations

import _thread
import contextlib
import signal
import traceback
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
_DONE = "done"  # what a process says last


class _Worker(NamedTuple):
    name: str  # of its run
    process: BaseProcess
    lifeline: Connection  # closed to have it save its run and end
    said: Connection  # what it says: lines of metrics, and at last `_DONE` or an error


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
    at_work: list[_Worker] = []
    with Stopping() as stopping:
        try:
            while waiting or at_work:
                while waiting and len(at_work) < processes:
                    at_work.append(_start(*waiting.popleft(), store.root))
                    watcher.begin(at_work[-1].name)
                ready = wait([sign for one in at_work for sign in (one.said, one.process.sentinel)], _PAUSE)
                if stopping.signal is not None:
                    raise Stopped("stopped", stopping.signal)
                for worker in [one for one in at_work if one.said in ready or one.process.sentinel in ready]:
                    if _hear(worker, watcher):
                        at_work.remove(worker)
                        _let_go([worker])
                        watcher.end(worker.name)
        except KeyboardInterrupt:  # `Stopped` is one
            if (error := _let_go(at_work)) is not None:
                raise error from None
            raise
        except BaseException:
            _let_go(at_work)
            raise


def _start(need: Need, threads: int, root: Path) -> _Worker:
    held, lifeline = side_by_side.CONTEXT.Pipe(duplex=False)
    said, says = side_by_side.CONTEXT.Pipe(duplex=False)
    process = side_by_side.CONTEXT.Process(target=_train, args=(need, root, threads, held, says), name=need.name)
    with side_by_side.deaf_to_interrupts():
        process.start()
    held.close()
    says.close()
    return _Worker(need.name, process, lifeline, said)


def _hear(worker: _Worker, watcher: Watcher) -> bool:
    """Hears one thing that a process says, or that it has ended; returns whether its run is done."""
    said = None
    with contextlib.suppress(EOFError, OSError):
        said = worker.said.recv() if worker.said.poll() else None
    if said is None:
        raise _ended(worker)
    if isinstance(said, Exception):
        raise said
    if said != _DONE:
        watcher.show(worker.name, said)
    return bool(said == _DONE)


def _let_go(at_work: list[_Worker]) -> Exception | None:
    """Has processes save their runs, and waits for their end; returns what went wrong with one of them meanwhile."""
    for worker in at_work:
        worker.lifeline.close()
    errors = [_last_words(worker) for worker in at_work]
    return next((error for error in errors if error is not None), None)


def _last_words(worker: _Worker) -> Exception | None:
    error = None
    with contextlib.suppress(EOFError, OSError):
        while worker.process.is_alive() or worker.said.poll():
            if worker.said.poll(_PAUSE) and isinstance(said := worker.said.recv(), Exception):
                error = said
    worker.process.join()
    worker.said.close()
    return _ended(worker) if error is None and worker.process.exitcode else error


def _ended(worker: _Worker) -> ConfigError:
    """What to say of a process that ended, and not as it should."""
    worker.process.join()
    code = worker.process.exitcode
    known = {0: "was asked to end", -9: "was killed, most likely because memory ran out"}
    return ConfigError(
        f"the process that trained {worker.name} {known.get(code or 0, f'ended with code {code}')}; all runs are kept: "
        "the same command goes on, with fewer --processes too"
    )


def _train(need: Need, root: Path, threads: int, lifeline: Connection, parent: Connection) -> None:
    """What a process does."""
    try:
        side_by_side.begin(threads)
        ending = _Ending()
        side_by_side.when_let_go(lifeline, lambda: _thread.interrupt_main(signal.SIGTERM))
        train_need(need, Store(root), parent.send, ending.attend)
        parent.send(_DONE)
    except KeyboardInterrupt:  # it was asked to end; its run is saved
        return
    except Exception as error:
        error.add_note(traceback.format_exc())
        with contextlib.suppress(OSError):  # there is nobody any more to hear it
            parent.send(error)


class _Ending:
    """What signals do where `train` does not note them: before its first update they end the process, then nothing.

    So a second signal, as where a whole group of processes is asked to end and this one by its parent once more, does
    not keep a run from being saved.
    """

    def __init__(self) -> None:
        self._attended = 0
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def attend(self, trainer: Any) -> None:
        """See `train`: called before it compiles, and after every update."""
        self._attended += 1

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._attended < 2:
            raise Stopped("stopped before the first update", number)
