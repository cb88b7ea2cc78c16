"""What can only be measured in a fresh process: compiling, maps without a cache, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forge.bench.measure import spread
from forge.bench.report import Column, Row, Section, between, fixed, measured, text
from forge.bench.world import Effort

_MB = 1e6


def run(name: str, arguments: dict[str, Any], cache: str | None = None) -> dict[str, Any]:
    """One measurement of `forge.bench.child` in a process of its own.

    Args:
        name: of the measurement.
        arguments: of it.
        cache: folder that takes the place of the user's cache.

    Returns:
        What it found, and `process_s`, the seconds from the start of the process to its end.

    Raises:
        RuntimeError: with what the process said, if it failed.
    """
    environment = {**os.environ, **({"FORGE_CACHE": cache} if cache else {})}
    command = [sys.executable, "-m", "forge.bench.child", name, json.dumps(arguments)]
    started = time.perf_counter()
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    elapsed = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"measuring {name} failed:\n{done.stderr}")
    return {**json.loads(done.stdout), "process_s": elapsed}


@contextmanager
def empty_cache() -> Iterator[str]:
    """A folder for caches that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="forge-bench-") as folder:
        yield folder


def compiling(effort: Effort) -> Section:
    """Seconds from `import forge.blade` to the end of the first step, with an empty cache and with a full one."""
    rows: list[Row] = []
    for worlds in (1, 16):
        with empty_cache() as folder:
            cache = None if effort.quick else folder
            # the first start fills the cache
            starts = [run("first_step", {"worlds": worlds}, cache) for _ in range(3 if effort.quick else 8)]
        if not effort.quick:
            rows.append(_start("cold", worlds, starts[:1]))
        rows.append(_start("warm", worlds, starts[1:]))
    note = (
        "Seconds since `import forge.blade` began, each in a new process, Chaos; one core compiles. Cold: an empty "
        "cache, so that maps are made too; measured once. Warm: the processes after it. Where the CPU time is far "
        "below the time of the process, it waited for the disk or for other processes."
    )
    columns = (
        text("cache", "cache"),
        text("worlds", "worlds"),
        measured("import", "import_s", 2),
        measured("… and first step", "step_s", 2),
        between("10–90 %", "step_s", 2),
        measured("least", "step_s", 2, part="least"),
        measured("whole process", "process_s", 2),
        measured("CPU time of it", "cpu_s", 2),
    )
    return Section("Compiling: seconds to the end of the first step", note, columns, rows)


def _start(cache: str, worlds: int, starts: list[dict[str, Any]]) -> Row:
    times = {station: spread([start[station] for start in starts])._asdict() for station in starts[0]}
    return {"cache": cache, "worlds": worlds, **times}


def terrain(effort: Effort) -> Section:
    """Seconds for maps, generated and from the cache."""
    jobs = [(4, 80)] if effort.quick else [(100, 80), (1, 512)]
    rows: list[Row] = []
    with empty_cache() as cache:
        for maps, side in jobs:
            found = run("terrain", {"maps": maps, "side": side, "rounds": 2 if effort.quick else 5}, cache)
            times = {name: spread(found[name])._asdict() for name in ("cold_s", "cached_s")}
            rows.append({"maps": maps, "side": side, **times})
    columns = (
        text("maps", "maps"),
        text("side", "side"),
        measured("generated", "cold_s", 3),
        between("10–90 %", "cold_s", 3),
        measured("cached", "cached_s", 4),
        between("10–90 %", "cached_s", 4),
    )
    return Section("Terrain: seconds for maps", "One thread; the noise was compiled before.", columns, rows)


def memory(effort: Effort) -> Section:
    """Resident memory of many worlds, and its growth over many births and deaths."""
    worlds, settle, steps = (4, 20, 10_000) if effort.quick else (100, 400, 10_000_000)
    arguments = {"worlds": worlds, "settle": settle, "steps": steps, "seed": effort.seed}
    run("memory", {**arguments, "settle": 2, "steps": 1})  # a process that compiles is larger
    found = run("memory", arguments)
    row = {"worlds": worlds, "slots": 128, **found, "growth": found["end_bytes"] / found["start_bytes"] - 1}
    columns = (
        text("worlds", "worlds"),
        text("slots", "slots"),
        _megabytes("Python alone", "interpreter_bytes"),
        _megabytes("settled", "start_bytes"),
        _megabytes("at the end", "end_bytes"),
        Column("growth", lambda row: f"{row['growth']:+.2%}"),
        text("agent steps", "agent_steps"),
        text("births", "births"),
        text("deaths", "deaths"),
        fixed("alive a world", "alive", 1),
    )
    note = (
        "Resident memory of a process in MB: Chaos, 80 × 80, foragers, all observations. Python alone: before forge "
        "is imported. Settled: when as many agents are born as die."
    )
    return Section("Memory", note, columns, [row])


def _megabytes(heading: str, key: str) -> Column:
    return Column(heading, lambda row: f"{row[key] / _MB:,.1f}")
