"""A lock on a folder: one process at a time. It goes with its process, however that ends."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from forge.experiments.runs import exclusive
from forge.support.checks import ConfigError
from forge.support.durable import explained, unless_unknown

NAME = ".lock"

_TRIES, _PAUSE = 10, 0.05  # a look at who holds the lock takes it for an instant


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder.

    Raises:
        ConfigError: if a process holds it; the message names that process.
        StorageError: if nothing can be written in the folder.
    """
    with explained(folder / NAME):
        file = (folder / NAME).open("ab+", buffering=0)
    with file:
        with unless_unknown(folder / NAME, "locks: train there once at a time"):
            _take(file, folder)
        name = f"process {os.getpid()} on {platform.node()}".encode()
        with explained(folder / NAME, len(name)):
            file.truncate(0)
            file.write(name)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # it was not to be had: a file system without locks
                exclusive.give_back(file.fileno())


def _take(file: IO[bytes], folder: Path) -> None:
    for left in reversed(range(_TRIES)):
        try:
            exclusive.take(file.fileno())
            return
        except BlockingIOError as error:
            if not left:
                raise ConfigError(f"{folder} is in use by {_named(file.fileno())}") from error
            time.sleep(_PAUSE)


def holder(folder: Path) -> str | None:
    """The process that holds the lock of a folder, such as "process 12 on host"; None if nobody does."""
    try:
        handle = os.open(folder / NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        exclusive.take(handle, shared=True)
        exclusive.give_back(handle)
    except BlockingIOError:
        return _named(handle)
    except OSError:
        return None
    finally:
        os.close(handle)
    return None


def _named(handle: int) -> str:
    os.lseek(handle, 0, os.SEEK_SET)
    return os.read(handle, 200).decode(errors="replace") or "another process"
