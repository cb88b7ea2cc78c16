"""Boxes of a page: whether everything that can be pressed can be reached, lies free, and is large enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.embyr.browser.screen import Screen

AXE = Path(__file__).parents[3] / "client" / "node_modules" / "axe-core" / "axe.min.js"

_BOXES = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
_FINDINGS = """axe.run(document, { resultTypes: ["violations"], iframes: false }).then(({ violations }) =>
  violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`)}`))"""


class Layout:
    """The boxes of a page.

    Args:
        screen: the page.
    """

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._line = screen.page.context.new_cdp_session(screen.page)
        self._axe_is_there = False

    def resize(self, width: int, height: int) -> None:
        """Gives the window another size, and waits until the page has taken it on."""
        self.screen.page.set_viewport_size({"width": width, "height": height})
        shape = "low" if height <= 500 else "tall" if width <= 820 else "wide"
        self.screen.until("shape => document.documentElement.dataset.shape === shape", shape)

    def themed(self, theme: str) -> None:
        """Gives the page a theme, "light" or "dark"."""
        if self.screen.ask("document.documentElement.dataset.theme") != theme:
            self.screen.press("i")

    def touched(self, by_fingers: bool) -> None:
        """Whether the window is used with fingers."""
        self._line.send("Emulation.setTouchEmulationEnabled", {"enabled": by_fingers})
        self.screen.until("coarse => matchMedia('(pointer: coarse)').matches === coarse", by_fingers)

    def wrong(self, touch: bool) -> list[str]:
        """What is wrong with the boxes, in words."""
        return list(self.screen.ask(_BOXES, touch))

    def findings(self) -> list[str]:
        """What axe finds against the accessibility of the page as it is, which has not been loaded anew meanwhile."""
        if not self._axe_is_there:
            self._evaluate(AXE.read_text(encoding="utf-8"))
            self._axe_is_there = True
        return list(self._evaluate(_FINDINGS))

    def _evaluate(self, script: str) -> Any:
        told = self._line.send("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")
