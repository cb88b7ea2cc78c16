"""What all figures share: their look, lines to compare with, and files; matplotlib is loaded when one is drawn."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge.support.durable import explained
from forge.support.paths import path_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, LINES = "#22262b", "#6b7280", "#d9dde2"
IN_LEGEND = 16  # names that a legend lists
_FORMATS = (".png", ".svg", ".pdf")


def new_figure(width: float, height: float) -> Figure:
    """A figure that no window and no global list knows of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=130, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def plain_axes(ax: Axes, label: str) -> None:
    """A label up the side, faint lines behind, and nothing else."""
    ax.set_ylabel(label)
    ax.grid(color=LINES, linewidth=0.7)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(LINES)
    ax.tick_params(colors=FAINT, labelcolor=INK)


def draw_anchors(ax: Axes, anchors: Mapping[str, float], named: bool) -> None:
    """Level lines, with their names at the right of the axes."""
    for value in anchors.values():
        ax.axhline(value, color=FAINT, linewidth=1.1, linestyle=(0, (5, 3)), zorder=1)
    if named and anchors:
        low, high = ax.get_ylim()
        names = sorted(anchors, key=lambda name: anchors[name])
        places = apart([anchors[name] for name in names], 0.045 * (high - low))
        for name, place in zip(names, places, strict=True):
            text = f"{name} {anchors[name]:.1f}"
            ax.annotate(
                text,
                (1, place),
                (6, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                color=FAINT,
                fontsize=9,
            )


def apart(values: Sequence[float], gap: float) -> list[float]:
    """Rising values, moved up as little as it takes to lie at least `gap` apart."""
    places: list[float] = []
    for value in values:
        places.append(max(value, places[-1] + gap) if places else value)
    return places


def short_numbers(*axes: Any) -> None:
    """1,500,000 is written 1.5M; ticks between the main ones have no numbers."""
    from matplotlib.ticker import EngFormatter, NullFormatter

    for axis in axes:
        axis.set_major_formatter(EngFormatter(sep=""))
        axis.set_minor_formatter(NullFormatter())


def plain_numbers(*axes: Any) -> None:
    """1,000 is written 1000, on a logarithmic axis too; ticks between the main ones have no numbers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        axis.set_minor_formatter(NullFormatter())


def add_legend(figure: Figure, handles: Sequence[Any], names: Sequence[str], title: str = "", columns: int = 4) -> None:
    """Below the axes; of more names than fit, the first ones and the last."""
    if len(names) > IN_LEGEND + 1:
        handles = [*handles[:IN_LEGEND], handles[-1]]
        names = [*names[:IN_LEGEND], names[-1]]
    fonts: dict[str, Any] = {"frameon": False, "fontsize": 9, "title_fontsize": 9}
    figure.legend(handles, names, title=title, ncols=min(columns, len(names)), loc="outside lower center", **fonts)


def save_figure(figure: Figure, path: str | os.PathLike[str], also: Sequence[str] = ()) -> Path:
    """Writes every format; the same figure gives the same bytes.

    Args:
        figure: to write.
        path: of the file, ending in .png, .svg or .pdf.
        also: further formats, written beside it, such as ".svg".

    Returns:
        The path.

    Raises:
        ValueError: if a format is unknown.
        OSError: if a file cannot be written.
    """
    from matplotlib import rc_context

    target = path_of(path)
    for suffix in (target.suffix, *also):
        if suffix not in _FORMATS:
            raise ValueError(f"a figure is written as {', '.join(_FORMATS)}, not {suffix!r}")
    undated: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    for suffix in (target.suffix, *also):
        file = target.with_suffix(suffix)
        with rc_context({"svg.hashsalt": "forge"}), explained(file):
            figure.savefig(file, metadata=undated.get(suffix))
    return target
