"""The head that picks targets: it scores each agent in view from the trunk, the chosen style and that agent's features.

As v1.0's, but that the agents' embedding is a layer of its own: since v1.0 has nothing nonlinear between the features
and the score's first layer either, it can say the same.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.entities import CHUNKS, normaliser
from forge.ethyr.kernels.targets import target_all, target_gradient_all
from forge.ethyr.networks import dense
from forge.ethyr.networks.compiled import in_lanes
from forge.ethyr.networks.layers import FeatureNorm, PopulationLinear, uniform
from forge.ethyr.networks.samples import Samples


class TargetHead(nn.Module):
    """Log-probabilities of targets for the attack style of each agent.

    Args:
        config: of the worlds it plays.
        inputs: width H of what it reads, a multiple of 4; it scores with as many hidden units.
        generator: the stream its first weights are drawn from.
    """

    def __init__(self, config: Config, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        P, features = config.populations, len(config.schema.features)
        self.key = PopulationLinear(P, inputs, inputs, generator)
        self.style = nn.Parameter(uniform((P, config.styles, inputs), 1 / math.sqrt(inputs), generator))
        self.agent = nn.Parameter(uniform((P, features, inputs), 1 / math.sqrt(features), generator))
        self.bias = nn.Parameter(uniform((P, inputs), 1 / math.sqrt(features), generator))
        self.score = nn.Parameter(uniform((P, inputs), 1 / math.sqrt(inputs), generator))
        self.norm = FeatureNorm(config)

    def forward(self, x: Tensor, samples: Samples) -> functools.partial[Tensor]:
        """What `Choices.target` is, for samples of which x, float32 [P, m, H], is known."""
        return functools.partial(self.log_probs, x, samples)

    def log_probs(self, x: Tensor, samples: Samples, styles: Tensor) -> Tensor:
        """Log-probabilities float32 [P, m, k] of the targets in view for the styles int64 [P, m]."""
        places = styles.unsqueeze(-1).expand(-1, -1, x.shape[-1])
        query = self.key(x) + self.style.gather(1, places)
        if x.device.type == "cpu":
            weight = torch.cat([self.agent, self.bias.unsqueeze(1)], 1)
            norm = normaliser(self.norm.centre.numpy(), self.norm.scale.numpy())
            scores = TargetScores.apply(query, weight, self.score, samples.numpy(), styles.numpy(), norm)
        else:
            layer = self.agent, self.bias, self.score
            scores = dense.target_scores(query, *layer, samples, styles, self.norm.centre, self.norm.scale)
        return scores.log_softmax(-1)


class TargetScores(torch.autograd.Function):
    """`dense.target_scores` by compiled kernels.

    Arguments: query, weight with the bias as last row [P, F + 1, H], score, and the NumPy samples, styles and norm.
    """

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, weight: Tensor, score: Tensor, samples: Samples, styles: np.ndarray, norm: np.ndarray
    ) -> Tensor:
        """See the class."""
        given = [x.detach().contiguous().numpy() for x in (query, weight, score)]
        seen = (samples.first[p, s : s + n + 1] for p, (s, n) in enumerate(zip(samples.start, samples.count)))
        most = max((int(np.diff(ends).max(initial=1)) for ends in seen), default=1)
        out = query.new_empty(*query.shape[:2], most)
        rest = *given, samples.entities, samples.first, samples.start, samples.count, np.ascontiguousarray(styles), norm
        in_lanes(target_all, out.numpy(), *rest)
        ctx.rest = rest
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of query, weight and score."""
        query = torch.zeros(ctx.rest[0].shape)
        parts = torch.empty(len(query), CHUNKS, ctx.rest[1].shape[1] + 1, query.shape[-1])
        written = parts.numpy(), query.numpy(), grads[0].contiguous().numpy()
        in_lanes(target_gradient_all, *written, *ctx.rest)
        weights = torch.zeros_like(parts[:, 0])
        for chunk in range(CHUNKS):
            weights += parts[:, chunk]
        return query, weights[:, :-1], weights[:, -1], None, None, None
