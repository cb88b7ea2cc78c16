"""Layers with unshared weights: one set of parameters a population, computed in one batched call."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.blade.schema.system import Feature


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
    """Numbers drawn uniformly from ±bound: float32 [*shape]."""
    return torch.empty(shape).uniform_(-bound, bound, generator=generator)


class FeatureNorm(nn.Module):
    """Normalises features as v1.0 did, (x − centre) / scale: its buffers move with the module.

    Args:
        config: of the worlds whose they are.
        features: what they are, F of them; by default those of agents in view.
    """

    centre: Tensor  # float32 [F]
    scale: Tensor  # float32 [F]

    def __init__(self, config: Config, features: Sequence[Feature] | None = None) -> None:
        super().__init__()
        given = config.schema.features if features is None else features
        for name, values in (("centre", [f.centre for f in given]), ("scale", [f.scale for f in given])):
            self.register_buffer(name, torch.tensor([float(value(config)) for value in values]), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Features of any number type [..., F], as float32."""
        return (features.to(self.centre.dtype) - self.centre) / self.scale


class PopulationGRU(nn.Module):
    """A gated recurrent unit (Cho et al. 2014, arXiv 1406.1078), one for each population.

    With r = σ(x W_r + h U_r + b_r), z = σ(x W_z + h U_z + b_z) and n = tanh(x W_n + b_n + r · (h U_n + c_n)) the next
    h is (1 − z) n + z h, as torch.nn.GRUCell computes it.

    Args:
        populations, inputs, hidden: sizes.
        generator: the stream its first weights are drawn from, uniform in ±1/√hidden as torch.nn.GRUCell's.
    """

    def __init__(self, populations: int, inputs: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = 1 / math.sqrt(hidden)
        self.weight = nn.Parameter(uniform((populations, inputs, 3 * hidden), bound, generator))
        self.recurrent = nn.Parameter(uniform((populations, hidden, 3 * hidden), bound, generator))
        self.bias = nn.Parameter(uniform((populations, 1, 3 * hidden), bound, generator))
        self.candidate_bias = nn.Parameter(uniform((populations, 1, hidden), bound, generator))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """The next h: float32 [P, m, inputs] and [P, m, hidden] to [P, m, hidden]."""
        hidden = h.shape[-1]
        given, kept = torch.baddbmm(self.bias, x, self.weight), torch.bmm(h, self.recurrent)
        gates = (given[..., : 2 * hidden] + kept[..., : 2 * hidden]).sigmoid()
        reset, update = gates.split(hidden, -1)
        candidate = (given[..., 2 * hidden :] + reset * (kept[..., 2 * hidden :] + self.candidate_bias)).tanh()
        return torch.lerp(candidate, h, update)
