"""Modules that are made at run time for a schema: a template with what systems declare in its places.

Numba caches on disk what a file defines, and closures over other kernels not at all; so such a module is a file, beside
the machine code that is made of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from forge.blade.compiled.jit import made_in
from forge.support.checks import ConfigError

_PLACE = re.compile(r"^( *)# (?:each|import) (.+)$", re.MULTILINE)


def made(text: str, name: str, folder: Path) -> Any:
    """The module of this text, imported; its kernels are compiled when they are first called.

    Args:
        text: of the module, as `filled` gives it.
        name: of the module, with those of its packages: "forge.blade.engine.tick". What is made from other text is
            called otherwise.
        folder: of the machine code that it is part of, as `forge.blade.compiled.jit` names it.
    """
    package, _, short = name.rpartition(".")
    short = f"{short}_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
    path = folder / f"{short}.py"
    if not path.exists():
        _write(path, text)
    made_in(f"{package}.{short}", folder)
    return _imported(f"{package}.{short}", path)


def filled(template: Path, lines: Mapping[str, Sequence[str]], about: str) -> str:
    """The text of a template with these lines in its places.

    A place is a line `# each NAME` or `# import NAME`, indented as its lines will be.

    Args:
        template: a file that begins with a docstring, which is left out.
        lines: by the name of the place.
        about: what the module is, for its own docstring.
    """
    body = template.read_text("utf-8").partition('"""\n')[2]
    return f'"""{about}"""\n' + _PLACE.sub(lambda place: "\n".join(place[1] + line for line in lines[place[2]]), body)


class Names:
    """What is imported into a made module for the functions that it calls, and what each is called there."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}

    def of(self, function: Callable[..., Any]) -> str:
        """What a function is called.

        Raises:
            ConfigError: if it cannot be imported from its module by its name.
        """
        plain: Any = getattr(function, "py_func", function)
        module, name = plain.__module__, plain.__qualname__
        if getattr(sys.modules.get(module), name, None) is not function:
            raise ConfigError(
                f"{name} of {module} is a verb, or says how a feature is read, but is not found there by its name: "
                "define it at the top level of a module"
            )
        short = f"{module.rpartition('.')[2]}_{name.strip('_')}"
        taken = short in self._names.values() and (module, name) not in self._names
        return self._names.setdefault((module, name), f"{short}_{len(self._names)}" if taken else short)

    def imports(self) -> list[str]:
        """The lines that import them."""
        return [f"from {module} import {name} as {known}" for (module, name), known in self._names.items()]


def _write(path: Path, text: str) -> None:
    """Puts the file there in one step. Its time is always the same: Numba compiles anew when that changes."""
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".draft")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.utime(draft, (0, 0))
    Path(draft).replace(path)


def _imported(name: str, path: Path) -> Any:
    if name not in sys.modules:
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
