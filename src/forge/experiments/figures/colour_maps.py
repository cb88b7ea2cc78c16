"""Scales of colour for numbers, in one place: matplotlib's colour maps, made of our own colours.

All three can be read with normal and with protan, deutan and tritan vision: `change` runs between the blue and the
vermilion of the palette, `amount` and `worth` rise in lightness without a step back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

NOWHERE = "#c9ccd1"  # where there is no number

_STOPS = {
    # below and above 0, which is white in the middle
    "change": ("#7a2d00", "#d55e00", "#f3b184", "#fbfaf8", "#8dc1e6", "#0072b2", "#00365e"),
    # from nothing, which is white, to much
    "amount": ("#fdfdfb", "#f9dfae", "#eda245", "#c85b1d", "#7d2748", "#2a1236"),
    # from little to much, over a map
    "worth": ("#1b1245", "#50237c", "#9a3277", "#d85a4b", "#f0a03c", "#f7ec8f"),
}


def shades(name: str, nowhere: str | None = NOWHERE) -> Colormap:
    """A colour map.

    Args:
        name: `change`, `amount` or `worth`.
        nowhere: the colour where there is no number; None for none at all.

    Raises:
        ValueError: if there is none of the name.
    """
    from matplotlib.colors import LinearSegmentedColormap

    if name not in _STOPS:
        raise ValueError(f"scale of colour {name!r} must be one of {', '.join(_STOPS)}")
    made = LinearSegmentedColormap.from_list(name, _STOPS[name])
    return made.with_extremes(bad=nowhere or (0, 0, 0, 0))
