"""Networks whose training diverges at a moment of our choice."""

from __future__ import annotations

import torch
from torch import Tensor

from forge.blade import Config
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.encoder import Encoder
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.policy import Heads
from forge.ethyr.networks.samples import Samples


class Norm(Network):
    """The length of a vector that is zero: 0/0 is the gradient of the square root there, in the very first update."""

    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__()
        self.code = Encoder(config, learning.hidden, generator)
        self.heads = Heads(config, self.code.width, generator)
        self.gain = torch.nn.Parameter(self.first(config))

    def first(self, config: Config) -> Tensor:
        return torch.zeros(config.populations, 1, 4)

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        length = (self.gain**2).sum(-1, keepdim=True).sqrt()
        choices: Choices = self.heads(self.code(samples).relu() * (1 + length), samples)
        return choices


class Later(Norm):
    """One population whose gradient is infinite once it has learned from 20 segments; nothing else ever is."""

    judged = 0

    def first(self, config: Config) -> Tensor:
        return torch.ones(config.populations, 1, 4)

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        self.judged += torch.is_grad_enabled()
        if self.judged == 20 and self.gain.requires_grad:
            self.gain.register_hook(lambda grad: grad.index_fill(0, torch.tensor([1]), torch.inf))
        return super().forward(samples, memory)
