"""Fields that are saved: each says since which version of snapshots it exists, where it is declared."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import numpy as np

from forge.blade import versions
from forge.blade.versions import Since

#: The field that fills a record up to its size. It holds nothing: it is neither read nor missed.
PAD = "pad"

_SINCE: dict[np.dtype[Any], Mapping[str, Since]] = {}


def record(fields: Sequence[tuple[Any, ...]]) -> np.dtype[Any]:
    """The type of a record.

    Args:
        fields: each a name and a type, where it is an array its shape, and where it came after the first version of
            snapshots a `Since`.
    """
    dtype = np.dtype([tuple(part for part in field if not isinstance(part, Since)) for field in fields])
    known = {field[0]: next((part for part in field if isinstance(part, Since)), Since()) for field in fields}
    _check(known)
    _SINCE[dtype] = known
    return dtype


def fields_since(dtype: np.dtype[Any]) -> Mapping[str, Since]:
    """Since when each field of a record made by `record` exists, but for the one that holds nothing."""
    return {name: since for name, since in _SINCE[dtype].items() if name != PAD}


@functools.cache
def annotated_since(kind: type) -> Mapping[str, Since]:
    """Since when each field of a NamedTuple exists: those that came later are `Annotated` with a `Since`."""
    hints = get_type_hints(kind, include_extras=True)
    known = {name: getattr(hint, "__metadata__", (Since(),))[0] for name, hint in hints.items()}
    _check(known)
    return known


def _check(known: Mapping[str, Since]) -> None:
    """Refuses a field that is newer than snapshots are."""
    for name, since in known.items():
        if since.version > versions.SNAPSHOTS.newest:
            raise TypeError(
                f"{name} exists since version {since.version}, but the newest version of snapshots is "
                f"{versions.SNAPSHOTS.newest}: raise it first"
            )
