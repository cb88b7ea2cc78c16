"""Vectors in memory that processes of one machine share: neither parameters nor gradients are sent then."""

from __future__ import annotations

import contextlib
import mmap
import os
import secrets
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

import numpy as np

from forge.trinity.realms.packing import Vectors

#: Bytes before the numbers, which say that a process has found what it was told of. A cache line, for alignment.
_HEAD = 64


class Key(NamedTuple):
    """Where other processes find a `Block`."""

    path: str
    token: bytes  # begins the memory: on another machine, something else may lie at the path
    sizes: tuple[int, int, int]  # P, m, k of `Vectors`

    def open(self, write: bool = False) -> Vectors | None:
        """The same memory in this process; None if it is not there, as on another machine.

        Args:
            write: whether it can be written to.
        """
        with contextlib.suppress(OSError, ValueError), Path(self.path).open("r+b" if write else "rb") as file:
            if file.read(len(self.token)) == self.token:
                return _mapped(file, self.sizes, write)
        return None


class Block:
    """Vectors that other processes of this machine can open by their key.

    They lie in a file without a name, which is gone with the last process that has it, however that ends.

    Attributes:
        vectors: float32, zeros at first.
        key: for other processes, as long as this is not closed.
    """

    def __init__(self, file: BinaryIO, sizes: tuple[int, int, int]) -> None:
        token = secrets.token_bytes(16)
        file.write(token)
        file.truncate(_HEAD + 4 * _numbers(sizes))
        file.flush()
        self._file = file
        self.vectors = _mapped(file, sizes, write=True)
        self.key = Key(f"/proc/{os.getpid()}/fd/{file.fileno()}", token, sizes)

    @classmethod
    def like(cls, vectors: Vectors) -> Self | None:
        """Room for such vectors; None where the system has no such files, or no memory for one."""
        if not hasattr(os, "memfd_create"):
            return None
        with contextlib.suppress(OSError):
            file = os.fdopen(os.memfd_create("forge-realms"), "r+b")
            return cls(file, (*vectors.own.shape, *vectors.shared.shape))
        return None

    def close(self) -> None:
        """Nobody can open it any more; whoever has, keeps it."""
        self._file.close()


def _numbers(sizes: tuple[int, int, int]) -> int:
    populations, own, shared = sizes
    return populations * own + shared


def _mapped(file: BinaryIO, sizes: tuple[int, int, int], write: bool) -> Vectors:
    access = mmap.ACCESS_WRITE if write else mmap.ACCESS_READ
    memory = mmap.mmap(file.fileno(), _HEAD + 4 * _numbers(sizes), access=access)
    numbers = np.frombuffer(memory, np.float32, offset=_HEAD)
    populations, own, _ = sizes
    return Vectors(numbers[: populations * own].reshape(populations, own), numbers[populations * own :])
