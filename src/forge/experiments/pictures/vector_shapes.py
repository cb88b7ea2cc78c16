"""A small vector brush: smooth shapes in tile units, drawn into a sprite with soft edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from PIL import Image

_FINE = 2  # samples a pixel and axis

Colour = Sequence[float] | np.ndarray


class Brush:
    """Draws shape over shape, each over the ones before it.

    Places and lengths are in tiles: rows go down and columns right from the upper left corner of the sprite.

    Args:
        rows, cols: size of the sprite [tiles].
        scale: pixels a tile.
    """

    def __init__(self, rows: float, cols: float, scale: int) -> None:
        self.scale = scale
        self.height, self.width = round(rows * scale), round(cols * scale)
        step = 1 / (scale * _FINE)
        self._row = ((np.arange(self.height * _FINE) + 0.5) * step)[:, None]
        self._col = ((np.arange(self.width * _FINE) + 0.5) * step)[None]
        self._soft = step  # edges fade over one sample
        self._paint = np.zeros((self.height * _FINE, self.width * _FINE, 4))  # colour times alpha, alpha

    def disc(self, row: float, col: float, radius: float, colour: Colour, alpha: float = 1, soft: float = 0) -> Self:
        """A disc; `soft` is the width over which its edge fades."""
        return self._fill(np.hypot(self._row - row, self._col - col) - radius, colour, alpha, soft)

    def ring(
        self, row: float, col: float, radius: float, width: float, colour: Colour, alpha: float = 1, soft: float = 0
    ) -> Self:
        """A circle line of a width."""
        return self._fill(np.abs(np.hypot(self._row - row, self._col - col) - radius) - width / 2, colour, alpha, soft)

    def box(self, top: float, left: float, bottom: float, right: float, colour: Colour, alpha: float = 1) -> Self:
        """A rectangle."""
        outside = np.maximum(
            np.maximum(top - self._row, self._row - bottom), np.maximum(left - self._col, self._col - right)
        )
        return self._fill(outside, colour, alpha, 0)

    def stroke(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        width: float,
        colour: Colour,
        alpha: float = 1,
        soft: float = 0,
    ) -> Self:
        """A straight line with round ends from one (row, col) to another."""
        (row, col), (down, right) = start, (end[0] - start[0], end[1] - start[1])
        length = down * down + right * right
        along = ((self._row - row) * down + (self._col - col) * right) / (length or 1)
        along = np.clip(along, 0, 1)
        return self._fill(
            np.hypot(self._row - row - along * down, self._col - col - along * right) - width / 2, colour, alpha, soft
        )

    def _fill(self, outside: np.ndarray, colour: Colour, alpha: float, soft: float) -> Self:
        """Fills where the distance to the shape is negative."""
        cover = alpha * (np.clip(-outside / soft, 0, 1) if soft > 0 else np.clip(0.5 - outside / self._soft, 0, 1))
        layer = np.concatenate([cover[..., None] * np.asarray(colour, float), cover[..., None]], -1)
        self._paint = layer + self._paint * (1 - cover[..., None])
        return self

    def image(self) -> Image.Image:
        """The sprite: an RGBA picture of rows · scale by cols · scale pixels."""
        cells = self._paint.reshape(self.height, _FINE, self.width, _FINE, 4).mean((1, 3))
        alpha = cells[..., 3:]
        colour = np.divide(cells[..., :3], alpha, out=np.zeros_like(cells[..., :3]), where=alpha > 0)
        pixels = np.concatenate([colour, 255 * alpha], -1)
        return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8), "RGBA")
