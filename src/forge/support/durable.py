"""Files and folders that are whole or not there, and errors that say why.

Not every file system can do all that this takes: some know no fsync of folders, some no rename in one step. What one
does not know is told once, and the write goes on without it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

#: What a draft's name ends with. A draft is of no use to anyone but the process that writes it.
DRAFT = ".tmp"

_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# How a file system says that it knows no such thing; NFS, CIFS and FUSE each have numbers of their own.
_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK, errno.EPERM, errno.EBADF}
# A folder of a lower layer, as of a container's image, counts as one on another device when it is to be renamed.
_NO_RENAME = {*_UNKNOWN, errno.EXDEV, errno.EACCES}

_told: set[tuple[int, str]] = set()


class StorageError(OSError):
    """Something could not be written: what, where and why, and how much room there is if it is about room.

    Attributes:
        room: whether it is: the disk is full, a quota is used up, or a file would be larger than it may be.
    """

    def __init__(self, message: str, room: bool = False) -> None:
        super().__init__(message)
        self.room = room


class StorageWarning(UserWarning):
    """A file system does not know something that makes runs safer."""


def explain(error: OSError, path: Path, needed: int = 0) -> StorageError:
    """The error that says what a failed write of `needed` bytes to `path` was about."""
    if isinstance(error, StorageError):
        return error
    reason, room = (error.strerror or str(error)).lower(), error.errno in _ROOM
    if error.errno == errno.EROFS:
        reason = "the file system is read-only"
    return StorageError(f"cannot write {path}: {reason}{_left(path, needed) if room else ''}", room)


def _left(path: Path, needed: int) -> str:
    parts = [f"{size(needed)} needed"] if needed else []
    with contextlib.suppress(OSError):
        parts.append(f"{size(shutil.disk_usage(_existing(path)).free)} free there")
    return f" ({', '.join(parts)})" if parts else ""


@contextlib.contextmanager
def explained(path: Path, needed: int = 0) -> Iterator[None]:
    """Has what fails in the block say that `path` could not be written.

    Raises:
        StorageError: in place of another OSError.
    """
    try:
        yield
    except OSError as error:
        raise explain(error, path, needed) from error


def size(count: int) -> str:
    """A number of bytes for people."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.1f} {unit}"
    return f"{count} bytes"


@contextlib.contextmanager
def unless_unknown(path: Path, what: str) -> Iterator[None]:
    """Goes on where the block fails because the file system of `path` does not know what it asks for.

    Args:
        path: that is written to.
        what: the file system does not know, and what follows; told once of each file system, as a StorageWarning.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _tell(path, what)


def _tell(path: Path, what: str) -> None:
    there = _existing(path)
    if (known := (there.stat().st_dev, what)) not in _told:
        _told.add(known)
        warnings.warn(f"{there}: this file system has no {what}", StorageWarning, stacklevel=2)


def _existing(path: Path) -> Path:
    """The folder nearest to a path that is there: itself, if it is one."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())


def sync(path: Path) -> None:
    """Waits until the disk has what is in a file."""
    with unless_unknown(path, "fsync: a power cut may cost files that were written just before"), path.open("rb+") as f:
        os.fsync(f.fileno())


def sync_folder(folder: Path) -> None:
    """Waits until the disk has the names in a folder, which is what makes a rename last.

    Windows opens no folders: there, names are as lasting as the file system makes them.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    with unless_unknown(folder, "fsync of folders: a power cut may cost files that were written just before"):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def draft_of(path: Path) -> Path:
    """Where to write what will be moved to `path`: no other process or thread writes there."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{DRAFT}")


def move(source: Path, target: Path, last: str = "") -> None:
    """Moves a file or a folder of files within a file system, in one step where it knows such a step, else by copying.

    Args:
        source: what is to be moved.
        target: its new path; a file that is there is replaced.
        last: the file of a folder that is copied last: with it, the folder is whole.

    Raises:
        OSError: if it cannot be moved; it then is where it was, and a folder that was begun is removed.
    """
    try:
        (source.rename if source.is_dir() else source.replace)(target)
    except OSError as error:
        if error.errno not in _NO_RENAME:
            raise
        _copy(source, target, last)
        _tell(target, "rename of folders in one step: a process that is killed may leave a damaged checkpoint")
        discard(source)


def _copy(source: Path, target: Path, last: str) -> None:
    if not source.is_dir():
        shutil.copyfile(source, target)
        return
    try:
        target.mkdir()
        for file in sorted(source.iterdir(), key=lambda file: (file.name == last, file.name)):
            shutil.copyfile(file, target / file.name)
            sync(target / file.name)
        sync_folder(target)
    except OSError:
        discard(target)
        raise


def replace(path: Path, data: bytes, lasting: bool = True) -> None:
    """Writes a file, or puts it in the place of the one that is there, in one step, however many write it at once.

    Args:
        path: of the file.
        data: what it is to hold.
        lasting: wait until the disk has it.

    Raises:
        StorageError: if it cannot be written; what stood there before is then still there.
    """
    draft = draft_of(path)
    with explained(path, len(data)):
        try:
            draft.write_bytes(data)
            if lasting:
                sync(draft)
            move(draft, path)
            if lasting:
                sync_folder(path.parent)
        finally:
            with contextlib.suppress(OSError):  # what failed before says why
                draft.unlink(missing_ok=True)


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file that others see whole or not at all, without waiting for the disk; see `replace`."""
    replace(path, data, lasting=False)


def discard(path: Path) -> None:
    """Deletes a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(NotADirectoryError):  # a file stands where its folder should, so it is not there
            path.unlink(missing_ok=True)
