"""Code of the user's own, named `module:NAME` by a configuration: systems of the world, and networks.

Modules are code, so a file never makes one run by itself: a run, checkpoint or snapshot that names one is read only if
the user names it, too: by the command, by the configuration given to it, by `--trust`, or by `trust`. What exists in
Python, a configuration or a learner's table, was named by its user; so names are checked where files are read.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from forge.support.checks import ConfigError, ConfigWarning, did_you_mean, shown
from forge.support.sources import source_digest

#: What headers of files call what `written_with` says of the modules they depend on.
SOURCES = "sources"

_trusted: set[str] = set()
_told: set[tuple[str, str, str]] = set()


class Untrusted(ConfigError):
    """A file names code that its user does not."""


def trust(*names: str) -> None:
    """Lets files that name these be read for the rest of this process.

    Args:
        names: as files name them, `module:NAME`; or a whole `module`, or package of modules.

    Raises:
        ConfigError: if one cannot be such a name.
    """
    for name in names:
        _parts("the name of a module to trust", name if ":" in str(name) else f"{name}:all")
    _trusted.update(names)


def trusted() -> tuple[str, ...]:
    """What this process trusts, sorted."""
    return tuple(sorted(_trusted))


def is_trusted(name: str) -> bool:
    """Whether this process trusts a name: it, its module, or a package that the module lies in."""
    module = name.partition(":")[0].split(".")
    return not _trusted.isdisjoint([name, *(".".join(module[:end]) for end in range(1, len(module) + 1))])


def require_trust(names: Iterable[str], what: str) -> None:
    """Refuses what a file names and the user does not.

    Args:
        names: `module:NAME`.
        what: that names them, for the error: "snapshot old.npz".

    Raises:
        Untrusted: naming those that are not trusted, and how they are.
        ConfigError: if one cannot be such a name.
    """
    modules = {name: _parts(what, name)[0] for name in names}
    if unknown := [name for name in modules if not is_trusted(name)]:
        needed = sorted({modules[name] for name in unknown})
        options, arguments = " ".join(f"--trust {module}" for module in needed), ", ".join(map(repr, needed))
        raise Untrusted(
            f"{what} names {' and '.join(map(repr, unknown))}, which is code of a module, and a file makes none run "
            f"unless you name it, too. If you know it: {options}, or forge.trust({arguments}) in Python"
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
    with suppress(ConfigError):  # of what is loaded now, whatever the file holds later
        source_digest(module_name)
    found = getattr(module, attribute, None)
    if found is None:
        known = [known for known in vars(module) if not known.startswith("_")]
        raise ConfigError(f"{what} = {name!r}: {did_you_mean(f'name of module {module_name}', attribute, known)}")
    return found


def written_with(names: Iterable[str]) -> dict[str, str]:
    """What a file keeps of the modules it depends on, for `tell_changes`: the digest of the sources of each.

    Args:
        names: `module:NAME`, of modules that are loaded.

    Returns:
        Digests by name; modules without sources are left out.
    """
    return {name: digest for name in names if (digest := _digest(name))}


def tell_changes(written: Any, what: str) -> None:
    """Warns, once, of modules that have changed since a file was written with them.

    It reads sources and imports nothing. It looks at trusted modules alone, and passes over one that is not there.

    Args:
        written: from `written_with`, as the file has it.
        what: the file, for the warning: "snapshot old.npz".

    Raises:
        ConfigError: if `written` is nothing that `written_with` returns.
    """
    texts = isinstance(written, Mapping) and all(isinstance(text, str) for pair in written.items() for text in pair)
    if not texts:
        raise ConfigError(f"{what}: sources must be a table of digests by module:NAME, not {shown(written)}")
    for name, digest in written.items():
        module, _ = _parts(f"{what}: the name of a source", name)
        if is_trusted(name) and _digest(name) not in (None, digest) and (module, digest, what) not in _told:
            _told.add((module, digest, what))
            warnings.warn(f"module {module} has changed since {what} was written", ConfigWarning, stacklevel=2)


def _digest(name: str) -> str | None:
    with suppress(ConfigError):
        return source_digest(name.partition(":")[0])
    return None


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
