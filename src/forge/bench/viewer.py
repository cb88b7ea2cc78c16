"""What watching costs: the page's own code, the server for each viewer, and the world when many misbehave."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forge.bench.measure import spread
from forge.bench.process import Process
from forge.bench.report import Row, Section, fixed, measured, text
from forge.blade import ConfigError, Law
from forge.embyr import chromium

_RATE = 10.0  # ticks a second
_SIZES = ((128, 80), (4096, 512))  # agents at most, side
_QUICK_SIZES = ((32, 40),)
_VIEWERS = 20
_CROWD = {"watching": 40, "slow": 20, "silent": 20, "vanishing": 20}
_WINDOW = (1280, 720)

_FIGURES = ("scriptMs", "frameMs", "drawCalls", "triangles", "agents", "frames")
_READ = f"Object.fromEntries({list(_FIGURES)}.map((name) => [name, window.__embyr?.[name] ?? 0]))"


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
    """The time of the page's own code, drawn in a browser without a window.

    Raises:
        ConfigError: without a Chromium, or if the page draws nothing.
    """
    rows: list[Row] = []
    for slots, side in plan.sizes:
        with _watched(plan.world(slots, side)) as (server, port), chromium.launch() as browser:
            tab = chromium.window(browser, (320, 180) if plan.quick else _WINDOW).new_page()
            tab.goto(f"http://127.0.0.1:{port}/?quality=high")
            for _ in range(1200):
                if tab.evaluate("window.__embyr?.ready ?? false"):
                    break
                tab.wait_for_timeout(50)
            else:
                raise ConfigError("the page drew nothing: does this Chromium have WebGL 2?")
            read: list[dict[str, float]] = []
            for _ in range(plan.rounds):
                server.ask(plan.ticks)
                read.append(tab.evaluate(_READ))
        shown = {"slots": slots, "side": side, "pictures": int(read[-1]["frames"])}
        counts = {name: int(read[-1][name]) for name in ("agents", "drawCalls", "triangles")}
        times = {name: spread([values[name] for values in read])._asdict() for name in ("scriptMs", "frameMs")}
        rows.append({**shown, **counts, **times})
    note = (
        f"Chromium without a window, {_WINDOW[0]} × {_WINDOW[1]}, drawn in software at full quality, {_RATE:g} ticks a "
        f"second; {plan.rounds} readings {plan.ticks} ticks apart, each the page's own median of its last 60. Script: "
        "all of the page's code for one picture, panels left out; frame: taking in one tick."
    )
    columns = (
        text("side", "side"),
        text("agents", "agents"),
        measured("script, ms a picture", "scriptMs", 2),
        measured("frame, ms a tick", "frameMs", 2),
        text("draw calls", "drawCalls"),
        text("triangles", "triangles"),
    )
    return Section("Page: its own time", note, columns, rows)


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
