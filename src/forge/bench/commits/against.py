"""This commit against another: who is faster, by how much, and how sure that is."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import forge
from forge.bench.measure import alternate, quotients
from forge.bench.report import Column, Row, Section, decimals, text, timing
from forge.support.checks import ConfigError

#: Alternations unless it is said otherwise: with so many, the interval is from the 6th to the 15th ratio.
ROUNDS = 20
_HERE = Path(forge.__file__).resolve().parents[1]
_CONTESTANT = Path(__file__).with_name("contestant.py")
_SIZES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # by what is timed: in earnest, and quickly
    "world": (
        {"worlds": 16, "settle": 400, "ticks": 128, "repeats": 12},
        {"worlds": 2, "settle": 20, "ticks": 8, "repeats": 2},
    ),
    "train": ({"worlds": 16, "settle": 60, "updates": 40}, {"worlds": 2, "settle": 2, "updates": 2}),
    "first_step": ({}, {}),
}

_UNITS = {
    "world": "ns an agent step", "train": "ns of processor time an agent step", "first_step": "ns of processor time"
}  # fmt: skip


def source_of(checkout: Path) -> Path:
    """The folder of a checkout from which its package is imported.

    Raises:
        ConfigError: if it is no checkout of this project.
    """
    source = checkout.expanduser().resolve() / "src"
    if not (source / "forge" / "blade" / "__init__.py").is_file():
        raise ConfigError(f"--against {checkout} must be a checkout of this project; it holds no src/forge/blade")
    return source


def against(what: str, checkout: Path, rounds: int, seed: int, quick: bool) -> Section:
    """Times this commit and another one in fresh processes, each of them first in every other round.

    Args:
        what: `world`, `train` or `first_step`, as in `forge.bench.commits.contestant`.
        checkout: of the other commit.
        rounds: alternations.
        seed: of what is played.
        quick: to try the benchmark, not the machine.

    Raises:
        ConfigError: if `checkout` is none.
        RuntimeError: if one of them fails.
    """
    sources = {"this": _HERE, "other": source_of(checkout)}
    arguments = _SIZES[what][quick] | ({"seed": seed} if what != "first_step" else {})
    if what == "train":
        from forge.ethyr.learning.settings import RELEASE_2_0  # with PyTorch, which the others do without

        arguments |= {"learning": RELEASE_2_0}
    for source in sources.values():
        time_once(source, what, arguments)  # compiles, and fills the caches
    turns = alternate({name: partial(time_once, source, what, arguments) for name, source in sources.items()}, rounds)
    names = [name for name in turns["this"][0] if name in turns["other"][0]]
    rows = [_row(name, *([turn[name] for turn in turns[who]] for who in ("this", "other"))) for name in names]
    note = (
        f"This commit and the one in {checkout}, in fresh processes that take turns, {rounds} times, each of them "
        "first in every other round; one thread. Ratio: the other's time by this one's, round by round; its median, "
        "and an interval in which the true median lies with 95 % (sign test). Above 1, this commit is faster."
    )
    columns = (
        text("timed", "timed"),
        Column("this", lambda row: decimals(row["this"]["cost_ns"]["median"], 1)),
        Column("other", lambda row: decimals(row["other"]["cost_ns"]["median"], 1)),
        Column("ratio", lambda row: decimals(row["ratio"]["median"], 3)),
        Column("95 %", lambda row: f"{decimals(row['ratio']['low'], 3)}–{decimals(row['ratio']['high'], 3)}"),
    )
    unit = _UNITS[what]
    return Section(f"This commit against another: {what.replace('_', ' ')}, {unit}", note, columns, rows)


def time_once(source: Path, what: str, arguments: Mapping[str, Any]) -> dict[str, float]:
    """What one fresh process finds.

    Args:
        source: the folder its package is imported from.
        what: is timed.
        arguments: of it.
    """
    asked = json.dumps({"what": what, "checkout": str(source), **arguments})
    with tempfile.TemporaryDirectory(prefix="forge-bench-") as folder:  # no checkout, so nothing else is imported
        done = subprocess.run(
            [sys.executable, str(_CONTESTANT), asked],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(source)},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"timing {what} of {source} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _row(name: str, this: Sequence[float], other: Sequence[float]) -> Row:
    ratios = quotients(other, this)
    low, high = median_interval(ratios)
    ratio = {"median": float(np.median(ratios)), "low": low, "high": high, "rounds": len(ratios)}
    return {"timed": name, "this": timing(this), "other": timing(other), "ratio": ratio}


def median_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """An interval that holds the median of what `values` are drawn from, with at least this probability.

    The k-th lowest to the k-th highest value do unless fewer than k of the values are on one side of the median, which
    is binomial with 1/2 (sign test). With five values and fewer there is no such k; the interval is then all of them.
    """
    ordered, count = sorted(values), len(values)
    k, tail = 0, 0.0
    while k < count // 2 and (tail := tail + math.comb(count, k) / 2**count) <= (1 - level) / 2:
        k += 1
    return ordered[max(0, k - 1)], ordered[min(count - 1, count - k)] if k else ordered[-1]
