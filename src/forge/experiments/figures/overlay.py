"""What each tile of a map is worth to a policy, drawn over the map: v1.0's value overlays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema
from forge.experiments.figures.colour_maps import shades
from forge.experiments.figures.plotting import FAINT, LINES, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 4
_OPACITY = 0.72
_SCALE = 8  # pixels a tile
_TAILS = (1.0, 99.0)  # percentiles of the values that the colours span: a few odd tiles don't grey out the rest


def value_maps(
    values: Mapping[str, np.ndarray],
    materials: np.ndarray,
    label: str = "value [ticks, discounted]",
    shared: bool = True,
    schema: Schema = GAME,
) -> Figure:
    """Maps of numbers side by side over the dimmed land, such as `Insight.values` of several policies.

    Args:
        values: float [side, side] by title; NaN where there is nothing to show.
        materials: uint8 [side, side] of materials, of the map they all share.
        label: of the scale of colours.
        shared: one scale for all; else one for each, which shows where differences are, and not how large.
        schema: of the world, which says what materials there are.

    Raises:
        ValueError: if there is nothing to draw, or a map of values has another size than the land.
    """
    if not values:
        raise ValueError("values is empty: give at least one map by its title")
    for title, each in values.items():
        if each.shape != materials.shape:
            raise ValueError(f"{title!r} has shape {each.shape}; the map's is {materials.shape}")
    columns = min(_COLUMNS, len(values))
    rows = -(-len(values) // columns)
    figure = new_figure(3.1 * columns + 0.9, 3.2 * rows + 0.3)
    axes = figure.subplots(rows, columns, squeeze=False)
    drawn = []
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, (title, each) in zip(axes.flat, values.items(), strict=False):
        low, high = _span([*values.values()] if shared else [each])
        land, cut = faded_land(materials, schema)
        height, width = each[cut].shape
        extent = (-0.5, width - 0.5, height - 0.5, -0.5)
        ax.imshow(land, extent=extent, interpolation="nearest")
        layer = ax.imshow(
            each[cut], shades("worth", None), vmin=low, vmax=high, alpha=_OPACITY, interpolation="nearest"
        )
        ax.set_title(title, fontsize=10)
        drawn.append(layer)
        if not shared:
            _bar(figure, layer, [ax], label)
    if shared:
        _bar(figure, drawn[0], axes.ravel().tolist(), label)
    return figure


def _span(values: list[np.ndarray]) -> tuple[float, float]:
    """What the colours run between."""
    numbers = np.concatenate([each[np.isfinite(each)] for each in values])
    if not numbers.size:
        return 0.0, 1.0
    low, high = np.percentile(numbers, _TAILS)
    return float(low), float(max(high, low + 1e-9))


def faded_land(materials: np.ndarray, schema: Schema = GAME) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The land dimmed, uint8 [h, w, 3], and the rows and columns that it shows."""
    from forge.experiments.pictures.top_view import TopView

    view = TopView(materials, _SCALE, margin=0, schema=schema)
    land = view.land().astype(float)
    dimmed = 0.6 * (0.25 * land + 0.75 * land.mean(-1, keepdims=True)) + 0.4 * 255
    return (dimmed + 0.5).astype(np.uint8), view.shown


def _bar(figure: Figure, layer: Any, axes: list[Any], label: str) -> None:
    bar = figure.colorbar(layer, ax=axes, shrink=0.8, pad=0.02, aspect=28)
    bar.set_label(label, color=FAINT)
    bar.outline.set_edgecolor(LINES)
