"""The figures of the studies `exploration` and `randomized`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.figures.plotting import FAINT, INK, add_legend, new_figure, plain_axes, plain_numbers
from forge.experiments.measures.contrast import Quantity
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from forge.experiments.studies.exploration.cross_surveys import Place

_DASHES = {"random": (0, (1, 1.5)), "forager": (0, (5, 2))}


def own_worlds(
    caps: Sequence[int],
    levels: Mapping[Place, Mapping[str, Estimate]],
    quantities: Sequence[Quantity],
) -> Figure:
    """Quantities against the number of agents, which is the same in training and in the survey.

    Args:
        caps: numbers of agents.
        levels: of the quantities, by place and name.
        quantities: a panel for each.
    """
    figure, axes = _panels(quantities, caps, "agents, in training and in the survey")
    for ax, quantity in zip(axes, quantities, strict=True):
        _draw(ax, caps, [levels[cap, cap][quantity.name] for cap in caps], hex_colours(1)[0], "trained")
        for name, dashes in _DASHES.items():
            found = [levels[name, cap][quantity.name] for cap in caps]
            ax.plot(caps, [x.value for x in found], color=FAINT, linestyle=dashes, linewidth=1.6, label=name)
    _finish(figure, axes)
    return figure


def same_worlds(
    caps: Sequence[int],
    tests: Sequence[int],
    levels: Mapping[Place, Mapping[str, Estimate]],
    quantities: Sequence[Quantity],
) -> Figure:
    """Quantities against the number of agents in training, a line for each number of agents in the survey.

    Args:
        caps: numbers of agents in training.
        tests: numbers of agents in the surveys.
        levels: of the quantities, by place and name.
        quantities: a panel for each.
    """
    figure, axes = _panels(quantities, caps, "agents in training")
    for ax, quantity in zip(axes, quantities, strict=True):
        for at, colour in zip(tests, hex_colours(len(tests)), strict=True):
            _draw(ax, caps, [levels[cap, at][quantity.name] for cap in caps], colour, f"surveyed among {at}")
            for name, dashes in _DASHES.items():
                ax.axhline(
                    levels[name, at][quantity.name].value, color=colour, linestyle=dashes, linewidth=1, alpha=0.7
                )
    for name, dashes in _DASHES.items():
        axes[0].plot([], [], color=INK, linestyle=dashes, linewidth=1, label=f"{name}, among as many")
    _finish(figure, axes)
    return figure


def _panels(quantities: Sequence[Quantity], caps: Sequence[int], label: str) -> tuple[Figure, list[Axes]]:
    figure = new_figure(5.4 * len(quantities), 4.6)
    axes = list(figure.subplots(1, len(quantities), squeeze=False)[0])
    for ax, quantity in zip(axes, quantities, strict=True):
        plain_axes(ax, f"{quantity.name} [{quantity.unit}]")
        ax.set_xscale("log", base=2)
        ax.set_xticks(caps)
        plain_numbers(ax.xaxis)
        ax.set_xlabel(label)
    return figure, axes


def _draw(ax: Axes, xs: Sequence[int], found: Sequence[Estimate], colour: str, name: str) -> None:
    low, high = ([getattr(x, end) for x in found] for end in ("low", "high"))
    ax.fill_between(xs, low, high, color=colour, alpha=0.16, linewidth=0)
    ax.plot(xs, [x.value for x in found], color=colour, linewidth=2.2, marker="o", markersize=5, label=name)


def _finish(figure: Figure, axes: Sequence[Axes]) -> None:
    for ax in axes:
        # all lines, and of intervals that are much wider than their values as much as there is room for
        highest = max(float(np.nanmax(line.get_ydata(), initial=0)) for line in ax.get_lines())
        ax.set_ylim(0, min(ax.get_ylim()[1], 1.6 * highest) or 1)
    add_legend(figure, *axes[0].get_legend_handles_labels(), columns=5)
