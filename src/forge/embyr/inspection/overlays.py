"""Overlays on the ground and the panel of an agent, found beside the world only while somebody looks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.recording.frame import Frame, draw_tiles
from forge.blade.recording.replay import Replay
from forge.blade.recording.scene import Scene, told_in
from forge.blade.world.world import World
from forge.embyr.inspection.heatmaps import heatmaps
from forge.embyr.inspection.mind import Mind, Thought
from forge.embyr.inspection.orders import OpenOrders, has_exchange, open_orders
from forge.embyr.inspection.own import own_declared
from forge.embyr.inspection.panel import agent_message
from forge.embyr.inspection.query_worker import QueryWorker, Reply
from forge.embyr.inspection.riches import Riches
from forge.embyr.streaming.extension import Desk, Extension
from forge.embyr.streaming.pace import Refused
from forge.embyr.streaming.source import told_apart
from forge.embyr.wire.protocol import Inspect, Message, Overlay, grid_message


class Panel(NamedTuple):
    """The question what there is to know of an agent."""

    id: int
    topic: str = "agent"


class Grid(NamedTuple):
    """The question what an overlay shows."""

    name: str
    population: int
    food: float | None
    water: float | None
    centre: int | None  # id of the agent in the middle, where the overlay has one
    topic: str = "overlay"


@dataclass(frozen=True, eq=False)
class Moment:
    """What was shown last."""

    config: Config
    frame: Frame
    materials: np.ndarray
    memories: Mapping[int, Any]  # of the minds, by their `id()`
    told: Mapping[str, np.ndarray] | None  # see `Scene.told`
    orders: OpenOrders | None  # that wait; None where nobody trades, or a replay does not tell

    @functools.cached_property
    def scene(self) -> Scene:
        """The frame as a scene, made when it is first asked for."""
        return Scene.of_frame(self.config, self.frame, self.materials, self.told)


class Overlays(Extension):
    """Answers Inspect and Overlay.

    Args:
        config: of the world that is watched.
        names: of its populations; those left out are called by their number.
        minds: that know the policies of its populations; None, or an end of the list, where nobody does.
        replay: that is played, if it is one.
        share: of one core that each question may take for as long as it is asked.
        seconds: from one answer about an overlay to the next, at least.
    """

    handles: ClassVar[tuple[type[Message], ...]] = (Inspect, Overlay)

    _PANEL_SECONDS: ClassVar[float] = 0.1

    def __init__(
        self,
        config: Config,
        names: Sequence[str] = (),
        minds: Sequence[Mind | None] = (),
        replay: Replay | None = None,
        share: float = 0.25,
        seconds: float = 1.0,
    ) -> None:
        P = config.populations
        self.config, self.share = config, share
        self._seconds = {"agent": self._PANEL_SECONDS, "overlay": seconds}
        self.names = told_apart((*names, *(f"Population {p}" for p in range(len(names), P)))[:P])
        self.minds: tuple[Mind | None, ...] = (*minds, *(None for _ in range(len(minds), P)))[:P]
        self._heatmaps = heatmaps(config.terrain.side, replay)
        self._riches = Riches(config.terrain.side) if replay is None and config.named("items") else None
        self._materials = np.zeros((0, 0), np.uint8)
        self._moment: Moment | None = None
        self._overlays: dict[int, Overlay] = {}
        self._inspected: dict[int, int] = {}
        self._kinds: Mapping[str, Callable[[Moment, Grid], Reply]] = {
            "visits": self._traced,
            "value": self._values,
            "dependency": self._dependency,
            "attacks": self._traced,
            "trades": self._traced,
            "wealth": self._wealth,
        }

    def attach(self, desk: Desk) -> None:
        """See `Extension`."""
        super().attach(desk)
        # a panel does not wait for the values of a big map
        self._panels, self._grids = (
            QueryWorker(self._answer, desk.tell, {topic: seconds}, self.share)
            for topic, seconds in self._seconds.items()
        )

    @property
    def offered(self) -> list[str]:
        """The overlays there are, in the order in which a viewer goes through them."""
        known = any(mind is not None for mind in self.minds)
        there = {
            "value": known,
            "dependency": known,
            "trades": has_exchange(self.config),
            "wealth": self._riches is not None,
        }
        return [name for name in self._kinds if there.get(name, True)]

    def abilities(self) -> Mapping[str, Any]:
        """See `Extension`."""
        own = own_declared(self.config)
        return {"overlays": self.offered, "inspect": True, **({"own": own} if own else {})}

    def receive(self, viewer: int, message: Message) -> None:
        """See `Extension`.

        Raises:
            Refused: if there is no such overlay, or none of this population.
        """
        match message:
            case Inspect(id=None):
                self._inspected.pop(viewer, None)
                self._panels.ask(viewer, "agent", None)
            case Inspect(id=int(agent)):
                self._inspected[viewer] = agent
                self._panels.ask(viewer, "agent", Panel(agent))
            case Overlay(name=None):
                self._overlays.pop(viewer, None)
                self._grids.ask(viewer, "overlay", None)
            case Overlay():
                self._check(message)
                self._overlays[viewer] = message
                self._ask_grid(viewer)
        if isinstance(message, Inspect) and self._centred(viewer):
            self._ask_grid(viewer)

    def _check(self, overlay: Overlay) -> None:
        if overlay.name not in self.offered:
            raise Refused(f"there is no overlay {overlay.name!r} here; there are {', '.join(self.offered)}")
        if overlay.population >= len(self.names):
            raise Refused(f"there are {len(self.names)} populations; {overlay.population} is none of them")
        if overlay.name in ("value", "dependency") and self.minds[overlay.population] is None:
            raise Refused(f"{self.names[overlay.population]} follows a script: it has no values to show")

    def _centred(self, viewer: int) -> bool:
        return viewer in self._overlays and self._overlays[viewer].name == "dependency"

    def _ask_grid(self, viewer: int) -> None:
        name, population, food, water = self._overlays[viewer]
        centre = self._inspected.get(viewer) if self._centred(viewer) else None
        self._grids.ask(viewer, "overlay", Grid(str(name), population, food, water, centre))

    def gone(self, viewer: int) -> None:
        """See `Extension`."""
        self._overlays.pop(viewer, None)
        self._inspected.pop(viewer, None)
        for worker in (self._panels, self._grids):
            worker.gone(viewer)

    def after(self, world: World | None, frame: Frame) -> None:
        """See `Extension`."""
        if frame.key:
            self._materials = frame.plane["material"].reshape(frame.side, frame.side)
        elif len(frame.tiles["index"]):  # a new map, because the one before may be in use
            self._materials = self._materials.copy()
            draw_tiles(self._materials, frame.tiles)
        self._heatmaps.shown(frame)
        if world is not None and self._riches is not None:
            self._riches.shown(world, frame)
        memories = {id(mind): mind.recall() for mind in self.minds if mind is not None}
        told = None if world is None else told_in(world, frame.world)
        orders = None if world is None else open_orders(world, frame.world)
        self._moment = Moment(self.config, frame, self._materials, memories, told, orders)
        for worker in (self._panels, self._grids):
            worker.news(afresh=frame.key)  # the first, or after a jump

    def close(self) -> None:
        """See `Extension`."""
        for worker in (self._panels, self._grids):
            worker.close()

    def _answer(self, question: Panel | Grid) -> Reply:
        moment = self._moment
        if moment is None:
            return Reply({"type": "error", "message": "nothing has been shown yet"})
        if isinstance(question, Panel):
            thought = self._thought(moment, question.id)
            return Reply(agent_message(moment.scene, question.id, self.names, thought, moment.orders))
        return self._kinds[question.name](moment, question)

    def _thought(self, moment: Moment, agent: int) -> Thought | None:
        place = moment.scene.find(agent)
        if place is None:
            return None
        mind = self.minds[moment.scene.agents["population"][place]]
        return None if mind is None else mind.think(moment.scene, place, moment.memories[id(mind)])

    def _traced(self, moment: Moment, grid: Grid) -> Reply:
        counts, complete = self._heatmaps.count(grid.name, grid.population)
        values = np.where(counts > 0, counts, np.nan).astype(np.float32)
        first, last = self._heatmaps.ticks or (moment.scene.tick, moment.scene.tick)
        what, unit = {
            "visits": ("Ticks spent on each tile", "agent ticks"),
            "attacks": ("Attacks that took effect, by the attacker's tile", "attacks"),
            "trades": ("Trades, by where who sold and who bought stood", "trades"),
        }[grid.name]
        legend = f"{what}: {self.names[grid.population]}, ticks {first} to {last}"
        high = max(1.0, float(counts.max()))
        return Reply(_message(grid, last, values, legend, (1.0, high), unit=unit, scale="log"), complete)

    def _wealth(self, moment: Moment, grid: Grid) -> Reply:
        assert self._riches is not None  # else it would not be offered
        values = self._riches.mean(grid.population)
        first, last = self._riches.ticks or (moment.scene.tick, moment.scene.tick)
        what = "Mean wealth of who stood on each tile, items at their last prices"
        legend = f"{what}: {self.names[grid.population]}, ticks {first} to {last}"
        return Reply(_message(grid, last, values, legend, _range(values), unit="gold"))

    def _values(self, moment: Moment, grid: Grid) -> Reply:
        mind = self._mind(grid.population)
        food, water = (1.0 if share is None else share for share in (grid.food, grid.water))
        values = mind.values(moment.scene, grid.population, food, water)
        legend = f"Value of standing on each tile: {self.names[grid.population]}, {_fed(food, water)}"
        return Reply(_message(grid, moment.scene.tick, values, legend, _range(values), unit="ticks"))

    def _dependency(self, moment: Moment, grid: Grid) -> Reply:
        place = self._centre(moment.scene, grid)
        if place is None:
            empty = np.full((1, 1), np.nan, np.float32)
            legend = f"Nobody of {self.names[grid.population]} lives"
            return Reply(_message(grid, moment.scene.tick, empty, legend, (-1.0, 1.0), unit="ticks", diverging=True))
        agent, radius = moment.scene.agents[place], moment.scene.config.sight.radius
        population, number = int(agent["population"]), int(agent["id"]) & 0xFFFFFFFF
        row, col = int(agent["row"]), int(agent["col"])
        mind = self._mind(population)
        values = mind.dependency(moment.scene, place, grid.food, grid.water, moment.memories[id(mind)])
        high = float(np.nanmax(np.abs(values), initial=1e-6))
        legend = "What a second agent on each tile adds to the value of the one in the middle"
        about = {
            "population": population,
            "origin": [row - radius, col - radius],
            "centre": {"id": number, "row": row, "col": col},
            "unit": "ticks",
            "diverging": True,
        }
        return Reply(_message(grid, moment.scene.tick, values, legend, (-high, high), **about))

    def _centre(self, scene: Scene, grid: Grid) -> int | None:
        """The agent in the middle: the one inspected, if it lives and is known, else the oldest of the population."""
        place = None if grid.centre is None else scene.find(grid.centre)
        if place is not None and self.minds[scene.agents["population"][place]] is not None:
            return place
        members = np.flatnonzero(scene.agents["population"] == grid.population)
        return int(members[np.argmax(scene.agents["age"][members])]) if len(members) else None

    def _mind(self, population: int) -> Mind:
        mind = self.minds[population]
        assert mind is not None  # checked when it was asked for
        return mind


def _message(grid: Grid, tick: int, values: np.ndarray, legend: str, span: tuple[float, float], **about: Any) -> bytes:
    low, high = span
    shown = {"name": grid.name, "population": grid.population, "tick": tick, "origin": [0, 0]}
    kind = {"low": low, "high": high, "legend": legend, "scale": "linear", "diverging": False}
    return grid_message(values, shown | kind | about)


def _range(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest of the values but for the outermost hundredth, so that single tiles do not set the scale."""
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = np.percentile(known, (1, 99))
    return float(low), float(max(high, low + 1e-6))


def _fed(food: float, water: float) -> str:
    return f"with {food:.0%} food and {water:.0%} water"
