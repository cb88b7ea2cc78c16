"""Everyone who watches one world: who may, what they are told, what they may change."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from forge.blade.recording.frame_schema import describe
from forge.embyr.access import Guard, Role
from forge.embyr.access.entrance import TOKEN, Denied, Entrance
from forge.embyr.access.roles import NEEDED
from forge.embyr.access.strangers import Stranger, Strangers
from forge.embyr.access.wire import STRANGER
from forge.embyr.seats.fair import FairViews
from forge.embyr.server.connection import Connection, first_of, greeting_from, refuse
from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.pace import Pace, Refused
from forge.embyr.streaming.source import Source
from forge.embyr.streaming.stream import FrameStream
from forge.embyr.wire import protocol
from forge.embyr.wire.limits import Limits
from forge.embyr.wire.protocol import Act, Close, Control, Join, Leave, Message, ProtocolError, Sight
from forge.support.about import VERSION

log = logging.getLogger("forge.embyr")
_FAIR = ("control", "play", "fair")  # abilities of a fair seat
_STATE_SECONDS = 1.0  # between two states of which only tick or rate differ


class Hub:
    """The viewers of one world. Everything but `stir`, `tell` and `count` belongs to the event loop's thread.

    Args:
        source: what is watched.
        pace: that viewers may change.
        guard: who may watch.
        limits: of each viewer, and of how many.
        extensions: that answer what the server itself does not.
        stream: of the frames that are shown.
        fair: whether the seats of those who have the role to play, and no more, are fair; without tokens, everyone's.
    """

    def __init__(
        self,
        source: Source,
        pace: Pace,
        guard: Guard,
        limits: Limits,
        extensions: Sequence[Extension],
        stream: FrameStream,
        fair: bool = False,
    ) -> None:
        self.source, self.pace, self.guard, self.limits, self.extensions = source, pace, guard, limits, extensions
        self.stream, self.fair_views = stream, FairViews(self._seat_of, pace.call, self.stir)
        self._fair = fair
        self.entrance, self.strangers = Entrance(guard, limits), Strangers(limits)
        self.session = secrets.token_hex(8)
        self._handlers = {kind: extension for extension in extensions for kind in extension.handles}
        self._controllers = {verb: extension for extension in extensions for verb in extension.controls}
        self._connections: dict[int, Connection] = {}
        self._numbers = itertools.count(1)
        self._arriving = 0  # who have shown a token in their address and have not greeted yet
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirring = False
        self._closing = asyncio.Event()
        self._told: dict[str, Any] = {}
        pace.listeners.append(lambda: self._soon(self._tell_state))

    def beside(self, source: Source, extensions: Sequence[Extension], stream: FrameStream) -> Hub:
        """The hub of another world with the same pace, doors and limits: who is a stranger here is one there."""
        hub = Hub(source, self.pace, self.guard, self.limits, extensions, stream, self._fair)
        hub.entrance, hub.strangers = self.entrance, self.strangers
        return hub

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

    async def answer(self, request: Request) -> Response:
        """Answers who asks at the socket's address without a WebSocket: how it would fare with one."""
        try:
            await self._admitted(request)
        except Denied as denied:
            return refusal_of(denied)
        return PlainTextResponse("This is the address of a WebSocket.\n", 426, {"Upgrade": "websocket"})

    async def check(self, request: Request) -> None:
        """Lets those pass who may watch.

        Raises:
            Denied: for all others.
        """
        if await self._admitted(request) is None and self.guard.tokens is not None:
            raise Denied("this needs a token: open the address that the server printed", 403)

    async def serve(self, socket: WebSocket) -> None:
        """Serves one viewer from its request to its end."""
        try:
            role = await self._admitted(socket)
        except Denied as denied:
            refusal = refusal_of(denied)
            del refusal.headers["content-length"]  # uvicorn adds one, old releases even to one that is there
            await socket.send_denial_response(refusal)
            return
        try:
            await first_of(self._welcomed(socket, role), self._closed(socket))
        except ProtocolError as error:
            log.info("a viewer was closed: %s", error)
            await _quietly(refuse(socket, error))
            _stranger(socket).expect(self.limits.hello_seconds)  # to take the close and answer it
        except (WebSocketDisconnect, OSError, RuntimeError) as gone:
            log.debug("a viewer has left: %s", gone)

    async def _admitted(self, request: HTTPConnection) -> Role | None:
        """The role of whoever asks with a token in the address; None if there is none, but may be in its greeting.

        Raises:
            Denied: if it may not come in.
        """
        address = _stranger(request).address
        if (reason := self.guard.refusal(request.headers)) is not None:
            self.entrance.warnings.warning("host", f"refused a viewer at {address}: {reason}")
            raise Denied(reason, 403)
        token = request.scope["state"].get(TOKEN)
        role = None if token is None else await self.entrance.role(token, address)
        self._check_room(role or Role.WATCH)
        return role

    def _check_room(self, role: Role) -> None:
        reserved = self.limits.reserved if self.guard.tokens is not None and role is Role.CONTROL else 0
        if self.count + self._arriving >= self.limits.viewers + reserved:
            raise Denied(f"{self.limits.viewers} viewers are watching already", 503)

    async def _closed(self, socket: WebSocket) -> None:
        await self._closing.wait()
        await socket.close(1001, "the server has stopped")

    async def _welcomed(self, socket: WebSocket, role: Role | None) -> None:
        if role is not None:  # no stranger can have it leave
            _stranger(socket).leave()
            self._arriving += 1
        try:
            await socket.accept()
            greeting = await greeting_from(socket, self.limits)
        finally:
            self._arriving -= role is not None
        address = _stranger(socket).address
        try:
            if role is None:
                role = await self.entrance.role(greeting.token, address)
            self._check_room(role)
        except Denied as denied:
            raise ProtocolError(str(denied), Close.TOKEN if denied.status == 403 else Close.LIMITS) from None
        _stranger(socket).leave()
        await self._watch(socket, role)

    async def _watch(self, socket: WebSocket, role: Role) -> None:
        number, fair = next(self._numbers), self._is_fair(role)
        stream = self.fair_views.open(number) if fair else self.stream
        connection = Connection(number, role, socket, stream, self.limits, fair)
        connection.tell(self._welcome(role, fair))
        self._connections[connection.number] = connection
        try:
            self._tell_state()
            connection.tell(self._state())
            for extension in self.extensions:
                extension.came(connection.number)
            await connection.serve(self._receive)
        finally:
            del self._connections[connection.number]
            self.fair_views.close(connection.number)
            for extension in self.extensions:
                extension.gone(connection.number)
            self._tell_state()

    def _is_fair(self, role: Role) -> bool:
        return self._fair and (self.guard.tokens is None or role is Role.PLAY)

    def _seat_of(self, viewer: int) -> int | None:
        seats = (extension.seat(viewer) for extension in self.extensions)
        return next((seat for seat in seats if seat is not None), None)

    def _welcome(self, role: Role, fair: bool) -> dict[str, Any]:
        abilities: dict[str, Any] = {
            "control": self.pace.controls,
            "seek": self.pace.ticks is not None,
            "overlays": [],
            "inspect": False,
            "play": False,
            "fair": fair,
        }
        for extension in self.extensions:
            abilities |= extension.abilities()
        if fair:  # whatever else there is would tell more than an agent sees
            abilities = {name: value if name in _FAIR else type(value)() for name, value in abilities.items()}
        for ability, needed in (("control", Role.CONTROL), ("seek", Role.CONTROL), ("play", Role.PLAY)):
            abilities[ability] = abilities[ability] and role >= needed
        return {
            "type": "welcome",
            "protocol": protocol.VERSION,
            "release": VERSION,
            "session": self.session,
            "role": role.word,
            "frame": describe(layout=self.source.layout),
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
            _check_role(connection.role, message)
            if connection.fair:
                message = _fair(message)
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


def _check_role(role: Role, message: Message) -> None:
    """Whether a role may say this.

    Raises:
        Refused: if it may not.
    """
    needed = NEEDED.get(type(message), Role.WATCH)
    if role < needed:
        what = type(message).__name__.lower()
        raise Refused(f"{what} needs the link of the role {needed.word!r}; yours is of the role {role.word!r}")


def _fair(message: Message) -> Message:
    """What comes of a message from a fair seat.

    Raises:
        Refused: if the answer would tell what its agent does not see.
    """
    match message:
        case Join(id=None):
            return message._replace(newborn=True)
        case Join():
            raise Refused("whoever sits in a fair seat cannot choose an agent: it gets the next who is born")
        case Act() | Leave() | Sight() | Control():
            return message
    what = type(message).__name__.lower()
    raise Refused(f"a fair seat shows what its agent sees, and nothing else: {what} is not possible in it")


def _stranger(request: HTTPConnection) -> Stranger:
    stranger: Stranger = request.scope["state"][STRANGER]
    return stranger


def refusal_of(denied: Denied) -> Response:
    """The answer to whoever may not come in."""
    return PlainTextResponse(f"{denied}\n", denied.status, {"Cache-Control": "no-store"})


async def _quietly(work: Awaitable[None]) -> None:
    """Awaits what may fail because the other side has gone."""
    try:
        async with asyncio.timeout(1.0):
            await work
    except (WebSocketDisconnect, OSError, RuntimeError, ProtocolError, TimeoutError) as gone:
        log.debug("gone before it was told why: %s", gone)
