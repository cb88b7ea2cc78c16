"""Breaks the silence: who waits for a command is told what it is doing.

Whatever may take long says what it is, `with doing("making maps")`, in any part of the package. In a program of one's
own nothing comes of that. The command line listens: when nothing has been printed for a while, it prints what is being
done, and again after ever longer silences.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

_LONGEST = 60.0  # seconds of silence between two lines, at most
_PAUSE = 0.5  # seconds between two looks


class Task:
    """Something that takes its time: `what` is done may change meanwhile."""

    def __init__(self, what: str) -> None:
        self.what = what


class Patience:
    """Says what is being done when nothing has been heard for a while.

    Args:
        say: prints a line.
        seconds: of silence before the first line. Each wait for another is twice as long as the one before, up to a
            minute.
        clock: the time [s].
    """

    def __init__(
        self, say: Callable[[str], None], seconds: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._first, self._clock = say, seconds, clock
        self._wait, self._due = seconds, 0.0
        self._outermost: Task | None = None

    def heard(self) -> None:
        """Something was printed: the silence begins anew."""
        self._wait, self._due = self._first, self._clock() + self._first

    def look(self) -> None:
        """Breaks the silence if it is time to; to be called every now and then."""
        tasks = [*_tasks]
        before, self._outermost = self._outermost, tasks[0] if tasks else None
        if self._outermost is not before:
            self.heard()
        elif tasks and self._clock() >= self._due:
            wait = max(self._first, min(2 * self._wait, _LONGEST))
            self._say(tasks[-1].what)
            self._wait, self._due = wait, self._clock() + wait

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Looks from a thread of its own."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(_PAUSE):
                self.look()

        thread = threading.Thread(target=look, name="waiting", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


_tasks: list[Task] = []  # of this process, the innermost last


@contextlib.contextmanager
def doing(what: str) -> Iterator[Task]:
    """Whatever is done within is `what`, until something within that says better."""
    task = Task(what)
    _tasks.append(task)
    try:
        yield task
    finally:
        _tasks.remove(task)
