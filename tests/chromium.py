"""The Chromium that tests drive: finds it, or installs Debian's package where that is possible, or says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from forge.embyr.video.chromium import HELP, find


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
