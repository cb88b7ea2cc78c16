"""Whole runs on disks and file systems that refuse something: what is said, what is left, and that they go on."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forge.experiments.runs.board import Board
from forge.experiments.runs.run import Run
from tests.experiments.children import end, start

TINY = (
    *("--minutes", "0", "--threads", "1", "--worlds", "2", "--log-seconds", "0.01"),
    *("--world.spawn.cap", "16", "--world.spawn.populations", "2", "--world.terrain.side", "40"),
)


def train(path: Path, steps: int, prepare: Callable[[], None] | None = None, file_bytes: int | None = None) -> str:
    """Begins a run or goes on with it; returns its exit code and what it said, in one line."""
    begun = (path / "config.toml").is_file()
    arguments = ["--resume", str(path)] if begun else ["law", "--folder", str(path), *TINY]
    output = path.with_suffix(".out")
    code = end(start(["train", *arguments, "--steps", str(steps)], output, None, file_bytes, prepare))
    return f"{code}: {' '.join(output.read_text().split())}"


def failing(work: Any, number: int, concerns: Callable[..., bool]) -> Any:
    """What a call becomes on a file system that knows no such thing."""

    def call(*given: Any, **options: Any) -> Any:
        if concerns(*given):
            raise OSError(number, os.strerror(number), str(given[0]))
        return work(*given, **options)

    return call


def of_folders() -> None:
    """As CIFS, NFS and FUSE are known to be: no fsync and no rename of folders, no locks."""
    os.fsync = failing(os.fsync, errno.EINVAL, lambda handle: stat.S_ISDIR(os.fstat(handle).st_mode))
    Path.rename = failing(Path.rename, errno.ENOSYS, lambda path, target: path.is_dir())  # type: ignore[method-assign]
    fcntl.flock = failing(fcntl.flock, errno.EOPNOTSUPP, lambda file, kind: True)


def read_only() -> None:
    Path.open = failing(Path.open, errno.EROFS, lambda path, mode="r", *_: path.name == ".lock")  # type: ignore[method-assign]


def full_for_tensorboard() -> None:
    Board._write = failing(Board._write, errno.ENOSPC, lambda board: True)  # type: ignore[method-assign]


def test_a_file_system_that_knows_less_is_warned_of_once_and_used(tmp_path: Path) -> None:
    plain, poor = tmp_path / "plain", tmp_path / "poor"
    for steps in (1500, 3000):
        assert train(plain, steps).startswith("0: ")
        said = train(poor, steps, of_folders)
        assert said.startswith("0: "), said
        for missing in ("locks", "fsync of folders", "rename of folders in one step"):
            assert said.count(f"this file system has no {missing}: ") == 1
        assert said.count("forge train: warning: ") == 3
        assert "durable.py" not in said
    files = [Run(path).latest() / "policy.safetensors" for path in (plain, poor)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_disk_that_is_read_only_is_not_short_of_room(tmp_path: Path) -> None:
    said = train(tmp_path / "run", 1000, read_only)
    assert said == f"1: forge train: cannot write {tmp_path}/run/.lock: the file system is read-only"
    assert not (tmp_path / "run").exists()
    assert train(tmp_path / "run", 1000).startswith("0: ")
    said = train(tmp_path / "run", 2000, read_only)
    assert said == f"1: forge train: cannot write {tmp_path}/run/.lock: the file system is read-only"


def test_a_run_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    said = train(tmp_path / "run", 1000, file_bytes=1000)
    assert said.startswith(f"1: forge train: cannot write {tmp_path}/run/config.toml: file too large (")
    assert not (tmp_path / "run").exists()
    (tmp_path / "run").mkdir()
    assert train(tmp_path / "run", 1000, file_bytes=1000).startswith("1: ")
    assert train(tmp_path / "run", 1000).startswith("0: ")


def test_a_disk_that_is_full_for_tensorboard(tmp_path: Path) -> None:
    said = train(tmp_path / "run", 1000, full_for_tensorboard)
    assert f"forge train: cannot write {tmp_path}/run/tensorboard: no space left on device (" in said
    assert f"The checkpoint at 0 agent steps stands. When there is room: forge train --resume {tmp_path}/run" in said
    assert said.startswith("1: ")
    assert "Traceback" not in said
    assert train(tmp_path / "run", 1000).startswith("0: ")
