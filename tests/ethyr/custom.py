"""A network of a user's own: attention over agents, water, and a memory."""

import torch
from torch import Tensor, nn

from forge.blade import Config
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.layers import PopulationGRU, PopulationLinear
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.policy import Heads
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.views import Viewer


class Attentive(Network):
    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__()
        P, H = config.populations, learning.hidden
        self.memory = H
        self.view = Viewer(config)
        self.materials = PopulationLinear(P, self.view.side**2, H, generator)
        self.agents, self.query = (PopulationLinear(P, 11, H, generator) for _ in range(2))
        self.cell = PopulationGRU(P, 2 * H, H, generator)
        self.heads = Heads(config, H, generator)

    def encode(self, samples: Samples) -> Tensor:
        view = self.view(samples)
        tiles = self.materials((view.materials == 1).flatten(2).float())
        agents = self.agents(view.entities.flatten(1, 2)).unflatten(1, view.seen.shape[1:])
        wanted = (self.query(view.entities[:, :, 0]).unsqueeze(2) * agents).sum(-1)
        weights = torch.where(view.seen, wanted, -1e9).softmax(-1)
        return torch.cat([tiles, (weights.unsqueeze(-1) * agents).sum(2)], -1).tanh()

    def remember(self, seen: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        assert memory is not None
        after = self.cell(seen, memory)
        return after, after

    def decide(self, thought: Tensor, samples: Samples) -> Choices:
        choices: Choices = self.heads(thought, samples)
        return choices


class Plain(nn.Module):
    """A module that is no Network."""
