"""Ordinary torch modules that play one population."""

import torch
from torch import Tensor, nn

from forge.ethyr.learning.settings import Learning
from forge.ethyr.modules.interface import Inputs, Interface


class Plain(nn.Module):
    """Linear layers, and the maximum over those in view."""

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__()
        H = learning.hidden
        self.tiles = nn.Linear(interface.planes * interface.side**2, H)
        self.me, self.others = nn.Linear(interface.features, H), nn.Linear(interface.features, H)
        self.heads = nn.ModuleDict({name: nn.Linear(3 * H, n) for name, n in interface.choices.items()})
        self.value = nn.Linear(3 * H, 1)

    def forward(self, inputs: Inputs) -> tuple[dict[str, Tensor], Tensor]:
        others = self.others(inputs.agents).masked_fill(~inputs.seen.unsqueeze(-1), -torch.inf).amax(1)
        said = torch.cat([self.tiles(inputs.tiles.flatten(1)), self.me(inputs.me), others], -1).relu()
        return {name: head(said) for name, head in self.heads.items()}, self.value(said).squeeze(-1)


class Remembering(nn.Module):
    """Convolutions, attention, a gated recurrent unit, and targets by what they look like to each style."""

    memory = 12

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(interface.planes, 4, 3, stride=3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(12)
        )
        self.conv(torch.zeros(1, interface.planes, interface.side, interface.side))  # so that it knows its size
        self.agents = nn.Linear(interface.features, 12)
        self.cell = nn.GRUCell(24, self.memory)
        self.choices = dict(interface.choices)
        self.heads = nn.ModuleDict({name: nn.Linear(12, n) for name, n in self.choices.items() if name != "target"})
        self.value = nn.Linear(12, 1)
        if "target" in self.choices:
            self.wanted = nn.Linear(12, self.choices["style"] * 12)

    def forward(self, inputs: Inputs, memory: Tensor) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        agents = self.agents(inputs.agents)
        odds = (agents * agents[:, :1]).sum(-1).masked_fill(~inputs.seen, -torch.inf).softmax(-1)
        memory = self.cell(torch.cat([self.conv(inputs.tiles), (odds.unsqueeze(-1) * agents).sum(1)], -1), memory)
        logits = {name: head(memory) for name, head in self.heads.items()}
        if "target" in self.choices:
            queries = self.wanted(memory).unflatten(-1, (self.choices["style"], 12))
            logits["target"] = queries @ agents.mT
        return logits, self.value(memory).squeeze(-1), memory
