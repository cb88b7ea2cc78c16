"""The map: its size, what it is cut from, and where everybody stands on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import PADDING
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import ENTERABLE, SURVIVES, Cause, Material
from forge.blade.mechanics.tile import material, tile_type
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number, path
from forge.blade.schema.system import MOST_MATERIALS, Array, DeathCause, Feature, Number, Size, System, Tile, shared
from forge.support.checks import ConfigError

MAX_SIDE = 4096
_LAVA, _BY_LAVA = int(Material.LAVA), int(Cause.LAVA)


@dataclass(frozen=True)
class Terrain(Section):
    """The tile map: its size and how noise becomes tiles."""

    side: int = number(80, 4, MAX_SIDE, "rows and columns of the map, border included [tiles]")
    border: int = number(9, 1, 64, "width of the lava frame around the playable square [tiles]")
    water: float = number(0.30, 0, 1, "noise below this is water")
    grass: float = number(0.57, 0, 1, "noise from `water` to below this is grass")
    forest: float = number(0.715, 0, 1, "noise from `grass` to below this is forest; from here on stone")
    scale: int = number(0, 0, MAX_SIDE, "base frequency of the noise [1/side]; 0 means side // 5")
    octaves: int = number(8, 1, 16, "octaves of the noise")
    seed: int = number(0, 0, 2**63 - 1, "names the endless series of maps")
    maps: int = number(0, 0, 1_000_000, "worlds share this many maps, in turn; 0 gives each world its own")
    file: str = path("", "a Tiled map (.tmx) used by every world in place of generated ones")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.side - 2 * self.border < 2:
            raise ConfigError(
                f"terrain.side = {self.side} with terrain.border = {self.border} leaves a playable square of "
                f"{self.side - 2 * self.border}; it needs at least 2 tiles"
            )
        if not self.water <= self.grass <= self.forest:
            raise ConfigError(
                f"terrain thresholds must rise: water {self.water} <= grass {self.grass} <= forest {self.forest}"
            )

    @property
    def playable(self) -> int:
        """Side of the playable square [tiles]."""
        return self.side - 2 * self.border

    @property
    def low(self) -> int:
        """First playable row and column."""
        return self.border

    @property
    def high(self) -> int:
        """Last playable row and column."""
        return self.side - self.border - 1


def margin(config: Any) -> int:
    """Tiles of lava kept around the map so that every window lies inside the array."""
    return max(0, config.sight.radius - config.terrain.border)


def _pitch(config: Any, edge: int) -> int:
    return int(config.terrain.side) + 2 * edge


def ground(config: Any) -> dict[int, str]:
    """What agents may stand on between two ticks, by number. Lava may be entered, too, but kills in the same tick."""
    return {tile.number: tile.name for tile in config.schema.materials if tile.enterable and tile.number != _LAVA}


def _enterable(materials: Iterable[Tile]) -> list[int]:
    """A set of the materials that may be entered: bit m % 64 of word m // 64 is set for material m.

    Its first 31 bits are a number of their own, which is all that a tile of one byte needs: an element of an array in a
    record costs more to read.
    """
    return _in_words(tile.number for tile in materials if tile.enterable)


def _lasting(materials: Iterable[Tile]) -> list[int]:
    """A set of the materials that are only where the map has them, as such bits."""
    return _in_words(tile.number for tile in materials if tile.lasting)


def _in_words(numbers: Iterable[int]) -> list[int]:
    every = sum(1 << number for number in numbers)
    return [every >> bit & 2**64 - 1 for bit in range(0, MOST_MATERIALS, 64)]


@inline
def burn(state, w, slot, counting):
    """Who stands on lava dies."""
    agent = state.agents[w, slot]
    place = tile_index(state.rules[w], agent.row, agent.col)
    return _BY_LAVA if material(state.tiles[w, place]) == _LAVA else SURVIVES


def _tile(material: Material, meaning: str, colour: str, height: float = 0.0) -> Tile:
    return Tile(material.name.lower(), meaning, colour, height, material in ENTERABLE, int(material))


SYSTEM = System(
    "terrain",
    "the map: what tiles are made of, who stands on them, and where everybody is",
    section=Terrain,
    shared=shared("terrain", "side", "border"),
    numbers=(
        Number("side"),  # S [tiles]
        Number("pitch", value=_pitch),  # L [tiles]
        Number("origin", value=lambda c, edge: edge * (_pitch(c, edge) + 1)),  # index of tile (0, 0) in `State.tiles`
        Number("low", value=lambda c, edge: c.terrain.low),  # first playable row and column
        Number("ring", value=lambda c, edge: c.terrain.playable - 1),  # side of the playable square − 1
        Number("first_enterable", value=lambda c, edge: int(_enterable(c.schema.materials)[0] & 2**31 - 1)),
        Number("enterable", "u8", (1 + MOST_MATERIALS // 64,), lambda c, edge: _enterable(c.schema.materials)),
        Number("lasting", "u8", (1 + MOST_MATERIALS // 64,), lambda c, edge: _lasting(c.schema.materials)),
    ),
    agent=(
        Column("row", "i2", "row on the map, southwards", "tiles"),
        Column("col", "i2", "column on the map, eastwards", "tiles"),
    ),
    sizes=(Size("S", lambda z: z.config.terrain.side), Size("L", lambda z: _pitch(z.config, margin(z.config)))),
    arrays=(
        Array(
            "tiles",
            lambda z: tile_type(len(z.schema.materials)),
            lambda z: (z.L * z.L + PADDING,),
            "material in bits 0-2, agents on the tile in bits 3-7, at most 31; with more than 8 materials two bytes: "
            "material in bits 0-7, agents in bits 8-15, at most 255",
            saved=True,
        ),
        Array("surplus", "u2", lambda z: (z.L * z.L,), "agents on the tile beyond those", saved=True),
        Array("slots", "u2", lambda z: (z.B + PADDING,), "slots of the living, sorted by row and slot: their index"),
        Array(
            "cols",
            lambda z: "u1" if z.S <= 255 else "u2",
            lambda z: (z.B + PADDING,),
            "columns of those in the index; all ones for the dead",
        ),
        Array("indexed", "i4", lambda z: (), "length of the index"),
        Array("row_start", "i4", lambda z: (z.S + 2,), "where each row begins in it"),
    ),
    materials=(
        _tile(Material.LAVA, "kills who enters it", "#562218"),
        _tile(Material.WATER, "is drunk from beside it", "#3a96be"),
        _tile(Material.GRASS, "open ground", "#84a258"),
        _tile(Material.SCRUB, "forest that has been harvested", "#9c8a5a", 0.2),
        _tile(Material.FOREST, "is harvested by who enters it", "#3a6a3c", 1.2),
        _tile(Material.STONE, "is in the way", "#969290", 0.8),
        _tile(Material.OREROCK, "stone with ore in it", "#736885", 0.8),
    ),
    verbs=(Verb(Phase.GROUND, burn, "On lava it dies."),),
    causes=(DeathCause("lava", "stood on lava", int(Cause.LAVA)),),
    features=tuple(
        Feature(
            name,
            lambda c: 0,
            lambda c: c.terrain.side - 1,
            "tiles",
            f"{name} on the map",
            lambda c: c.terrain.side / 2,
            lambda c: float(c.terrain.side),
            number=column,
        )
        for name, column in (("row", 4), ("col", 5))
    ),
)
