"""Processes forked from one that has imported and compiled everything: they begin at once, and cost little."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.experiments.warm"])


def call(
    work: Callable[..., Any], *arguments: Any, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Calls a function of a module in a process of its own, and waits for its end.

    Args:
        work: the function; what it returns is left, what it raises is printed to standard error and makes the code 1.
        arguments: of it.
        cwd: the folder to work in.
        environment: variables to set.

    Returns:
        the code of the process, and what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder, "out"), Path(folder, "err")
        process = CONTEXT.Process(target=_called, args=(work, arguments, cwd or Path.cwd(), environment or {}, printed))
        process.start()
        process.join(PATIENCE)
        assert process.exitcode is not None
        out, err = (path.read_text() for path in printed)
    return subprocess.CompletedProcess([work.__name__, *map(str, arguments)], process.exitcode, out, err)


def forge(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`forge ARGUMENTS`, typed in a folder."""
    return call(_forge, [*map(str, arguments)], cwd=cwd)


def _forge(arguments: list[str]) -> None:
    from forge import cli

    sys.exit(cli.main(arguments))


def _called(
    work: Callable[..., Any],
    arguments: tuple[Any, ...],
    cwd: Path,
    environment: Mapping[str, str],
    printed: tuple[Path, Path],
) -> None:
    for stream, path in enumerate(printed, 1):
        with path.open("w") as file:
            os.dup2(file.fileno(), stream)
    os.chdir(cwd)
    os.environ.update(environment)
    work(*arguments)
