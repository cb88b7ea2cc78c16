"""The Chromium that tests drive: finds it, or installs Debian's package where that is possible, or says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HELP = """\
The viewer's tests drive a Chromium, and none was found. Install one:
  Debian, Ubuntu:  sudo apt-get install chromium
  Fedora:          sudo dnf install chromium
  macOS:           brew install --cask chromium
or name one that is elsewhere: CHROMIUM=/path/to/chromium make test
"""
_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, else one on PATH, else a Mac's application."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    found = (shutil.which(name) for name in (*NAMES, *_MAC))
    return next((path for path in found if path), None)


def install() -> None:
    """Installs Debian's package, if this user may."""
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    if apt is None or not (os.geteuid() == 0 or sudo):
        return
    prefix = [] if os.geteuid() == 0 else [str(sudo), "-n"]
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "check": False}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run([*prefix, apt, "--quiet", *arguments], **quiet)


def main() -> int:
    """Finds or installs it; the exit status says whether there is one."""
    if find() is None and not os.environ.get("CHROMIUM"):
        install()
    if find() is None:
        sys.stderr.write(HELP)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
