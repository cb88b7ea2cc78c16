"""A Chromium without a window, for what needs the page drawn: video, measurements and tests."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from forge.support.checks import ConfigError

if TYPE_CHECKING:  # it comes with the extra `video`
    from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge")
HELP = """\
The viewer's page has to be drawn by a Chromium, and none was found. Install one:
  Debian, Ubuntu:  sudo apt-get install chromium
  Fedora:          sudo dnf install chromium
  macOS:           brew install --cask chromium
or name one that is elsewhere in the environment variable CHROMIUM.
"""
_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: WebGL 2 in software, the same on every machine, and nothing that asks the network.
_FLAGS = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)


def find() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, else one on PATH, else a Mac's application."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    found = (shutil.which(name) for name in (*NAMES, *_MAC))
    return next((path for path in found if path), None)


@contextlib.contextmanager
def launch() -> Iterator[Browser]:
    """A browser that draws in software, until the end of the block.

    Raises:
        ConfigError: if there is no Chromium, or it does not start.
        ModuleNotFoundError: without the package `playwright`.
    """
    from playwright.sync_api import Error, sync_playwright

    path = find()
    if path is None:
        named = os.environ.get("CHROMIUM")
        raise ConfigError(f"CHROMIUM={named} is no program\n{HELP}" if named else HELP)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        except Error as error:
            raise ConfigError(f"{path} does not start: {error.message}") from error
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Browser, size: tuple[int, int], calm: bool = False) -> BrowserContext:
    """A window with a memory of its own.

    Args:
        browser: to open it in.
        size: width and height [px].
        calm: whether it asks pages to move nothing but what is asked for, so that the camera jumps where it would fly.
    """
    width, height = size
    return browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        reduced_motion="reduce" if calm else "no-preference",
        color_scheme="dark",
    )
