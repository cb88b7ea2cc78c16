"""The release that wrote a file: a later one may mean by it what this one does not know."""

from __future__ import annotations

import re
from typing import Any

from forge.support.about import VERSION
from forge.support.checks import ConfigError, shown


def current() -> str:
    """This release, such as 2.0.0."""
    return VERSION


def check(given: Any) -> None:
    """Refuses what a later release wrote; patch releases (the third number) agree with one another.

    Raises:
        ConfigError: if `given` is later than this release, or names none.
    """
    if _series(given) > _series(current()):
        raise ConfigError(
            f"written by release {given}, and this is {current()}: install that release to use it, or, "
            f'if you know that it means the same here, change its line to release = "{current()}"'
        )


def _series(release: Any) -> tuple[int, int]:
    found = re.match(r"(\d{1,9})\.(\d{1,9})\b", release) if isinstance(release, str) else None
    if found is None:
        raise ConfigError(f"release = {shown(release)} must be the text of a release's number, such as {current()!r}")
    return int(found[1]), int(found[2])
