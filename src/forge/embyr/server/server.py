"""The server: the page and the WebSocket, in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from forge.embyr.access import Role
from forge.embyr.access.entrance import Denied, Outermost
from forge.embyr.access.headers import Headers
from forge.embyr.access.wire import HEADERS, LIMITS, STRANGERS, HttpProtocol, SocketProtocol
from forge.embyr.server.hub import Hub, refusal_of
from forge.embyr.server.pages import Pages
from forge.support.checks import ConfigError

PORT = 8080
_NEIGHBOURS = 20  # ports that are tried one after another when none is asked for
_START_SECONDS = 10.0
_FAREWELL_SECONDS = 1.0  # that everyone may be told why it ends
_MOST_BYTES = 64 * 1024  # of a message: above the limit of the protocol, so that most offenders can be told


def application(hubs: Sequence[Hub], pages: Pages, headers: Headers) -> Starlette:
    """The server's routes: the files of the page, and /ws.

    Of several worlds side by side, / is the page that shows them all and /lanes.json what it shows; the page and the
    socket of world n are below /n/.
    """
    first = hubs[0]

    async def page(request: Request) -> Response:
        if (reason := first.guard.refusal(request.headers)) is not None:
            return PlainTextResponse(reason + "\n", 403)
        path, lane = request.url.path, request.path_params.get("lane")
        if lane is not None:
            if len(hubs) == 1 or lane >= len(hubs):
                return pages.missing()
            path = "/" + request.path_params["path"]
        elif path == "/" and len(hubs) > 1:
            path = "/compare.html"
        return pages.get(path)

    async def lanes(request: Request) -> Response:
        if len(hubs) == 1:
            return pages.missing()
        try:
            await first.check(request)
        except Denied as denied:
            return refusal_of(denied)
        return JSONResponse({"lanes": [{"path": f"{n}/", "title": hub.source.title} for n, hub in enumerate(hubs)]})

    async def socket(connection: WebSocket) -> None:
        lane = connection.path_params.get("lane", 0)
        await (hubs[lane] if lane < len(hubs) else first).serve(connection)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        heartbeats = [asyncio.create_task(hub.run()) for hub in hubs]
        yield {LIMITS: first.limits, STRANGERS: first.strangers, HEADERS: headers}
        for heartbeat in heartbeats:
            heartbeat.cancel()

    routes = [
        WebSocketRoute("/ws", socket),
        WebSocketRoute("/{lane:int}/ws", socket),
        Route("/ws", first.answer, methods=["GET"]),
        Route("/{lane:int}/ws", first.answer, methods=["GET"]),
        Route("/lanes.json", lanes, methods=["GET"]),
        Route("/{lane:int}/{path:path}", page, methods=["GET", "HEAD"]),
        Route("/{path:path}", page, methods=["GET", "HEAD"]),
    ]
    around = [Middleware(Outermost, headers=headers), Middleware(GZipMiddleware, compresslevel=6)]
    return Starlette(routes=routes, lifespan=lifespan, middleware=around)


class Server:
    """Serves a hub until it is closed.

    Args:
        hub: of the viewers.
        port: to listen on; 0 for any that is free, None for 8080 or, where that is taken, one of the next.
        pages: of the client.

    Raises:
        ConfigError: if the address cannot be listened on.
    """

    def __init__(self, hub: Hub, port: int | None = None, pages: Pages | None = None) -> None:
        self.hub, self.hubs, self.headers = hub, [hub], Headers()
        self._socket = _listen(hub.guard.host, port)
        self.host, self.port = hub.guard.host, int(self._socket.getsockname()[1])
        config = uvicorn.Config(
            application(self.hubs, pages or Pages(), self.headers),
            log_config=None,
            access_log=False,
            http=HttpProtocol,
            ws=SocketProtocol,
            proxy_headers=False,  # anyone can write what they say
            ws_max_size=_MOST_BYTES,
            ws_per_message_deflate=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="embyr-server", daemon=True)

    def add(self, hub: Hub) -> None:
        """Serves another world beside the first.

        Raises:
            RuntimeError: if it has been started.
        """
        if self._thread.ident is not None:
            raise RuntimeError("a world that stands beside another is added before the viewer is started")
        self.hubs.append(hub)
        self.headers.allow_frames(("'self'",))  # the page of all shows the page of each

    @property
    def address(self) -> str:
        """What to open in a browser for all that can be done, the token included."""
        return self.link(Role.CONTROL)

    def link(self, role: Role) -> str:
        """What to open in a browser for what a role may do, the token included."""
        tokens = self.hub.guard.tokens
        return address_of(self.hub.guard.host, self.port) + (f"?token={quote(tokens[role])}" if tokens else "")

    def start(self) -> None:
        """Starts to serve; returns as soon as it does."""
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(_START_SECONDS / 0.005)):
            if self._uvicorn.started or not self._thread.is_alive():
                break
            pause.wait(0.005)
        if not self._uvicorn.started:
            raise RuntimeError("the viewer's server did not start")

    def close(self) -> None:
        """Ends every connection and the thread."""
        for hub in self.hubs:
            hub.close()
        pause = threading.Event()
        for _ in range(int(_FAREWELL_SECONDS / 0.005)):  # uvicorn's own words would be others
            if not any(hub.count for hub in self.hubs):
                break
            pause.wait(0.005)
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


def address_of(host: str, port: int) -> str:
    """The address of a server: by the machine's own name where it listens on all of its addresses."""
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    name = "localhost" if host == "127.0.0.1" else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def _listen(host: str, port: int | None) -> socket.socket:
    wanted = [port] if port is not None else range(PORT, PORT + _NEIGHBOURS)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in wanted:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(256)
        except (OSError, OverflowError) as error:
            listener.close()
            reason = error
        else:
            return listener
    ports = f"port {wanted[0]}" if len(wanted) == 1 else f"ports {wanted[0]} to {wanted[-1]}"
    raise ConfigError(f"cannot listen on {host}, {ports}: {reason}; another can be named with --port")
