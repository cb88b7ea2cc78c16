"""The user's cache folder: what can be made again, kept on disk so that it need not be."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from forge.support.paths import path_of

#: What is kept, by the name of its folder.
KINDS = {"kernels": "machine code of the world, the learner and the scripted agents", "terrain": "maps"}

# The variable that names the folder of all caches, and where it is below the home folder when the variable is unset.
_PLATFORMS = {"darwin": ("", "Library/Caches"), "win32": ("LOCALAPPDATA", "AppData/Local")}


def cache_dir(*parts: str) -> Path:
    """The folder `parts` of this user's cache, which exists and can be written.

    The cache is `$FORGE_CACHE`, or `forge` in the platform's cache folder. Where that cannot be written it is
    `forge-<user id>` in the folder for temporary files; and where another user holds that name, a new folder there.

    Raises:
        OSError: if no folder of this machine can be written.
    """
    for root in _roots():
        folder = root.joinpath(*parts)
        if _writable(folder):
            return folder
    folder = _last_resort().joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_roots() -> list[Path]:
    """The folders that this user's cache may be in and that are there; `cache_dir` takes the first it can write to."""
    found = []
    with contextlib.suppress(RuntimeError):  # a user without a home, as in many containers
        found.append(_chosen())
    found += [_shared()] if _shared().is_dir() and _is_ours(_shared()) else []
    return [root for root in found if root.is_dir()]


def _roots() -> Iterator[Path]:
    with contextlib.suppress(RuntimeError):  # a user without a home, as in many containers
        yield _chosen()
    if _is_ours(_shared()):
        yield _shared()


def _shared() -> Path:
    return Path(tempfile.gettempdir()) / (f"forge-{os.getuid()}" if hasattr(os, "getuid") else "forge")


def _chosen() -> Path:
    if named := os.environ.get("FORGE_CACHE"):
        return path_of(named).absolute()
    variable, default = _PLATFORMS.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    given = Path(os.environ.get(variable, ""))
    # The XDG base directory specification has relative paths ignored.
    return (given if given.is_absolute() else Path.home() / default) / "forge"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _is_ours(folder: Path) -> bool:
    """Makes a private folder, or finds it: compiled code is loaded from the cache, so no other user may write there."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):  # on Windows the folder for temporary files is the user's own
        return True
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


@functools.cache
def _last_resort() -> Path:
    return Path(tempfile.mkdtemp(prefix="forge-"))
