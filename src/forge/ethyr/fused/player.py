"""The kernel that plays a segment: a module for each schema, made from a template, with the tick of its worlds."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from forge.blade.compiled.made import Names, filled, made
from forge.blade.engine.engine import engine_of, folder_of
from forge.blade.engine.mistakes import named
from forge.blade.schema.schema import Schema

_TEMPLATE = Path(__file__).with_name("player_template.py")


@functools.cache
def player_of(schema: Schema) -> Any:
    """`play` of `forge/ethyr/fused/player_template.py` for worlds of a schema, compiled when it is first called.

    A verb from outside that does not compile is then one ConfigError.
    """
    names = Names()
    lines = {"tick": [f"{names.of(engine_of(schema).tick)}(state, w)"], "functions": names.imports()}
    systems = ", ".join(system.name for system in schema.systems)
    text = filled(_TEMPLATE, lines, f"Plays worlds with {systems}. Made from their declarations: change those.")
    play = made(text, "forge.ethyr.fused.play", folder_of(schema, "ethyr")).play
    return named(play, schema) if schema.outside else play
