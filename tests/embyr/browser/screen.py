"""The page as a person has it: eyes, a pointer and a keyboard. What it says of itself is on `window.__embyr`."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Frame, Page

from tests.patience import PATIENCE

SHOTS = Path(__file__).with_name("shots")

# Draws without smooth edges, now and then, and at once only where a picture is waited for: in software, each costs a
# quarter of a second.
# Keeps the last state that the server told, and everything that the page says to it.
_PREPARED = """
const refresh = requestAnimationFrame.bind(window);
const waiting = new Map();
const drawNow = () => [...waiting.keys()].forEach((timer) => { clearTimeout(timer); waiting.get(timer)(); });
window.requestAnimationFrame = (draw) => {
  const go = () => { waiting.delete(timer); refresh(draw); };
  const timer = setTimeout(go, __line.hurry ? 0 : 500);
  waiting.set(timer, go);
  return timer;
};
window.__line = { state: {}, said: [], hurry: false, hurried: (on) => { __line.hurry = on; drawNow(); } };
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return getContext.call(this, kind, { ...options, antialias: false });
};
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      const message = typeof data === "string" ? JSON.parse(data) : {};
      if (message.type === "state") __line.state = message;
    });
  }
  send(data) {
    __line.said.push({ ...JSON.parse(data), at: __embyr?.ticks });
    super.send(data);
  }
};
"""
# For tests of panels: all goes its way, but the picture stays empty.
_UNDRAWN = """
for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"])
  WebGL2RenderingContext.prototype[name] = () => {};
"""
# The state may be told while a tick is on its way, which the next state, within a second, then tells of.
_RESTED = """async () => {
  const awhile = () => new Promise((done) => setTimeout(done, 100));
  for (let taken = -1, calm = 0; calm < 6; calm++, await awhile()) {
    const { state } = __line;
    if (taken !== __embyr.ticks || !state.paused || state.tick !== __embyr.tick || __embyr.alpha() < 1) calm = 0;
    taken = __embyr.ticks;
  }
}"""
_SHOWN = """async (drawing) => {
  __line.hurried(true);
  const refreshed = () => new Promise(requestAnimationFrame);
  for (const from = __embyr.frames; drawing && __embyr.frames < from + 2; ) await refreshed();
  await refreshed();
  await refreshed();
  __line.hurried(false);
}"""
_AGENTS = """() => {
  const { agents, count } = __embyr.world().frame;
  const names = ["id", "row", "col", "population", "health", "food", "water", "age", "move", "freeze"];
  return Array.from({ length: count }, (_, i) => Object.fromEntries(names.map((name) => [name, agents[name][i]])));
}"""


class Screen:
    """A page of a viewer.

    Args:
        page: of the browser.
        name: of the test that looks at it.
        drawn: whether the world is; in software that costs most of a test.
    """

    def __init__(self, page: Page, name: str, drawn: bool = True) -> None:
        self.page, self.name = page, name
        self.errors: list[str] = []
        self.held = False
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.add_init_script(_PREPARED if drawn else _PREPARED + _UNDRAWN)

    def open(self, port: int, query: str = "") -> None:
        """Opens the page and waits for the first picture."""
        self.page.goto(f"http://localhost:{port}/?quality=low&{query}")
        self.until("window.__embyr?.ready")
        self.held = False

    def hold(self) -> None:
        """Draws one late picture, in which forests have grown, and has the page stand still."""
        self.ask("__embyr.hold(1, 1000)")
        self.held = True

    def ask(self, script: str, argument: Any = None, frame: Frame | None = None) -> Any:
        """The value of an expression, or of a function of one argument, in the page or in a frame of it."""
        return (frame or self.page).evaluate(script, argument)

    def until(self, script: str, argument: Any = None, frame: Frame | None = None) -> Any:
        """Waits until an expression is true; returns its value. The page forbids what Playwright has for this."""
        end = time.monotonic() + PATIENCE
        while not (value := self.ask(script, argument, frame)):
            assert time.monotonic() < end, f"at tick {self.tick} this did not come true: {script} ({argument})"
            self.page.wait_for_timeout(20)
        return value

    def press(self, *keys: str) -> None:
        """Presses keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        """What an element says."""
        return self.page.locator(selector).inner_text()

    def shows(self, selector: str) -> bool:
        """Whether an element is seen."""
        return self.page.locator(selector).is_visible()

    @property
    def tick(self) -> int:
        """Of the newest frame."""
        return int(self.ask("__embyr.world().frame.tick"))

    def agents(self) -> list[dict[str, int]]:
        """Everyone alive in the newest frame."""
        return list(self.ask(_AGENTS))

    def pause(self) -> None:
        """Has the world stand still, with nothing on its way."""
        if self.page.locator("#play").get_attribute("aria-pressed") != "true":
            self.press("Space")
        self.until("document.querySelector('#play').getAttribute('aria-pressed') === 'true'")
        self.rest()

    def rest(self) -> None:
        """Waits until nothing is on its way, and what happened in the last tick has been seen."""
        self.ask(_RESTED)

    def go_on(self) -> None:
        """Lets the world live again."""
        if self.page.locator("#play").get_attribute("aria-pressed") == "true":
            self.press("Space")
        self.until("document.querySelector('#play').getAttribute('aria-pressed') === 'false'")

    def picture(self, what: str) -> np.ndarray:
        """The page as it is seen, uint8 [height, width, 3]; it is kept in a folder beside the tests.

        What was waited for is known to the page before it is drawn, so two more pictures are drawn first; after as many
        refreshes of the screen, they are on it.
        """
        SHOTS.mkdir(exist_ok=True)
        self.ask(_SHOWN, not self.held)
        data = self.page.screenshot()
        (SHOTS / f"{self.name}-{what}.png").write_bytes(data)
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def until_seen(self, what: str, true: Callable[[np.ndarray], bool]) -> np.ndarray:
        """Takes pictures until one shows what it must; returns it."""
        end = time.monotonic() + PATIENCE
        while not true(picture := self.picture(what)):
            assert time.monotonic() < end, f"the page never showed {what}"
        return picture

    def free(self, x: float, y: float) -> bool:
        """Whether a point of the picture lies under no panel."""
        return bool(self.ask("([x, y]) => document.elementFromPoint(x, y)?.id === 'scene'", [x, y]))


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """The share of the pixels of two pictures that differ visibly."""
    return float((np.abs(before.astype(int) - after.astype(int)).max(axis=-1) > 24).mean())
