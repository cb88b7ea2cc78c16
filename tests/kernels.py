"""Compiled kernels of one test alone."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from numba.core.caching import _CacheLocator

from forge.support.cache import cache_dir


def own_cache(folder: Path) -> Path:
    """A cache with all kernels that are compiled by now, in a folder: what is compiled there goes nowhere else."""
    shared, own = cache_dir("kernels"), folder / "kernels"

    def take(source: str, target: str) -> None:
        # another process may give a temporary file its name meanwhile
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(source, target)  # files of the cache are replaced, never written to
            except OSError:
                shutil.copy2(source, target)  # as old as its source, or what is compiled from it is taken for stale

    shutil.copytree(shared, own, copy_function=take)
    for build in own.glob("*/*"):
        # what is compiled from modules that lie in the cache lies in a folder that is called by the path of theirs
        before = build / _compiled(shared / build.relative_to(own))
        if before.exists():
            before.rename(build / _compiled(build))
    return folder


def _compiled(build: Path) -> str:
    """The name of Numba's folder for what modules in a folder define."""
    name: str = _CacheLocator.get_suitable_cache_subpath(str(build / "any.py"))
    return name
