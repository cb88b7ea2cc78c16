"""A batch of worlds that is stepped: the tick, the actions it takes, presets and copies."""

from forge.blade.world.world import World

__all__ = ["World"]
