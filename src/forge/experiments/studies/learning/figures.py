"""The figures of the study `learning`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.figures.plotting import (
    FAINT,
    add_legend,
    draw_anchors,
    new_figure,
    plain_axes,
    plain_numbers,
    short_numbers,
)
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.studies.learning.curve import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def contests(curves: Mapping[str, Curve]) -> Figure:
    """Lifetime as a multiple of each scripted opponent's, and the odds to outlive it, against experience.

    Args:
        curves: by algorithm.
    """
    figure = new_figure(11, 5)
    axes = figure.subplots(1, 2)
    colours = dict(zip(curves, hex_colours(len(curves)), strict=True))
    for ax, of, label in zip(axes, ("ratio", "odds"), ("lifetime × the opponent's", "odds to outlive it"), strict=True):
        for name, curve in curves.items():
            steps = [point.steps for point in curve]
            for opponent, line in zip(range(len(curve[0].contests)), ("-", "--", ":"), strict=False):
                found = [getattr(point.contests[opponent], of) for point in curve]
                low, value, high = ([getattr(one, end) for one in found] for end in ("low", "value", "high"))
                ax.fill_between(steps, low, high, color=colours[name], alpha=0.12, linewidth=0)
                kind = f"{name} against the {curve[0].contests[opponent].opponent}"
                ax.plot(steps, value, color=colours[name], linewidth=2.2, linestyle=line, marker="o", label=kind)
        plain_axes(ax, label)
        ax.set_xscale("log")
        ax.set_ylim(bottom=0)
        ax.axhline(1, color=FAINT, linewidth=1.1, linestyle=(0, (5, 3)), zorder=1)
        ax.set_xlabel("experience [agent steps]")
        short_numbers(ax.xaxis)
    add_legend(figure, *axes[0].get_legend_handles_labels())
    return figure


def lifetimes(curves: Mapping[str, Curve], anchors: Mapping[str, Estimate]) -> Figure:
    """Lifetime against experience and against time of training, both on logarithmic axes.

    Args:
        curves: by algorithm.
        anchors: lifetimes of scripted players.
    """
    figure = new_figure(11, 5)
    axes = figure.subplots(1, 2, sharey=True)
    colours = dict(zip(curves, hex_colours(len(curves)), strict=True))
    for name, curve in curves.items():
        _draw(axes[0], [point.steps for point in curve], curve, colours[name], name)
        _draw(axes[1], [point.mean_seconds for point in curve], curve, colours[name], name)
    levels = {name: lifetime.value for name, lifetime in anchors.items()}
    for ax, label in zip(axes, ("lifetime [ticks]", ""), strict=True):
        plain_axes(ax, label)
        ax.set_xscale("log")
        ax.set_ylim(0, 1.06 * _highest(curves, levels))
        draw_anchors(ax, levels, named=ax is axes[1])
    axes[0].set_xlabel("experience [agent steps]")
    axes[1].set_xlabel("time of training [s]")
    short_numbers(axes[0].xaxis)
    plain_numbers(axes[1].xaxis)
    add_legend(figure, *axes[0].get_legend_handles_labels())
    return figure


def _draw(ax: Axes, xs: list[float], curve: Curve, colour: str, name: str) -> None:
    low, high = ([getattr(point.lifetime, end) for point in curve] for end in ("low", "high"))
    ax.fill_between(xs, low, high, color=colour, alpha=0.16, linewidth=0)
    for seed in range(len(curve[0].evaluations)):
        ax.plot(xs, [point.evaluations[seed].lifetime.value for point in curve], color=colour, linewidth=0.8, alpha=0.6)
    ax.plot(xs, [point.lifetime.value for point in curve], color=colour, linewidth=2.4, marker="o", label=name)


def _highest(curves: Mapping[str, Curve], levels: Mapping[str, float]) -> float:
    """The end of the axis holds every line; of an interval that is wider than that, the rest is cut off."""
    drawn = [e.lifetime.value for curve in curves.values() for point in curve for e in point.evaluations]
    return 1.15 * float(np.nanmax([*drawn, *levels.values(), 1.0]))


def populations(curves: Mapping[str, Curve], anchors: Mapping[str, Estimate]) -> Figure:
    """Lifetime of each population at the last milestone, by algorithm and seed.

    Args:
        curves: by algorithm.
        anchors: lifetimes of scripted players.
    """
    figure = new_figure(8, 4.6)
    ax = figure.subplots()
    names: list[str] = []
    for (name, curve), colour in zip(curves.items(), hex_colours(len(curves)), strict=True):
        for seed, found in enumerate(curve[-1].by_population):
            column = len(names)
            spread = np.linspace(-0.22, 0.22, len(found)) if len(found) > 1 else [0.0]
            ax.scatter(column + np.asarray(spread), found, color=colour, s=26, label=name if seed == 0 else None)
            ax.hlines(
                curve[-1].evaluations[seed].lifetime.value, column - 0.32, column + 0.32, color=colour, linewidth=2
            )
            names.append(str(seed))
    plain_axes(ax, "lifetime [ticks]")
    levels = {name: lifetime.value for name, lifetime in anchors.items()}
    ax.set_ylim(0, 1.1 * float(np.nanmax([*(c[-1].by_population.max() for c in curves.values()), *levels.values()])))
    ax.set_xticks(range(len(names)), names)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_xlabel("seed; the line is the mean over all lives", color=FAINT)
    draw_anchors(ax, levels, named=True)
    add_legend(figure, *ax.get_legend_handles_labels())
    return figure
