"""Blade: the world. NumPy and Numba, compiled to machine code; no neural code, no graphics."""

from forge.blade.checks import ConfigError, ConfigWarning
from forge.blade.config import Chaos, Combat, Config, Foraging, Law, Reward, Sight, Spawn, Terrain, Vitals
from forge.blade.events import EVENT, LIFE, Recording
from forge.blade.ids import Cause, EventKind, Material, Move, RewardTerm, Style
from forge.blade.observation import FEATURES, Observation
from forge.blade.presets import PRESETS, make
from forge.blade.state import AGENT
from forge.blade.world import World

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
    "Law",
    "Material",
    "Move",
    "Observation",
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
