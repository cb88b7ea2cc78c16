"""Figures of a training run: matplotlib without a display and without its global state, loaded when one is drawn."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema
from forge.experiments.figures.plotting import (
    FAINT,
    IN_LEGEND,
    INK,
    LINES,
    add_legend,
    draw_anchors,
    new_figure,
    plain_axes,
    save_figure,
    short_numbers,
)
from forge.experiments.pictures.palette import colours, hex_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def learning_curve(
    metrics: Sequence[Mapping[str, Any]],
    path: str | os.PathLike[str],
    anchors: Mapping[str, float] | None = None,
    also: Sequence[str] = (),
) -> Path:
    """Draws lifetime against agent steps and against wall-clock time, and below them agents alive and speed.

    Args:
        metrics: lines of a run's metrics.jsonl, in order. `steps` [agent steps], `seconds` [s], `lifetime` [ticks, or
            None], `lifetimes` [ticks, by population, each possibly None], `living` [agents a world],
            `steps_per_second` [1/s] are drawn.
        path: of the figure, ending in .png, .svg or .pdf.
        anchors: lifetimes [ticks] to compare with, such as those of scripted agents, by name; drawn as level lines.
        also: further formats, written beside it, such as ".svg".

    Returns:
        The path.

    Raises:
        ValueError: if there is no line of metrics, or a format is unknown.
        OSError: if a file cannot be written.
    """
    if not metrics:
        raise ValueError("metrics is empty: a learning curve needs at least one line")
    figure = new_figure(11, 6.4)
    axes = figure.subplots(2, 2, sharex="col", height_ratios=(3, 1))
    steps, seconds = _column(metrics, "steps"), _column(metrics, "seconds")
    minutes = seconds.max() >= 180
    clock = seconds / 60 if minutes else seconds
    for place, xs in ((0, steps), (1, clock)):
        axes[0, place].set_ylim(0, _top(metrics, anchors or {}))
        _draw_lifetimes(axes[0, place], xs, metrics)
        draw_anchors(axes[0, place], anchors or {}, named=place == 1)
    axes[1, 0].plot(steps, _column(metrics, "living"), color=INK, linewidth=1.4)
    axes[1, 1].plot(clock, _column(metrics, "steps_per_second"), color=INK, linewidth=1.4)
    labels = ("lifetime [ticks]", "", "alive [agents a world]", "speed [agent steps/s]")
    for ax, label in zip(axes.flat, labels, strict=True):
        plain_axes(ax, label)
        ax.set_xlim(left=0)
    axes[1, 0].set_xlabel("experience [agent steps]")
    axes[1, 1].set_xlabel(f"wall-clock time [{'min' if minutes else 's'}]")
    for ax in (axes[1, 0], axes[1, 1]):
        ax.set_ylim(bottom=0)
    short_numbers(axes[1, 0].xaxis, axes[1, 1].yaxis)
    handles, names = axes[0, 0].get_legend_handles_labels()
    add_legend(figure, handles, names, "population", IN_LEGEND + 1)
    return save_figure(figure, path, also)


def visit_map(
    visits: np.ndarray,
    materials: np.ndarray,
    path: str | os.PathLike[str],
    also: Sequence[str] = (),
    schema: Schema = GAME,
) -> Path:
    """Draws where each population spends its time, over the dimmed map.

    A tile has the mean colour of the populations, weighted by the squares of the ticks that each spent there, so that
    a tile with one master looks like it and a shared one grey; its opacity grows with the logarithm of the ticks of
    all of them, from 0 for none to 1 for the most visited tile.

    Args:
        visits: integer [P, side, side]: agent ticks spent on each tile, such as `World.visits()[w]`, or a sum over
            worlds that share a map.
        materials: uint8 [side, side] of materials.
        path: of the figure, ending in .png, .svg or .pdf.
        also: further formats, written beside it, such as ".svg".
        schema: of the world, which says what materials there are.

    Returns:
        The path.

    Raises:
        ValueError: if the arrays don't fit together, or a format is unknown.
        OSError: if a file cannot be written.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, LogNorm
    from matplotlib.patches import Patch

    if visits.ndim != 3 or visits.shape[1:] != materials.shape:
        raise ValueError(
            f"visits have shape {visits.shape}; for this map it must be [P, {materials.shape[0]}, {materials.shape[1]}]"
        )
    picture, most = visit_picture(visits, materials, schema=schema)
    figure = new_figure(8.4, 7.2)
    ax = figure.subplots()
    ax.imshow(picture, interpolation="nearest")
    ax.set_axis_off()
    totals = visits.sum((1, 2))
    shares = totals / max(1, totals.sum())
    handles = [Patch(color=colour) for colour in hex_colours(len(visits))]
    names = [f"population {p} ({share:.0%})" for p, share in enumerate(shares)]
    add_legend(figure, handles, names, columns=4)
    fade = LinearSegmentedColormap.from_list("visits", [(*_rgb(INK), 0.0), (*_rgb(INK), 1.0)])
    bar = figure.colorbar(ScalarMappable(LogNorm(1, max(2, most + 1)), fade), ax=ax, shrink=0.6, pad=0.02)
    bar.set_label("ticks spent on a tile + 1", color=FAINT)
    bar.outline.set_edgecolor(LINES)
    return save_figure(figure, path, also)


