"""The figure of contests: who lives how long in worlds shared half and half, and the odds to outlive the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forge.experiments.evaluation.contest import Contest
from forge.experiments.figures.plotting import FAINT, INK, add_legend, new_figure, plain_axes, save_figure
from forge.experiments.pictures.palette import hex_colours
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHIFT = 0.18  # of a player's bars from the middle of the pair


def draw(contests: Sequence[Contest], name: str, path: str | os.PathLike[str]) -> Path:
    """Draws the contests of one player, a pair of bars each.

    Args:
        contests: one or more.
        name: of the player.
        path: of the figure, ending in .png, .svg or .pdf.

    Returns:
        The path.

    Raises:
        ValueError: if a format is unknown.
        OSError: if the file cannot be written.
    """
    figure = new_figure(8, 4.4)
    ax = figure.subplots()
    ours, theirs = hex_colours(2)
    _bars(ax, -_SHIFT, [contest.lifetime for contest in contests], ours, name)
    _bars(ax, _SHIFT, [contest.theirs for contest in contests], theirs, "the scripted player")
    plain_axes(ax, "lifetime in shared worlds [ticks]")
    ax.set_xticks(range(len(contests)), [_told(contest) for contest in contests], color=INK)
    ax.set_xlim(-0.6, len(contests) - 0.4)
    ax.set_ylim(bottom=0)
    add_legend(figure, *ax.get_legend_handles_labels())
    return save_figure(figure, path)


def _told(contest: Contest) -> str:
    return f"against the {contest.opponent}\n× {interval(contest.ratio, 2)}\nodds {interval(contest.odds, 2)} to 1"


def _bars(ax: Axes, shift: float, found: Sequence[Estimate], colour: str, name: str) -> None:
    """A bar for each estimate, with its interval where there is one."""
    places = np.arange(len(found)) + shift
    ends = np.nan_to_num([[one.value - one.low, one.high - one.value] for one in found]).T
    values = [one.value for one in found]
    ax.bar(places, values, 1.9 * _SHIFT, yerr=ends, color=colour, ecolor=FAINT, capsize=4, label=name)
