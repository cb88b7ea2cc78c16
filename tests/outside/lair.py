"""Two kinds of creatures: trolls, which live on a moss of their own or on scrub, and hares, which strike nobody."""

from __future__ import annotations

from dataclasses import dataclass

from forge.blade.extend import Loot, Nature, Section, System, Tile, number


@dataclass(frozen=True)
class Lair(Section):
    """Trolls and hares."""

    trolls: int = number(0, 0, 100, "trolls in a world")
    hares: int = number(0, 0, 100, "hares in a world")


#: The moss has a system of its own.
MOSS = System("moss", "moss", materials=(Tile("moss", "trolls live on it", "#335533"),))
LAIR = System(
    "lair",
    "trolls and hares",
    section=Lair,
    needs=("moss",),
    natures=(
        Nature(
            "troll",
            count=lambda config: config.lair.trolls,
            health=30,
            level=9,
            lives_on=("moss", "scrub"),
            experience=120,
            colour="#445566",
            hunts=2,
            loot=(
                Loot("goblin", least=2),
                Loot("gold", least=5, more=9, one_in=3, wins=2),
                Loot("tin_ore", more=2),
                Loot("iron_sword", one_in=4),
            ),
        ),
        Nature(
            "hare",
            count=lambda config: config.lair.hares,
            health=3,
            level=2,
            lives_on=("grass",),
            experience=7,
            colour="#998877",
            shy=True,
        ),
    ),
)
