"""Where agents spend their time, maps side by side: how much of it on each tile, or which population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forge.experiments.figures.colour_maps import shades
from forge.experiments.figures.overlay import faded_land
from forge.experiments.figures.plotting import FAINT, INK, LINES, add_legend, new_figure
from forge.experiments.figures.training import visit_picture
from forge.experiments.pictures.palette import hex_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DENSITIES = (0.05, 20.0)  # that the colours span
_OPACITY = 0.85
_PIXELS = 6  # a tile, in maps by population
_INCHES = 2.5  # a map
_COLUMN_OF_NAMES = 8


class Place(NamedTuple):
    """A map and who was where."""

    visits: np.ndarray  # integers [S, S], or [P, S, S] where populations are told apart: agent ticks on each tile
    materials: np.ndarray  # uint8 [S, S] of Material ids
    land: np.ndarray  # bool [S, S]: where agents can come to alive


#: Maps by the titles of their columns, in rows by their titles; all rows have the same columns.
Grid = Mapping[str, Mapping[str, Place]]


def density_maps(grid: Grid) -> Figure:
    """Time spent on each tile, as a multiple of what it would be on each if agents were spread evenly over the land.

    Raises:
        ValueError: if there is no map, or rows differ in their columns.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm

    figure, axes = _layout(grid)
    colours, norm = shades("worth").with_extremes(bad=(0, 0, 0, 0)), LogNorm(*_DENSITIES, clip=True)
    for ax, place in zip(axes.flat, _places(grid), strict=True):
        picture, cut = faded_land(place.materials)
        visits = np.where(place.land, place.visits, 0).astype(float)
        density = visits * place.land.sum() / max(1.0, visits.sum())
        shown = np.ma.masked_equal(density[cut], 0)
        extent = (-0.5, shown.shape[1] - 0.5, shown.shape[0] - 0.5, -0.5)
        ax.imshow(picture, extent=extent, interpolation="nearest")
        ax.imshow(shown, colours, norm, alpha=_OPACITY, interpolation="nearest")
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes.ravel().tolist(), shrink=0.8, pad=0.02, aspect=28)
    bar.set_label("time spent on a tile, 1 = evenly over the land", color=FAINT)
    bar.ax.yaxis.set_major_formatter("{x:g}")
    bar.outline.set_edgecolor(LINES)
    return figure


def population_maps(grid: Grid) -> Figure:
    """Which population spends its time where, coloured as by `forge.experiments.figures.training.visit_map`.

    Raises:
        ValueError: if there is no map, or rows differ in their columns.
    """
    from matplotlib.patches import Patch

    figure, axes = _layout(grid)
    most = 1
    for ax, place in zip(axes.flat, _places(grid), strict=True):
        ax.imshow(visit_picture(place.visits, place.materials, _PIXELS)[0], interpolation="nearest")
        most = max(most, len(place.visits))
    handles = [Patch(color=colour) for colour in hex_colours(most)]
    add_legend(figure, handles, [str(p) for p in range(most)], "population", _COLUMN_OF_NAMES)
    return figure


def _layout(grid: Grid) -> tuple[Figure, np.ndarray]:
    """A figure and its axes, object [rows, columns], with titles."""
    titles = [list(row) for row in grid.values()]
    if not titles or not titles[0] or any(row != titles[0] for row in titles):
        raise ValueError(f"a grid of maps needs rows of the same columns, at least one, not {titles}")
    figure = new_figure(_INCHES * len(titles[0]) + 1.0, _INCHES * len(titles) + 0.6)
    axes = np.asarray(figure.subplots(len(titles), len(titles[0]), squeeze=False))
    for ax in axes.flat:
        _bare(ax)
    for ax, title in zip(axes[0], titles[0], strict=True):
        ax.set_title(title, fontsize=10, color=INK)
    for ax, title in zip(axes[:, 0], grid, strict=True):
        ax.set_ylabel(title, fontsize=10, color=INK)
    return figure, axes


def _bare(ax: Axes) -> None:
    """Neither ticks nor a frame, which `set_axis_off` would take the label with."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def _places(grid: Grid) -> Sequence[Place]:
    return [place for row in grid.values() for place in row.values()]
