"""The figure of ratings: a dot and an interval for each entrant, the best on top, and lines for the anchors."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from forge.experiments.figures.plotting import FAINT, add_legend, apart, new_figure, plain_axes
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW, _WIDTH = 0.3, 7.4  # height of a row, width of the figure [inches]
_NAME = 0.085  # width of an anchor's name, as a share of the axes


def draw(ratings: Mapping[str, Estimate], anchors: Collection[str], groups: Mapping[str, str] | None = None) -> Figure:
    """Draws ratings.

    Args:
        ratings: by name.
        anchors: names of those that are frozen.
        groups: for each name the group that it is coloured by, and that the legend lists; None means one colour.
    """
    names = sorted((n for n in ratings if n not in anchors), key=lambda name: ratings[name].value)
    kinds = sorted({(groups or {}).get(name, "") for name in names}, key=_natural)
    colours = dict(zip(kinds, hex_colours(len(kinds)), strict=True))
    figure = new_figure(_WIDTH, 1.5 + _ROW * max(len(names), 3))
    ax = figure.subplots()
    for row, name in enumerate(names):
        rating, colour = ratings[name], colours[(groups or {}).get(name, "")]
        ax.hlines(row, rating.low, rating.high, color=colour, linewidth=2.6, alpha=0.45)
        ax.scatter(rating.value, row, color=colour, s=36, zorder=3)
    plain_axes(ax, "")
    ax.grid(visible=False, axis="y")
    ends = [end for rating in ratings.values() for end in rating if math.isfinite(end)]
    margin = 0.05 * max(max(ends) - min(ends), 1.0)
    ax.set_xlim(min(ends) - margin, max(ends) + margin)
    ax.set_ylim(-0.7, max(len(names), 1) - 0.3)
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel("rating [400 points: odds of 10 to 1]")
    _lines(ax, {name: ratings[name].value for name in ratings if name in anchors})
    if groups:
        add_legend(figure, [ax.scatter([], [], color=colours[kind]) for kind in kinds], kinds, columns=4)
    return figure


def _lines(ax: Axes, anchors: Mapping[str, float]) -> None:
    """Upright lines, with their names above the axes."""
    low, high = ax.get_xlim()
    names = sorted(anchors, key=lambda name: anchors[name])
    for name, place in zip(names, apart([anchors[n] for n in names], 2 * _NAME * (high - low)), strict=True):
        ax.axvline(anchors[name], color=FAINT, linewidth=1.1, linestyle=(0, (5, 3)), zorder=1)
        ax.annotate(
            f"{name} {anchors[name]:.0f}",
            (place, 1),
            (0, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            color=FAINT,
            fontsize=9,
        )


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts numbers in texts by their value: `among 16` before `among 128`."""
    return [(int(word), "") if word.isdigit() else (-1, word) for word in text.split()]
