"""Damage to bytes: what a disk, a network or an editor does to a file, and numbers written over."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random

#: A mutator: other bytes made of these, by the draws of a stream.
Mutator = Callable[[Random, bytes], bytes]

#: Integers at the edges of the types that files hold them in.
EXTREMES = (0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1)


def any_of(*mutators: Mutator) -> Mutator:
    """One of these, drawn."""
    return lambda draws, data: draws.choice(mutators)(draws, data)


def damaged(draws: Random, data: bytes) -> bytes:
    """One to three of the kinds of damage of this module."""
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        data = draws.choice(_KINDS)(draws, data)
    return data


def _place(draws: Random, data: Sequence[int], most: int = 64) -> tuple[int, int]:
    begin = draws.randrange(len(data) + 1)
    return begin, min(len(data), begin + draws.randint(1, most))


def _flip(draws: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draws.choice((1, 1, 2, 8)) if data else 0):
        changed[draws.randrange(len(changed))] ^= 1 << draws.randrange(8)
    return bytes(changed)


def _overwrite(draws: Random, data: bytes) -> bytes:
    begin, end = _place(draws, data)
    fill = draws.choice((b"\0", b"\xff", b" ", b"9", b"[", b'"', draws.randbytes(1)))
    run = draws.randbytes(end - begin) if draws.random() < 0.3 else fill * (end - begin)
    return data[:begin] + run + data[end:]


def _number(draws: Random, data: bytes) -> bytes:
    size, kind = draws.choice(((1, "B"), (2, "H"), (4, "I"), (8, "Q")))
    number = struct.pack(f"<{kind}", draws.choice(EXTREMES) % 2 ** (8 * size))
    at = draws.randrange(len(data) + 1)
    return data[:at] + number + data[at + size :]


def _cut(draws: Random, data: bytes) -> bytes:
    return data[: draws.randrange(len(data) + 1)]


def _remove(draws: Random, data: bytes) -> bytes:
    begin, end = _place(draws, data, 1 + len(data) // 4)
    return data[:begin] + data[end:]


def _insert(draws: Random, data: bytes) -> bytes:
    at = draws.randrange(len(data) + 1)
    return data[:at] + draws.choice((draws.randbytes(draws.randint(1, 40)), b"\n", b"\0" * 600)) + data[at:]


def _repeat(draws: Random, data: bytes) -> bytes:
    begin, end = _place(draws, data, 1 + len(data) // 2)
    return data[:end] + data[begin:end] * draws.choice((1, 1, 3, 50)) + data[end:]


def _splice(draws: Random, data: bytes) -> bytes:
    """One end of the file behind another place of it."""
    return data[: draws.randrange(len(data) + 1)] + data[draws.randrange(len(data) + 1) :]


def _mark(draws: Random, data: bytes) -> bytes:
    """What editors put at the beginning, or another encoding."""
    if draws.random() < 0.5:
        return b"\xef\xbb\xbf" + data
    return data.decode("latin-1").encode(draws.choice(("utf-16", "utf-8", "utf-32-le")))


_KINDS: tuple[Mutator, ...] = (
    _flip,
    _flip,
    _overwrite,
    _number,
    _number,
    _cut,
    _remove,
    _insert,
    _repeat,
    _splice,
    _mark,
)
