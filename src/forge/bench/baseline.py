"""The default network as an ordinary torch module for one population, to measure what writing it so costs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from forge.ethyr.learning.settings import Learning
from forge.ethyr.modules.interface import Inputs, Interface


class Baseline(nn.Module):
    """Linear layers over tiles, oneself, and each agent in view with a maximum; a rectified one over them; heads."""

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__()
        hidden, features = learning.hidden, interface.features
        self.tiles = nn.Linear(interface.planes * interface.side**2, hidden)
        self.own, self.other = nn.Linear(features, hidden), nn.Linear(features, hidden)
        self.trunk = nn.Linear(3 * hidden, hidden)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden, count) for name, count in interface.choices.items()})
        self.value = nn.Linear(hidden, 1)

    def forward(self, inputs: Inputs) -> tuple[dict[str, Tensor], Tensor]:
        """Logits by choice, and values; see `forge.ethyr.modules.stacked.Said`."""
        others = self.other(inputs.agents).masked_fill(~inputs.seen.unsqueeze(-1), -torch.inf).amax(1)
        seen = torch.cat([self.tiles(inputs.tiles.flatten(1)), self.own(inputs.me), others], -1)
        thought = self.trunk(seen).relu()
        return {name: head(thought) for name, head in self.heads.items()}, self.value(thought).squeeze(-1)
