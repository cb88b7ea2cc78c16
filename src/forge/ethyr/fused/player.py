"""The kernel that plays a segment: a module for each schema, made from a template, with the tick of its worlds."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from forge.blade.compiled.made import Names, filled, made
from forge.blade.engine.engine import engine_of, folder_of
from forge.blade.engine.mistakes import named
from forge.ethyr.experience.gathering import gathering_of
from forge.ethyr.kernels.layout import Layout

_TEMPLATE = Path(__file__).with_name("player_template.py")
#: What `gather_world` is given of a group's state, and of its segment at tick t.
_STATE = "state.agents, state.window, state.seen, state.seen_count, state.moves, state.targets"
_SEGMENT = (
    "segment.windows, segment.entities, segment.first, segment.moves, segment.sample_of[t], segment.first_row, "
    "segment.first_entity"
)


@functools.cache
def player_of(layout: Layout, matters: bool) -> Any:
    """`play` of `forge/ethyr/fused/player_template.py` for worlds of a layout, compiled when it is first called.

    A verb from outside that does not compile is then one ConfigError.

    Args:
        layout: of the worlds.
        matters: whether to note which choices matter.
    """
    names, schema, gathering = Names(), layout.schema, gathering_of(layout, matters)
    told = "".join(f"state.{name}, " for name in gathering.told)
    given = f"w, {_STATE}, ({told}), {_SEGMENT}, more, t * state.tick.shape[0]"
    lines = {
        "tick": [f"{names.of(engine_of(schema).tick)}(state, w)"],
        "gathering": [
            "for w in range(state.tick.shape[0]):",
            f"    {names.of(gathering.gather_world)}({given})",
        ],
        "functions": names.imports(),
    }
    systems = ", ".join(system.name for system in schema.systems)
    text = filled(_TEMPLATE, lines, f"Plays worlds with {systems}. Made from their declarations: change those.")
    play = made(text, "forge.ethyr.fused.play", folder_of(schema, "ethyr")).play
    return named(play, schema) if schema.outside else play
