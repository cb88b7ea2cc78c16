"""What a system of berries, walls and poison would declare: for pictures, without verbs: nothing is compiled."""

from __future__ import annotations

from dataclasses import dataclass

from forge.blade.extend import Choice, Column, DeathCause, Feature, Section, System, Tile, number


@dataclass(frozen=True)
class Orchard(Section):
    """Berries that poison who eats them."""

    lasts: int = number(8, 1, 1000, "how long one is poisoned [ticks]")


ORCHARD = System(
    "orchard",
    "berries that poison who eats them",
    section=Orchard,
    agent=(
        Column("poisoned", "i2", "for how long it still loses health to berries", "ticks"),
        Column("bag", "f4", "the berries that it carries, ripe and unripe", "kg", (2,)),
        Column("immune", "?", "whether berries do it no harm", "yes or no"),
    ),
    features=(
        Feature("poisoned", lambda c: 0, lambda c: c.orchard.lasts, "ticks", "poisoned for", lambda c: 0, lambda c: 8),
    ),
    materials=(
        Tile("berry", "bushes whose berries poison who eats them", "#c2185b", 0.5),
        Tile("wall", "dry stone, which nobody climbs", "#c8b48c", 1.0, enterable=False),
    ),
    causes=(DeathCause("poison", "had no health left, and had eaten berries"),),
    choices=(Choice("eat", "eat the berries where it stands", lambda c: ("leave", "eat")),),
)
