"""Files that outlive a crash: whole or not there, on the disk before anything relies on them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: What a draft's name ends with. A draft is of no use to anyone but the process that writes it.
DRAFT = ".tmp"


class StorageError(OSError):
    """Something could not be written: what, where, why, and how much room there is."""


def explain(error: OSError, path: Path, needed: int) -> StorageError:
    """The error that says what a failed write of `needed` bytes to `path` was about."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    reason = (error.strerror or str(error)).lower()
    free = shutil.disk_usage(there).free
    room = f"{size(needed)} needed, {size(free)} free there" if needed else f"{size(free)} free there"
    return StorageError(f"cannot write {path}: {reason} ({room})")


def size(count: int) -> str:
    """A number of bytes for people."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.1f} {unit}"
    return f"{count} bytes"


def sync(path: Path) -> None:
    """Waits until the disk has what is in a file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until the disk has the names in a folder, which is what makes a rename last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def draft_of(path: Path) -> Path:
    """Where this process writes what will be renamed to `path`."""
    return path.with_name(f".{path.name}.{os.getpid()}{DRAFT}")


def replace(path: Path, data: bytes) -> None:
    """Writes a file, or puts it in the place of the one that is there, in one step.

    Raises:
        StorageError: if it cannot be written; what stood there before is then still there.
    """
    draft = draft_of(path)
    try:
        draft.write_bytes(data)
        sync(draft)
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise explain(error, path, len(data)) from error
    finally:
        draft.unlink(missing_ok=True)


def discard(path: Path) -> None:
    """Deletes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
