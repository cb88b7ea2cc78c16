"""uvicorn's protocols with what strangers ask for: a time limit for every request, and headers on every refusal."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

from forge.embyr.access.headers import Headers
from forge.embyr.access.strangers import Strangers
from forge.embyr.wire.limits import Limits

# The library would log every request as it came, tokens included.
_log = logging.getLogger("forge.embyr.wire")
_log.setLevel(logging.INFO)

# Keys of the state that the application hands to every connection, and the connection to every request.
LIMITS, STRANGERS, HEADERS, STRANGER = "limits", "strangers", "headers", "stranger"


class HttpProtocol(H11Protocol):
    """Speaks HTTP with a stranger, who may take `request_seconds` to ask and `answer_seconds` to take the answer.

    The state of the application must have the limits, the strangers and the headers; each request finds its stranger in
    its own.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A stranger has come, and must ask for something."""
        super().connection_made(transport)
        self._limits: Limits = self.app_state[LIMITS]
        strangers: Strangers = self.app_state[STRANGERS]
        self._stranger = strangers.enter(transport, self.client[0] if self.client else "")
        self._stranger.expect(self._limits.request_seconds)
        self.app_state = {**self.app_state, STRANGER: self._stranger}

    def data_received(self, data: bytes) -> None:
        """Some of a request, or all of it, which is then answered."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before and not self.cycle.response_complete:
            self._stranger.expect(self._limits.answer_seconds)

    def on_response_complete(self) -> None:
        """The next request may come."""
        super().on_response_complete()
        self._stranger.expect(self._limits.request_seconds)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on the hub looks after its greeting."""
        self._stranger.greets()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        super().connection_lost(exc)
        self._stranger.leave()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        headers += self.app_state[HEADERS].items()
        reply = h11.Response(status_code=400, headers=headers, reason=HTTPStatus.BAD_REQUEST.phrase)
        for part in (reply, h11.Data(data=f"{msg}\n".encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()


class SocketProtocol(WebSocketsSansIOProtocol):
    """Speaks WebSocket, once the request of a stranger asks for it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Its request has come."""
        super().connection_made(transport)
        self.conn = _Handshake(self.app_state[HEADERS], max_size=self.config.ws_max_size, logger=_log)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        super().connection_lost(exc)
        self.app_state[STRANGER].leave()


class _Handshake(ServerProtocol):
    """Refuses with the headers that every answer has."""

    def __init__(self, headers: Headers, **options: Any) -> None:
        super().__init__(**options)
        self._headers = headers

    def reject(self, status: HTTPStatus | int, text: str) -> Response:
        response = super().reject(status, text)
        response.headers.update(self._headers.items())
        return response
