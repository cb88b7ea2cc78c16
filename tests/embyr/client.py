"""A viewer for tests: a WebSocket client that says what it is told to, and a small world to watch."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from forge.blade import Config, Observation, World
from forge.blade.recording.frame import Frame, decode, draw_tiles
from forge.embyr import Live, Pace, Source, Viewer
from tests.blade.watching import SMALL, world_of
from tests.embyr.loops import in_thread
from tests.patience import PATIENCE


class Idle:
    """Everyone stays where it is and strikes."""

    def __init__(self, config: Config = SMALL) -> None:
        self.shape = (1, config.spawn.cap, 2)

    def act(self, observation: Observation) -> np.ndarray:
        return np.zeros(self.shape, np.uint8)


class Client:
    """One connection. Keeps the map as a viewer would, and everything it was told."""

    def __init__(
        self, viewer: Viewer, hello: dict[str, Any] | None = None, query: str = "", path: str = "/ws", **options: Any
    ) -> None:
        self._stack = contextlib.ExitStack()
        address = f"ws://127.0.0.1:{viewer.port}{path}{query}"
        connection = connect(address, max_size=None, ping_interval=None, **options)
        self.socket: ClientConnection = self._stack.enter_context(connection)
        self.materials: np.ndarray | None = None
        self.told: list[dict[str, Any]] = []
        self.ticks: list[int] = []  # of the frames that came
        if hello is not None:
            self.say(**hello)

    @classmethod
    def greeted(cls, viewer: Viewer, **options: Any) -> Self:
        """A client that was welcomed."""
        client = cls(viewer, {"type": "hello", "protocol": 1, "token": None}, **options)
        assert client.hear("welcome")["protocol"] == 1
        return client

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def next(self, timeout: float = PATIENCE) -> dict[str, Any] | Frame | bytes:
        """The next message, read."""
        data = self.socket.recv(timeout)
        if isinstance(data, str):
            message: dict[str, Any] = json.loads(data)
            self.told.append(message)
            return message
        if data[:4] == b"NMO1":
            return data
        frame = decode(data)
        self.ticks.append(frame.tick)
        if frame.key:
            self.materials = frame.plane["material"].reshape(frame.side, frame.side).copy()
        else:
            assert self.materials is not None
            draw_tiles(self.materials, frame.tiles)
        return frame

    def hear(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next message of a type that says what is wanted; frames on the way are acknowledged."""
        while True:
            message = self.next()
            if isinstance(message, Frame):
                self.say(type="ack", tick=message.tick)
            elif isinstance(message, dict) and message["type"] == kind and wanted.items() <= message.items():
                return message

    def frame(self, ack: bool = True) -> Frame:
        """The next frame."""
        while not isinstance(message := self.next(), Frame):
            pass
        if ack:
            self.say(type="ack", tick=message.tick)
        return message

    def ending(self) -> tuple[int, str, str]:
        """How the server closes the connection: code, reason, and the last error it told."""
        with pytest.raises(ConnectionClosed) as closed:
            self.exhaust()
        received = closed.value.rcvd
        assert received is not None
        errors = [message["message"] for message in self.told if message["type"] == "error"]
        return received.code, received.reason, errors[-1] if errors else ""

    def exhaust(self, timeout: float = PATIENCE) -> None:
        """Reads until nothing comes any more (TimeoutError) or the connection ends (ConnectionClosed)."""
        while True:
            self.next(timeout)

    def close(self) -> None:
        self._stack.close()

    def vanish(self) -> None:
        """Cuts the line without a word, if the server has not."""
        with contextlib.suppress(OSError):
            self.socket.socket.shutdown(socket.SHUT_RDWR)
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def still(config: Config = SMALL, **options: Any) -> Iterator[tuple[Viewer, World]]:
    """A viewer of a world that stands still unless a test steps it."""
    world = world_of(config)
    with Viewer(Source.of(config), port=0, **options) as viewer:
        viewer.show(world)
        yield viewer, world


@contextlib.contextmanager
def running(
    ticks_a_second: float = 100.0, config: Config = SMALL, speed: float = 1.0, **options: Any
) -> Iterator[tuple[Viewer, World]]:
    """A viewer of a world that plays by itself, in a thread of its own."""
    world = world_of(config)
    pace = Pace(1 / ticks_a_second, speed)
    with (
        Viewer(Source.of(config, tick_seconds=1 / ticks_a_second), pace, port=0, **options) as viewer,
        in_thread(pace, Live(viewer, world, Idle(config)).run),
    ):
        yield viewer, world


def wait_until(true: Callable[[], bool]) -> None:
    """Waits for what must come to pass."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)
