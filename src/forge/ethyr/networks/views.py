"""What agents saw as plain tensors, for networks that bring an encoder of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Move
from forge.ethyr.kernels.layout import Table, layout_of
from forge.ethyr.networks.choices import masked
from forge.ethyr.networks.dense import tiles_of
from forge.ethyr.networks.layers import FeatureNorm
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.tables import Named, TableNorm, told


class View(NamedTuple):
    """Letters as in `Samples`, and K = `sight.agents`, S attack styles; rows beyond a population's count are 0."""

    materials: Tensor  # int64 [P, m, R, R]: the Material of each tile; rows go south, columns east
    crowds: Tensor  # float32 [P, m, R, R]: agents on each tile, at most 31
    entities: Tensor  # float32 [P, m, K, F]: normalised features of each agent in view, the observer first; F is 11
    # with our own systems
    seen: Tensor  # bool [P, m, K]: which entries are filled
    moves: Tensor  # bool [P, m, 5]: valid moves
    targets: Tensor  # bool [P, m, S, K]: valid targets of each style; none unless targets are learned
    #: What systems from outside tell: normalised float32 `own` [P, m, O] and `around` [P, m, n]; and of every set of
    #: rows, by its name, what is in it and which rows are there, float32 and bool.
    vectors: Mapping[str, Tensor] = MappingProxyType({})
    sets: Mapping[str, tuple[Tensor, Tensor]] = MappingProxyType({})  # [P, m, L, F_r] and [P, m, L]
    valid: Mapping[str, Tensor] = MappingProxyType({})  # of every masked choice from outside: bool [P, m, options]


class Viewer(nn.Module):
    """Turns samples into plain tensors, on the device that the module is on.

    Args:
        config: of the worlds whose agents saw them.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.agents, self.side = config.sight.agents, 2 * config.sight.radius + 1
        self.styles = config.styles
        self.norm = FeatureNorm(config)
        self.layout = layout_of(config)
        self.norms = Named({table.name: TableNorm(config, table) for table in self.layout.tables})

    def forward(self, samples: Samples) -> View:
        """See `View`."""
        given = samples.to(self.norm.centre.device)
        row, valid = given.row_index()
        population = torch.arange(len(row), device=row.device).unsqueeze(-1)
        tiles, crowds = (part * valid[..., None, None] for part in tiles_of(given.windows, row, self.side))
        begin, end = (given.first[population, row + k].long() for k in (0, 1))
        place = begin.unsqueeze(-1) + torch.arange(self.agents, device=row.device)
        seen = (place < end.unsqueeze(-1)) & valid.unsqueeze(-1)
        rows = given.entities[population.unsqueeze(-1), torch.where(seen, place, 0)]
        return View(
            materials=tiles.long(),
            crowds=crowds.float(),
            entities=self.norm(rows[..., : len(self.layout.features)]) * seen.unsqueeze(-1),
            seen=seen,
            moves=_bits(given.move_bits() * valid, len(Move)),
            targets=_bits(rows[..., self.layout.target] * seen, self.styles).transpose(-1, -2),
            vectors={table.name: self._table(given, table)[0] for table in self.layout.tables if not table.array},
            sets={table.name: self._table(given, table) for table in self.layout.sets},
            valid={c.name: found for c in self.layout.choices if (found := masked(c, given)) is not None},
        )

    def _table(self, samples: Samples, table: Table) -> tuple[Tensor, Tensor]:
        """The numbers of a table of each sample, normalised, and which rows are there."""
        numbers, filled, world = told(self.layout, table, samples)
        if world is not None:
            numbers, filled = numbers[0][world], None if filled is None else filled[0][world]
        valid = samples.row_index()[1]
        if filled is None:
            return self.norms[table.name](numbers) * valid.unsqueeze(-1), valid
        there = (torch.arange(table.rows, device=filled.device) < filled.unsqueeze(-1)) & valid.unsqueeze(-1)
        return self.norms[table.name](numbers) * there.unsqueeze(-1), there


def _bits(numbers: Tensor, count: int) -> Tensor:
    """The lowest bits of integers [...], as bool [..., count]."""
    return ((numbers.unsqueeze(-1) >> torch.arange(count, device=numbers.device)) & 1).bool()
