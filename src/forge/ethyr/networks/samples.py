"""What agents saw, as the encoder reads it: samples grouped by population, so that unshared weights meet slices."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from forge.blade.compiled.jit import jit
from forge.ethyr.kernels.layout import COLUMNS


class Samples(NamedTuple):
    """A stretch of samples of each population; a call works on the rows start[p] .. start[p] + count[p] − 1.

    NumPy arrays (also as torch tensors on the CPU) are for the compiled layers, tensors on any device for the dense
    ones. The arrays must not change before a backward pass that needs them. Letters: P populations, Q samples kept, M
    entity rows kept, R rows of a window, C bytes of a window row (R rounded up to a multiple of 16).
    """

    windows: Any  # uint8 [P, Q, R, C]: material + 8 · agents on the tile; bytes from R on mean nothing
    entities: Any  # int16 [P, M, 16]: FEATURES of each agent in view, the observer first, and in column TARGET bits of
    # the styles it can be attacked with, if targets are learned; the other columns are 0
    first: Any  # int32 [P, Q + 1]: sample q sees the entity rows first[p, q] .. first[p, q + 1] − 1, one at least
    start: Any  # int64 [P]
    count: Any  # int64 [P]
    moves: Any = None  # uint8 [P, Q]: bits of the valid moves; the encoder needs none

    @property
    def rows(self) -> int:
        """Rows of a result, m: samples of the population that has most."""
        return int(self.count.max())

    def to(self, device: torch.device | str) -> Samples:
        """The same samples as tensors on a device."""
        return Samples(*(None if field is None else torch.as_tensor(field).to(device) for field in self))

    def numpy(self) -> Samples:
        """The same samples as contiguous NumPy arrays, sharing memory where they can."""
        return Samples(*(None if field is None else _contiguous(field) for field in self))

    def row_index(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Where the samples lie, int64 [P, m], and which rows hold one, bool [P, m]; the others point to row 0."""
        start, count = torch.as_tensor(self.start), torch.as_tensor(self.count)
        row = torch.arange(self.rows, device=count.device)
        valid = row < count.unsqueeze(-1)
        return torch.where(valid, start.unsqueeze(-1) + row, 0), valid

    def move_bits(self) -> torch.Tensor:
        """The bits of the valid moves of each sample, uint8 [P, m]; rows beyond a population's count mean nothing."""
        return torch.as_tensor(self.moves).gather(1, self.row_index()[0])

    def check(self, populations: int, radius: int) -> None:
        """Refuses NumPy samples that the compiled layers would read out of bounds.

        Raises:
            TypeError, ValueError: naming the field, what it holds and what it must be.
        """
        side = 2 * radius + 1
        kept, held = self.windows.shape[1:2], self.entities.shape[1:2]
        wanted: dict[str, tuple[Any, tuple[int, ...]]] = {
            "windows": (np.uint8, (populations, *kept, side, -(-side // 16) * 16)),
            "entities": (np.int16, (populations, *held, COLUMNS)),
            "first": (np.int32, (populations, *(size + 1 for size in kept))),
            "start": (np.int64, (populations,)),
            "count": (np.int64, (populations,)),
        }
        for name, (dtype, shape) in wanted.items():
            field = getattr(self, name)
            if field.dtype != dtype:
                raise TypeError(f"samples.{name} is {field.dtype}; it must be {np.dtype(dtype)}")
            if field.shape != shape:
                raise ValueError(f"samples.{name} has shape {field.shape}; it must be {shape}")
        p = first_misfit(self.start, self.count, self.first, held[0])
        if p >= 0:
            raise ValueError(
                f"samples of population {p}: start {self.start[p]}, count {self.count[p]} and `first` must name rows "
                f"0 .. {kept[0] - 1} of `windows`, each with 1 to 255 of the rows 0 .. {held[0] - 1} of `entities`"
            )


def _contiguous(field: Any) -> np.ndarray:
    return np.ascontiguousarray(field.cpu() if isinstance(field, torch.Tensor) else field)


@jit
def first_misfit(start, count, first, held):
    """The first population whose samples or entities lie outside what is kept; −1 if there is none."""
    for p in range(start.shape[0]):
        low, high = start[p], start[p] + count[p]
        if low < 0 or high < low or high >= first.shape[1]:
            return p
        if low < high and (first[p, low] < 0 or first[p, high] > held):
            return p
        wrong = False
        for q in range(low, high):
            seen = first[p, q + 1] - first[p, q]
            wrong |= (seen < 1) | (seen > 255)
        if wrong:
            return p
    return -1
