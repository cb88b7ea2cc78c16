"""What can be added to a viewer: answers to messages, and a part in every tick of the world that is watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from forge.blade.recording.frame import Frame
from forge.blade.world.world import World
from forge.embyr.wire.protocol import Message


class Desk(Protocol):
    """What an extension is given to work with. Every method may be called from any thread and returns at once."""

    def tell(self, viewer: int, message: Mapping[str, Any] | bytes) -> None:
        """Sends a message to one viewer, if it is still there.

        Of grids, and of messages of the types in `forge.embyr.streaming.send_queue.REPLACED`, only the newest waits for
        a slow viewer.
        """
        ...

    def call(self, work: Callable[[], None]) -> None:
        """Has the thread of the world do this between two ticks, also while the world is paused."""
        ...


class Extension:
    """Does nothing yet: override what is needed.

    The server's thread calls `receive`, `came` and `gone`, which must return at once. The world's thread calls
    `before`, `after`, `passed` and what was given to `Desk.call`: only these may look at the world, and what takes more
    than a millisecond belongs in a thread of one's own, on copies.
    """

    #: The types of messages it answers.
    handles: ClassVar[tuple[type[Message], ...]] = ()
    #: What of `Control` it does: verbs of `forge.embyr.wire.protocol.CONTROLS` that the pace does not know.
    controls: ClassVar[tuple[str, ...]] = ()

    def attach(self, desk: Desk) -> None:
        """Gives it its desk, before anything else is called."""
        self.desk = desk

    def abilities(self) -> Mapping[str, Any]:
        """What it adds to the abilities in the welcome: `overlays`, `inspect`, `play`."""
        return {}

    def receive(self, viewer: int, message: Message) -> None:
        """Takes a message of one of the types it handles, from a viewer named by a number."""

    def came(self, viewer: int) -> None:
        """A viewer has been welcomed."""

    def gone(self, viewer: int) -> None:
        """A viewer has left."""

    def seat(self, viewer: int) -> int | None:
        """Id of the agent that a viewer plays, asked in the world's thread; None if it plays nobody."""
        return None

    def before(self, world: World, actions: np.ndarray) -> None:
        """May change the actions of the coming tick, uint8 [W, N, 2 or 3], in place."""

    def after(self, world: World | None, frame: Frame) -> None:
        """A frame was shown: of a world, or of a replay, which has none."""

    def passed(self, world: World, w: int) -> None:
        """A tick of world `w` of a batch that records events has passed, of which there is no frame."""

    def close(self) -> None:
        """The viewer closes: ends threads of its own."""
