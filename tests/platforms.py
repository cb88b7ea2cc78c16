"""Makes a process look as it would on Windows or on macOS, as far as this package could notice.

What it takes from the standard library and from others is loaded before, as they are on the system that they run on.
What Windows lacks is then gone, and what it has instead is there. Run as a program, it takes the name of a system and
the rest of `python`'s command line: `python -m tests.platforms win32 -c "import forge"`.
"""

from __future__ import annotations

import asyncio.subprocess  # noqa: F401
import concurrent.futures.process  # noqa: F401
import ctypes
import fcntl
import importlib
import logging.handlers  # noqa: F401
import multiprocessing.pool  # noqa: F401
import os
import runpy
import shutil
import signal
import struct
import subprocess  # noqa: F401
import sys
import time
import types
from collections.abc import Callable
from typing import Any

import llvmlite.binding

LIBRARIES = (
    "numba",
    "opensimplex",
    "PIL.Image",
    "psutil",
    "rich.console",
    "rich.progress",
    "safetensors.torch",
    "scipy.stats",
    "torch",
    "torch.utils._pytree",
    "tyro",
)
#: What Windows lacks, of what Python has on Linux.
MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
FUNCTIONS = [
    "fchmod",
    "fchown",
    "fork",
    "forkpty",
    "geteuid",
    "getgid",
    "getloadavg",
    "getpgid",
    "getuid",
    "killpg",
    "mkfifo",
    "nice",
    "posix_fallocate",
    "posix_spawn",
    "pread",
    "pwrite",
    "register_at_fork",
    "sched_getaffinity",
    "sched_setaffinity",
    "setsid",
    "sync",
    "sysconf",
    "uname",
    "wait3",
    "wait4",
]
FLAGS = ("O_CLOEXEC", "O_DIRECTORY", "O_DSYNC", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC")
SIGNALS = ("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGSTOP", "SIGTSTP", "SIGUSR1", "SIGUSR2")


def pretend(system: str) -> None:
    """Makes this process look as if it ran on `win32` or `darwin`."""
    for name in LIBRARIES:
        importlib.import_module(name)
    if system == "win32":
        _take_away()
        sys.modules["msvcrt"] = _msvcrt()
        llvmlite.binding.add_symbol("QueryPerformanceCounter", ctypes.cast(_counter, ctypes.c_void_p).value)
        os.open = _opens_no_folders(os.open)  # type: ignore[assignment]
    else:
        del os.sched_getaffinity, os.sched_setaffinity
    sys.platform = system


def _take_away() -> None:
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment] # an import fails then
    for name in (*FUNCTIONS, *FLAGS):
        if hasattr(os, name):
            delattr(os, name)
    for name in SIGNALS:
        delattr(signal, name)
    shutil._use_fd_functions = False  # type: ignore[attr-defined] # as on Windows, where folders cannot be opened


def _opens_no_folders(really: Callable[..., int]) -> Callable[..., int]:
    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if os.path.isdir(path):  # noqa: PTH112
            raise PermissionError(13, "Permission denied", path)
        return really(path, flags, *rest, **options)

    return opened


def _msvcrt() -> types.ModuleType:
    """The locks of Windows: of bytes, and of whoever opened the file."""
    made = types.ModuleType("msvcrt")
    lock, writable = fcntl.fcntl, (os.O_WRONLY, os.O_RDWR)
    set_lock, get_flags, unlock, read, write = (
        fcntl.F_OFD_SETLK, fcntl.F_GETFL, fcntl.F_UNLCK, fcntl.F_RDLCK, fcntl.F_WRLCK,
    )  # fmt: skip

    def locking(handle: int, mode: int, count: int) -> None:
        start = os.lseek(handle, 0, os.SEEK_CUR)
        kind = write if lock(handle, get_flags) & os.O_ACCMODE in writable else read
        asked = struct.pack("hhqqi4x", unlock if mode == 0 else kind, os.SEEK_SET, start, count, 0)
        try:
            lock(handle, set_lock, asked)
        except OSError as error:
            raise PermissionError(13, "Permission denied") from error

    made.LK_UNLCK, made.LK_NBLCK, made.locking = 0, 2, locking  # type: ignore[attr-defined]
    return made


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int64))
def _counter(found: Any) -> int:
    """The clock of Windows: ten million ticks a second."""
    found[0] = time.perf_counter_ns() // 100
    return 1


if __name__ == "__main__":
    pretend(sys.argv[1])
    if sys.argv[2] == "-c":
        exec(sys.argv[3], {"__name__": "__main__"})
    else:
        sys.argv = sys.argv[3:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
