"""What arrays of a batch look like, and what must hold of those that tell agents something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from forge.blade.schema.system import SEEN, Choice, Rows
from forge.support.checks import ConfigError

#: Masks of ours, in bits.
_BITS = ("moves", "targets")


class Layout(NamedTuple):
    """What an array of the state looks like."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Sizes(SimpleNamespace):
    """A batch, and the lengths of the axes of its arrays, each an attribute by its name.

    Attributes:
        configs: of the worlds.
        config: of world 0.
        recording: what they record.
        schema: what is declared.
    """


def check_told(sizes: Sizes, layout: Mapping[str, Layout]) -> None:
    """Refuses arrays that are not of the shape in which they say what they are declared to say.

    Args:
        sizes: of the worlds.
        layout: of all arrays, by name.

    Raises:
        ConfigError: naming the declaration and the array, what it is and what is wanted.
    """
    schema, slots = sizes.schema, sizes.N
    for rows in schema.rows:
        _check_rows(rows, slots, layout)
    entries = {SEEN: getattr(sizes, "K", 0)} | {rows.name: layout[rows.array].shape[-2] + 1 for rows in schema.rows}
    options = {choice.name: len(choice.options(sizes.config)) for choice in schema.choices}
    for choice in schema.choices:
        if count := options[choice.name]:
            _check_choice(choice, count, slots, layout, [options[choice.given]] if choice.given else [])
            _check_options(choice, count, entries)
    for name in schema.around:
        found = layout.get(name)
        if found is None or found.dtype != np.dtype("i4") or len(found.shape) > 2:
            raise ConfigError(f"around names {name!r}, {_told(found)}; wanted is an array 'i4' of shape () or (n,)")


def _check_choice(
    choice: Choice, count: int, slots: int, layout: Mapping[str, Layout], given: Sequence[int] = ()
) -> None:
    if choice.mask is not None and choice.mask not in _BITS:
        _check_array(f"mask of choice {choice.name!r}", choice.mask, layout, "?", [slots, *given, count])
    if isinstance(choice.matters, str):
        _check_array(f"`matters` of choice {choice.name!r}", choice.matters, layout, "?", [slots])


def _check_options(choice: Choice, count: int, entries: Mapping[str, int]) -> None:
    if choice.of and count != entries[choice.of]:
        zero = "option 0 is nobody" if choice.of == SEEN else "option 0 is nothing, each other one a row"
        raise ConfigError(
            f"choice {choice.name!r} has {count} options, but is one of {choice.of!r}: "
            f"wanted are {entries[choice.of]}, for {zero}"
        )


def _check_rows(rows: Rows, slots: int, layout: Mapping[str, Layout]) -> None:
    axes = [] if rows.world else [slots]
    found = layout.get(rows.array)
    most = found.shape[-2] if found is not None and len(found.shape) == len(axes) + 3 else "L"
    wanted = [*axes, most, len(rows.features)]
    _check_array(f"array of rows {rows.name!r}", rows.array, layout, "i4", wanted)
    _check_array(f"count of rows {rows.name!r}", rows.count, layout, "i4", axes)
    if most == 0:
        raise ConfigError(f"the array of rows {rows.name!r}, {rows.array!r}, has room for no row; wanted is 1 at least")


def _check_array(what: str, name: str, layout: Mapping[str, Layout], dtype: str, shape: Sequence[int | str]) -> None:
    found = layout.get(name)
    if found is None or found.dtype != np.dtype(dtype) or list(found.shape[1:]) != list(shape):
        wanted = ", ".join(map(str, shape))
        raise ConfigError(f"the {what} is {name!r}, {_told(found)}; wanted is an array {dtype!r} of shape [{wanted}]")


def _told(found: Layout | None) -> str:
    return f"{found.dtype} of shape {list(found.shape[1:])}" if found else "no array"
