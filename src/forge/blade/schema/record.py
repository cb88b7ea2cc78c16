"""Records: each column says, where it is declared, what it means and since which version of snapshots it exists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from forge.blade.schema import versions
from forge.blade.schema.versions import Since

#: Fields with these names fill a record up to its size. They hold nothing: they are neither read nor missed.
PAD = "pad"
FILLING = (PAD, f"{PAD}1", f"{PAD}2")


class Column(NamedTuple):
    """One field of a record.

    Attributes:
        name: of the field.
        type: as NumPy writes it.
        meaning: for people, also in the documentation.
        unit: of its numbers; empty where they have none.
        shape: of its value, () for a single number; or what it is in a schema: `lambda schema: (len(schema.causes),)`.
        since: the version of snapshots that has it first, and what stood for it before.
        names: what its values 0, 1, 2, ... are called, if they are; or what they are in a schema.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    shape: tuple[int, ...] | Callable[[Any], tuple[int, ...]] = ()
    since: Since = Since()
    names: tuple[str, ...] | Callable[[Any], tuple[str, ...]] = ()


_COLUMNS: dict[np.dtype[Any], tuple[Column, ...]] = {}


def settled(columns: Sequence[Column], schema: Any) -> tuple[Column, ...]:
    """Columns whose shapes and names are those that they have in a schema."""
    return tuple(
        c._replace(
            shape=c.shape(schema) if callable(c.shape) else c.shape,
            names=c.names(schema) if callable(c.names) else c.names,
        )
        for c in columns
    )


def record(columns: Sequence[Column]) -> np.dtype[Any]:
    """The type of a record of these columns, which are `settled`, in their order."""
    dtype = np.dtype([(c.name, c.type, c.shape) if c.shape else (c.name, c.type) for c in columns])
    check_since({column.name: column.since for column in columns})
    _COLUMNS[dtype] = tuple(columns)
    return dtype


def columns_of(dtype: np.dtype[Any]) -> tuple[Column, ...]:
    """The columns of a record made by `record`, but for the one that holds nothing."""
    return tuple(column for column in _COLUMNS[dtype] if column.name not in FILLING)


def fields_since(dtype: np.dtype[Any]) -> Mapping[str, Since]:
    """Since when each field of a record made by `record` exists, but for the one that holds nothing."""
    return {column.name: column.since for column in columns_of(dtype)}


@functools.cache
def annotated_since(kind: type) -> Mapping[str, Since]:
    """Since when each field of a NamedTuple exists: those that came later are `Annotated` with a `Since`."""
    hints = get_type_hints(kind, include_extras=True)
    known = {name: getattr(hint, "__metadata__", (Since(),))[0] for name, hint in hints.items()}
    check_since(known)
    return known


def check_since(known: Mapping[str, Since]) -> None:
    """Refuses a field that is newer than snapshots are."""
    for name, since in known.items():
        if since.version > versions.SNAPSHOTS.newest:
            raise TypeError(
                f"{name} exists since version {since.version}, but the newest version of snapshots is "
                f"{versions.SNAPSHOTS.newest}: raise it first"
            )
