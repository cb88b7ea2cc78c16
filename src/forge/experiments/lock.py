"""A lock on a folder: one process at a time. It goes with its process, however that ends."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import platform
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from forge.blade.checks import ConfigError
from forge.ethyr.durable import explain

NAME = ".lock"

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
_TRIES, _PAUSE = 10, 0.05  # a look at who holds the lock takes it for an instant


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder.

    Raises:
        ConfigError: if a process holds it; the message names that process.
    """
    with (folder / NAME).open("a+", encoding="utf-8") as file:
        for left in reversed(range(_TRIES)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if not left:
                    raise ConfigError(f"{folder} is in use by {_named(file.fileno())}") from error
                time.sleep(_PAUSE)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                warnings.warn(f"{folder}: this file system has no locks; train there once at a time", stacklevel=3)
                break
        name = f"process {os.getpid()} on {platform.node()}"
        try:
            file.truncate(0)
            file.write(name)
            file.flush()
        except OSError as error:
            raise explain(error, folder / NAME, len(name)) from error
        yield


def holder(folder: Path) -> str | None:
    """The process that holds the lock of a folder, such as "process 12 on host"; None if nobody does."""
    try:
        handle = os.open(folder / NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _named(handle)
    except OSError:
        return None
    finally:
        os.close(handle)
    return None


def _named(handle: int) -> str:
    return os.pread(handle, 200, 0).decode(errors="replace") or "another process"
