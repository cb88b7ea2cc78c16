"""Viewer: shows a world to whoever opens its address, from any loop, without ever waiting for them."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np

from forge.blade.recording.frame import Frame
from forge.blade.state.observation import Observation
from forge.blade.world.world import World
from forge.embyr.access import Guard, Role, Tokens
from forge.embyr.access.headers import THIS_MACHINE
from forge.embyr.notebook import Inline, proxy_path
from forge.embyr.past.history import History
from forge.embyr.past.shown import Shown
from forge.embyr.server.hub import Hub
from forge.embyr.server.pages import Pages
from forge.embyr.server.server import Server
from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.pace import Pace
from forge.embyr.streaming.source import Source
from forge.embyr.streaming.stream import FrameStream
from forge.embyr.wire.limits import Limits

HOST = "127.0.0.1"


class Player(Protocol):
    """Decides for everyone in a world: scripted agents, trained policies, anything with this method."""

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick: integers [W, N, 2], or [W, N, 3] with learned targeting."""
        ...


class Viewer:
    """A server in threads of its own. Use it as a context manager, or call `start` and `close`.

    Whoever plays a world hands it over with `show`, or gives its frames to `put`. Neither waits for a viewer, and
    neither changes the world.

    Args:
        source: what is watched; `Source.of(config)` says it of a world.
        pace: that viewers may change; None for a loop with a pace of its own.
        host: to listen on. Anything but this machine's own addresses asks viewers for a token.
        port: to listen on; 0 for any that is free, None for 8080 or, where that is taken, one of the next.
        token: of those who may do everything, or the `Tokens` of all roles; None makes new ones where they are needed.
        names: that it answers to besides the machine's own, such as that of a hub: then tokens are needed.
        extensions: that answer what the server itself does not.
        fair: whether the seats of those who have the link to play are fair, or everyone's if there are no links: who
            sits in one is sent what its agent sees, and nothing else.
        limits: of each viewer, and of how many.

    Raises:
        ConfigError: if the address cannot be listened on.
        ValueError: if a token is too short or too long, a name is none, or seats are to be fair where nobody can play.
    """

    def __init__(
        self,
        source: Source,
        pace: Pace | None = None,
        *,
        host: str = HOST,
        port: int | None = None,
        token: str | Tokens | None = None,
        names: Sequence[str] = (),
        extensions: Sequence[Extension] = (),
        fair: bool = False,
        limits: Limits = Limits(),  # noqa: B008 - an immutable tuple
    ) -> None:
        stream = self._prepare(
            source, pace or Pace(source.tick_seconds, ticks=source.ticks, controls=False), extensions
        )
        if fair and not self.playable:
            raise ValueError("fair seats are for those who play, and nobody can play here")
        self.hub = Hub(source, self.pace, Guard.of(host, token, names), limits, self.extensions, stream, fair)
        pages = Pages()
        #: Whether this installation has the page; without it, the server says how to build it.
        self.built = pages.built
        self._server = Server(self.hub, port, pages)

    def _prepare(self, source: Source, pace: Pace, extensions: Sequence[Extension]) -> FrameStream:
        """Everything but what serves it; returns where its frames go."""
        self.source, self.pace = source, pace
        stream = FrameStream()
        #: What viewers are told of the past.
        self.history = History(stream, source.populations)
        self.extensions = (self.history, *extensions)
        for extension in self.extensions:
            extension.attach(self)
        self._shown: Shown | None = None
        self._next_show = 0.0
        self._beside: list[Viewer] = []
        return stream

    def beside(self, source: Source, extensions: Sequence[Extension] = ()) -> Viewer:
        """A viewer of another world at the same address, with the same pace, tokens and limits.

        The page at the address then shows all worlds side by side. Call it before the viewer is started; what it
        returns is started and closed with this one.

        Args:
            source: what is watched there.
            extensions: of that viewer.

        Raises:
            RuntimeError: if the viewer has been started.
        """
        return _Beside(self, source, extensions)

    @property
    def title(self) -> str:
        """What is watched: all worlds that are served."""
        return " | ".join(hub.source.title for hub in self._server.hubs)

    @property
    def address(self) -> str:
        """What to open in a browser for all that can be done, the token included."""
        return self._server.address

    @property
    def links(self) -> dict[Role, str]:
        """What to open in a browser for less, by role, where tokens tell roles apart: the tokens are included."""
        if self.hub.guard.tokens is None:
            return {}
        return {role: self._server.link(role) for role in ((Role.PLAY,) if self.playable else ()) + (Role.WATCH,)}

    @property
    def playable(self) -> bool:
        """Whether one can take over an agent."""
        return any(extension.abilities().get("play") for extension in self.extensions)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.port

    @property
    def watched(self) -> bool:
        """Whether anyone looks."""
        return self.hub.count > 0

    def start(self) -> Self:
        """Starts to serve; returns as soon as it does."""
        self._server.start()
        return self

    def close(self) -> None:
        """Ends every connection; whoever watches is told so."""
        self.pace.stop()
        self._server.close()
        for extension in self.extensions:
            extension.close()
        for other in self._beside:
            other.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open_browser(self) -> bool:
        """Opens the page in the machine's browser; returns whether there is one."""
        return webbrowser.open(self.address)

    def notebook(
        self, width: str = "100%", height: int = 480, proxy: str | None = None, frames: Sequence[str] = ()
    ) -> Inline:
        """The page in a frame, for the cell of a notebook.

        From now on other pages may show the viewer in a frame, as few as will do: those of the host that serves the
        notebook where a proxy passes the viewer on, otherwise those that this machine serves.

        Args:
            width: of the frame, as in CSS.
            height: of the frame [px].
            proxy: path at which the notebook's host passes on ports, such as "/user/ann/proxy/"; by default that of the
                hub that this process runs on, and none if it runs on none.
            frames: whose pages may show it besides: "vscode-webview:", or an origin such as "https://hub.example".

        Returns:
            What a notebook displays if it is the last value of a cell. It holds the token, if there is one.

        Raises:
            ValueError: if a frame's source is none, or the path of the proxy does not begin and end with a slash.
        """
        proxy = proxy_path() if proxy is None else proxy
        if proxy is not None and not (proxy.startswith("/") and proxy.endswith("/")):
            raise ValueError(f"proxy = {proxy!r} must begin and end with a slash, such as '/proxy/'")
        self._server.headers.allow_frames((*(THIS_MACHINE if proxy is None else ("'self'",)), *frames))
        address = self.address
        if proxy is not None:
            query = address.partition("?")
            address = f"{proxy}{self.port}/{query[1]}{query[2]}"
        return Inline(address, width, height)

    def put(
        self, frame: Frame, world: World | None = None, resumes: bool = False, unseen: tuple[int, int] = (0, 0)
    ) -> None:
        """Shows a frame: the first must be a key frame, and every key frame starts its viewers anew.

        Args:
            frame: to be shown.
            world: that it is of; None for a replay.
            resumes: whether a key frame shows the same world as before, as after a seek: what happened before is then
                told to viewers that have missed it.
            unseen: births and deaths since the frame before that no frame holds.
        """
        self.hub.stream.put(frame, resumes, unseen)
        self.hub.stir()
        for extension in self.extensions:
            extension.after(world, frame)
        self.hub.fair_views.show(frame, world)  # once it is known who plays whom

    def passed(self, world: World, w: int = 0) -> None:
        """Takes note of a tick of which there is no frame, such as those before the first picture.

        Args:
            world: a batch of worlds that records events.
            w: index of the world.
        """
        self.history.live.note(world, w)
        for extension in self.extensions:
            extension.passed(world, w)

    def advance(self, world: World, player: Player, capture: Callable[[], Frame]) -> None:
        """Plays one tick and shows it; extensions have their say in it.

        Args:
            world: one world.
            player: of all its agents.
            capture: makes the frame after the tick.
        """
        actions = player.act(world.observe())
        for extension in self.extensions:
            extension.before(world, actions)
        world.step(actions)
        self.put(capture(), world)

    def show(self, world: World, w: int = 0, frames_a_second: float = 10.0) -> None:
        """Shows one world of a batch as it is now, if anyone looks and the last time is long enough ago.

        A batch that records events is shown with what happened in its last tick, another with who lives and what the
        land is made of. Of the ticks between two frames, the births, deaths and attacks are kept while somebody looks,
        so call this after every tick; where a batch records no events, viewers are told how many they do not see.

        Args:
            world: a batch of worlds, reset.
            w: index of the world.
            frames_a_second: at most.
        """
        for work in self.pace.calls():
            work()
        now = time.monotonic()
        if self._shown is None or not self._shown.of(world, w):
            self._shown = Shown(world, w)
        elif not self.watched:
            self.history.live.sample(world, w)
            return
        elif now < self._next_show:
            if self._shown.note(self.hub.stream):
                for extension in self.extensions:
                    extension.passed(world, w)
            return
        self._next_show = now + 1 / frames_a_second
        frame = self._shown.frame()
        self.put(frame, world, unseen=self._shown.unseen(frame.births, frame.deaths))

    def tell(self, viewer: int, message: Mapping[str, Any] | bytes) -> None:
        """Sends a message to one viewer; for extensions, see `Desk`."""
        self.hub.tell(viewer, message)

    def call(self, work: Callable[[], None]) -> None:
        """Has the world's thread do this between two ticks; for extensions, see `Desk`."""
        self.pace.call(work)


class _Beside(Viewer):
    """Another world at the address of a viewer."""

    def __init__(self, first: Viewer, source: Source, extensions: Sequence[Extension]) -> None:
        stream = self._prepare(source, first.pace, extensions)
        self.hub = first.hub.beside(source, self.extensions, stream)
        self.built, self._server = first.built, first._server
        self._server.add(self.hub)
        first._beside.append(self)

    def start(self) -> Self:
        return self

    def close(self) -> None:
        for extension in self.extensions:
            extension.close()
