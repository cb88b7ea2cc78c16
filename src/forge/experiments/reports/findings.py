"""Findings: what a study or a tournament says, as tables, figures and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Findings:
    """What a study says: each table becomes a CSV file, each figure a PNG and an SVG, the rest report.md.

    Attributes:
        verdict: the answer in a paragraph, made from the numbers.
        tables: rows of plain values, by name; the rows of a table have the same keys.
        figures: drawn when they are written, by name.
        captions: a line of text for each figure.
        body: Markdown behind the figures: tables to read, and how the numbers were made.
    """

    verdict: str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    figures: Mapping[str, Callable[[], Figure]]
    captions: Mapping[str, str]
    body: str
