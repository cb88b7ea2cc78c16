"""The sources of a module of the user's own: its file, the rest of its package, and what it imports of the user's.

What is compiled from a module, and what is saved of it, is named by a digest of them, so that an edit is noticed.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from forge.support.checks import ConfigError

_INSTALLED = {"site-packages", "dist-packages"}
_PYTHON = tuple(Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "platstdlib"))


def source_digest(module_name: str, file: Path | None = None) -> str:
    """A short name of the sources of a module; it is of what they were when this process first asked.

    Where the folders lie is not counted, only what modules are called and what is in them.

    Args:
        module_name: as it is imported, with dots. It may be one that is being imported.
        file: of it. None looks among what is imported, then on the Python path and in the working folder.

    Returns:
        16 hexadecimal digits.

    Raises:
        ConfigError: if there is no such source.
    """
    return _digest(module_name, _file(module_name, file))


@functools.cache
def _digest(module_name: str, file: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, path in sorted(_sources(module_name, file).items()):
        source = _text(path)
        digest.update(f"{name}\0{len(source)}\0".encode() + source)
    return digest.hexdigest()


def sources_of(module_name: str, file: Path | None = None) -> tuple[Path, ...]:
    """The files that `source_digest` is of, sorted.

    They are the module's own; what it imports (wherever the statement stands), and what that imports, and so on; and
    all of its package, if it lies in one, as importing those may be left to code. The standard library, what is
    installed, and this package are not among them.

    Args:
        module_name: as of `source_digest`.
        file: as of `source_digest`.

    Raises:
        ConfigError: if there is no such source.
    """
    return tuple(sorted(_sources(module_name, _file(module_name, file)).values()))


def _sources(module_name: str, file: Path) -> dict[str, Path]:
    """The path of each source, by the name of its module."""
    folders = (_root(module_name, file), *_search_path())
    found: dict[str, Path] = {}
    waiting = {module_name: file}
    while waiting:
        name, path = waiting.popitem()
        found[name] = path
        for imported in _imports(name, path):
            for part, source in _found(imported, folders):
                if part not in found and not _of_others(part, source):
                    waiting[part] = source
    return _package(module_name, file) | found


def _file(module_name: str, file: Path | None) -> Path:
    """The file of a module, as given, or as it is found."""
    loaded = getattr(sys.modules.get(module_name), "__file__", None)
    path = file or (Path(loaded) if loaded else dict(_found(module_name, _search_path())).get(module_name))
    if path is None or not (file or path.suffix == ".py"):
        raise ConfigError(f"module {module_name} has no source that could be found")
    return path


def _search_path() -> tuple[Path, ...]:
    return (Path.cwd(), *(Path(folder) for folder in sys.path if folder))


def _root(module_name: str, path: Path) -> Path:
    """The folder in which the outermost package of a module lies, or the module itself."""
    depth = module_name.count(".") + (path.name == "__init__.py")
    return path.parents[min(depth, len(path.parents) - 1)]


def _package(module_name: str, path: Path) -> dict[str, Path]:
    """All modules of the package that a module is, or lies in, and of those in it."""
    name = module_name if path.name == "__init__.py" else module_name.rpartition(".")[0]
    if not name:
        return {}
    modules = {}
    for folder, below, files in os.walk(path.parent):
        below[:] = [one for one in below if one.isidentifier() and one not in _INSTALLED and one != "__pycache__"]
        inner = [name, *Path(folder).relative_to(path.parent).parts]
        for file in files:
            stem, _, kind = file.partition(".")
            if kind == "py" and stem.isidentifier():
                modules[".".join(inner if stem == "__init__" else [*inner, stem])] = Path(folder, file)
    return modules


def _imports(name: str, path: Path) -> Iterator[str]:
    """The full names of what a module imports, and of what may be modules in that."""
    try:
        tree = ast.parse(_text(path))
    except (SyntaxError, ValueError):  # importing it says so
        return
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = [*above, *([node.module] if node.module else [])]
            yield from (".".join([*origin, *inner]) for inner in ([], *([alias.name] for alias in node.names)))


def _found(name: str, folders: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    """A module and the packages around it that have a source, as Python would find it: by name, from the outermost."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        for folder in folders:
            if path := _source(folder, parts[end - 1]):
                yield ".".join(parts[:end]), path
                folders = (path.parent,) if path.name == "__init__.py" else ()
                break
        else:  # a package may be a folder alone
            folders = tuple(folder / parts[end - 1] for folder in folders)


def _source(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name / "__init__.py", folder / f"{name}.py") if path.is_file()), None)


def _of_others(name: str, path: Path) -> bool:
    """Whether a source belongs to this package, to Python, or to what is installed."""
    place = path.resolve()
    installed = not _INSTALLED.isdisjoint(place.parts) or any(place.is_relative_to(folder) for folder in _PYTHON)
    return installed or name.partition(".")[0] == "forge"


def _text(path: Path) -> bytes:
    """What is in a source; a cell of a notebook is one without a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        if lines := linecache.getlines(str(path)):
            return "".join(lines).encode()
        raise ConfigError(f"the source {path} cannot be read: {error.strerror or error}") from error
