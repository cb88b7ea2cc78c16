"""What agents saw as plain tensors, for networks that bring an encoder of their own."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Move
from forge.blade.state.observation import FEATURES
from forge.ethyr.kernels.layout import TARGET
from forge.ethyr.kernels.rows import MATERIALS
from forge.ethyr.networks.layers import FeatureNorm
from forge.ethyr.networks.samples import Samples


class View(NamedTuple):
    """Letters as in `Samples`, and K = `sight.agents`, S attack styles; rows beyond a population's count are 0."""

    materials: Tensor  # int64 [P, m, R, R]: the Material of each tile; rows go south, columns east
    crowds: Tensor  # float32 [P, m, R, R]: agents on each tile, at most 31
    entities: Tensor  # float32 [P, m, K, 11]: normalised FEATURES of each agent in view, the observer first
    seen: Tensor  # bool [P, m, K]: which entries are filled
    moves: Tensor  # bool [P, m, 5]: valid moves
    targets: Tensor  # bool [P, m, S, K]: valid targets of each style; none unless targets are learned


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

    def forward(self, samples: Samples) -> View:
        """See `View`."""
        given = samples.to(self.norm.centre.device)
        row, valid = given.row_index()
        population = torch.arange(len(row), device=row.device).unsqueeze(-1)
        tiles = given.windows[population, row][..., : self.side] * valid[..., None, None]
        begin, end = (given.first[population, row + k].long() for k in (0, 1))
        place = begin.unsqueeze(-1) + torch.arange(self.agents, device=row.device)
        seen = (place < end.unsqueeze(-1)) & valid.unsqueeze(-1)
        rows = given.entities[population.unsqueeze(-1), torch.where(seen, place, 0)]
        return View(
            materials=(tiles % MATERIALS).long(),
            crowds=(tiles // MATERIALS).float(),
            entities=self.norm(rows[..., : len(FEATURES)]) * seen.unsqueeze(-1),
            seen=seen,
            moves=_bits(given.move_bits() * valid, len(Move)),
            targets=_bits(rows[..., TARGET] * seen, self.styles).transpose(-1, -2),
        )


def _bits(numbers: Tensor, count: int) -> Tensor:
    """The lowest bits of integers [...], as bool [..., count]."""
    return ((numbers.unsqueeze(-1) >> torch.arange(count, device=numbers.device)) & 1).bool()
