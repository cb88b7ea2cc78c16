"""Tables that systems from outside declare: how samples hold them, and the layers over them.

Letters as in `forge.ethyr.networks.samples`; X worlds that samples see, m samples of one population at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import AROUND, OWN, Layout, Table
from forge.ethyr.networks.layers import FeatureNorm, PopulationLinear, uniform
from forge.ethyr.networks.network import take
from forge.ethyr.networks.samples import More, Samples


class Named(nn.Module):
    """Modules by names, which may also be those of attributes that every module has, such as `items` or `type`."""

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self._modules.update(modules)

    def __getitem__(self, name: str) -> Any:
        """The module of a name."""
        return self._modules[name]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        """The names, in their order."""
        return iter(self._modules)


class Told(NamedTuple):
    """What samples hold of one table; of a table of worlds, once for each of the X worlds."""

    numbers: Tensor  # int32 [P, m, F], or of a set [P, m, L, F]; of worlds [1, X, F] or [1, X, L, F]
    filled: Tensor | None  # of a set, int32 [P, m] or [1, X]: how many of its rows are there
    world: Tensor | None  # of worlds, int64 [P, m]: which of them each sample is in


def told(layout: Layout, table: Table, samples: Samples) -> Told:
    """What samples of tensors hold of one table of their layout."""
    more = samples.more
    assert more is not None, "these samples hold nothing that systems from outside tell"
    numbers, count = _arrays(layout, table, more)
    row, valid = samples.row_index()
    if not table.world:
        return Told(rows_of(numbers, row), None if count is None else rows_of(count, row), None)
    place = more.place.gather(1, row).long()
    low, high = (int(place[valid].min()), int(place[valid].max()) + 1) if valid.any() else (0, 1)
    of_worlds = numbers[low:high].unsqueeze(0), None if count is None else count[low:high].unsqueeze(0)
    return Told(*of_worlds, torch.where(valid, place - low, 0))


def _arrays(layout: Layout, table: Table, more: More) -> tuple[Tensor, Tensor | None]:
    if table.name == OWN:
        return more.own, None
    if table.name == AROUND:
        return more.around, None
    place = layout.sets.index(table)
    return more.sets[place], more.counts[place]


def rows_of(array: Tensor, row: Tensor) -> Tensor:
    """array[p, row[p]]: [P, Q, ...] and int64 [P, m] to [P, m, ...]."""
    return array[torch.arange(len(array), device=array.device).unsqueeze(-1), row]


class TableNorm(nn.Module):
    """Normalises the numbers of a table: (x − centre) / scale, and those without names by sign(x) · log(1 + |x|).

    Args:
        config: of the worlds.
        table: of their layout.
    """

    def __init__(self, config: Config, table: Table) -> None:
        super().__init__()
        self.features = FeatureNorm(config, table.features) if table.features else None

    def forward(self, numbers: Tensor) -> Tensor:
        """Numbers [..., F] of any type, as float32."""
        if self.features is not None:
            normalised: Tensor = self.features(numbers)
            return normalised
        x = numbers.float()
        return x.sign() * x.abs().log1p()


class TableLayer(PopulationLinear):
    """A linear layer over a table; over a set of rows, one over each row and the maximum over the rows that are there.

    Where no row is there it gives learned numbers, `nothing`. Of what all agents of a world see it is computed once for
    each world. The gradient of a maximum goes to the row that gave it, the first of equals.

    Args:
        config: of the worlds.
        layout: of them.
        table: of the layout.
        hidden: width H of what it gives.
        generator: the stream its first weights are drawn from.
    """

    def __init__(self, config: Config, layout: Layout, table: Table, hidden: int, generator: torch.Generator) -> None:
        super().__init__(config.populations, table.width, hidden, generator)
        self.layout, self.table, self.norm = layout, table, TableNorm(config, table)
        if table.array:
            bound = 1 / math.sqrt(table.width)
            self.nothing = nn.Parameter(uniform((config.populations, hidden), bound, generator))

    def embed(self, samples: Samples) -> Tensor:
        """Float32 [P, m, H], from samples of tensors; rows beyond a population's count are 0."""
        numbers, count, world = told(self.layout, self.table, samples)
        embedded = self._embedded(self.norm(numbers), count)
        seen = embedded if world is None else take(embedded, world)
        return seen * samples.row_index()[1].unsqueeze(-1)

    def _embedded(self, numbers: Tensor, count: Tensor | None) -> Tensor:
        numbers = numbers.expand(len(self.weight), *numbers.shape[1:])
        if count is None:
            vector: Tensor = self(numbers)
            return vector
        each = self(numbers.flatten(1, 2)).unflatten(1, numbers.shape[1:3])
        absent = torch.arange(numbers.shape[2], device=count.device) >= count.unsqueeze(-1)
        most = each.masked_fill(absent.unsqueeze(-1), -torch.inf).max(2).values
        return torch.where(count.unsqueeze(-1) > 0, most, self.nothing.unsqueeze(1))
