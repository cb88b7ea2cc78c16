"""Code of the user's own, named `module:NAME` by a configuration: systems of the world, and networks.

Modules are code, so a file never makes one run by itself: a run, checkpoint or snapshot from elsewhere that names one
is read only if the user names it, too: by the command, by the configuration given to it, by `--trust`, or by `trust`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forge.support.checks import ConfigError, did_you_mean, shown

_trusted: set[str] = set()


def trust(*names: str) -> None:
    """Lets files that name these be read for the rest of this process.

    Args:
        names: as files name them, `module:NAME`, or the whole `module`.

    Raises:
        ConfigError: if one cannot be such a name.
    """
    for name in names:
        _parts("the name of a module to trust", name if ":" in str(name) else f"{name}:all")
    _trusted.update(names)


def trusted() -> tuple[str, ...]:
    """What this process trusts, sorted."""
    return tuple(sorted(_trusted))


def require_trust(names: Iterable[str], what: str) -> None:
    """Refuses what a file names and the user does not.

    Args:
        names: `module:NAME`.
        what: that names them, for the error: "snapshot old.npz".

    Raises:
        ConfigError: naming the first that is not trusted, and how it is.
    """
    for name in names:
        module = name.partition(":")[0] if isinstance(name, str) else ""
        if _trusted.isdisjoint((name, module)):
            raise ConfigError(
                f"{what} names {shown(name)}, which is code of a module: a file makes none run unless you name it, "
                f"too. If you know it, say --trust {module or 'MODULE'}, or forge.trust({module!r}) in Python"
            )


def load(what: str, name: Any, beside: Path | None = None) -> Any:
    """What a name stands for: an attribute of a module, which is imported.

    Args:
        what: that names it, for errors: "learning.network".
        name: `module:NAME`. The module is looked for on the Python path, and in the working folder.
        beside: a further folder to look in.

    Raises:
        ConfigError: if there is no such module or attribute, or if importing the module fails.
    """
    module_name, attribute = _parts(what, name)
    folders = [str(folder) for folder in (beside, Path.cwd()) if folder is not None]
    with _on_path(folders):
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
                raise ConfigError(f"{what} = {name!r}: its import fails: {error}") from error
            raise ConfigError(
                f"{what} = {name!r}: there is no module {error.name!r} on the Python path or in {folders[-1]}"
            ) from error
        except Exception as error:
            raise ConfigError(f"{what} = {name!r}: its import fails: {type(error).__name__}: {error}") from error
    found = getattr(module, attribute, None)
    if found is None:
        known = [known for known in vars(module) if not known.startswith("_")]
        raise ConfigError(f"{what} = {name!r}: {did_you_mean(f'name of module {module_name}', attribute, known)}")
    return found


def _parts(what: str, name: Any) -> tuple[str, str]:
    module, colon, attribute = name.partition(":") if isinstance(name, str) else ("", "", "")
    if not (colon and attribute.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise ConfigError(f"{what} = {shown(name)} must be the name of a module and of something in it, module:NAME")
    return module, attribute


@contextmanager
def _on_path(folders: Iterable[str]) -> Iterator[None]:
    """The console command does not look in these by itself."""
    added = [folder for folder in folders if folder not in sys.path]
    sys.path[:0] = added
    try:
        yield
    finally:
        for folder in added:
            sys.path.remove(folder)
