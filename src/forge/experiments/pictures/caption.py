"""The line under a moving picture: the tick, and how many of each population are alive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from forge.experiments.pictures.palette import hex_colours

_BACK, _TEXT, _FAINT = "#16181d", "#f2f2f2", "#9aa0a8"


class Caption:
    """Draws captions of one width.

    Args:
        width: of the picture [pixels].
        height: of the caption [pixels].
        populations: number of populations, P. If there is no room for all of them, their sum stands alone.
    """

    def __init__(self, width: int, height: int, populations: int) -> None:
        self.width, self.height = width, height
        self._colours = hex_colours(populations)
        self._font = ImageFont.load_default(0.62 * height)
        self._dot = 0.26 * height
        self._start = self._length("tick 0,000,000 ") + height
        self._step = (width - self._start - self._length("0000 alive") - height / 2) / max(1, populations)
        self._roomy = self._step >= self._length("000") + 4 * self._dot

    def draw(self, tick: int, members: Sequence[int] | np.ndarray) -> np.ndarray:
        """One caption.

        Args:
            tick: shown at the left.
            members: agents alive of each population, [P].

        Returns:
            uint8 [height, width, 3], sRGB.
        """
        picture = Image.new("RGB", (self.width, self.height), _BACK)
        draw = ImageDraw.Draw(picture)
        self._write(draw, self.height / 2, f"tick {tick:,}", _FAINT, "lm")
        self._write(draw, self.width - self.height / 2, f"{sum(members):,} alive", _FAINT, "rm")
        if self._roomy:
            for place, (colour, count) in enumerate(zip(self._colours, members, strict=True)):
                x = self._start + place * self._step
                draw.circle((x + self._dot, self.height / 2), self._dot, colour, _TEXT)
                self._write(draw, x + 3 * self._dot, f"{count:,}", _TEXT, "lm")
        return np.array(picture)

    def _write(self, draw: ImageDraw.ImageDraw, x: float, text: str, colour: str, anchor: str) -> None:
        draw.text((x, self.height / 2), text, colour, self._font, anchor)

    def _length(self, text: str) -> float:
        return self._font.getlength(text)
