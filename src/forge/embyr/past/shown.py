"""One world of a batch that somebody else plays, shown now and then: nothing that happens in between goes unsaid."""

from __future__ import annotations

from forge.blade.recording.frame import FrameSource, happenings
from forge.blade.recording.frame_schema import Table
from forge.blade.world.world import World
from forge.embyr.past.frame_diff import FrameDiffSource
from forge.embyr.streaming.kinds import Kinds
from forge.embyr.streaming.stream import FrameStream


class Shown:
    """Captures its frames, and notes what happens in ticks without one.

    Args:
        world: a batch of worlds, reset.
        w: index of the world.
    """

    def __init__(self, world: World, w: int) -> None:
        self.world, self.w = world, w
        self.frame = (FrameSource(world, w) if world.recording.events else FrameDiffSource(world, w)).frame
        self._tick, self._born, self._living = self._counts()

    def of(self, world: World, w: int) -> bool:
        """Whether it is of this world."""
        return self.world is world and self.w == w

    def note(self, stream: FrameStream) -> bool:
        """Tells a stream what happened in the tick that has just ended, and of which there will be no frame.

        Returns:
            Whether it knows, and has not been told before.
        """
        if self.world.recording.events and int(self.world.state.tick[self.w]) != self._tick:
            logged = happenings(self.world, self.w)
            unseen = self.unseen(logged["births"], logged["deaths"])
            kinds = Kinds.living(self.world, self.w)
            stream.note(self._tick, logged["births"], logged["deaths"], logged["attacks"], kinds, unseen)
            return True
        return False

    def unseen(self, births: Table, deaths: Table) -> tuple[int, int]:
        """How many were born and died since the last call beyond these."""
        _, born, living = self._counts()
        came = born - self._born
        went = self._living + came - living
        self._tick, self._born, self._living = self._counts()
        return max(0, came - len(births["id"])), max(0, went - len(deaths["id"]))

    def _counts(self) -> tuple[int, int, int]:
        """Its tick, how many were born in it so far, and how many live."""
        state = self.world.state
        return int(state.tick[self.w]), int(state.births[self.w]), int(state.living_count[self.w])
