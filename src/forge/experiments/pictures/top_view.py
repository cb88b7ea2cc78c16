"""A world from straight above, drawn without a browser: tiles, and upon them agents, creatures, attacks and deaths."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from forge.blade import EventKind, Material, Style
from forge.blade.game.game import GAME
from forge.blade.mechanics.events import NOBODY
from forge.blade.schema.schema import Schema
from forge.blade.terrain.tiles import as_tiles
from forge.experiments.pictures.marks import attack, body, cross
from forge.experiments.pictures.palette import colours, creature_colours, ground_colours
from forge.support.durable import write_atomic
from forge.support.paths import path_of

_SCALES = (1, 64)
_CROWD = 0.26  # agents that share a tile stand on a circle of this radius [tiles]

_DARK, _WHITE = (22, 24, 29), (255, 255, 255)
_ATTACKS = {Style.MELEE: (255, 246, 232), Style.RANGE: (255, 209, 77), Style.MAGE: (214, 150, 255)}

# Light falls from the upper left: a tile is lit where it rises above its neighbours there, and shaded behind them.
_HEIGHTS: dict[int, int] = {Material.WATER: 0, Material.LAVA: 60, Material.STONE: 255, Material.OREROCK: 255}
_LOWLAND = 110  # all else of ours and what can be entered, so that harvesting changes the colour of a tile alone
_BLUR, _LIGHT = 0.22, 0.42
_GRAIN = 0.025  # by so much tiles of one material differ in brightness


class TopView:
    """Draws one world again and again.

    The picture shows the playable square (the smallest that holds every tile but lava) and `margin` tiles around it.

    Args:
        materials: uint8 [side, side] of materials.
        scale: pixels a tile, 1 .. 64.
        margin: tiles shown around the playable square; the map's edge cuts it.
        schema: of the world, which says what materials there are, and how they look.

    Attributes:
        shown: the rows and the columns of the map that the picture shows, as slices.

    Raises:
        ValueError: if the map or a number is not what it must be.
    """

    def __init__(self, materials: np.ndarray, scale: int = 8, margin: int = 1, schema: Schema = GAME) -> None:
        if not _SCALES[0] <= scale <= _SCALES[1]:
            raise ValueError(f"scale = {scale} is out of range; allowed are {_SCALES[0]} .. {_SCALES[1]} pixels a tile")
        if margin < 0:
            raise ValueError(f"margin = {margin} must not be negative")
        self.scale = scale
        self._schema, self._ground, self._heights = schema, ground_colours(schema), _heights(schema)
        self._creatures = creature_colours(schema)
        self._materials = as_tiles(materials, schema).copy()
        self.shown = _crop(materials, margin)
        self._paint()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture [pixels]."""
        return self._land.height, self._land.width

    def update(self, materials: np.ndarray) -> None:
        """Brings the land up to date.

        Args:
            materials: uint8, the map as it is now.

        Raises:
            ValueError: if it is of another size.
        """
        if as_tiles(materials, self._schema).shape != self._materials.shape:
            raise ValueError(
                f"the map has shape {materials.shape}; this picture is of one of shape {self._materials.shape}"
            )
        if not np.array_equal(materials, self._materials):
            self._materials = materials.copy()
            self._paint()

    def land(self) -> np.ndarray:
        """The land alone: uint8 [h, w, 3], sRGB, in memory of its own."""
        return np.array(self._land)

    def draw(self, agents: np.ndarray, events: np.ndarray | None = None) -> np.ndarray:
        """Draws everyone on the land as it was last brought up to date.

        Args:
            agents: AGENT [N], or the records of all bodies, empty slots included or not.
            events: EVENT [...] of this world's last tick: attacks that hurt and deaths are drawn. None means
                none.

        Returns:
            uint8 [h, w, 3], sRGB, in memory of its own.
        """
        picture = self._land.copy()
        living, creatures = agents[agents["alive"] > 0], agents[agents["population"] == NOBODY]
        if events is not None:
            self._draw_deaths(picture, events)
            self._draw_attacks(picture, np.concatenate([living, creatures]), events)
        self._draw_creatures(picture, creatures)
        self._draw_agents(picture, living)
        return np.array(picture)

    def _paint(self) -> None:
        materials, scale = self._materials[self.shown], self.scale
        grain = 1 + _GRAIN * (2 * np.random.default_rng(0).random(self._materials.shape, np.float32)[self.shown] - 1)
        flat = self._ground[materials] * grain[..., None]
        picture = flat.repeat(scale, 0).repeat(scale, 1) * _light(self._heights[materials], scale)[..., None]
        self._land = Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8))

    def _draw_deaths(self, picture: Image.Image, events: np.ndarray) -> None:
        dead = events[events["kind"] == EventKind.DEATH]
        core, halo = (cross(self.scale, wide) for wide in (False, True))
        for row, col, colour in zip(dead["row"], dead["col"], _colours_of(dead), strict=True):
            self._stamp(picture, halo, _WHITE, row, col)
            self._stamp(picture, core, colour, row, col)

    def _draw_attacks(self, picture: Image.Image, living: np.ndarray, events: np.ndarray) -> None:
        """From attacker to target, both where they are now or where they died; no attacks that hurt nobody."""
        places = _places(living, "id") | _places(events[events["kind"] == EventKind.DEATH], "agent")
        for event in events[(events["kind"] == EventKind.ATTACK) & (events["value"] > 0)]:
            row, col = int(event["row"]), int(event["col"])
            if (target := places.get(int(event["other"]))) is None:
                continue
            middle = (row + target[0]) / 2, (col + target[1]) / 2
            for wide, colour in ((True, _DARK), (False, _ATTACKS[Style(int(event["detail"]))])):
                self._stamp(picture, attack(self.scale, target[0] - row, target[1] - col, wide), colour, *middle)

    def _draw_creatures(self, picture: Image.Image, creatures: np.ndarray) -> None:
        """Creatures are smaller than agents, and stand below them."""
        disc, rim = (body(self.scale, wide, small=True) for wide in (False, True))
        named = "creature" in (creatures.dtype.names or ())
        kinds = creatures["creature"] if named else np.zeros(len(creatures), np.int64)
        for row, col, kind in zip(creatures["row"].tolist(), creatures["col"].tolist(), kinds.tolist(), strict=True):
            self._stamp(picture, rim, _DARK, row, col)
            self._stamp(picture, disc, tuple(self._creatures[kind].tolist()), row, col)

    def _draw_agents(self, picture: Image.Image, living: np.ndarray) -> None:
        everyone = living[np.lexsort((living["id"], living["col"], living["row"]))]
        disc, rim = (body(self.scale, wide) for wide in (False, True))
        down, right = _sharing(everyone)
        rows, cols = everyone["row"] + down, everyone["col"] + right
        for row, col, colour in zip(rows.tolist(), cols.tolist(), _colours_of(everyone), strict=True):
            self._stamp(picture, rim, _DARK, row, col)
            self._stamp(picture, disc, colour, row, col)

    def _stamp(self, picture: Image.Image, mask: Image.Image, colour: tuple[int, ...], row: float, col: float) -> None:
        """Lays a colour on the picture through a mask, whose middle comes to the middle of a tile of the map."""
        down, right = row + 0.5 - self.shown[0].start, col + 0.5 - self.shown[1].start
        top, left = down * self.scale - mask.height / 2, right * self.scale - mask.width / 2
        picture.paste(colour, (round(left), round(top)), mask)


