"""Comparisons of policies as a table for the terminal and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from forge.blade import Cause
from forge.experiments.estimate import Estimate
from forge.experiments.evaluate import Row

if TYPE_CHECKING:
    from rich.table import Table


def table(rows: Sequence[Row], title: str = "") -> Table:
    """The rows of a comparison as a table for rich's console: every figure with its 95 % interval over worlds.

    Args:
        rows: as `compare` gives them.
        title: above the table; empty means what was played.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    if not title and rows:
        s = rows[0].evaluation.settings
        title = (
            f"{s.worlds} worlds, {s.ticks:,} ticks after {s.warmup:,}; lives followed for {s.horizon:,} ticks at most"
        )
    drawn = Table(
        title=title, caption="below each figure: its 95 % interval over worlds", box=box.SIMPLE_HEAD, pad_edge=False
    )
    drawn.add_column("policy")
    columns = _columns(escape(rows[0].name) if rows else "first")
    for heading in columns:
        drawn.add_column(heading, justify="right")
    for row in rows:
        drawn.add_row(escape(row.name), *(cell(row) for cell in columns.values()))
    return drawn


def _columns(first: str) -> dict[str, Callable[[Row], str]]:
    causes = "/\n".join(cause.name.lower() for cause in Cause)
    return {
        "lifetime\n\\[ticks]": lambda row: _two_lines(row.evaluation.lifetime),
        f"lifetime\n× {first}": lambda row: _two_lines(row.relative),
        "outlive\n\\[%]": lambda row: _percent(row.evaluation.outlived),
        "alive\n\\[a world]": lambda row: _two_lines(row.evaluation.population),
        "tiles\n\\[a life]": lambda row: _two_lines(row.evaluation.tiles),
        f"died \\[%]\n{causes}": lambda row: "/".join(map(_percent, row.evaluation.causes.values())),
    }


def _two_lines(estimate: Estimate) -> str:
    value, low, high = map(_three_digits, estimate)
    return "–" if math.isnan(estimate.value) else f"{value}\n[dim]{low}–{high}[/dim]"


def _three_digits(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.{max(0, 3 - len(str(int(number))))}f}"


def _percent(share: Estimate) -> str:
    return "–" if math.isnan(share.value) else f"{100 * share.value:.0f}"


def to_json(rows: Sequence[Row]) -> str:
    """The rows of a comparison as JSON text: figures, intervals, and the counts of every world that they follow from.

    An estimate is an object of `value`, `low` and `high`; what the data don't determine is null.
    """
    return json.dumps([_plain_row(row) for row in rows], indent=1, allow_nan=False) + "\n"


def _plain_row(row: Row) -> dict[str, Any]:
    e = row.evaluation
    estimates = ("lifetime", "outlived", "population", "mortality", "tiles")
    return {
        "policy": row.name,
        **e.settings._asdict(),
        "cap": e.cap,
        "lives": e.lives,
        "ticks_lived": e.ticks_lived,
        **{name: _plain(getattr(e, name)) for name in estimates},
        "relative": _plain(row.relative),
        "causes": {name: _plain(share) for name, share in e.causes.items()},
        "lifetimes": [_plain(each) for each in e.lifetimes],
        "counts": {name: array.tolist() for name, array in e.counts._asdict().items()},
    }


def _plain(estimate: Estimate) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in estimate._asdict().items()}
