"""The loops that are watched: worlds that are played, and a replay. All follow the pace of their viewers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forge.blade.recording.frame import Frame, FrameSource
from forge.blade.recording.replay import Replay
from forge.blade.world.scenario import Scenario
from forge.blade.world.world import World
from forge.embyr.streaming.pace import Advance, Call, Pace, Seek
from forge.embyr.viewer import Player, Viewer


class Live:
    """Plays a world at its viewer's pace until that is stopped.

    Args:
        viewer: with a pace that may be changed.
        world: one world, reset, that records events.
        player: of all its agents.
        capture: makes the frame after each tick, such as `ReplayWriter.append`; None captures it.
        scenario: what is done to the world after each tick from now on, and is seen in the frame of it.
    """

    def __init__(
        self,
        viewer: Viewer,
        world: World,
        player: Player,
        capture: Callable[[], Frame] | None = None,
        scenario: Scenario = Scenario(),  # noqa: B008 - it cannot be changed
    ) -> None:
        self.viewer, self.world, self.player, self.scenario = viewer, world, player, scenario
        self.capture = capture or FrameSource(world).frame

    def run(self) -> None:
        """Plays until the pace is stopped."""
        play_together([self])

    def begin(self) -> None:
        """Shows the world as it is."""
        first = self.capture()
        self.viewer.put(first if first.key else first.with_plane(self.world.materials()[0]), self.world)

    def advance(self) -> None:
        """Plays one tick and shows it."""
        self.viewer.advance(self.world, self.player, self._after_the_tick)

    def _after_the_tick(self) -> Frame:
        self.scenario.play(self.world)
        return self.capture()


def play_together(lives: Sequence[Live]) -> None:
    """Plays worlds whose viewers share a pace, tick by tick, until it is stopped."""
    for live in lives:
        live.begin()
    for order in lives[0].viewer.pace:
        match order:
            case Call(work):
                work()
            case Advance():
                for live in lives:
                    live.advance()
            case Seek():
                pass  # refused before: a world has no past


class Playback:
    """Plays a replay at its viewer's pace until that is stopped.

    At the end it goes on from the start if it is to loop, else it pauses; whoever then asks it to play starts it anew.
    """

    def __init__(self, viewer: Viewer, replay: Replay) -> None:
        self.viewer, self.replay = viewer, replay
        viewer.history.read(replay)
        self.tick = replay.ticks.start
        self._rests = False

    def run(self) -> None:
        """Plays until the pace is stopped."""
        pace: Pace = self.viewer.pace
        self.viewer.put(self.replay.frame(self.tick, key=True))
        for order in pace:
            match order:
                case Call(work):
                    work()
                case Seek(tick):
                    self._show(tick, key=True)
                case Advance():
                    self._advance(pace)

    def _advance(self, pace: Pace) -> None:
        ticks = self.replay.ticks
        if self.tick + 1 in ticks:
            self._show(self.tick + 1)
        elif pace.settings.loop or self._rests:
            self._show(ticks.start, key=True)
        else:
            self._rests = True
            pace.set(paused=True)

    def _show(self, tick: int, key: bool = False) -> None:
        self.tick, self._rests = tick, False
        self.viewer.put(self.replay.frame(tick, key), resumes=True)
