"""What agents saw, as the encoder reads it: samples grouped by population, so that unshared weights meet slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from forge.blade.compiled.jit import jit
from forge.ethyr.kernels.layout import COLUMNS


class More(NamedTuple):
    """What systems from outside tell agents, beside tiles and one another; what they do not has no columns, or no rows.

    Letters besides those of `Samples`: D rows of what is told of worlds, one for each world and tick; O numbers of
    oneself, n of a world, V options of masked choices from outside; L rows of a set at most, of F numbers. For what
    they are see `forge.ethyr.kernels.layout.Layout`.
    """

    own: Any  # int32 [P, Q, O]: what an agent knows of itself alone
    place: Any  # int32 [P, Q]: its row of what is told of worlds; rises from sample to sample of a population
    around: Any  # int32 [D, n]: what all know of their world
    sets: tuple[Any, ...]  # of each set of rows, int32 [P, Q, L, F]; of the world [D, L, F]
    counts: tuple[Any, ...]  # of each set, how many rows are there: int32 [P, Q]; of the world [D]
    valid: Any  # bool [P, Q, V]: which options are valid, those of one choice behind those of another

    def each(self, change: Callable[[Any], Any]) -> More:
        """The same with every array changed."""
        sets, counts = (tuple(map(change, arrays)) for arrays in (self.sets, self.counts))
        return More(change(self.own), change(self.place), change(self.around), sets, counts, change(self.valid))


class Samples(NamedTuple):
    """A stretch of samples of each population; a call works on the rows start[p] .. start[p] + count[p] − 1.

    NumPy arrays (also as torch tensors on the CPU) are for the compiled layers, tensors on any device for the dense
    ones. The arrays must not change before a backward pass that needs them. Letters: P populations, Q samples kept, M
    entity rows kept, R rows of a window, C tiles of a window row (R rounded up to a multiple of 16).
    """

    windows: Any  # uint8 or uint16 [P, Q, R, C]: tiles, as `Observation.padded_window`; those from R on mean nothing
    entities: Any  # int16 [P, M, columns]: features of each agent in view, the observer first, and bits of the styles
    # it can be attacked with, if targets are learned: see `forge.ethyr.kernels.layout.Layout`
    first: Any  # int32 [P, Q + 1]: sample q sees the entity rows first[p, q] .. first[p, q + 1] − 1, one at least
    start: Any  # int64 [P]
    count: Any  # int64 [P]
    moves: Any = None  # uint8 [P, Q]: bits of the valid moves; the encoder needs none
    more: More | None = None  # what systems from outside tell; None where they tell nothing

    @property
    def rows(self) -> int:
        """Rows of a result, m: samples of the population that has most."""
        return int(self.count.max())

    def to(self, device: torch.device | str) -> Samples:
        """The same samples as tensors on a device."""
        return self._each(lambda field: torch.as_tensor(field).to(device))

    def numpy(self) -> Samples:
        """The same samples as contiguous NumPy arrays, sharing memory where they can."""
        return self._each(_contiguous)

    def _each(self, change: Callable[[Any], Any]) -> Samples:
        arrays = {name: array for name, array in self._asdict().items() if name != "more" and array is not None}
        changed = {name: change(array) for name, array in arrays.items()}
        return Samples(**changed, more=self.more and self.more.each(change))

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
