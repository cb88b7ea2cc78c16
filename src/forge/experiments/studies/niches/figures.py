"""The figures of the study `niches`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.figures.plotting import FAINT, new_figure, plain_axes, plain_numbers
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def niches(levels: Mapping[int, Mapping[str, Estimate]]) -> Figure:
    """Effective niches, and distances of populations, against the number of populations.

    Args:
        levels: of the quantities of `niches_report.Levels`, by number of populations.
    """
    figure = new_figure(10.8, 4.8)
    left, right = figure.subplots(1, 2)
    numbers = list(levels)
    blue, orange, green = hex_colours(3)
    for ax, label in ((left, "effective niches"), (right, "distance of two populations (Jensen-Shannon)")):
        plain_axes(ax, label)
        ax.set_xscale("log", base=2)
        ax.set_xticks(numbers)
        plain_numbers(ax.xaxis)
        ax.set_xlabel("populations")
    left.plot(numbers, numbers, color=FAINT, linestyle=(0, (5, 2)), linewidth=1.2, label="a place each, and none")
    left.plot(numbers, np.ones(len(numbers)), color=FAINT, linestyle=(0, (5, 2)), linewidth=1.2)
    _draw(left, numbers, [levels[many]["niches"] for many in numbers], blue, "told apart by tiles")
    _draw(left, numbers, [levels[many]["niches_regions"] for many in numbers], orange, "by squares of tiles")
    left.set_yscale("log", base=2)
    left.set_yticks(numbers)
    left.set_ylim(0.85, 1.15 * max(numbers))
    plain_numbers(left.yaxis)
    _draw(right, numbers, [levels[many]["together"] for many in numbers], blue, "share their worlds")
    _draw(right, numbers, [levels[many]["strangers"] for many in numbers], green, "never met")
    right.set_ylim(0, 1)
    right.set_xlim(left.get_xlim())
    for ax in (left, right):
        ax.legend(frameon=False, fontsize=9)
    return figure


def _draw(ax: Axes, xs: Sequence[int], found: Sequence[Estimate], colour: str, name: str) -> None:
    low, high = ([getattr(x, end) for x in found] for end in ("low", "high"))
    ax.fill_between(xs, low, high, color=colour, alpha=0.16, linewidth=0)
    ax.plot(xs, [x.value for x in found], color=colour, linewidth=2.2, marker="o", markersize=5, label=name)
