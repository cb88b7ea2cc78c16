"""The stories of agents, found beside the world only while somebody asks for them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameLayout
from forge.blade.world.world import World
from forge.embyr.inspection.query_worker import QueryWorker, Reply
from forge.embyr.society.happenings import HAPPENING, PLACE, Rows, event_names, happened_in, happened_shown, places_of
from forge.embyr.society.lives import Lives
from forge.embyr.society.story import Stories
from forge.embyr.streaming.extension import Desk, Extension
from forge.embyr.wire.protocol import Life, Message

#: Systems whose worlds have people of whom there is more to tell than a frame shows.
PEOPLE = ("skills", "items", "births")
_HAPPENINGS, _PLACES = 2**19, 2**20  # rows that are remembered


class Story(NamedTuple):
    """The question what became of an agent."""

    id: int
    topic: str = "life"


class Society(Extension):
    """Remembers lives, from the first tick that is shown or passes, and answers Life.

    Args:
        config: of the world that is watched.
        layout: of its frames; None is that of a world with this configuration. A replay says its own.
        share: of one core that each question may take for as long as it is asked.
        seconds: from one answer to the next, at least.
    """

    handles: ClassVar[tuple[type[Message], ...]] = (Life,)

    def __init__(
        self, config: Config, layout: FrameLayout | None = None, share: float = 0.25, seconds: float = 0.5
    ) -> None:
        self.config, self._share, self._seconds = config, share, seconds
        layout = frame_layout(config) if layout is None else layout
        self._lives = Lives(event_names(layout), config.named("levels"))
        self._happenings = Rows(HAPPENING, ("agent", "other"), _HAPPENINGS)
        self._places = Rows(PLACE, ("agent",), _PLACES)
        self._stories = Stories(layout, self._lives, self._happenings, self._places)
        self._world: tuple[World | None, int] | None = None
        self._lock = threading.Lock()  # of the lives

    @classmethod
    def of(cls, config: Config, layout: FrameLayout | None = None, share: float = 0.25) -> tuple[Society, ...]:
        """One where there are people of whom there is something to tell, else none."""
        return (cls(config, layout, share),) if any(map(config.named, PEOPLE)) else ()

    def attach(self, desk: Desk) -> None:
        """See `Extension`."""
        super().attach(desk)
        self._worker = QueryWorker(self._answer, desk.tell, {"life": self._seconds}, self._share)

    def abilities(self) -> Mapping[str, Any]:
        """See `Extension`."""
        return {"life": True}

    def receive(self, viewer: int, message: Message) -> None:
        """See `Extension`."""
        match message:
            case Life(id):
                self._worker.ask(viewer, "life", None if id is None else Story(id))

    def gone(self, viewer: int) -> None:
        """See `Extension`."""
        self._worker.gone(viewer)

    def after(self, world: World | None, frame: Frame) -> None:
        """See `Extension`."""
        self._turn_to(world, frame.world, frame.tick, frame.key)
        logged = world is not None and world.recording.events
        happenings = happened_in(world, frame.world) if logged and world is not None else happened_shown(frame)
        if frame.tick > self._lives.tick:
            self._see(world, frame.world, frame.tick, happenings, frame.agents)
        self._worker.news(afresh=frame.key)

    def passed(self, world: World, w: int) -> None:
        """See `Extension`."""
        tick = int(world.state.tick[w])
        self._turn_to(world, w, tick, False)
        if tick > self._lives.tick:
            agents = world.state.agents[w, world.state.living[w, : world.state.living_count[w]]]
            self._see(world, w, tick, happened_in(world, w), agents)

    def close(self) -> None:
        """See `Extension`."""
        self._worker.close()

    def _turn_to(self, world: World | None, w: int, tick: int, key: bool) -> None:
        """Forgets all where the world is another one, or goes on from another tick."""
        same = self._world is not None and self._world[0] is world and self._world[1] == w
        jumped = tick < self._lives.tick or (world is None and key and tick != self._lives.tick + 1)
        if same and not jumped:
            return
        with self._lock:
            self._world = world, w
            self._lives.clear()
        self._happenings.clear()
        self._places.clear()

    def _see(
        self, world: World | None, w: int, tick: int, happenings: np.ndarray, agents: Mapping[str, np.ndarray]
    ) -> None:
        mothers = None
        if world is not None and self.config.named("births"):
            mothers = world.state.mother[w, world.state.living[w, : world.state.living_count[w]]]
        self._happenings.add(tick, happenings)
        self._places.add(tick, places_of(tick, agents))
        with self._lock:
            self._lives.see(tick, happenings, agents["id"], agents["age"], agents["population"], mothers)

    def _answer(self, question: Story) -> Reply:
        with self._lock:
            return Reply(self._stories.of(question.id))
