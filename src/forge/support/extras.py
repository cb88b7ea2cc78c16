"""Optional libraries: what to install when one is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from forge.support.about import how_to_install


class MissingExtra(ImportError):
    """A part of the package needs a library that is not installed."""


@contextlib.contextmanager
def needs(extra: str, *libraries: str) -> Iterator[None]:
    """Imports within it that fail for want of one of `libraries` name the extra that brings them.

    Raises:
        MissingExtra: in place of the ModuleNotFoundError; any other error passes.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in libraries:
            raise
        raise MissingExtra(f"this needs {missing}: {how_to_install(extra)}", name=missing) from error
