"""Compiled kernels of one test alone."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from forge.support.cache import cache_dir


def own_cache(folder: Path) -> Path:
    """A cache with all kernels that are compiled by now, in a folder: what is compiled there goes nowhere else."""

    def take(source: str, target: str) -> None:
        # another process may give a temporary file its name meanwhile
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(source, target)  # files of the cache are replaced, never written to
            except OSError:
                shutil.copyfile(source, target)

    shutil.copytree(cache_dir("kernels"), folder / "kernels", copy_function=take)
    return folder
