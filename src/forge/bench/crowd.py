"""Many viewers in a process of their own: some watch, some are slow, some fall silent, some vanish and come again."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from collections import Counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

_HELLO = json.dumps({"type": "hello", "protocol": 1, "token": None})
_FRAME = b"NMF1"
_SLOW = 1.0  # seconds until a slow viewer has drawn a frame
_STAY = 0.5  # seconds until one vanishes


class Crowd:
    """Viewers of one server.

    Args:
        port: of the server on this machine.
        kinds: how many of each: `watching`, `slow`, `silent`, `vanishing`.
    """

    def __init__(self, port: int, kinds: dict[str, int]) -> None:
        self._address = f"ws://127.0.0.1:{port}/ws"
        self._kinds = kinds
        self._here = 0
        self.frames: Counter[str] = Counter()

    async def run(self) -> None:
        """Comes, says so when everyone is there, watches until the input ends, and tells how many frames came."""
        viewers = [asyncio.create_task(self._stay(kind)) for kind, count in self._kinds.items() for _ in range(count)]
        while self._here < len(viewers):
            await asyncio.sleep(0.05)
        _tell({"viewers": self._here})
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            _tell({"frames": dict(self.frames)})
            self.frames.clear()
        for viewer in viewers:
            viewer.cancel()
        await asyncio.gather(*viewers, return_exceptions=True)

    async def _stay(self, kind: str) -> None:
        arrived = False
        while True:
            try:
                async with connect(self._address, max_size=None, compression=None) as socket:
                    try:
                        await socket.send(_HELLO)
                        await socket.recv()
                        self._here += not arrived
                        arrived = True
                        await getattr(self, f"_{kind}")(socket)
                    finally:  # no handshake at the end: one that never reads would wait for it
                        socket.transport.abort()
            except (OSError, WebSocketException):
                await asyncio.sleep(0.1)

    async def _watching(self, socket: ClientConnection, wait: float = 0.0, kind: str = "watching") -> None:
        async for message in socket:
            if isinstance(message, bytes) and message[:4] == _FRAME:
                self.frames[kind] += 1
                await asyncio.sleep(wait)
                await socket.send(json.dumps({"type": "ack", "tick": struct.unpack_from("<q", message, 8)[0]}))

    async def _slow(self, socket: ClientConnection) -> None:
        await self._watching(socket, _SLOW, "slow")

    async def _silent(self, socket: ClientConnection) -> None:
        await asyncio.Event().wait()  # greets, and neither reads nor says anything more

    async def _vanishing(self, socket: ClientConnection) -> None:
        await asyncio.sleep(_STAY)


def _tell(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(Crowd(**json.loads(sys.argv[1])).run())
