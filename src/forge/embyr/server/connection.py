"""One viewer's connection: its greeting, what it may ask for, and what it is sent and when."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from forge.embyr.access import Role
from forge.embyr.seats.fair import TOLD
from forge.embyr.streaming.send_queue import SendQueue
from forge.embyr.streaming.stream import FrameStream, Seen
from forge.embyr.wire import protocol
from forge.embyr.wire.limits import Bucket, Limits
from forge.embyr.wire.protocol import Ack, Close, Message, ProtocolError

#: Takes a viewer's message and does what it asks for, at once.
Receive = Callable[["Connection", Message], None]


class Connection:
    """One viewer.

    Args:
        number: names it.
        role: what it may do.
        socket: accepted.
        stream: of the frames it watches.
        limits: of what it may do.
        fair: whether it sits in a fair seat: it is then told nothing of the world but the frames of its stream.
    """

    def __init__(
        self, number: int, role: Role, socket: WebSocket, stream: FrameStream, limits: Limits, fair: bool = False
    ) -> None:
        self.number, self.role, self.limits, self.fair = number, role, limits, fair
        self._socket, self._stream = socket, stream
        self._mail = SendQueue(limits.waiting)
        self._seen = Seen()
        self._waiting: deque[int] = deque()  # ticks of the frames that are not acknowledged
        self._messages = Bucket(limits.messages_a_second, limits.burst)
        self._acks = Bucket(limits.acks_a_second, limits.acks_a_second)
        self._failure: ProtocolError | None = None

    async def serve(self, receive: Receive) -> None:
        """Talks to the viewer until it leaves.

        Raises:
            ProtocolError: if it breaks a rule.
            WebSocketDisconnect: when it has left.
        """
        await first_of(self._read(receive), self._write())

    def tell(self, message: Mapping[str, Any] | bytes) -> None:
        """Sends a message as soon as the viewer can take it. A viewer that leaves too many unread is let go."""
        if self.fair and (isinstance(message, bytes) or message["type"] not in TOLD):
            return
        try:
            self._mail.put(message)
        except ProtocolError as error:
            self._failure = error
            self.stir()

    def stir(self) -> None:
        """There may be something new to send."""
        self._mail.stirred.set()

    async def _read(self, receive: Receive) -> None:
        while True:
            message = protocol.parse(await text_from(self._socket, self.limits))
            if isinstance(message, Ack):
                self._acknowledge(message.tick)
                continue
            if not self._messages.take():
                raise ProtocolError(f"more than {self._messages.rate:g} messages a second", Close.LIMITS)
            receive(self, message)

    def _acknowledge(self, tick: int) -> None:
        """Counts a frame, and those sent before it, as drawn; the tick of a frame that is not waited for is nothing."""
        if not self._acks.take():
            raise ProtocolError(f"more than {self._acks.rate:g} acknowledgements a second", Close.LIMITS)
        if tick in self._waiting:
            held = self._is_held()
            while self._waiting.popleft() != tick:
                pass
            if held:  # else what there was to send has been sent without waiting for this
                self.stir()

    def _is_held(self) -> bool:
        """Whether it gets no frame before it has acknowledged one."""
        return len(self._waiting) >= self.limits.unacknowledged

    async def _write(self) -> None:
        while True:
            await self._mail.stirred.wait()
            self._mail.stirred.clear()
            if self._failure is not None:
                raise self._failure
            await self._send_all(self._mail.take(paced=False))
            if self._is_held():
                continue
            if (news := self._stream.news(self._seen)) is not None:
                self._seen = news.seen
                self._waiting.append(news.tick)
                await self._send_all([*news.earlier, news.frame])
            await self._send_all(self._mail.take(paced=True))

    async def _send_all(self, messages: list[str | bytes]) -> None:
        for message in messages:
            await self._send(message)

    async def _send(self, message: str | bytes) -> None:
        send: Awaitable[None]
        send = self._socket.send_text(message) if isinstance(message, str) else self._socket.send_bytes(message)
        try:
            # not wait_for: before Python 3.12 it can swallow a cancellation
            async with asyncio.timeout(self.limits.send_seconds):
                await send
        except TimeoutError:
            raise ProtocolError("nothing was read for too long", Close.LIMITS) from None


async def greeting_from(socket: WebSocket, limits: Limits) -> protocol.Hello:
    """The first message of a socket.

    Raises:
        ProtocolError: if there is none in time, or another.
    """
    try:
        async with asyncio.timeout(limits.hello_seconds):
            text = await text_from(socket, limits)
    except TimeoutError:
        raise ProtocolError("no greeting came in time") from None
    return protocol.hello(text)


async def text_from(socket: WebSocket, limits: Limits) -> str:
    """The next message of a socket.

    Raises:
        ProtocolError: if it is binary or too long.
        WebSocketDisconnect: if the other side has gone.
    """
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text: str | None = message.get("text")
    if text is None:
        raise ProtocolError("messages to the server are text, not binary")
    if len(text.encode("utf-8", "replace")) > limits.message_bytes:
        raise ProtocolError(f"a message may have {limits.message_bytes} bytes", Close.LIMITS)
    return text


async def refuse(socket: WebSocket, error: ProtocolError) -> None:
    """Says why, and closes."""
    await socket.send_text(protocol.text_of({"type": "error", "message": str(error)}))
    # a reason has room for 123 bytes
    await socket.close(error.code, str(error).encode()[:120].decode(errors="ignore"))


async def first_of(*works: Awaitable[None]) -> None:
    """Waits until one ends, ends the others, and raises what it raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for task, result in zip(tasks, results, strict=True):
        if task in done and isinstance(result, BaseException):
            raise result
