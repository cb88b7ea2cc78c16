"""Names of the small integers the world is made of: materials, actions, attack styles, causes of death."""

from enum import IntEnum


class Material(IntEnum):
    """What a tile is made of, where no system from outside declares more; the low bits of a tile."""

    LAVA = 0
    WATER = 1
    GRASS = 2
    SCRUB = 3
    FOREST = 4
    STONE = 5
    OREROCK = 6


#: Materials an agent may enter; lava is among them, and kills.
ENTERABLE = (Material.LAVA, Material.GRASS, Material.SCRUB, Material.FOREST)


class Move(IntEnum):
    """The first action of an agent; north is row − 1, east is column + 1."""

    PASS = 0
    NORTH = 1
    SOUTH = 2
    EAST = 3
    WEST = 4


#: Rows that each Move goes south, by its number.
MOVE_ROW = (0, -1, 1, 0, 0)
#: Columns that each Move goes east, by its number.
MOVE_COL = (0, 0, 0, 1, -1)


class Style(IntEnum):
    """The second action of an agent: how it attacks. HOLD exists only where `Combat.hold` is set."""

    MELEE = 0
    RANGE = 1
    MAGE = 2
    HOLD = 3


#: Styles that strike; HOLD does not.
STRIKING_STYLES = (Style.MELEE, Style.RANGE, Style.MAGE)


class Cause(IntEnum):
    """Why an agent died. The last blow counts; of two empty stomachs, hunger does."""

    ATTACK = 0
    LAVA = 1
    HUNGER = 2
    THIRST = 3


class RewardTerm(IntEnum):
    """What an agent is rewarded for: the fields of `Reward`, in lower case and in this order."""

    SURVIVAL = 0
    DEATH = 1
    HARVEST = 2
    DRINK = 3
    DAMAGE_DEALT = 4
    DAMAGE_TAKEN = 5
    KILL = 6
    EXPLORE = 7


class EventKind(IntEnum):
    """What an entry of the event log reports."""

    BIRTH = 0
    DEATH = 1
    ATTACK = 2
    HARVEST = 3
    DRINK = 4


#: "No slot", "no target": slots are numbered from 0.
NONE = -1

#: What a verb returns of an agent that does not die of it, in place of a cause.
SURVIVES = -1

#: The move or style, in `State.actions` and in frames, of who has not acted: a newborn, or anyone just restored.
UNKNOWN = 255
