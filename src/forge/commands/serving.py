"""Where a viewer is served: the options that commands share, and a viewer made from them."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator, Sequence
from typing import Annotated

from rich.console import Console
from tyro.conf import arg

from forge.blade import ConfigError
from forge.command_line import read
from forge.embyr import Pace, Source, Viewer
from forge.embyr.server.pages import MISSING
from forge.embyr.streaming.extension import Extension
from forge.embyr.viewer import HOST


@dataclasses.dataclass(frozen=True)
class Serving:
    """Where the viewer is served, and how it starts."""

    host: Annotated[str, arg(help="address to listen on; any but this machine's own asks viewers for a token")] = HOST
    port: Annotated[int | None, arg(help="to listen on; 8080 by default, or the next that is free")] = None
    token: Annotated[str | None, arg(help="that those with control must know; made where one is needed")] = None
    name: Annotated[str | None, arg(help="that the server answers to as well: that of a proxy before it")] = None
    no_browser: Annotated[bool, arg(help="do not open the page, only print its address")] = False
    tick_seconds: Annotated[float, arg(help="time between two ticks at speed 1")] = 0.6
    speed: Annotated[float, arg(help="how many times as fast to begin with, 0.1 .. 100")] = 1.0
    paused: Annotated[bool, arg(help="wait for the first viewer to press play")] = False


def read_serving(arguments: list[str], prog: str) -> Serving:
    """The options of the viewer alone, for a command that has others."""
    return read(Serving, arguments, prog)


@contextlib.contextmanager
def serve(source: Source, serving: Serving, extended: Sequence[Extension] = (), fair: bool = False) -> Iterator[Viewer]:
    """A viewer at its address, which is printed and opened."""
    with serve_together([(source, extended)], serving, fair) as (viewer,):
        yield viewer


@contextlib.contextmanager
def serve_together(
    worlds: Sequence[tuple[Source, Sequence[Extension]]], serving: Serving, fair: bool = False
) -> Iterator[Sequence[Viewer]]:
    """Viewers of several worlds at one address, side by side and with one pace."""
    (source, extended), *others = worlds
    pace = pace_of(source, serving)
    try:
        viewer = Viewer(
            source,
            pace,
            host=serving.host,
            port=serving.port,
            token=serving.token,
            names=() if serving.name is None else (serving.name,),
            extensions=extended,
            fair=fair,
        )
    except ValueError as error:
        raise ConfigError(str(error)) from error
    viewers = [viewer, *(viewer.beside(*other) for other in others)]
    with viewer:
        announce(viewer, serving)
        yield viewers


def pace_of(source: Source, serving: Serving) -> Pace:
    """The pace that a viewer starts with."""
    try:
        return Pace(serving.tick_seconds, serving.speed, serving.paused, source.ticks)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def announce(viewer: Viewer, serving: Serving, console: Console | None = None) -> None:
    """Prints where to look, and opens the page unless told not to."""
    console = console or Console()
    if not viewer.built:
        console.print(MISSING, soft_wrap=True, highlight=False)
    console.print(f"watch {viewer.title} at {viewer.address}  (Ctrl-C stops)", soft_wrap=True, highlight=False)
    for role, link in viewer.links.items():
        console.print(f"for others, to {role.word}: {link}", soft_wrap=True, highlight=False)
    if viewer.built and not serving.no_browser:
        # a browser may take seconds to start, and may say things of its own
        threading.Thread(target=viewer.open_browser, name="browser", daemon=True).start()
