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
    from rich.table import Table

    if not title and rows:
        s = rows[0].evaluation.settings
        title = (
            f"{s.worlds} worlds, {s.ticks:,} ticks after {s.warmup:,}; lives followed for {s.horizon:,} ticks at most"
        )
    drawn = Table(title=title, caption="in brackets: 95 % interval over worlds")
    drawn.add_column("policy")
    columns = _columns(rows)
    for heading in columns:
        drawn.add_column(heading, justify="right")
    for row in rows:
        drawn.add_row(row.name, *(cell(row) for cell in columns.values()))
    return drawn


def _columns(rows: Sequence[Row]) -> dict[str, Callable[[Row], str]]:
    first = rows[0].name if rows else "first"
    return {
        "lifetime\n\\[ticks]": lambda row: row.evaluation.lifetime.format(),
        f"lifetime\n× {first}": lambda row: row.relative.format(".2f"),
        "reach horizon\n\\[%]": lambda row: _percent(row.evaluation.outlived),
        "alive\n\\[agents a world]": lambda row: row.evaluation.population.format(),
        "deaths\n\\[/1,000 agent ticks]": lambda row: row.evaluation.mortality.format(),
        "tiles\n\\[a life]": lambda row: row.evaluation.tiles.format(),
        **{f"by {cause.name.lower()}\n\\[%]": _cause(cause) for cause in Cause},
    }


def _cause(cause: Cause) -> Callable[[Row], str]:
    return lambda row: _percent(row.evaluation.causes[cause.name.lower()])


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
