"""The figures of the study `tournament`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.figures.plotting import INK, add_legend, new_figure, plain_axes
from forge.experiments.pictures.palette import hex_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from forge.experiments.statistics.estimate import Estimate
    from forge.experiments.studies.tournament.table import Duel, Table

_APART = 0.1  # between the places of two lines at one tick, so that their intervals lie side by side


def company(table: Table, caps: Sequence[int]) -> Figure:
    """Lifetime against the training size of the others in the world: a panel a test cap, a line a size.

    Args:
        table: to draw.
        caps: of the panels, from left to right.
    """
    figure = new_figure(1.4 + 3.5 * len(caps), 4.4) if len(caps) > 1 else new_figure(7.4, 4.6)
    axes = figure.subplots(1, len(caps), squeeze=False)[0]
    for ax, cap in zip(axes, caps, strict=True):
        lines = {
            f"trained among {size}": [table.lifetime(cap, size, other) for other in table.sizes] for size in table.sizes
        }
        plain_axes(ax, "lifetime [ticks]" if ax is axes[0] else "")
        _lines(ax, lines)
        _ticks(ax, table.sizes, "training size of the others")
        ax.set_title(f"worlds of {cap}", fontsize=10, color=INK)
    add_legend(figure, *axes[0].get_legend_handles_labels())
    return figure


def combat(duel: Duel) -> Figure:
    """Lifetimes of runs with and without combat in training, which meet in worlds with combat, against their cap."""
    figure = new_figure(6.2, 4.6)
    ax = figure.subplots()
    found = [duel.lifetimes(cap) for cap in duel.caps]
    plain_axes(ax, "lifetime in worlds with combat [ticks]")
    _lines(ax, {"trained with combat": [one for one, _ in found], "trained on foraging": [two for _, two in found]})
    _ticks(ax, duel.caps, "agents in the world at most")
    add_legend(figure, *ax.get_legend_handles_labels())
    return figure


def _lines(ax: Axes, lines: dict[str, list[Estimate]]) -> None:
    shifts = _APART * (np.arange(len(lines)) - (len(lines) - 1) / 2)
    for (name, line), shift, colour in zip(lines.items(), shifts, hex_colours(len(lines)), strict=True):
        xs = np.arange(len(line)) + shift
        ax.vlines(xs, [e.low for e in line], [e.high for e in line], color=colour, linewidth=2, alpha=0.45)
        ax.plot(xs, [e.value for e in line], color=colour, linewidth=1.5, marker="o", markersize=5.5, label=name)
    values = [e.value for line in lines.values() for e in line]
    ends = [end for line in lines.values() for e in line for end in (e.low, e.high)]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = 1.5 * max(high - low, 0.2 * high, 1.0)
    # what an interval reaches beyond that is cut off: a few wide ones would press everything else together
    ax.set_ylim(
        max(low - room, float(np.nanmin([*ends, low])) - 1), min(high + room, float(np.nanmax([*ends, high])) + 1)
    )


def _ticks(ax: Axes, numbers: Sequence[int], label: str) -> None:
    ax.set_xticks(range(len(numbers)), [str(number) for number in numbers])
    ax.set_xlim(-0.5, len(numbers) - 0.5)
    ax.set_xlabel(label)