def visit_picture(
    visits: np.ndarray, materials: np.ndarray, scale: int = 10, schema: Schema = GAME
) -> tuple[np.ndarray, int]:
    """The picture of `visit_map`: uint8 [h, w, 3], and the ticks spent on the most visited tile."""
    from forge.experiments.pictures.top_view import TopView

    view = TopView(materials, scale, schema=schema)
    land = view.land().astype(float)
    grey = land.mean(-1, keepdims=True)
    dimmed = 0.55 * (0.30 * land + 0.70 * grey) + 0.45 * 255
    cut = visits[:, *view.shown].astype(float)
    total = cut.sum(0)
    squares = cut**2
    weights = np.divide(squares, squares.sum(0), out=np.zeros_like(cut), where=total > 0)
    # Light adds up linearly; sRGB is close to its square root.
    tint = np.sqrt(np.einsum("pij,pc->ijc", weights, colours(len(visits)).astype(float) ** 2))
    opacity = np.log1p(total) / max(np.log1p(total.max()), 1e-9)
    tint, opacity = (np.kron(array, np.ones((scale, scale, 1))) for array in (tint, opacity[..., None]))
    return (dimmed + (tint - dimmed) * opacity + 0.5).astype(np.uint8), int(total.max())


def _column(metrics: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
    """float64 [lines]; NaN where there is no value."""
    return np.array([np.nan if line.get(name) is None else line[name] for line in metrics], float)


def _by_population(metrics: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """float64 [lines, P]: lifetimes; NaN where there is no value."""
    count = max(len(line.get("lifetimes") or ()) for line in metrics)
    rows = [list(line.get("lifetimes") or ()) for line in metrics]
    return np.array([[np.nan if x is None else x for x in row] + [np.nan] * (count - len(row)) for row in rows], float)


def _top(metrics: Sequence[Mapping[str, Any]], anchors: Mapping[str, float]) -> float:
    """End of the lifetime axis: above everything drawn."""
    drawn = [_column(metrics, "lifetime"), _by_population(metrics).ravel(), np.array([*anchors.values(), 1.0])]
    return 1.06 * float(np.nanmax(np.concatenate(drawn)))


def _draw_lifetimes(ax: Axes, xs: np.ndarray, metrics: Sequence[Mapping[str, Any]]) -> None:
    """Thin lines for populations, a thick one for all lives; a single line of metrics becomes a dot."""
    lifetimes, marker = _by_population(metrics), "o" if len(metrics) == 1 else None
    for p, colour in enumerate(hex_colours(lifetimes.shape[1])):
        ax.plot(xs, lifetimes[:, p], color=colour, linewidth=1.1, alpha=0.9, marker=marker, label=str(p))
    ax.plot(xs, _column(metrics, "lifetime"), color=INK, linewidth=2.6, marker=marker, label="all lives", zorder=5)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(value / 255 for value in bytes.fromhex(colour[1:]))
