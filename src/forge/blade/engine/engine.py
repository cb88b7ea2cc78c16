"""The compiled tick of a schema: a module made from what its systems declare, written once beside the kernels.

Numba caches what a file defines, so the module is a file: `forge/blade/engine/template.py` with the verbs of each
phase, the arrays that are emptied and the features in their places. It is named by all that it is made from.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

from forge.blade.compiled.jit import kernel_cache, made_in, outside_cache
from forge.blade.engine.mistakes import named
from forge.blade.schema.phase import Phase
from forge.blade.schema.record import columns_of
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Feature
from forge.blade.systems.game import GAME
from forge.support.checks import ConfigError

_TEMPLATE = Path(__file__).with_name("template.py")
_PLACE = re.compile(r"^( *)# (each|import) (.+)$", re.MULTILINE)


class Engine(NamedTuple):
    """The kernels of one schema; what each does is said in `forge/blade/engine/template.py`."""

    tick: Any
    tick_all: Any
    begin_each: Any
    resume_each: Any
    cull_each: Any
    list_entities: Any
    list_own: Any


@functools.cache
def engine_of(schema: Schema) -> Engine:
    """The kernels of a schema, compiled when they are first called.

    A verb from outside that does not compile is then one ConfigError.

    Raises:
        ConfigError: if a verb is not what can be imported from its module by its name.
    """
    text = source_of(schema)
    folder = outside_cache(schema.modules) if schema.outside else kernel_cache("blade")
    name = f"tick_{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
    path = folder / f"{name}.py"
    if not path.exists():
        _write(path, text)
    made_in(f"forge.blade.engine.{name}", folder)
    module = _imported(f"forge.blade.engine.{name}", path)
    engine = Engine(**{kernel: getattr(module, kernel) for kernel in Engine._fields})
    if not schema.outside:
        return engine
    return engine._replace(**{name: named(getattr(engine, name), schema) for name in Engine._fields if name != "tick"})


def source_of(schema: Schema) -> str:
    """The text of the module."""
    names = _Names()
    lines = {
        **{phase.name: list(_calls(phase, schema, names)) for phase in Phase},
        "emptied array": [f"state.{array.name}[w, slot] = 0" for array in schema.arrays if array.emptied],
        "life field": list(_life_fields(schema)),
        "feature": list(_reads(schema.features, names, "agent, me")),
        "own feature": list(_reads(schema.own, names, "agent")),
    }
    lines["verbs"] = names.imports()

    def filled(place: re.Match[str]) -> str:
        found = lines[place[3]] or (["pass"] if place[3] in ("ENTER", "own feature", "OBSERVE") else [])
        return "\n".join(place[1] + line for line in found)

    body = _TEMPLATE.read_text("utf-8").partition('"""\n')[2]
    systems = ", ".join(system.name for system in schema.systems)
    return f'"""The tick of worlds with {systems}. Made from their declarations: change those."""\n' + _PLACE.sub(
        filled, body
    )


def _calls(phase: Phase, schema: Schema, names: _Names) -> Iterator[str]:
    """The lines that call the verbs of a phase."""
    for _, verb in schema.verbs[phase]:
        call = names.of(verb.does)
        if phase.by_agent:
            yield f"cause = {call}(state, w, slot, counting)"
            yield "if cause != SURVIVES:"
            yield "    return cause"
        elif phase is Phase.ENTER:
            yield f"slot = {call}(state, w)"
            yield "if slot != NONE:"
            yield "    welcome(state, w, slot)"
        else:
            yield f"{call}(state, w, slot)" if phase.by_slot else f"{call}(state, w)"


def _life_fields(schema: Schema) -> Iterator[str]:
    """The lines that begin what systems from outside record of a life; `log_birth` begins what is ours."""
    ours = {column.name for column in columns_of(GAME.life)}
    found = [column for column in columns_of(schema.life) if column.name not in ours]
    if found:
        yield "if state.lives.shape[1] > 0:"
        yield from (f"    state.lives[w, slot].{c.name}{'[:]' if c.shape else ''} = 0" for c in found)


def _reads(features: tuple[Feature, ...], names: _Names, of: str) -> Iterator[str]:
    for feature in features:
        read = f"{names.of(feature.read)}({of})" if feature.read else f"agent.{feature.name}"
        yield f"row[{feature.number}] = {read}"


class _Names:
    """What is imported for the verbs, and what each is called."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}

    def of(self, function: Callable[..., Any]) -> str:
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
