"""The loops that viewers watch, beside a test."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from forge.embyr import Pace


@contextlib.contextmanager
def in_thread(pace: Pace, loop: Callable[[], None]) -> Iterator[None]:
    """Runs a loop in a thread of its own to the end of the block, which stops its pace."""
    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        pace.stop()
        thread.join()
