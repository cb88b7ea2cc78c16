"""What watching costs: the page's own code, the server for each viewer, and the world when many misbehave."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from forge.bench.measure import spread
from forge.bench.process import Process
from forge.bench.report import Row, Section, fixed, measured, text
from forge.blade import ConfigError, Law
from forge.embyr.video import chromium

if TYPE_CHECKING:  # it comes with the extra `video`
    from playwright.sync_api import Page

_RATE = 10.0  # ticks a second
_SIZES = ((128, 80), (4096, 512))  # agents at most, side
_QUICK_SIZES = ((32, 40),)
_VIEWERS = 20
_CROWD = {"watching": 40, "slow": 20, "silent": 20, "vanishing": 20}
_WINDOW = (1280, 720)

_PICTURES = 6  # of each view in a turn
_FIGURES = ("frameMs", "drawCalls", "triangles", "agents")
_READ = f"Object.fromEntries({list(_FIGURES)}.map((name) => [name, window.__embyr?.[name] ?? 0]))"

#: What the camera shows: the oldest agent from 24 tiles away, and the whole map.
_VIEWS = {
    "near": """() => {
  const { scene, world } = __embyr, { agents } = world().frame;
  const oldest = agents.age.indexOf(Math.max(...agents.age));
  scene.focus(agents.row[oldest], agents.col[oldest]);
  scene.zoom(24 / __embyr.distance());
}""",
    "far": "() => __embyr.scene.resetCamera()",
}
#: The time of the page's own code for each of so many pictures [ms]; the first two may show what was before.
_TIMES = """async (pictures) => {
  const times = [];
  for (let drawn = __embyr.frames; times.length < pictures + 2; ) {
    await new Promise(requestAnimationFrame);
    if (__embyr.frames > drawn) times.push(__embyr.pictureMs);
    drawn = __embyr.frames;
  }
  return times.slice(2);
}"""


@dataclass(frozen=True)
class Plan:
    """How thoroughly to measure.

    Attributes:
        rounds: repeats of everything.
        ticks: of a repeat.
        seed: of the world and of who plays in it.
        quick: a small world that lives for a moment, to try the benchmark and not the machine.
    """

    rounds: int = 5
    ticks: int = 100
    seed: int = 0
    quick: bool = False

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Agents at most and side of each world."""
        return _QUICK_SIZES if self.quick else _SIZES

    def world(self, slots: int, side: int) -> dict[str, Any]:
        """A world that fills up, whatever the land gives, and the ticks that it takes."""
        provisions = {"vitals.food": 30000, "vitals.water": 30000}
        config = Law(**{"spawn.cap": slots, "spawn.populations": 8, "terrain.side": side, **provisions})
        return {"config": config.to_dict(), "rate": _RATE, "settle": 300 + slots, "seed": self.seed}


@contextlib.contextmanager
def _watched(arguments: Mapping[str, Any]) -> Iterator[tuple[Process, int]]:
    """A server of a world, and its port."""
    with Process("forge.bench.watched", arguments) as server:
        yield server, int(server.hear()["port"])


@contextlib.contextmanager
def _crowd(port: int, kinds: Mapping[str, int]) -> Iterator[Process]:
    """Viewers of a server, all there."""
    with Process("forge.bench.crowd", {"port": port, "kinds": dict(kinds)}) as crowd:
        crowd.hear()
        yield crowd


def page(plan: Plan) -> Section:
    """The time of the page's own code, drawn in a browser without a window, near and far in turn.

    Raises:
        ConfigError: without a Chromium, or if the page draws nothing.
    """
    rows = [row for slots, side in plan.sizes for row in _page_rows(plan, slots, side)]
    note = (
        f"Chromium without a window, {_WINDOW[0]} × {_WINDOW[1]}, drawn in software at full quality, {_RATE:g} ticks a "
        f"second; {plan.rounds} turns of {_PICTURES} pictures near (24 tiles from the oldest agent) and as many far "
        "(the whole map), medians of a turn. Script: all of the page's code for one picture, panels left out; × near: "
        "of the two in a turn; frame: taking in one tick."
    )
    columns = (
        text("side", "side"),
        text("agents", "agents"),
        text("view", "view"),
        measured("script, ms a picture", "scriptMs", 2),
        measured("× near", "ratio", 2),
        measured("frame, ms a tick", "frameMs", 2),
        text("draw calls", "drawCalls"),
        text("triangles", "triangles"),
    )
    return Section("Page: its own time", note, columns, rows)


