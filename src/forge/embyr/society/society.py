"""Lives, the books of the exchange and the hall of fame, found beside the world only while somebody asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameLayout
from forge.blade.society.wealth import wealth
from forge.blade.world.world import World
from forge.embyr.inspection.orders import has_exchange, open_orders
from forge.embyr.inspection.query_worker import QueryWorker, Reply
from forge.embyr.society.fame import HallOfFame
from forge.embyr.society.happenings import HAPPENING, PLACE, Rows, event_names, happened_in, happened_shown, places_of
from forge.embyr.society.lives import Lives
from forge.embyr.society.market import Market
from forge.embyr.society.story import Stories
from forge.embyr.streaming.extension import Desk, Extension
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Exchange, Fame, Life, Message

#: Systems whose worlds have people of whom there is more to tell than a frame shows.
PEOPLE = ("skills", "items", "births")
_HAPPENINGS, _PLACES = 2**19, 2**20  # rows that are remembered


class Story(NamedTuple):
    """The question what became of an agent."""

    id: int
    topic: str = "life"


class Book(NamedTuple):
    """The question what there is in a book of the exchange."""

    number: int
    topic: str = "exchange"


class Hall(NamedTuple):
    """The question who stands out."""

    topic: str = "fame"


class Society(Extension):
    """Remembers lives and trades, from the first tick that is shown or passes, and answers Life, Exchange and Fame.

    Args:
        config: of the world that is watched.
        layout: of its frames; None is that of a world with this configuration. A replay says its own.
        share: of one core that each question may take for as long as it is asked.
        seconds: from one answer to the next, at least.
    """

    handles: ClassVar[tuple[type[Message], ...]] = (Life, Exchange, Fame)

    def __init__(
        self, config: Config, layout: FrameLayout | None = None, share: float = 0.25, seconds: float = 0.5
    ) -> None:
        self.config, self._share, self._seconds = config, share, seconds
        layout = frame_layout(config) if layout is None else layout
        events = event_names(layout)
        self._lives = Lives(events, config.named("levels"))
        self._market = Market(config, events) if has_exchange(config) and "trade" in events else None
        self._fame = HallOfFame(self._lives)
        self._fire = config.schema.names("materials").index("fire") if config.named("camps") else None
        self._happenings = Rows(HAPPENING, ("agent", "other"), _HAPPENINGS)
        self._places = Rows(PLACE, ("agent",), _PLACES)
        self._stories = Stories(layout, self._lives, self._happenings, self._places)
        self._world: tuple[World | None, int] | None = None
        self._lock = threading.Lock()  # of all that is remembered

    @classmethod
    def of(cls, config: Config, layout: FrameLayout | None = None, share: float = 0.25) -> tuple[Society, ...]:
        """One where there are people of whom there is something to tell, else none."""
        return (cls(config, layout, share),) if any(map(config.named, PEOPLE)) else ()

    def attach(self, desk: Desk) -> None:
        """See `Extension`."""
        super().attach(desk)
        topics = dict.fromkeys(("life", "exchange", "fame"), self._seconds)
        self._worker = QueryWorker(self._answer, desk.tell, topics, self._share)

    def abilities(self) -> Mapping[str, Any]:
        """See `Extension`."""
        return {"life": True, "fame": True, **({"exchange": self._market.describe()} if self._market else {})}

    def receive(self, viewer: int, message: Message) -> None:
        """See `Extension`.

        Raises:
            Refused: if there is no such book.
        """
        match message:
            case Life(id):
                self._worker.ask(viewer, "life", None if id is None else Story(id))
            case Fame(shown):
                self._worker.ask(viewer, "fame", Hall() if shown else None)
            case Exchange(book):
                books = 0 if self._market is None else self._market.books
                if book is not None and book >= books:
                    raise Refused(f"the exchange of this world has {books} books; {book} is none of them")
                self._worker.ask(viewer, "exchange", None if book is None else Book(book))

    def gone(self, viewer: int) -> None:
        """See `Extension`."""
        self._worker.gone(viewer)

    def after(self, world: World | None, frame: Frame) -> None:
        """See `Extension`."""
        self._turn_to(world, frame.world, frame.tick, frame.key)
        if frame.key:
            self._place_camps(lambda: frame.plane["material"].reshape(frame.side, frame.side))
        logged = world is not None and world.recording.events
        happenings = happened_in(world, frame.world) if logged and world is not None else happened_shown(frame)
        if frame.tick > self._lives.tick:
            self._see(world, frame.world, frame.tick, happenings, frame.agents)
        self._show_books(world, frame.world)
        self._worker.news(afresh=frame.key)

    def passed(self, world: World, w: int) -> None:
        """See `Extension`."""
        tick = int(world.state.tick[w])
        self._turn_to(world, w, tick, False)
        if tick > self._lives.tick:
            self._place_camps(lambda: world.materials()[w])
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
            self._fame.clear()
            if self._market is not None:
                self._market.clear()
        self._happenings.clear()
        self._places.clear()

    def _place_camps(self, materials: Callable[[], np.ndarray]) -> None:
        if self._market is not None and self._fire is not None and not self._market.placed:
            self._market.place(np.argwhere(materials() == self._fire))

    def _see(
        self, world: World | None, w: int, tick: int, happenings: np.ndarray, agents: Mapping[str, np.ndarray]
    ) -> None:
        mothers, levels = (_of_the_living(world, w, name) for name in ("mother", "level"))
        riches = None
        if world is not None and self.config.named("items"):
            riches = wealth(world, w)[world.state.living[w, : world.state.living_count[w]]]
        self._happenings.add(tick, happenings)
        self._places.add(tick, places_of(tick, agents))
        with self._lock:
            ended = self._lives.see(tick, happenings, agents["id"], agents["age"], agents["population"], mothers)
            self._fame.see(tick, ended, agents["id"].astype(np.int64), levels, riches)
            if self._market is not None:
                self._market.see(tick, happenings)

    def _show_books(self, world: World | None, w: int) -> None:
        if self._market is None:
            return
        orders = None if world is None else open_orders(world, w)
        last = None if world is None else world.state.exchange_last[w]
        with self._lock:
            self._market.show(orders, last)

    def _answer(self, question: Story | Book | Hall) -> Reply:
        with self._lock:
            match question:
                case Story(id):
                    return Reply(self._stories.of(id))
                case Hall():
                    return Reply(self._fame.tell())
                case Book(number):
                    assert self._market is not None  # else it was refused
                    return Reply(self._market.tell(number))


def _of_the_living(world: World | None, w: int, name: str) -> np.ndarray | None:
    """The rows of an array of the state that are of the living, the caller's own; None where there is none."""
    if world is None or name not in world.state._fields:
        return None
    rows: np.ndarray = getattr(world.state, name)[w, world.state.living[w, : world.state.living_count[w]]]
    return rows
