"""What agents saw, as the encoder reads it: samples grouped by population, so that unshared weights meet slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import DTypeLike

from forge.blade.compiled.jit import jit
from forge.ethyr.kernels.layout import OURS, Layout, Table


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
    matters: Any  # uint32 [P, Q]: bit c is set where the choice of column c can have an effect; none unless it is asked

    def each(self, change: Callable[[Any], Any]) -> More:
        """The same with every array changed."""
        sets, counts = (tuple(map(change, arrays)) for arrays in (self.sets, self.counts))
        own, place, around = map(change, (self.own, self.place, self.around))
        return More(own, place, around, sets, counts, change(self.valid), change(self.matters))


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
        changed = [None if array is None else change(array) for array in self[:-1]]
        return Samples._make([*changed, self.more and self.more.each(change)])

    def row_index(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Where the samples lie, int64 [P, m], and which rows hold one, bool [P, m]; the others point to row 0."""
        start, count = torch.as_tensor(self.start), torch.as_tensor(self.count)
        row = torch.arange(self.rows, device=count.device)
        valid = row < count.unsqueeze(-1)
        return torch.where(valid, start.unsqueeze(-1) + row, 0), valid

    def move_bits(self) -> torch.Tensor:
        """The bits of the valid moves of each sample, uint8 [P, m]; rows beyond a population's count mean nothing."""
        return torch.as_tensor(self.moves).gather(1, self.row_index()[0])

    def matters(self) -> torch.Tensor | None:
        """Which choices of each sample can have an effect now: int32 [P, m], bit c of column c; None if nobody asked.

        Rows beyond a population's count mean nothing.
        """
        if self.more is None or self.more.matters.shape[1] == 0:
            return None
        return torch.as_tensor(self.more.matters).view(torch.int32).gather(1, self.row_index()[0])

    def check(self, populations: int, radius: int, layout: Layout = OURS) -> None:
        """Refuses NumPy samples that the compiled layers would read out of bounds.

        Args:
            populations: P.
            radius: of the windows.
            layout: of the worlds.

        Raises:
            TypeError, ValueError: naming the field, what it holds and what it must be.
        """
        side = 2 * radius + 1
        kept, held = self.windows.shape[1:2], self.entities.shape[1:2]
        wanted: dict[str, tuple[Any, tuple[int, ...]]] = {
            "windows": (layout.tile, (populations, *kept, side, -(-side // 16) * 16)),
            "entities": (np.int16, (populations, *held, layout.columns)),
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


def more_for(layout: Layout, samples: tuple[int, int], worlds: int, matters: bool = False) -> More:
    """Room for what systems from outside tell.

    Args:
        layout: of the configuration.
        samples: populations P, and samples Q of each.
        worlds: D, rows of what is told of worlds.
        matters: whether to note which choices matter.
    """

    def room(table: Table, *shape: int) -> np.ndarray:
        return aligned(((worlds,) if table.world else samples) + shape, np.int32)

    of_worlds = any(table.world for table in layout.tables)
    return More(
        own=aligned((*samples, layout.own.width if layout.own else 0), np.int32),
        place=aligned((samples[0], samples[1] if of_worlds else 0), np.int32),
        around=aligned((worlds, layout.around.width if layout.around else 0), np.int32),
        sets=tuple(room(table, table.rows, table.width) for table in layout.sets),
        counts=tuple(room(table) for table in layout.sets),
        valid=aligned((*samples, layout.valid), np.bool_),
        matters=aligned((samples[0], samples[1] if matters else 0), np.uint32),
    )


def aligned(shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """An array that begins on a cache line. Memory that is never written is never taken from the system."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    offset = -raw.ctypes.data % 64
    return raw[offset : offset + size].view(dtype).reshape(shape)
