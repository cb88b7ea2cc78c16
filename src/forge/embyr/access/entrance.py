"""The entrance: takes the token out of an address, and says what whoever knows it may do, or why nobody may come in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forge.embyr.access.attempts import Attempts
from forge.embyr.access.guard import Guard
from forge.embyr.access.headers import Headers
from forge.embyr.access.rarely import Rarely
from forge.embyr.access.roles import Role
from forge.embyr.wire.limits import Limits

log = logging.getLogger("forge.embyr")
TOKEN = "token"
_LOG_SECONDS = 10.0  # between two warnings of one kind


class Denied(Exception):
    """Why somebody may not come in, with the status of HTTP that says so."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Entrance:
    """Looks at tokens, in the event loop's thread.

    Args:
        guard: who may do what.
        limits: how many wrong tokens an address may try.
    """

    def __init__(self, guard: Guard, limits: Limits) -> None:
        self.guard = guard
        self.attempts = Attempts(limits.wrong_tokens_a_second, limits.wrong_tokens, limits.token_seconds)
        self.warnings = Rarely(log, _LOG_SECONDS)

    async def role(self, token: str | None, address: str) -> Role:
        """What whoever comes from an address with this token may do.

        Raises:
            Denied: if the token is wrong, or too many wrong ones have come from there.
        """
        if self.guard.tokens is None:
            return Role.CONTROL
        wait = self.attempts.wait(address)
        if wait is None:
            raise Denied("too many wrong tokens came from this address: try again in some seconds", 429)
        if wait:
            await asyncio.sleep(wait)
        role = self.guard.role(token)
        if role is None:
            self.warnings.warning(f"token {address}", f"a viewer at {address} came without a right token")
            raise Denied("this server asks for a token: open the address it printed", 403)
        self.attempts.right(address)
        return role


class Outermost:
    """Around the application: gives every answer its headers, and keeps tokens out of what is logged of a request.

    The token of an address is moved from the query to the state of the request, where only the hub looks for it.

    Args:
        app: the application.
        headers: of every answer.
    """

    def __init__(self, app: ASGIApp, headers: Headers) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the specification of ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        _take_token(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start", "websocket.accept"):
                more = [(name.lower().encode(), value.encode()) for name, value in self._headers.items()]
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _take_token(scope: MutableMapping[str, Any]) -> None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    tokens = [value for name, value in pairs if name == TOKEN]
    if tokens:
        scope["state"][TOKEN] = tokens[-1]
        rest = [(name, value) for name, value in pairs if name != TOKEN]
        scope["query_string"] = urlencode(rest).encode()
