"""What agents know of themselves alone, out of arrays of the state: what it is, and what it is now."""

from __future__ import annotations

from typing import Any

from forge.blade.config.config import Config
from forge.blade.recording.scene import Scene
from forge.blade.schema.system import Feature


def _kept(config: Config) -> list[tuple[str, Feature]]:
    """Features of oneself that lie in arrays, each with its system; the others are columns of frames."""
    return [(system.name, f) for system in config.schema.systems for f in system.own if f.array]


def own_declared(config: Config) -> list[dict[str, Any]]:
    """The ability `own` of docs/viewer.md: what the numbers of the field `own` of the message `agent` are."""
    return [
        {
            "system": system,
            "name": feature.name,
            "unit": feature.unit,
            "meaning": feature.meaning,
            "low": feature.low(config),
            "high": feature.high(config),
            "array": feature.array,
        }
        for system, feature in _kept(config)
    ]


def own_values(scene: Scene, place: int) -> list[int] | None:
    """The field `own` of the message `agent`, of the agent at a place in `scene.agents`; None if it is not known."""
    told = scene.told_to(place)
    if told is None:
        return None
    return [int(told[f.array] if f.at is None else told[f.array][f.at]) for _, f in _kept(scene.config)]
