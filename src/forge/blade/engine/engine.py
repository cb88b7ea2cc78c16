"""The compiled tick of a schema: a module made from what its systems declare, written once beside the kernels.

Numba caches what a file defines, so the module is a file: `forge/blade/engine/template.py` with the verbs of each
phase, the arrays that are emptied and the features in their places. It is named by all that it is made from.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from forge.blade.compiled.jit import kernel_cache, outside_cache
from forge.blade.compiled.made import Names, filled, made
from forge.blade.engine.mistakes import named
from forge.blade.engine.parts import PARTS
from forge.blade.game.game import GAME
from forge.blade.schema.phase import Phase
from forge.blade.schema.record import columns_of
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Feature

_TEMPLATE = Path(__file__).with_name("template.py")
# Compiled twice, `counting` is a constant, so that not counting costs nothing; with many verbs compiling costs more.
_COUNTED_TWICE = "return live_all(state, w, True) if counts_deeds(state) else live_all(state, w, False)"
_COUNTED_ONCE = "return live_all(state, w, counts_deeds(state))"
_MAY_BE_EMPTY = ("READY", "GROW", "ENTER", "own feature", "OBSERVE")  # what is said of them must still be a function


class Engine(NamedTuple):
    """The kernels of one schema; what each does is said in `forge/blade/engine/template.py`."""

    open_state: Any
    list_entities: Any
    list_own: Any


@functools.cache
def engine_of(schema: Schema) -> Engine:
    """The kernels of a schema, compiled when they are first called.

    A verb from outside that does not compile is then one ConfigError.

    Raises:
        ConfigError: if a verb is not what can be imported from its module by its name.
    """
    module = made(source_of(schema), "forge.blade.engine.tick", folder_of(schema))
    engine = Engine(**{kernel: getattr(module, kernel) for kernel in Engine._fields})
    if not schema.modules:
        return engine
    return Engine(**{name: named(kernel, schema) for name, kernel in engine._asdict().items()})


def folder_of(schema: Schema, part: str = "blade", *further: str) -> Path:
    """Where a part of the package caches the machine code of a schema: by the sources of its modules from outside.

    Args:
        schema: of the worlds.
        part: of the package.
        further: parts whose code it calls besides its own and that of blade.
    """
    return outside_cache(schema.modules, part, *further) if schema.modules else kernel_cache(part, *further)


def source_of(schema: Schema) -> str:
    """The text of the module."""
    names = Names()
    lines = {
        **{phase.name: list(_calls(phase, schema, names)) for phase in Phase},
        "way to count": [_COUNTED_ONCE if schema.outside else _COUNTED_TWICE],
        "emptied array": [f"state.{array.name}[w, slot] = 0" for array in schema.arrays if array.emptied],
        "life field": list(_life_fields(schema)),
        "feature": list(_reads(schema.features, names, "agent, me")),
        "own feature": list(_own_reads(schema, names)),
    }
    lines["address"] = [f"address_of_{part} = addressed({part})" for part in PARTS]
    lines["part"] = [f"parts[{k}] = address_of_{part}(state)" for k, part in enumerate(PARTS)]
    lines["verbs"] = names.imports()
    lines.update({place: lines[place] or ["pass"] for place in _MAY_BE_EMPTY})
    systems = ", ".join(system.name for system in schema.systems)
    return filled(_TEMPLATE, lines, f"The tick of worlds with {systems}. Made from their declarations: change those.")


def _calls(phase: Phase, schema: Schema, names: Names) -> Iterator[str]:
    """The lines that call the verbs of a phase."""
    for _, verb in schema.verbs[phase]:
        call = names.of(verb.does)
        if phase.by_agent:
            yield f"cause = {call}(state, w, slot, counting)"
            yield "if cause != SURVIVES:"
            yield "    return cause"
        elif phase is Phase.ENTER:
            yield f"slot = {call}(state, w)"
            yield f"{'while' if verb.many else 'if'} slot != NONE:"
            yield "    welcome(state, w, slot)"
            if verb.many:
                yield f"    slot = {call}(state, w)"
        else:
            yield f"{call}(state, w, slot)" if phase.by_slot else f"{call}(state, w)"


def _life_fields(schema: Schema) -> Iterator[str]:
    """The lines that begin what systems from outside record of a life; `log_birth` begins what is ours."""
    ours = {column.name for column in columns_of(GAME.life)}
    found = [column for column in columns_of(schema.life) if column.name not in ours]
    if found:
        yield "if state.lives.shape[1] > 0:"
        yield from (f"    state.lives[w, slot].{c.name}{'[:]' if c.shape else ''} = 0" for c in found)


def own_arrays(schema: Schema) -> tuple[str, ...]:
    """The arrays of the state that hold something of what agents know of themselves alone, each once."""
    return tuple(dict.fromkeys(feature.array for feature in schema.own if feature.array))


def _own_reads(schema: Schema, names: Names) -> Iterator[str]:
    arrays = own_arrays(schema)
    for feature in schema.own:
        if feature.array:
            place = "w, slot" if feature.at is None else f"w, slot, {feature.at}"
            yield f"row[{feature.number}] = told[{arrays.index(feature.array)}][{place}]"
        else:
            yield from _reads((feature,), names, "agent")


def _reads(features: tuple[Feature, ...], names: Names, of: str) -> Iterator[str]:
    for feature in features:
        read = f"{names.of(feature.read)}({of})" if feature.read else f"agent.{feature.name}"
        yield f"row[{feature.number}] = {read}"
