"""The figures of the study `attacks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forge.experiments.figures.colour_maps import shades
from forge.experiments.figures.plotting import FAINT, LINES, add_legend, new_figure, plain_axes
from forge.experiments.measures.aggression import STYLES, Odds, Strikes, odds_at
from forge.experiments.measures.dependence import COMPANIONS
from forge.experiments.pictures.palette import hex_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from forge.experiments.studies.dependencies.runs import Kind

Asked = Mapping["Kind", Mapping[str, Odds]]
Watched = Mapping["Kind", Mapping[str, Strikes]]
_STRANGER = COMPANIONS.index("stranger")
_TITLES = {"initial": "before\ntraining", "early": "early", "late": "end of\ntraining"}


def asked_maps(asked: Asked) -> Figure:
    """Odds by place: a row a phase, three maps a kind of world."""
    maps = {kind: {phase: of.maps(_STRANGER) for phase, of in phases.items()} for kind, phases in asked.items()}
    return _grid(maps, "odds of an attack")


def watched_maps(watched: Watched) -> Figure:
    """Attacks in play by place: a row a phase, three maps a kind of world."""
    maps = {kind: {phase: of.maps() for phase, of in phases.items()} for kind, phases in watched.items()}
    return _grid(maps, "attacks a thousand ticks of a life", power=0.5)


def _grid(maps: Mapping[Kind, Mapping[str, np.ndarray]], label: str, power: float = 1.0) -> Figure:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import PowerNorm

    phases = list(next(iter(maps.values())))
    most = max(float(np.nanmax(one, initial=0)) for rows in maps.values() for one in rows.values())
    norm = PowerNorm(power, 0, max(most, 1e-9))
    columns = 1 + len(STYLES)  # the first of each kind is a gap
    figure = new_figure(3.1 * len(maps) + 1.2, 0.85 * len(phases) + 0.75)
    axes = figure.subplots(len(phases), columns * len(maps), squeeze=False, width_ratios=(0.25, 1, 1, 1) * len(maps))
    for ax in axes[:, ::columns].flat:
        ax.set_axis_off()
    for k, (kind, rows) in enumerate(maps.items()):
        for row, phase in enumerate(phases):
            for column, style in enumerate(STYLES):
                ax = axes[row, columns * k + 1 + column]
                _draw_map(ax, rows[phase][column], norm)
                if row == 0:
                    heading = kind.name if column == len(STYLES) // 2 else ""
                    ax.set_title(f"{heading}\n{style}", fontsize=9)
    for row, phase in enumerate(phases):
        axes[row, 1].set_ylabel(_TITLES[phase], fontsize=9)
    bar = figure.colorbar(ScalarMappable(norm, shades("amount")), ax=axes, shrink=0.9, pad=0.01, aspect=20)
    bar.set_label(label, color=FAINT)
    bar.outline.set_edgecolor(LINES)
    return figure


def _draw_map(ax: Axes, values: np.ndarray, norm: Any) -> None:
    ax.imshow(values, shades("amount"), norm=norm, interpolation="nearest")
    middle = len(values) // 2
    ax.plot(middle, middle, marker="+", color=FAINT, markersize=5, markeredgewidth=1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_color(LINES)


def styles(asked: Asked, reach: np.ndarray) -> Figure:
    """Odds of each style by distance, before and after training, a panel a kind of world."""
    figure = new_figure(11, 3.8)
    axes = figure.subplots(1, len(asked), sharey=True, squeeze=False)[0]
    for ax, (kind, phases) in zip(axes, asked.items(), strict=True):
        for style, colour in enumerate(hex_colours(len(STYLES))):
            _draw_style(ax, phases, style, int(reach[style]), colour)
        plain_axes(ax, "odds of an attack" if ax is axes[0] else "")
        ax.set_xticks(range(reach.max() + 1))
        ax.set_title(kind.name, fontsize=10)
        ax.set_xlabel("distance of the target [tiles]")
    axes[0].set_ylim(0, _top(axes))
    handles, names = axes[0].get_legend_handles_labels()
    add_legend(figure, handles, names, columns=len(names))
    return figure


def _top(axes: Sequence[Axes]) -> float:
    """The end of an axis that holds every line; of an interval that is wider than that, the rest is cut off."""
    lines = [np.asarray(line.get_ydata(), float) for ax in axes for line in ax.get_lines()]
    return min(1.02, 1.3 * float(np.nanmax(np.concatenate(lines))))


def _draw_style(ax: Axes, phases: Mapping[str, Odds], style: int, reach: int, colour: str) -> None:
    steps = list(range(reach + 1))
    late = [odds_at(phases["late"], _STRANGER, style, d).estimate((0, 1)) for d in steps]
    initial = [odds_at(phases["initial"], _STRANGER, style, d).estimate((0, 1)).value for d in steps]
    ax.fill_between(steps, [e.low for e in late], [e.high for e in late], color=colour, alpha=0.16, linewidth=0)
    ax.plot(steps, [e.value for e in late], color=colour, linewidth=2.2, marker="o", markersize=4, label=STYLES[style])
    ax.plot(steps, initial, color=colour, linestyle=":", linewidth=1.4, label=f"{STYLES[style]}, before training")
