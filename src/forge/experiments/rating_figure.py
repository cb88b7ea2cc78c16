"""The figure of ratings: a dot and an interval for each entrant, level lines for the anchors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from forge.experiments.estimate import Estimate
from forge.experiments.palette import hex_colours
from forge.experiments.plotting import INK, draw_anchors, new_figure, plain_axes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONG = 12  # letters of a name that fit below a dot


def draw(ratings: Mapping[str, Estimate], anchors: Collection[str], groups: Mapping[str, str] | None = None) -> Figure:
    """Draws ratings.

    Args:
        ratings: by name, in the order to draw them.
        anchors: names of those that are frozen.
        groups: for each name the group that it is coloured by; None means one colour.
    """
    names = [name for name in ratings if name not in anchors]
    kinds = list(dict.fromkeys((groups or {}).get(name, "") for name in names))
    colours = dict(zip(kinds, hex_colours(len(kinds)), strict=True))
    figure = new_figure(max(5.5, 2.0 + 0.62 * len(names)), 4.4)
    ax = figure.subplots()
    for k, name in enumerate(names):
        rating, colour = ratings[name], colours[(groups or {}).get(name, "")]
        ax.vlines(k, rating.low, rating.high, color=colour, linewidth=2.2, alpha=0.55)
        ax.scatter(k, rating.value, color=colour, s=42, zorder=3)
    plain_axes(ax, "rating")
    ends = [end for name in ratings for end in (ratings[name].low, ratings[name].high)]
    margin = 0.06 * max(max(ends) - min(ends), 1.0)
    ax.set_ylim(min(ends) - margin, max(ends) + margin)
    ax.set_xlim(-0.6, len(names) - 0.4)
    slanted = any(len(name) > _LONG for name in names) or len(names) > _LONG
    ax.set_xticks(range(len(names)), names, color=INK)
    if slanted:
        ax.tick_params(axis="x", labelrotation=35)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")
    draw_anchors(ax, {name: ratings[name].value for name in ratings if name in anchors}, named=True)
    return figure
