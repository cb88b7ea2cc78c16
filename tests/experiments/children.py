"""Processes that run `forge` and may be killed."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.forked import CONTEXT
from tests.patience import PATIENCE


def start(
    arguments: list[str],
    output: Path,
    die_at: int | None = None,
    file_bytes: int | None = None,
    prepare: Callable[[], None] | None = None,
    directory: Path | None = None,
) -> ForkServerProcess:
    """Starts `forge ARGUMENTS`.

    Args:
        arguments: of the command.
        output: file that gets what it prints.
        die_at: it is killed before so many steps towards the disk: files and folders synced, names changed.
        file_bytes: no file of it may become larger.
        prepare: a function of a module, called in the process before the command.
        directory: where it stands; by default where the server was started.
    """
    process = CONTEXT.Process(target=_forge, args=(arguments, output, die_at, file_bytes, prepare, directory))
    process.start()
    return process


def end(process: ForkServerProcess) -> int:
    """Waits for a process; returns its exit code, or minus the signal that killed it."""
    process.join(PATIENCE)
    assert process.exitcode is not None
    return process.exitcode


def _forge(
    arguments: list[str],
    output: Path,
    die_at: int | None,
    file_bytes: int | None,
    prepare: Callable[[], None] | None,
    directory: Path | None,
) -> None:
    from forge import cli

    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if die_at is not None:
        _count_down(die_at)
    if file_bytes is not None:
        # as `ulimit -f` does; Python ignores the signal that comes with it, and gets an error as of a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if directory is not None:
        os.chdir(directory)
    if prepare is not None:
        prepare()
    sys.exit(cli.main(arguments))


def _count_down(left: int) -> None:
    def deadly(work: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*arguments, **options)

        return step

    os.fsync = deadly(os.fsync)
    for name in ("rename", "replace", "unlink"):
        setattr(Path, name, deadly(getattr(Path, name)))
