"""A creature of one's own: an ogre, which hunts who comes near its forest, and leaves gold and now and then a sword."""

from dataclasses import dataclass

from forge.blade.extend import Loot, Nature, Section, System, for_land, number


@dataclass(frozen=True)
class Ogre(Section):
    """Ogres."""

    count: int = number(4, 0, 1000, "ogres for each 62 × 62 tiles of playable land")


OGRE = System(
    "ogre",
    "ogres",
    section=Ogre,
    natures=(
        Nature(
            "ogre",
            count=lambda config: for_land(config, config.ogre.count),
            health=40,
            level=12,
            lives_on=("forest",),
            shy=True,  # not in the outer quarter, where newcomers enter
            hunts=4,
            experience=200,
            colour="#a0522d",
            loot=(
                Loot("goblin", least=2),  # always two
                Loot("gold", least=1, more=49, one_in=2),  # 1 to 50, of every other one
                Loot("iron_sword", one_in=10),
            ),
        ),
    ),
)