def _page_rows(plan: Plan, slots: int, side: int) -> list[Row]:
    """What the page takes for one world, a row for each view."""
    read: dict[str, list[dict[str, float]]] = {view: [] for view in _VIEWS}
    with _watched(plan.world(slots, side)) as (server, port), chromium.launch() as browser:
        tab = chromium.window(browser, (320, 180) if plan.quick else _WINDOW, calm=True).new_page()
        tab.goto(f"http://127.0.0.1:{port}/?quality=high")
        _until_drawn(tab)
        for _ in range(plan.rounds):
            for view, look in _VIEWS.items():
                server.tell(plan.ticks)
                tab.evaluate(look)
                times = tab.evaluate(_TIMES, _PICTURES)
                read[view].append({**tab.evaluate(_READ), "scriptMs": median(times)})
                server.hear()
    rows: list[Row] = []
    for view, readings in read.items():
        facts = {"slots": slots, "side": side, "view": view, "pictures": _PICTURES * plan.rounds}
        counts = {name: int(readings[-1][name]) for name in ("agents", "drawCalls", "triangles")}
        times = {name: spread([values[name] for values in readings])._asdict() for name in ("scriptMs", "frameMs")}
        ratios = [values["scriptMs"] / near["scriptMs"] for values, near in zip(readings, read["near"], strict=True)]
        rows.append({**facts, **counts, **times, "ratio": spread(ratios)._asdict()})
    return rows


def _until_drawn(tab: Page) -> None:
    """Waits for the first picture.

    Raises:
        ConfigError: if there is none.
    """
    for _ in range(1200):
        if tab.evaluate("window.__embyr?.ready ?? false"):
            return
        tab.wait_for_timeout(50)
    raise ConfigError("the page drew nothing: does this Chromium have WebGL 2?")


def server(plan: Plan) -> Section:
    """CPU of the server for each of 20 viewers, against the same world without any."""
    rows: list[Row] = []
    for slots, side in plan.sizes:
        arguments = plan.world(slots, side)
        with _watched(arguments) as (alone, _), _watched(arguments) as (shown, port), _crowd(port, _viewers()) as crowd:
            shares, turns = [], []
            for _ in range(plan.rounds):
                crowd.ask("")
                before, turn = alone.ask(plan.ticks), shown.ask(plan.ticks)
                turn["frames"] = crowd.ask("")["frames"].get("watching", 0)
                shares.append((turn["cpu_s"] - before["cpu_s"]) / turn["seconds"] / _VIEWERS)
                turns.append(turn)
        frames = sum(turn["frames"] for turn in turns) / sum(turn["seconds"] for turn in turns) / _VIEWERS
        same = turns[-1]["hash"] == before["hash"]
        facts = {"slots": slots, "side": side, "alive": turns[-1]["alive"], "viewers": _VIEWERS, "frames": frames}
        rows.append({**facts, "share": spread(shares)._asdict(), "same": "yes" if same else "no"})
    note = (
        f"{_RATE:g} ticks a second; {plan.rounds} turns of {plan.ticks} ticks each of a server that is watched and one "
        "that is not, taken in turn. Share: CPU time of all threads of the watched server beyond the other's, for each "
        "viewer, of one core."
    )
    columns = (
        text("side", "side"),
        text("agents", "alive"),
        text("viewers", "viewers"),
        fixed("frames/s each", "frames", 1),
        measured("% of a core a viewer", "share", 3, 0.01),
        text("same state", "same"),
    )
    return Section(f"Server: CPU for each of {_VIEWERS} viewers", note, columns, rows)


def _viewers() -> dict[str, int]:
    return {"watching": _VIEWERS}


def crowd(plan: Plan) -> Section:
    """The world's pace and state with 100 connections, most of which misbehave, and without any."""
    rows: list[Row] = []
    for name, kinds in (("none", {}), ("100", _CROWD)):
        with _watched(plan.world(*plan.sizes[0])) as (watched, port), _crowd(port, kinds):
            turns = [watched.ask(plan.ticks) for _ in range(plan.rounds)]
        rates = [turn["ticks"] / turn["seconds"] for turn in turns]
        worst = 1000 * max(turn["late_s"] for turn in turns)
        facts = {"connections": name, "hash": turns[-1]["hash"], "ticks": sum(turn["ticks"] for turn in turns)}
        rows.append({**facts, "ticks_a_second": spread(rates)._asdict(), "late_ms": worst})
    for row in rows:
        row["same"] = "yes" if row["hash"] == rows[0]["hash"] else "no"
    kinds_told = ", ".join(f"{count} {kind}" for kind, count in _CROWD.items())
    note = (
        f"{plan.sizes[0][0]} agents at most; {plan.rounds} turns of {plan.ticks} ticks at {_RATE:g} a second. The 100: "
        f"{kinds_told}: slow ones take a second for a frame, silent ones greet and never read, vanishing ones cut the "
        "line twice a second and come again. Late: the tick that fell farthest behind its schedule."
    )
    columns = (
        text("connections", "connections"),
        measured("ticks/s", "ticks_a_second", 2),
        fixed("latest tick, ms", "late_ms", 1),
        text("ticks", "ticks"),
        text("same state", "same"),
    )
    return Section("World: pace and state while many watch", note, columns, rows)
