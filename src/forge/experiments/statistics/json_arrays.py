"""Arrays of integers as plain data: what is too much to write as a list of numbers in JSON."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from forge.support.checks import ConfigError

_TYPES = ("<u4", "<f4")


def pack(array: np.ndarray) -> dict[str, Any]:
    """An array as text that takes little room: its bytes, deflated, in base 64.

    Args:
        array: of integers 0 .. 2^32 − 1, or of floats, which keep 24 bits.

    Raises:
        ValueError: if it holds other integers.
    """
    kind = _TYPES[array.dtype.kind == "f"]
    packed = array.astype(kind)
    if kind == "<u4" and not np.array_equal(packed, array):
        raise ValueError(f"only integers from 0 to {2**32 - 1} are packed, not {array.min()} to {array.max()}")
    deflated = zlib.compress(packed.tobytes(), 6)
    return {"shape": list(array.shape), "type": kind, "deflated": base64.b64encode(deflated).decode("ascii")}


def unpack(data: Mapping[str, Any]) -> np.ndarray:
    """The array that `pack` packed: int64 or float32.

    Raises:
        ConfigError: if it is damaged.
    """
    try:
        shape, kind = tuple(map(int, data["shape"])), data["type"]
        if kind not in _TYPES:
            raise ValueError(f"type {kind!r} is none of {', '.join(_TYPES)}")
        size = math.prod(shape) * np.dtype(kind).itemsize
        inflating = zlib.decompressobj()
        raw = inflating.decompress(base64.b64decode(data["deflated"], validate=True), size + 1)
        array = np.frombuffer(raw, kind).reshape(shape)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ConfigError(f"a packed array is damaged: {error}") from error
    return array.astype(np.int64 if kind == "<u4" else np.float32)
