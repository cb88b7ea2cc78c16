"""Layers with unshared weights: one set of parameters a population, computed in one batched call."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class PopulationLinear(nn.Module):
    """y[p] = x[p] W[p] + b[p]: float32 [P, m, inputs] to [P, m, outputs].

    Args:
        populations, inputs, outputs: sizes.
        generator: the stream its first weights are drawn from.
        gain: scale of the first weights; 1 gives the uniform ±1/√inputs of torch.nn.Linear.
    """

    def __init__(
        self, populations: int, inputs: int, outputs: int, generator: torch.Generator, gain: float = 1.0
    ) -> None:
        super().__init__()
        bound = gain / math.sqrt(inputs)
        self.weight = nn.Parameter(uniform((populations, inputs, outputs), bound, generator))
        self.bias = nn.Parameter(uniform((populations, 1, outputs), bound, generator))

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return torch.baddbmm(self.bias, x, self.weight)


def uniform(shape: tuple[int, ...], bound: float, generator: torch.Generator) -> Tensor:
    """Numbers drawn uniformly from ±bound."""
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)
