"""How this package compiles: Numba's njit with the options every kernel shares and a disk cache that notices edits.

Numba's own cache looks only at the file of the function it compiled, so a kernel would keep running the old code of a
helper from another file. The cache folder is therefore named by a hash of all sources of the package.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
from numba.extending import overload

from forge.blade.compiled import compiling
from forge.blade.compiled.compilers import CompilerOfHelpers, CompilerOfKernels
from forge.support.cache import cache_dir
from forge.support.checks import ConfigError
from forge.support.sources import source_digest

_settings: Any = numba.config
if _settings.DISABLE_JIT:
    raise ConfigError(
        "NUMBA_DISABLE_JIT is set, but a world runs as machine code only: Python's own functions know neither its "
        "threads nor its records. Unset it; to look for mistakes, NUMBA_BOUNDSCHECK=1 has the machine code check every "
        "index"
    )

compiling.announce()

_KEEP = 4  # cached builds of other versions that are left on disk
_LONGEST_NAME = 150  # of the folder of such builds, in characters


@functools.cache
def kernel_cache(part: str, *further: str) -> Path:
    """The folder of one part's machine code, compiled from exactly these sources of it and of blade, on this system.

    Args:
        part: of the package.
        further: parts whose sources count, too, because it calls them.
    """
    return _cache("-".join([part, *further]), (part, *further), b"")


@functools.cache
def outside_cache(modules: tuple[tuple[str, Path], ...], part: str = "blade", *further: str) -> Path:
    """The folder of the machine code of modules from outside, compiled from exactly these sources of them and of ours.

    Args:
        modules: name and file of each.
        part: of the package that it is compiled for; its sources count, and those of blade.
        further: parts whose sources count as well.
    """
    digests = "".join(source_digest(module, file) for module, file in modules)
    # whole names, so that the modules of one package do not make each other's machine code old
    named = [*(module for module, _ in modules), *(name for name in (part, *further) if name != "blade")]
    return _cache("-".join(named)[-_LONGEST_NAME:], (part, *further), digests.encode())


def _cache(name: str, parts: tuple[str, ...], more: bytes) -> Path:
    package = Path(__file__).resolve().parents[2]
    digest = hashlib.blake2b(llvmlite.binding.get_process_triple().encode() + more, digest_size=8)
    for part in sorted({"blade", *parts}):
        for source in sorted((package / part).rglob("*.py")):
            digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    checked = "-checked" if os.environ.get("NUMBA_BOUNDSCHECK") == "1" else ""
    folder = cache_dir("kernels", name, digest.hexdigest() + checked)
    _forget_old_builds(folder)
    return folder


def _forget_old_builds(current: Path) -> None:
    os.utime(current)
    others = [f for f in current.parent.iterdir() if f != current]
    for old in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[_KEEP:]:
        shutil.rmtree(old, ignore_errors=True)


def cached_here(part: str = "blade") -> contextlib.AbstractContextManager[None]:
    """Kernels of a library that are defined within are cached in `kernel_cache(part)`."""
    return kernels_in(kernel_cache(part))


@contextlib.contextmanager
def kernels_in(folder: Path) -> Iterator[None]:
    """Kernels that are defined within, also by modules that are imported there, are cached in this folder."""
    before = _settings.CACHE_DIR
    _settings.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _settings.CACHE_DIR = before


def _folder(function: Callable[..., Any]) -> Path:
    """Where the machine code of a function is cached: by its part of the package, or by the sources of its module."""
    module, file = function.__module__, Path(function.__code__.co_filename)
    if module.startswith("forge."):
        return _MADE.get(module) or kernel_cache(part_of(module))
    return outside_cache(((module, file),))


#: The folder of the machine code of each module that is made at run time, by its name.
_MADE: dict[str, Path] = {}


def made_in(module: str, folder: Path) -> None:
    """Says where the machine code of a module that is made at run time is cached."""
    _MADE[module] = folder


def part_of(module: str) -> str:
    """The part of the package a module belongs to: `ethyr` for `forge.ethyr.networks.heads`; `blade` outside."""
    names = module.split(".")
    return names[1] if names[0] == "forge" and len(names) > 2 else "blade"


#: How a kernel is compiled.
_KERNEL: Any = {"nogil": True, "error_model": "numpy", "cache": True, "pipeline_class": CompilerOfKernels}


def jit(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compiles a kernel: no GIL, C division, cached on disk. For threads see `forge.blade.threads`."""
    if function is None:
        return functools.partial(jit, **options)
    with kernels_in(_folder(function)):
        return numba.njit(**_KERNEL, **options)(function)


#: How a helper of the tick is compiled: merged into its callers, and without counting references.
_WITHIN: Any = {
    "nogil": True,
    "error_model": "numpy",
    "forceinline": True,
    "_nrt": False,
    "pipeline_class": CompilerOfHelpers,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}


def inline(function: Callable[..., Any]) -> Any:
    """Compiles a helper of the tick: merged into its callers, and without counting references.

    Passing arrays to a helper would otherwise cost more than most helpers do, and entering a branch that passes one on
    would count a reference up and down for each. Such a helper cannot make arrays, and cannot be called from Python:
    the wrappers for that would take a quarter of the time to compile. It is not cached on disk, its callers are.
    """
    return numba.njit(**_WITHIN)(function)


def where_kept(array: str, otherwise: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a function a helper of the tick, as `inline` does, in worlds whose state has an array of this name.

    In other worlds `otherwise` takes its place, whose parameters are called the same. Which of the two it is, is known
    when the code that calls it is compiled. So a system can be built on another one where that is there.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(*given: Any) -> Callable[..., Any]:
            return function if array in given[0].fields else otherwise

        typed: Any = chosen
        typed.__signature__ = inspect.signature(function)
        overload(function, jit_options=_WITHIN)(typed)
        return function

    return decorate
