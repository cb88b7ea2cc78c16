"""What a system of one's own is written with: declarations, phases, and what verbs are built on.

A module that a configuration names, `systems = ["my_world:POISON"]`, imports from here, and is otherwise like the
modules of `forge.blade.systems`.
"""

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below, draw_skip
from forge.blade.grown.sites import for_land
from forge.blade.mechanics.events import NOBODY, log_event
from forge.blade.mechanics.grid import distance, material_at, set_material, tile_index
from forge.blade.mechanics.ids import NONE, SURVIVES
from forge.blade.schema.nature import Loot, Nature
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, choice, number, path, plain
from forge.blade.schema.system import (
    Array,
    Choice,
    DeathCause,
    EventType,
    Feature,
    Number,
    Rows,
    Size,
    System,
    Term,
    Tile,
    shared,
)
from forge.support.checks import ConfigError

__all__ = [
    "NOBODY",
    "NONE",
    "SURVIVES",
    "Array",
    "Choice",
    "Column",
    "ConfigError",
    "DeathCause",
    "EventType",
    "Feature",
    "Loot",
    "Nature",
    "Number",
    "Phase",
    "Rows",
    "Section",
    "Size",
    "System",
    "Term",
    "Tile",
    "Verb",
    "choice",
    "distance",
    "draw_below",
    "draw_skip",
    "for_land",
    "inline",
    "log_event",
    "material_at",
    "number",
    "path",
    "plain",
    "set_material",
    "shared",
    "tile_index",
]
