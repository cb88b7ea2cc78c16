"""Blade: the world. NumPy and Numba, compiled to machine code; no neural code, no graphics."""

from forge.blade.config.config import Chaos, Combat, Config, Foraging, Law, Reward, Sight, Spawn, Terrain, Vitals
from forge.blade.mechanics.events import EVENT, Recording
from forge.blade.mechanics.ids import Cause, EventKind, Material, Move, RewardTerm, Style
from forge.blade.state.observation import FEATURES, Observation
from forge.blade.state.state import AGENT, LIFE
from forge.blade.world.presets import PRESETS, Guild, Realm, make
from forge.blade.world.world import World
from forge.support.checks import ConfigError, ConfigWarning

__all__ = [
    "AGENT",
    "EVENT",
    "FEATURES",
    "LIFE",
    "PRESETS",
    "Cause",
    "Chaos",
    "Combat",
    "Config",
    "ConfigError",
    "ConfigWarning",
    "EventKind",
    "Foraging",
    "Guild",
    "Law",
    "Material",
    "Move",
    "Observation",
    "Realm",
    "Recording",
    "Reward",
    "RewardTerm",
    "Sight",
    "Spawn",
    "Style",
    "Terrain",
    "Vitals",
    "World",
    "make",
]
