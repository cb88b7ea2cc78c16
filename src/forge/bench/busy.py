"""Threads on a machine that is not free: the default against `threads=1`, beside others, pinned, and with PyTorch."""

from __future__ import annotations

import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forge.bench.measure import spread
from forge.bench.process import Process
from forge.bench.report import Row, Section, between, measured, text
from forge.bench.world import Effort, all_threads

_WORLDS = (4, 64)
#: What else there is: busy loops for each core, and whether the process is pinned to one core, before or while it runs.
_SITUATIONS = {
    "as the machine is": (0, ""),
    "beside busy loops": (1, ""),
    "pinned to one core": (0, "before"),
    "pinned while it runs": (0, "after"),
}


def busy(effort: Effort) -> Section:
    """Agent steps a second with the default threads and with one, taken in turn, in each situation."""
    worlds = _WORLDS[:1] if effort.quick else _WORLDS
    torch = ("no", "before", "after") if importlib.util.find_spec("torch") and not effort.quick else ("no",)
    pins = Path("/proc/self/task").is_dir()  # Linux
    rows: list[Row] = []
    for situation, (loops, pinned) in _SITUATIONS.items():
        if pinned and not pins:
            continue
        for imported in torch:
            with _others(loops * all_threads()):
                rows += _rows(effort, worlds, imported, pinned, situation)
    note = (
        "Law, 128 slots on 80 × 80, all alive, the actions of one tick again and again through World.step; "
        f"{effort.rounds} rounds, each of the default and of threads=1 in turn. A child process for each situation. "
        "Beside busy loops: one for each core. PyTorch: imported and used before or after forge.blade. Ratio: speed of "
        "the default over that of threads=1, round by round."
    )
    columns = (
        text("situation", "situation"),
        text("PyTorch", "torch"),
        text("worlds", "worlds"),
        text("threads", "threads"),
        measured("default, M steps/s", "default", 2, 1e6),
        measured("threads=1, M steps/s", "alone", 2, 1e6),
        measured("ratio", "ratio", 2),
        between("10–90 %", "ratio", 2),
    )
    return Section("World on a busy machine", note, columns, rows)


def _rows(effort: Effort, worlds: tuple[int, ...], torch: str, pinned: str, situation: str) -> list[Row]:
    arguments = {"worlds": worlds, "torch": torch, "pinned": pinned, "seed": effort.seed, "quick": effort.quick}
    rates: dict[tuple[int, str], list[float]] = {(w, kind): [] for w in worlds for kind in ("default", "alone")}
    with Process("forge.bench.stepper", arguments) as child:
        threads = child.hear()["threads"]
        for number in range(effort.rounds):
            for (w, kind), found in list(rates.items())[:: -1 if number % 2 else 1]:
                found.append(child.ask(f"{w} {kind}")["rate"])
    rows: list[Row] = []
    for w in worlds:
        default, alone = rates[w, "default"], rates[w, "alone"]
        figures: dict[str, Any] = {"default": default, "alone": alone, "ratio": [a / b for a, b in zip(default, alone)]}
        spreads = {name: spread(values)._asdict() for name, values in figures.items()}
        rows.append({"situation": situation, "torch": torch, "worlds": w, "threads": threads, **spreads})
    return rows


@contextlib.contextmanager
def _others(count: int) -> Iterator[None]:
    """So many processes that take all of a core they can get."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
