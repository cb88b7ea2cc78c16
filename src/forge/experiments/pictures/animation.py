"""Moving pictures: frame after frame into one file that every browser plays."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from forge.blade import World
from forge.experiments.evaluation.evaluate import Policy
from forge.experiments.pictures.caption import Caption
from forge.experiments.pictures.top_view import TopView
from forge.support.durable import write_atomic
from forge.support.paths import path_of

# WebP: one whole frame at the start, and then what changes. GIF: one palette for all frames.
_FORMATS: dict[str, dict[str, Any]] = {
    ".webp": {"format": "WEBP", "quality": 70, "method": 2, "kmin": 0, "kmax": 0},
    ".gif": {"format": "GIF", "disposal": 1, "optimize": False},
}


class Animation:
    """Writes an animated picture. Use it in a `with` block and `add` every frame; the file appears, whole, at its end.

    Frames wait in a temporary file, so that memory does not grow with their number. After an error in the block nothing
    is written.

    Args:
        path: of the file, which ends in .webp, or in .gif for viewers that know nothing better; that is several times
            as large.
        milliseconds: for which each frame is shown.

    Raises:
        ValueError: if the path ends in anything else, or the time is not positive.
    """

    def __init__(self, path: str | os.PathLike[str], milliseconds: int = 120) -> None:
        self.path, self.milliseconds, self.frames = path_of(path), milliseconds, 0
        if self.path.suffix not in _FORMATS:
            raise ValueError(f"{self.path} must end in {' or '.join(_FORMATS)}")
        if milliseconds < 1:
            raise ValueError(f"milliseconds = {milliseconds} must be positive")
        self._shape: tuple[int, ...] = ()

    def __enter__(self) -> Self:
        self._film = tempfile.TemporaryFile()
        self._writer = AppendingTiffWriter(self._film, True)
        return self

    def add(self, picture: np.ndarray) -> None:
        """Adds a frame.

        Args:
            picture: uint8 [h, w, 3], of the same size each time.

        Raises:
            ValueError: if it is no picture or of another size than the first.
        """
        if self.frames == 0:
            self._shape = _check(picture).shape
        if _check(picture).shape != self._shape:
            raise ValueError(f"the frames of an animation have one size: {self._shape} first, and now {picture.shape}")
        self._reduced(Image.fromarray(picture)).save(self._writer, format="TIFF")
        self._writer.newFrame()
        self.frames += 1

    def _reduced(self, image: Image.Image) -> Image.Image:
        """For GIF, in the 256 colours of the first frame that differ most, so that what stands still stays the same."""
        if self.path.suffix != ".gif":
            return image
        if self.frames == 0:
            self._palette = image.quantize(256, Image.Quantize.MAXCOVERAGE)
        return image.quantize(palette=self._palette, dither=Image.Dither.NONE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._film:
            if error is None:
                self._write()

    def _write(self) -> None:
        if self.frames == 0:
            raise ValueError(f"an animation needs at least one frame; {self.path} has none")
        self._film.seek(0)
        encoded = io.BytesIO()
        with Image.open(self._film) as film:
            film.save(encoded, save_all=True, duration=self.milliseconds, loop=0, **_FORMATS[self.path.suffix])
        write_atomic(self.path, encoded.getvalue())


def _check(picture: Any) -> np.ndarray:
    """The picture, if it is one: uint8 [h, w, 3]."""
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        shown = (
            f"{picture.dtype} of shape {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        )
        raise ValueError(f"a picture is uint8 of shape [h, w, 3], not {shown}")
    return picture


def record_last(
    world: World,
    policy: Policy,
    ticks: int,
    path: str | os.PathLike[str],
    w: int = 0,
    scale: int = 8,
    milliseconds: int = 120,
) -> Path:
    """Plays on and films one of the worlds, with a caption of the tick and of how many are alive.

    Args:
        world: a batch of worlds that records events; it is `ticks` further afterwards.
        policy: decides for all of them.
        ticks: to play; the film has as many frames.
        path: of the film, as `Animation` takes it.
        w: index of the world to film.
        scale: pixels a tile.
        milliseconds: for which each tick is shown.

    Returns:
        The path.

    Raises:
        ConfigError: if the batch does not record events.
        IndexError: if it has no world `w`.
        ValueError: if ticks is not positive, or as `Animation` and `TopView` do.
    """
    if not 0 <= w < world.count:
        raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {world.count - 1}")
    if ticks < 1:
        raise ValueError(f"ticks = {ticks} must be positive")
    world.events()  # says so at once if they are not recorded
    view = TopView(world.materials()[w], scale, schema=world.config.schema)
    caption = Caption(view.size[1], max(18, 2 * scale), world.config.populations)
    observation = world.observe()
    with Animation(path, milliseconds) as animation:
        for _ in range(ticks):
            observation, _, _, info = world.step(policy.act(observation))
            events = world.events()
            view.update(world.materials()[w])
            picture = view.draw(observation.agents[w], events[events["world"] == w])
            animation.add(np.concatenate([picture, caption.draw(int(info["tick"][w]), info["members"][w].tolist())]))
    return animation.path
