"""Other numbers for worlds that have begun: which fields of a configuration may change between two ticks, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forge.blade.config.config import Config
from forge.blade.mechanics.events import Recording
from forge.blade.state.state import layout, set_rules, shape_of
from forge.blade.world.world import World
from forge.support.checks import ConfigError

#: What takes effect only when a world begins.
_BEGINS = {
    "terrain": "worlds keep the maps that they began with",
    "spawn.random_cap": "caps are drawn when worlds begin",
}


def check_change(config: Config, name: str, value: Any) -> None:
    """Refuses what cannot change in worlds that have begun.

    Args:
        config: of the worlds.
        name: of a field, with that of its section: `combat.melee_damage`.
        value: that it shall have.

    Raises:
        ConfigError: naming the field, and why; or if it cannot have this value.
    """
    changed = config.replace(**{name: value})
    why = _BEGINS.get(name) or _BEGINS.get(name.partition(".")[0])
    nothing = Recording()
    if why is None and (
        shape_of(changed) != shape_of(config) or layout([changed], nothing) != layout([config], nothing)
    ):
        why = f"with {value!r} for {value_of(config, name)!r} the arrays of the worlds would have other shapes"
    if why is not None:
        raise ConfigError(f"{name} cannot change once worlds have begun: {why}")


def change(world: World, fields: Mapping[str, Any]) -> None:
    """Gives all worlds of a batch other numbers, between two ticks.

    Nothing is drawn for it. Who has more health, food or water than the new maximum has the maximum from now on, and
    nobody is frozen for longer than an attack now freezes. What is observed is then of the new numbers.

    Args:
        world: that has begun.
        fields: values by the names of fields, as `Config.replace` takes them.

    Raises:
        ConfigError: if one of them cannot change, or they contradict one another; the worlds are then as they were.
        RuntimeError: before the first reset.
    """
    if not world.started:
        raise RuntimeError("call reset first: it starts the worlds")
    for config in dict.fromkeys(world.configs):
        for name, value in fields.items():
            check_change(config, name, value)
    configs = [config.replace(**fields) for config in world.configs]
    world._configs, world.config = configs, configs[0]
    set_rules(world.state, configs)
    agents = world.state.agents
    for field, section in (("health", "vitals"), ("food", "vitals"), ("water", "vitals"), ("freeze", "combat")):
        name = "mage_freeze" if field == "freeze" else field
        most = np.array([getattr(getattr(config, section), name) for config in configs])
        agents[field] = np.minimum(agents[field], most[:, None])
    world.refresh()


def value_of(config: Config, name: str) -> Any:
    """The value of a field by its dotted name."""
    section, _, field = name.partition(".")
    return getattr(getattr(config, section), field)
