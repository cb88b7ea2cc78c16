"""The figures of the study `dependencies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.figures.colour_maps import shades
from forge.experiments.figures.plotting import FAINT, INK, add_legend, new_figure, plain_axes
from forge.experiments.measures.dependence import COMPANIONS, Responses, change, mean_map
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.rings import distances

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from forge.experiments.studies.dependencies.runs import Kind

Found = Mapping["Kind", Mapping[str, Responses]]
_STRANGER = COMPANIONS.index("stranger")
_TITLES = {"initial": "before training", "early": "early", "late": "end of training"}


def maps(found: Found) -> Figure:
    """A row a kind of world: population 0 of seed 0 in each phase, and the mean of all, early and at the end."""
    phases = list(next(iter(found.values())))
    columns = [(phase, 0) for phase in phases] + [(phase, None) for phase in phases[1:]]
    figure = new_figure(2.3 * len(columns) + 0.6, 2.5 * len(found) + 0.4)
    axes = figure.subplots(len(found), len(columns), squeeze=False)
    for row, (kind, answers) in enumerate(found.items()):
        for ax, (phase, one) in zip(axes[row], columns, strict=True):
            values = mean_map(answers[phase], _STRANGER, one, one)
            limit = _limit(values)
            _draw_map(ax, values, limit)
            ax.set_xlabel(f"± {limit:.2g} ticks", fontsize=8, color=FAINT, labelpad=3)
            if row == 0:
                who = "mean of all" if one is None else "population 0, seed 0"
                ax.set_title(f"{_TITLES[phase]}\n{who}", fontsize=10)
        axes[row, 0].set_ylabel(_two_lines(kind), fontsize=10)
    return figure


def populations(found: Found) -> Figure:
    """A row a kind of world: the map of each population of seed 0 at the end, on the scale of the row."""
    count = next(iter(found.values()))["late"].change.shape[-3]
    figure = new_figure(1.45 * count + 0.8, 1.5 * len(found) + 0.3)
    axes = figure.subplots(len(found), count, squeeze=False)
    for row, (kind, answers) in enumerate(found.items()):
        each = [mean_map(answers["late"], _STRANGER, 0, p) for p in range(count)]
        limit = max(_limit(one) for one in each)
        for p, (ax, one) in enumerate(zip(axes[row], each, strict=True)):
            _draw_map(ax, one, limit)
            if row == 0:
                ax.set_title(f"population {p}", fontsize=9)
        axes[row, 0].set_ylabel(f"{_two_lines(kind)}\n± {limit:.2g} ticks", fontsize=9)
    return figure


def profiles(found: Found) -> Figure:
    """The change by distance, a panel a kind of world; before training it is left out, as its sign is chance."""
    figure = new_figure(12, 4)
    axes = figure.subplots(1, len(found), squeeze=False)[0]
    lines = [("early", "stranger"), ("late", "stranger"), ("late", "kin")]
    for ax, (kind, answers) in zip(axes, found.items(), strict=True):
        for (phase, companion), colour in zip(lines, hex_colours(len(lines)), strict=True):
            _draw_profile(ax, answers[phase], COMPANIONS.index(companion), colour, f"{_TITLES[phase]}, {companion}")
        plain_axes(ax, "change of the value [ticks]" if ax is axes[0] else "")
        low, high = _ends(ax)
        ax.set_ylim(low, high)
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.set_title(kind.name, fontsize=10)
        ax.set_xlabel("distance of the second agent [tiles]")
    add_legend(figure, *axes[0].get_legend_handles_labels())
    return figure


def _ends(ax: Axes) -> tuple[float, float]:
    """The ends of an axis that holds every line, and 0; of an interval that is wider than that, the rest is cut off."""
    drawn = np.concatenate([np.asarray(line.get_ydata(), float) for line in ax.get_lines()] + [np.zeros(1)])
    low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    room = 0.6 * max(high - low, 1e-9)
    return low - room, high + room


def _draw_profile(ax: Axes, of: Responses, companion: int, colour: str, name: str) -> None:
    away = distances(of.size)
    steps = range(away.max() + 1)
    found = [change(of, companion, away == distance).estimate() for distance in steps]
    ax.fill_between(steps, [e.low for e in found], [e.high for e in found], color=colour, alpha=0.14, linewidth=0)
    for run in range(len(of.change)):
        one = mean_map(of, companion, run)
        levels = [np.nanmean(one[away == distance]) for distance in steps]
        ax.plot(steps, levels, color=colour, linewidth=0.7, alpha=0.6)
    ax.plot(steps, [e.value for e in found], color=colour, linewidth=2.2, marker="o", markersize=3.5, label=name)


def _draw_map(ax: Axes, values: np.ndarray, limit: float) -> None:
    middle = len(values) // 2
    ax.imshow(values, shades("change"), vmin=-limit, vmax=limit, interpolation="nearest")
    ax.plot(middle, middle, marker="+", color=INK, markersize=5, markeredgewidth=1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def _limit(values: np.ndarray) -> float:
    """The end of the scale of a map."""
    return max(float(np.abs(values[np.isfinite(values)]).max(initial=0)), 1e-9)


def _two_lines(kind: Kind) -> str:
    return kind.name.replace(", ", "\n")
