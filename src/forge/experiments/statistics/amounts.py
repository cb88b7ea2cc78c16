"""Big and small amounts in a few characters."""

from __future__ import annotations

_UNITS = ((1e9, " G"), (1e6, " M"), (1e3, " k"))


def amount(value: float) -> str:
    """A number that is not negative, with the three digits that count: 0, 0.02, 7.25, 431, 12.3 k, 2.05 M."""
    for unit, name in _UNITS:
        if value >= 0.9995 * unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.3g}"
