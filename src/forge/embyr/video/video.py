"""A video of a world: the viewer's own page, drawn picture by picture in a browser without a window."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from PIL import Image

from forge.blade.recording.frame import Frame
from forge.embyr.server.pages import MISSING
from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.source import Source
from forge.embyr.video import chromium
from forge.embyr.video.encode import Encoder, check
from forge.embyr.viewer import Viewer
from forge.support.checks import ConfigError

if TYPE_CHECKING:  # it comes with the extra `video`
    from playwright.sync_api import Page

_PATIENCE = 120  # seconds until a picture that should have come is missed

#: Waits for a frame and says that it has come, so that none is left out: what is shown may depend on each of them.
_TAKE = """async ([tick, patience]) => {
  const embyr = window.__embyr, end = performance.now() + patience;
  while (embyr.world().frame?.tick !== tick) {
    if (performance.now() > end) throw new Error("the page waits in vain for tick " + tick);
    await new Promise((done) => setTimeout(done, 2));
  }
  embyr.pass();
}"""

#: Draws one moment, with the overlay of that tick if there is one. The camera turns by an angle [rad].
_PICTURE = """async ([tick, alpha, seconds, turn, overlay, patience]) => {
  const embyr = window.__embyr, end = performance.now() + patience;
  while (overlay && embyr.overlayTick() !== tick) {
    if (performance.now() > end) throw new Error("the page waits in vain for the overlay of tick " + tick);
    await new Promise((done) => setTimeout(done, 2));
  }
  if (turn) embyr.scene.turn(turn);
  embyr.hold(alpha, seconds);
  return embyr.photograph();
}"""


@dataclass(frozen=True)
class Shot:
    """What a video shows.

    Attributes:
        size: width and height [px].
        fps: pictures a second.
        seconds: that it lasts; it is shorter if the frames come to an end.
        ticks_a_second: of the world.
        turn: how far the camera goes around the world [rad/s].
        page: parameters of the page's address: `theme`, `overlay`, `population`, `agent`, `follow`, `director`,
            `quality`.
    """

    size: tuple[int, int] = (1280, 720)
    fps: int = 30
    seconds: float = 20.0
    ticks_a_second: float = 1 / 0.6
    turn: float = 0.0
    page: tuple[tuple[str, str], ...] = ()

    @property
    def pictures(self) -> int:
        """How many there are at most."""
        return max(1, round(self.seconds * self.fps))

    def moments(self) -> Iterator[tuple[int, float, float]]:
        """For each picture the ticks that have passed, how much of the next one, 0 .. 1, and the seconds."""
        for number in range(self.pictures):
            seconds = number / self.fps
            ticks = seconds * self.ticks_a_second
            yield int(ticks), ticks % 1, seconds


def film(
    frames: Iterable[Frame], source: Source, shot: Shot, path: Path, extensions: Sequence[Extension] = ()
) -> Iterator[int]:
    """Draws frames of a world and writes them to a video; yields the number of pictures after each.

    Args:
        frames: of successive ticks, the first a key frame; each is taken when its tick begins to be seen.
        source: what they show.
        shot: how.
        path: of the file, which ends in .mp4 or .webp.
        extensions: of the viewer, for overlays.

    Raises:
        ConfigError: if the file, the size or the fps are not possible, or there is no browser or no page to draw.
    """
    check(path, shot.size, shot.fps)
    waiting = iter(frames)
    with Viewer(source, port=0, extensions=extensions) as viewer, _screen(viewer, shot) as page:
        frame = next(waiting)
        viewer.put(frame)
        _look_at(page)
        _take(page, frame)
        _picture(page, frame, 1.0, 0.0, shot)
        with Encoder(path, shot.size, shot.fps) as encoder:
            shown = 0
            for ticks, alpha, seconds in shot.moments():
                while shown <= ticks:  # a picture shows the way from one frame to the next
                    following = next(waiting, None)
                    if following is None:
                        return
                    frame, shown = following, shown + 1
                    _show(viewer, page, frame)
                encoder.add(_picture(page, frame, alpha, seconds, shot))
                yield encoder.pictures


@contextlib.contextmanager
def _screen(viewer: Viewer, shot: Shot) -> Iterator[Page]:
    """The page of a viewer, without panels, in a browser without a window."""
    if not viewer.built:
        raise ConfigError(MISSING)
    asked = {"headless": "1", "still": "1", "quality": "high", **dict(shot.page)}
    with chromium.launch() as browser, chromium.window(browser, shot.size, calm=True) as context:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE * 1000)
        page.goto(f"{viewer.address}{'&' if '?' in viewer.address else '?'}{urlencode(asked)}")
        yield page


def _look_at(page: Page) -> None:
    """Looks whether the page can draw.

    Raises:
        ConfigError: if it cannot.
    """
    if not page.evaluate("window.__embyr !== undefined"):
        raise ConfigError("the page draws nothing: does this Chromium have WebGL 2?")


def _show(viewer: Viewer, page: Page, frame: Frame) -> None:
    """Hands the page the next frame, and waits until it has it."""
    viewer.put(frame)
    _take(page, frame)


def _take(page: Page, frame: Frame) -> None:
    page.evaluate(_TAKE, [int(frame.tick), 1000 * _PATIENCE])


def _picture(page: Page, frame: Frame, alpha: float, seconds: float, shot: Shot) -> np.ndarray:
    """One picture, uint8 [height, width, 3]."""
    turn = shot.turn / shot.fps if seconds > 0 else 0.0
    overlay = "overlay" in dict(shot.page)
    moment: list[Any] = [int(frame.tick), alpha, seconds, turn, overlay, 1000 * _PATIENCE]
    data: str = page.evaluate(_PICTURE, moment)
    png = base64.b64decode(data.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
