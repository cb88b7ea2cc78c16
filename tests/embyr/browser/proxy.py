"""A proxy that serves a viewer below a path, as jupyter-server-proxy and Open OnDemand do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

_END = b"\r\n\r\n"


@contextlib.contextmanager
def below(prefix: str, port: int, page: str = "") -> Iterator[int]:
    """Passes on whatever is below `prefix` to a server on this machine; yields the proxy's port.

    At all other paths there is `page`, if it has one, and else nothing.
    """
    loop = asyncio.new_event_loop()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            method, path, rest = (await reader.readuntil(_END)).split(b" ", 2)
            if not path.startswith(f"{prefix}/".encode()):
                status, body = b"200 OK" if page else b"404 Not Found", page.encode()
                writer.write(b"HTTP/1.1 %b\r\nContent-Type: text/html\r\nContent-Length: %d" % (status, len(body)))
                writer.write(b"\r\nConnection: close" + _END + body)
                return
            if b"upgrade: websocket" not in rest.lower():  # one request a connection: each has its path changed
                rest = rest.replace(b"Connection: keep-alive", b"Connection: close")
            back, to = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.closing(to):
                to.write(b" ".join((method, path.removeprefix(prefix.encode()), rest)))
                await asyncio.gather(_pass_on(reader, to), _pass_on(back, writer))

    thread = threading.Thread(target=loop.run_forever)  # this one may have a loop of Playwright's
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop).result()

    async def end() -> None:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(1 << 16):
        target.write(data)
        await target.drain()
    target.write_eof()
