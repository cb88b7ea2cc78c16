"""Everyone who watches one world: who may, what they are told, what they may change."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from forge.about import VERSION
from forge.blade.frame_schema import describe
from forge.embyr import protocol
from forge.embyr.access import Guard
from forge.embyr.connection import Connection, first_of
from forge.embyr.extension import Extension
from forge.embyr.limits import Limits
from forge.embyr.pace import Pace, Refused
from forge.embyr.protocol import Close, Control, Message, ProtocolError
from forge.embyr.source import Source
from forge.embyr.stream import FrameStream

log = logging.getLogger("forge.embyr")
_STATE_SECONDS = 1.0  # between two states of which only tick or rate differ


class Hub:
    """The viewers of one world. Everything but `stir`, `tell` and `count` belongs to the event loop's thread.

    Args:
        source: what is watched.
        pace: that viewers may change.
        guard: who may watch.
        limits: of each viewer, and of how many.
        extensions: that answer what the server itself does not.
    """

    def __init__(
        self, source: Source, pace: Pace, guard: Guard, limits: Limits, extensions: Sequence[Extension]
    ) -> None:
        self.source, self.pace, self.guard, self.limits, self.extensions = source, pace, guard, limits, extensions
        self.stream = FrameStream()
        self.session = secrets.token_hex(8)
        self._handlers = {kind: extension for extension in extensions for kind in extension.handles}
        self._controllers = {verb: extension for extension in extensions for verb in extension.controls}
        self._connections: dict[int, Connection] = {}
        self._numbers = itertools.count(1)
        self._open = 0  # connections, those that have not greeted yet included
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirring = False
        self._closing = asyncio.Event()
        self._told: dict[str, Any] = {}
        pace.listener = lambda: self._soon(self._tell_state)

    @property
    def count(self) -> int:
        """How many watch."""
        return len(self._connections)

    async def run(self) -> None:
        """Tells everyone of the tick and the rate now and then, until the hub is closed."""
        self._loop = asyncio.get_running_loop()
        while not self._closing.is_set():
            self._tell_state()
            await asyncio.sleep(_STATE_SECONDS)

    def close(self) -> None:
        """Ends every connection; from any thread."""
        self._soon(self._closing.set)

    def stir(self) -> None:
        """There is a new frame; from any thread."""
        if self._connections and not self._stirring:
            self._stirring = True
            self._soon(self._stir)

    def tell(self, viewer: int, message: Mapping[str, Any] | bytes) -> None:
        """Sends a message to one viewer; from any thread."""
        self._soon(lambda: self._tell(viewer, message))

    async def serve(self, socket: WebSocket) -> None:
        """Serves one viewer from its request to its end."""
        if (reason := self.guard.refusal(socket.headers)) is not None:
            log.warning("refused a viewer: %s", reason)
            await socket.close(1008, reason)  # before it is accepted: HTTP 403
            return
        await socket.accept()
        connection = Connection(next(self._numbers), socket, self.stream, self.limits)
        self._open += 1
        try:
            await first_of(self._watch(connection), self._closed(socket))
        except ProtocolError as error:
            log.info("viewer %d: closed: %s", connection.number, error)
            await _quietly(connection.refuse(error))
        except (WebSocketDisconnect, OSError, RuntimeError) as gone:
            log.debug("viewer %d has left: %s", connection.number, gone)
        finally:
            self._open -= 1

    async def _closed(self, socket: WebSocket) -> None:
        await self._closing.wait()
        await socket.close(1001, "the server has stopped")

    async def _watch(self, connection: Connection) -> None:
        if self._open > self.limits.connections:
            raise ProtocolError(f"{self.limits.connections} viewers are watching already", Close.LIMITS)
        greeting = await connection.greeting()
        if not self.guard.admits(greeting.token):
            raise ProtocolError("this server asks for a token: open the address it printed", Close.TOKEN)
        connection.tell(self._welcome())
        self._connections[connection.number] = connection
        try:
            self._tell_state()
            connection.tell(self._state())
            for extension in self.extensions:
                extension.came(connection.number)
            await connection.serve(self._receive)
        finally:
            del self._connections[connection.number]
            for extension in self.extensions:
                extension.gone(connection.number)
            self._tell_state()

    def _welcome(self) -> dict[str, Any]:
        abilities: dict[str, Any] = {
            "control": self.pace.controls,
            "seek": self.pace.ticks is not None,
            "overlays": [],
            "inspect": False,
            "play": False,
        }
        for extension in self.extensions:
            abilities |= extension.abilities()
        return {
            "type": "welcome",
            "protocol": protocol.VERSION,
            "release": VERSION,
            "session": self.session,
            "frame": describe(),
            "source": self.source.describe(),
            "abilities": abilities,
        }

    def _state(self) -> dict[str, Any]:
        return {
            "type": "state",
            **self.pace.settings._asdict(),
            "tick": self.stream.tick,
            "viewers": self.count,
            "rate": round(self.stream.rate(), 2),
        }

    def _tell_state(self) -> None:
        state = self._state()
        if state != self._told:
            self._told = state
            for connection in self._connections.values():
                connection.tell(state)

    def _receive(self, connection: Connection, message: Message) -> None:
        """Does what a viewer asks for; what cannot be done is answered, and nothing ends."""
        try:
            if isinstance(message, Control) and message.do in self._controllers:
                self._controllers[message.do].receive(connection.number, message)
            elif isinstance(message, Control):
                self.pace.obey(message)
            elif (handler := self._handlers.get(type(message))) is not None:
                handler.receive(connection.number, message)
            else:
                raise Refused(f"{type(message).__name__.lower()} is not possible here")
        except Refused as refusal:
            connection.tell({"type": "error", "message": str(refusal)})

    def _tell(self, viewer: int, message: Mapping[str, Any] | bytes) -> None:
        if (connection := self._connections.get(viewer)) is not None:
            connection.tell(message)

    def _stir(self) -> None:
        self._stirring = False
        for connection in self._connections.values():
            connection.stir()

    def _soon(self, work: Callable[[], None]) -> None:
        """Has the event loop do this, if it runs."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(work)
            except RuntimeError:  # it was closed at this very moment
                log.debug("the event loop is closed")


async def _quietly(work: Awaitable[None]) -> None:
    """Awaits what may fail because the other side has gone."""
    try:
        async with asyncio.timeout(1.0):
            await work
    except (WebSocketDisconnect, OSError, RuntimeError, ProtocolError, TimeoutError) as gone:
        log.debug("gone before it was told why: %s", gone)
