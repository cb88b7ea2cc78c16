"""Draws one world again and again: the land from above, everyone on it, and what they do to each other."""

from __future__ import annotations

import numpy as np
from PIL import Image

from forge.blade import EventKind, Material
from forge.blade.terrain.tiles import as_tiles
from forge.experiments.pictures.scenery import paint_ground
from forge.experiments.pictures.sprites import (
    BODY,
    HEALTH_STEPS,
    VARIANTS,
    agent_sprite,
    attack_sprite,
    death_sprite,
    tile_sprites,
)

_SCALES = (4, 64)
_GROWING = (int(Material.SCRUB), int(Material.FOREST))
# Offsets of agents that share a tile lie on a circle of this radius [tiles].
_CROWD = 0.26


class Painter:
    """Draws one world again and again; only tiles that have changed are drawn anew.

    The picture shows the playable square (the smallest that holds every tile but lava) and `margin` tiles around it.

    Args:
        materials: uint8 [side, side] of Material ids.
        scale: pixels a tile, 4 .. 64.
        margin: tiles shown around the playable square; the map's edge cuts it.
        health: points of a full health bar.

    Raises:
        ValueError: if the map or a number is not what it must be.
    """

    def __init__(self, materials: np.ndarray, scale: int = 8, margin: int = 1, health: int = 10) -> None:
        if not _SCALES[0] <= scale <= _SCALES[1]:
            raise ValueError(f"scale = {scale} is out of range; allowed are {_SCALES[0]} .. {_SCALES[1]} pixels a tile")
        if margin < 0 or health < 1:
            raise ValueError(f"margin = {margin} must not be negative, health = {health} must be positive")
        self.scale, self.health = scale, health
        self._side = as_tiles(materials).shape
        self.top, self.left, bottom, right = _crop(materials, margin)
        self.rows, self.cols = bottom - self.top, right - self.left
        self._cut = (slice(self.top, bottom), slice(self.left, right))
        self._paint_all(materials[self._cut])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture [pixels]."""
        return self.rows * self.scale, self.cols * self.scale

    def update(self, materials: np.ndarray) -> None:
        """Brings the land up to date.

        Args:
            materials: uint8, the map as it is now.

        Raises:
            ValueError: if it is of another size.
        """
        if as_tiles(materials).shape != self._side:
            raise ValueError(f"the map has shape {materials.shape}; this picture is of one of shape {self._side}")
        new = materials[self._cut]
        rows, cols = np.nonzero(new != self._materials)
        if not np.isin([new[rows, cols], self._materials[rows, cols]], _GROWING).all():
            self._paint_all(new)
            return
        self._materials[rows, cols] = new[rows, cols]
        for row, col in zip(rows.tolist(), cols.tolist(), strict=True):
            self._paint_tile(row, col)

    def draw(self, agents: np.ndarray, events: np.ndarray | None = None) -> np.ndarray:
        """Draws everyone on the land as it was last brought up to date.

        Args:
            agents: AGENT [N], empty slots included or not.
            events: EVENT [...] of this world's last tick: attacks that hurt and deaths are drawn. None means
                none.

        Returns:
            uint8 [h, w, 3], sRGB, in memory of its own.
        """
        picture = self._land.copy()
        living = agents[agents["alive"] > 0]
        if events is not None:
            self._draw_deaths(picture, events)
        self._draw_agents(picture, living)
        if events is not None:
            self._draw_attacks(picture, living, events)
        return np.array(picture)

    def land(self) -> np.ndarray:
        """The land alone: uint8 [h, w, 3], sRGB, in memory of its own."""
        return np.array(self._land)

    def _paint_all(self, materials: np.ndarray) -> None:
        self._materials = materials.copy()
        self._ground = Image.fromarray(paint_ground(materials, self.scale))
        self._land = self._ground.copy()
        for row, col in np.argwhere(np.isin(materials, list(tile_sprites(self.scale)))).tolist():
            self._paint_tile(row, col)

    def _paint_tile(self, row: int, col: int) -> None:
        x, y, scale = col * self.scale, row * self.scale, self.scale
        self._land.paste(self._ground.crop((x, y, x + scale, y + scale)), (x, y))
        sprite = tile_sprites(scale)[int(self._materials[row, col])][_variant(row + self.top, col + self.left)]
        self._land.paste(sprite, (x, y), sprite)

    def _paste(self, picture: Image.Image, sprite: Image.Image, row: float, col: float) -> None:
        """Puts a sprite with its upper left corner at a place on the map [tiles]."""
        place = (round((col - self.left) * self.scale), round((row - self.top) * self.scale))
        picture.paste(sprite, place, sprite)

    def _draw_agents(self, picture: Image.Image, living: np.ndarray) -> None:
        order = np.lexsort((living["id"], living["col"], living["row"]))
        sharing = _offsets(living["row"][order], living["col"][order])
        bars = np.ceil(living["health"] * (HEALTH_STEPS / self.health)).clip(0, HEALTH_STEPS).astype(int)
        looks = (living["population"], bars, living["freeze"] > 0, living["damage"] > 0, living["age"] == 0)
        columns = (column[order].tolist() for column in (living["row"], living["col"], *looks))
        edge = (BODY - 1) / 2
        for (down, right), row, col, *look in zip(sharing, *columns, strict=True):
            self._paste(picture, agent_sprite(self.scale, *look), row - edge + down, col - edge + right)

    def _draw_deaths(self, picture: Image.Image, events: np.ndarray) -> None:
        edge = (BODY - 1) / 2
        for event in events[events["kind"] == EventKind.DEATH]:
            sprite = death_sprite(self.scale, int(event["population"]))
            self._paste(picture, sprite, event["row"] - edge, event["col"] - edge)

    def _draw_attacks(self, picture: Image.Image, living: np.ndarray, events: np.ndarray) -> None:
        """From attacker to target, both where they are now or where they died; no attacks that hurt nobody."""
        dead = events[events["kind"] == EventKind.DEATH]
        places = _places(living, "id") | _places(dead, "agent")
        for event in events[(events["kind"] == EventKind.ATTACK) & (events["value"] > 0)]:
            start, end = (int(event["row"]), int(event["col"])), places.get(int(event["other"]))
            if end is None:
                continue
            down, right = end[0] - start[0], end[1] - start[1]
            sprite = attack_sprite(self.scale, int(event["detail"]), down, right)
            self._paste(picture, sprite, min(start[0], end[0]) - 0.5, min(start[1], end[1]) - 0.5)


def _crop(materials: np.ndarray, margin: int) -> tuple[int, int, int, int]:
    """First row and column of the picture, and those past its last."""
    rows, cols = (np.flatnonzero((materials != Material.LAVA).any(axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, *materials.shape
    low = np.maximum((rows[0] - margin, cols[0] - margin), 0)
    high = np.minimum((rows[-1] + 1 + margin, cols[-1] + 1 + margin), materials.shape)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _variant(row: int, col: int) -> int:
    """Which picture a tile gets: the same always, and no pattern to the eye."""
    mixed = (row * 0x9E3779B1 ^ col * 0x85EBCA77) & 0xFFFFFFFF
    mixed = ((mixed ^ mixed >> 15) * 0x2C1B3C6D & 0xFFFFFFFF) >> 8
    return mixed % VARIANTS


def _offsets(rows: np.ndarray, cols: np.ndarray) -> list[tuple[float, float]]:
    """How far each agent stands from the middle of its tile [tiles]; agents of one tile are neighbours in the list."""
    places = list(zip(rows.tolist(), cols.tolist(), strict=True))
    offsets: list[tuple[float, float]] = []
    start = 0
    while start < len(places):
        count = 1
        while start + count < len(places) and places[start + count] == places[start]:
            count += 1
        turns = [2 * np.pi * k / count for k in range(count)]
        offsets += (
            [(_CROWD * float(np.sin(t)), _CROWD * float(np.cos(t))) for t in turns] if count > 1 else [(0.0, 0.0)]
        )
        start += count
    return offsets


def _places(records: np.ndarray, key: str) -> dict[int, tuple[int, int]]:
    return {int(r[key]): (int(r["row"]), int(r["col"])) for r in records}
