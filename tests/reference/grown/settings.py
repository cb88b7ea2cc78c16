"""Configurations of grown worlds, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forge.blade import Chaos, Config

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


def with_needs(systems: Iterable[str]) -> tuple[str, ...]:
    """Systems and all that they need, in the canonical order."""
    wanted = {*systems, *(need for system in systems for need in NEEDS[system])}
    wanted |= {need for system in wanted for need in NEEDS[system]}
    return tuple(system for system in EVERYTHING if system in wanted)


def settings(*systems: str, **numbers: Any) -> Config:
    """A configuration with systems, and all that they need; numbers of other systems are left out."""
    names = with_needs(systems)
    absent = set(EVERYTHING) - set(names)
    return Chaos(systems=names, **{name: value for name, value in numbers.items() if name.split(".")[0] not in absent})
