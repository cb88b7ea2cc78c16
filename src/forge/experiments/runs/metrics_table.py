"""The table of all metrics in the documentation, made from what the code declares."""

from __future__ import annotations

from collections.abc import Iterable

from forge.ethyr.learning.metric import Metric
from forge.ethyr.learning.metrics import METRICS


def metrics_table(metrics: Iterable[Metric] = METRICS) -> str:
    """A table in Markdown: what each number of a line of metrics is, in which unit, and its list by population."""
    head = ["| in all | by population | unit | what it is |", "|---|---|---|---|"]
    return "\n".join(head + [f"| {_code(m.name)} | {_code(m.each)} | {m.unit} | {m.about} |" for m in metrics])


def _code(name: str) -> str:
    return f"`{name}`" if name else ""
