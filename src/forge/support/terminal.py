"""Standard output and error as commands may rely on them: they are there, they take any text, and they stop nothing."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO, cast

#: The exit status of what nobody reads, as shells give it: 128 and the number of SIGPIPE.
UNREAD = 141


class Unread(SystemExit):
    """Nobody reads what a command prints, and it does nothing else."""

    def __init__(self) -> None:
        super().__init__(UNREAD)


class Outlet:
    """A text stream that cannot fail: once it can no longer be written, what is printed goes nowhere.

    Args:
        stream: to write to.
        needed: whether nothing but what is printed comes of the command, so that going on would be in vain.
        heard: is called whenever something is printed.
    """

    def __init__(self, stream: TextIO, needed: bool = False, heard: Callable[[], None] = lambda: None) -> None:
        self._stream, self._needed, self._heard = stream, needed, heard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Prints text.

        Raises:
            Unread: if nobody reads it, and it is needed.
            OSError: if it cannot be written for another reason, and it is needed.
        """
        self._heard()
        try:
            self._stream.write(text)
        except OSError as error:
            self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Has all of it written; raises what `write` does."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Sends what comes, and what is still buffered, to the null device."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if self._needed:
            raise Unread() if isinstance(error, BrokenPipeError) else error


@contextlib.contextmanager
def outlets(needed: bool = False, heard: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Makes standard output and error `Outlet`s.

    A character that the encoding of one lacks is printed as a question mark, unless PYTHONIOENCODING says otherwise.
    A stream that is closed is opened to nowhere: else the next file that is opened would take its number, and with it
    what other libraries and processes print.

    Args:
        needed: of `Outlet`, of what is printed on standard output.
        heard: of `Outlet`.
    """
    _open_closed()
    before = sys.stdout, sys.stderr
    streams = [stream or open(os.devnull, "w", encoding="utf-8") for stream in before]  # noqa: PTH123, SIM115
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")
    sys.stdout, sys.stderr = made = cast(Any, [Outlet(streams[0], needed, heard), Outlet(streams[1], heard=heard)])
    try:
        yield
    finally:
        try:
            for outlet in made:
                outlet.flush()
        finally:
            sys.stdout, sys.stderr = before


def _open_closed() -> None:
    """Gives the standard files that are closed their numbers back."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
