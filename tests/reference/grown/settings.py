"""Configurations of grown worlds, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from forge.blade import Chaos
from forge.blade.game.game import OPTIONS

#: What every system needs beside itself, in the canonical order.
NEEDS: dict[str, tuple[str, ...]] = {
    "skills": (),
    "bodies": ("skills",),
    "items": (),
    "work": (),
    "camps": (),
    "trades": ("skills", "items", "work"),
    "exchange": ("items", "work"),
    "levels": ("skills",),
    "creatures": ("levels",),
    "births": ("work",),
    "speech": (),
}
EVERYTHING = tuple(NEEDS)

DEFAULTS: dict[str, dict[str, Any]] = {
    "skills": {"rate": 10},
    "bodies": {"gifts": "equal", "other": 10, "mutation": 10},
    "items": {"capacity": 20, "gold": 10},
    "camps": {"count": 4, "radius": 5, "truce": True},
    "trades": {"ore": 0.3, "ore_regrowth": 0.1},
    "exchange": {
        "books": "world",
        "everywhere": False,
        "prices": "1, 2, 3, 5, 8, 13, 21, 34",
        "orders": 4,
        "patience": 100,
    },
    "levels": {"agents": True},
    "creatures": {"chickens": 32, "goblins": 8, "hostile": True, "back": 50},
    "births": {"kind": "spawn", "age": 50, "least": 24, "cost": 16},
    "speech": {"words": 8},
}


class Settings:
    """A configuration of the package with the tables of systems beside it."""

    def __init__(self, systems: tuple[str, ...], **numbers: Any) -> None:
        self.systems, self.numbers = systems, numbers
        ours = {name: value for name, value in numbers.items() if name.split(".")[0] not in NEEDS}
        self.base = Chaos(**ours)
        for system, defaults in DEFAULTS.items():
            setattr(self, system, SimpleNamespace(**defaults))
        for name, value in numbers.items():
            if name not in ours:
                section, field = name.split(".")
                assert hasattr(getattr(self, section), field), name
                setattr(getattr(self, section), field, value)

    def replace(self, **numbers: Any) -> Settings:
        return Settings(self.systems, **{**self.numbers, **numbers})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)


def with_needs(systems: Iterable[str]) -> tuple[str, ...]:
    """Systems and all that they need, in the canonical order."""
    wanted = {*systems, *(need for system in systems for need in NEEDS[system])}
    wanted |= {need for system in wanted for need in NEEDS[system]}
    return tuple(system for system in EVERYTHING if system in wanted)


def settings(*systems: str, **numbers: Any) -> Any:
    """A configuration with systems, and all that they need; numbers of other systems are left out."""
    names = with_needs(systems)
    absent = set(EVERYTHING) - set(names)
    numbers = {name: value for name, value in numbers.items() if name.split(".")[0] not in absent}
    if all(name in OPTIONS for name in names):
        return Chaos(systems=names, **numbers)
    return Settings(names, **numbers)