def save_picture(
    path: str | os.PathLike[str],
    materials: np.ndarray,
    agents: np.ndarray,
    events: np.ndarray | None = None,
    scale: int = 12,
    margin: int = 1,
    schema: Schema = GAME,
) -> Path:
    """Draws one world into a file, which is there whole or not at all.

    Args:
        path: of the file; the format is what its name ends in, such as .png or .webp.
        materials: uint8 [side, side] of materials, such as `World.materials()[w]`.
        agents: AGENT [N], such as `World.observe().agents[w]`.
        events: EVENT [...] of this world's last tick, such as `World.events()` of a single world. None means none.
        scale: pixels a tile, 1 .. 64.
        margin: tiles shown around the playable square.
        schema: of the world, such as `World.config.schema`.

    Returns:
        The path.

    Raises:
        ValueError: if the format is unknown, or as `TopView` does.
        StorageError: if the file cannot be written.
    """
    target, encoded = path_of(path), io.BytesIO()
    kind = Image.registered_extensions().get(target.suffix.lower())
    if kind not in Image.SAVE:
        raise ValueError(f"{target}: no picture can be written in a format {target.suffix!r}; .png and .webp are two")
    Image.fromarray(TopView(materials, scale, margin, schema).draw(agents, events)).save(encoded, kind)
    write_atomic(target, encoded.getvalue())
    return target


def _crop(materials: np.ndarray, margin: int) -> tuple[slice, slice]:
    """Rows and columns of the picture."""
    rows, cols = (np.flatnonzero((materials != Material.LAVA).any(axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, materials.shape[0]), slice(0, materials.shape[1])
    spans = zip((rows, cols), materials.shape, strict=True)
    top, left = (slice(max(0, int(at[0]) - margin), min(side, int(at[-1]) + 1 + margin)) for at, side in spans)
    return top, left


def _heights(schema: Schema) -> np.ndarray:
    """By material, how high the ground lies: uint8. What is not ours is raised by its height where it is in the way."""
    heights = [_HEIGHTS.get(number, _LOWLAND) for number in range(len(schema.materials))]
    for number in range(len(Material), len(heights)):
        tile = schema.materials[number]
        heights[number] += 0 if tile.enterable else round((255 - _LOWLAND) * min(max(tile.height, 0.0), 1.0))
    return np.array(heights, np.uint8)


def _light(heights: np.ndarray, scale: int) -> np.ndarray:
    """By how much each pixel is brighter than its tile's own colour, by the heights of tiles: float32 [h, w]."""
    reach = max(1, round(_BLUR * scale))
    fine = np.pad(heights, 1, "edge").repeat(scale, 0).repeat(scale, 1)
    soft = np.asarray(Image.fromarray(fine).filter(ImageFilter.GaussianBlur(_BLUR * scale)), np.float32) / 255
    rows, cols = (slice(scale, side - scale) for side in soft.shape)
    before, behind = (np.roll(soft, (step, step), (0, 1))[rows, cols] for step in (reach, -reach))
    return 1 + _LIGHT * np.clip(behind - before, -0.6, 0.35)


def _sharing(everyone: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far down and right of the middle of its tile each agent stands [tiles]; they are sorted by their tiles."""
    tiles = everyone["row"].astype(np.int64) << 32 | everyone["col"]
    _, first, group, counts = np.unique(tiles, return_index=True, return_inverse=True, return_counts=True)
    turn = 2 * np.pi * (np.arange(len(tiles)) - first[group]) / counts[group]
    radius = np.where(counts[group] > 1, _CROWD, 0.0)
    return radius * np.sin(turn), radius * np.cos(turn)


def _colours_of(records: np.ndarray) -> list[tuple[int, ...]]:
    """The colour of each record's population."""
    palette = colours(int(records["population"].max(initial=0)) + 1).tolist()
    return [tuple(palette[population]) for population in records["population"].tolist()]


def _places(records: np.ndarray, key: str) -> dict[int, tuple[int, int]]:
    return {int(record[key]): (int(record["row"]), int(record["col"])) for record in records}
