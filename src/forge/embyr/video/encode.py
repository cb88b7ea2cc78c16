"""Pictures to a video file: MP4 for everywhere, WebP where a page or a readme shows it like an image."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import av
import numpy as np

from forge.support import durable
from forge.support.checks import ConfigError


class Format(NamedTuple):
    """How a kind of file is encoded: names are those of ffmpeg."""

    container: str
    codec: str
    pixels: str
    options: dict[str, str]
    of_container: dict[str, str]


#: x264's constant rate factor is that of a clean picture. Its fast routines for some processors read memory that nobody
#: has written where a picture is few blocks wide, and give other bytes in each run; those for all give the same.
_X264 = {"crf": "18", "preset": "medium", "x264-params": "cpu-independent=1"}

#: By the ending of the file's name. libwebp's quality is that of a clean picture.
FORMATS = {
    ".mp4": Format("mp4", "libx264", "yuv420p", _X264, {"movflags": "+faststart"}),
    ".webp": Format("webp", "libwebp_anim", "yuv420p", {"quality": "82", "compression_level": "4"}, {"loop": "0"}),
}
SMALLEST, LARGEST = 64, 4096


def check(path: Path, size: tuple[int, int], fps: int) -> None:
    """Whether a video can be written.

    Raises:
        ConfigError: if the file's name has another ending, or size or fps are out of range.
    """
    if path.suffix not in FORMATS:
        raise ConfigError(f"{path}: a video's name ends in {' or '.join(FORMATS)}")
    if not path.resolve().parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {path.resolve().parent}")
    if any(not SMALLEST <= length <= LARGEST or length % 2 for length in size):
        raise ConfigError(f"a picture of {size[0]}x{size[1]}: width and height must be even, {SMALLEST} to {LARGEST}")
    if not 1 <= fps <= 60:
        raise ConfigError(f"{fps} pictures a second is out of range; allowed are 1 to 60")


class Encoder:
    """A video file in the making; use as a context manager. The file appears when it is whole.

    Args:
        path: ends in .mp4 or .webp.
        size: width and height [px], even.
        fps: pictures a second.

    Raises:
        ConfigError: if one of these is not possible.
        StorageError: if it cannot be written, also at the end.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: int) -> None:
        check(path, size, fps)
        made = FORMATS[path.suffix]
        self.path, self.pictures = path, 0
        self._draft = durable.draft_of(path)
        with durable.explained(path):
            self._file = av.open(str(self._draft), "w", format=made.container, options=made.of_container)
        stream = self._file.add_stream(made.codec, rate=fps, options=made.options)
        assert isinstance(stream, av.VideoStream)
        self._stream = stream
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = made.pixels

    def add(self, picture: np.ndarray) -> None:
        """Adds the next picture, uint8 [height, width, 3]."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = self.pictures
        with durable.explained(self.path):
            self._file.mux(self._stream.encode(frame))
        self.pictures += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with durable.explained(self.path):
                if self.pictures:
                    self._file.mux(self._stream.encode(None))
                self._file.close()
                if kind is None:
                    durable.move(self._draft, self.path)
        finally:
            durable.discard(self._draft)
