"""The heads of choices that systems from outside declare: one of n, or a pointer to a row."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import NEVER, SEEN, Chosen, Layout
from forge.ethyr.networks.layers import FeatureNorm, PopulationLinear
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.tables import TableNorm, rows_of, told

#: The logit of a row that is not there, far below that of one that is not valid.
ABSENT = 2 * NEVER


class PlainHead(PopulationLinear):
    """One of n: a linear head, without what the world rules out.

    Args:
        config: of the worlds.
        choice: of their layout.
        inputs: width of what it reads.
        generator: the stream its first weights are drawn from.
    """

    def __init__(self, config: Config, choice: Chosen, inputs: int, generator: torch.Generator) -> None:
        super().__init__(config.populations, inputs, choice.options, generator)
        self.choice = choice

    def log_probs(self, x: Tensor, samples: Samples) -> Tensor:
        """Log-probabilities float32 [P, m, n] of samples of which x, float32 [P, m, inputs], is known."""
        return ruled(super().forward(x), masked(self.choice, samples)).log_softmax(-1)


class PointerHead(nn.Module):
    """A pointer to an agent in view or to a row of a set: query · key, and for nobody or nothing a linear head.

    The query is linear in what the head reads, the key of a row in its normalised features.

    Args:
        config: of the worlds.
        layout: of them.
        choice: of the layout.
        inputs: width H of what it reads, and of queries and keys.
        generator: the stream its first weights are drawn from.
    """

    def __init__(self, config: Config, layout: Layout, choice: Chosen, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        P, self.layout, self.choice = config.populations, layout, choice
        self.table = next((table for table in layout.sets if table.name == choice.of), None)
        width = len(layout.features) if self.table is None else self.table.width
        self.norm = FeatureNorm(config) if self.table is None else TableNorm(config, self.table)
        # products of H numbers begin as large as one of them
        self.query = PopulationLinear(P, inputs, inputs, generator, gain=1 / math.sqrt(inputs))
        self.key = PopulationLinear(P, width, inputs, generator)
        self.nothing = PopulationLinear(P, inputs, 1, generator)

    def log_probs(self, x: Tensor, samples: Samples) -> Tensor:
        """Log-probabilities float32 [P, m, n] of samples of which x, float32 [P, m, H], is known."""
        rows, there = self._in_view(samples) if self.choice.of == SEEN else self._of_set(samples)
        query = self.query(x)
        # query · (row W + b) = row · (query Wᵀ) + query · b: as many products as a row has numbers
        towards = query @ self.key.weight.transpose(1, 2)
        scores = (self.norm(rows) * towards.unsqueeze(2)).sum(-1) + (query * self.key.bias).sum(-1, keepdim=True)
        logits = torch.cat([self.nothing(x), torch.where(there, scores, ABSENT)], -1)
        return ruled(logits, masked(self.choice, samples)).log_softmax(-1)

    def _in_view(self, samples: Samples) -> tuple[Tensor, Tensor]:
        """The features of the agents in view but the observer, [P, m, n − 1, F], and which are there."""
        row, valid = samples.row_index()
        begin, end = (torch.where(valid, samples.first.gather(1, row + k).long(), 0) for k in (0, 1))
        place = begin.unsqueeze(-1) + torch.arange(1, self.choice.options, device=row.device)
        there = place < end.unsqueeze(-1)
        rows = rows_of(samples.entities, torch.where(there, place, 0).flatten(1)).unflatten(1, place.shape[1:])
        return rows[..., : len(self.layout.features)], there

    def _of_set(self, samples: Samples) -> tuple[Tensor, Tensor]:
        """The rows of the set, [P, m, n − 1, F], and which are there."""
        assert self.table is not None
        numbers, count, world = told(self.layout, self.table, samples)
        assert count is not None
        if world is not None:
            numbers, count = numbers[0][world], count[0][world]
        return numbers, torch.arange(numbers.shape[2], device=count.device) < count.unsqueeze(-1)


def ruled(logits: Tensor, valid: Tensor | None) -> Tensor:
    """Logits without what is not valid. Where nothing is, all that is there is equally likely: it does nothing."""
    return logits if valid is None else torch.where(valid, logits, logits.clamp(max=NEVER))


def masked(choice: Chosen, samples: Samples) -> Tensor | None:
    """Which options of a choice are valid, bool [P, m, n]; None where all always are."""
    if not choice.mask:
        return None
    assert samples.more is not None, "these samples hold nothing that systems from outside tell"
    return rows_of(samples.more.valid, samples.row_index()[0])[..., choice.low : choice.high]


def head_of(
    config: Config, layout: Layout, choice: Chosen, inputs: int, generator: torch.Generator
) -> PlainHead | PointerHead:
    """The head of a choice from outside; arguments as for `PointerHead`."""
    if choice.of:
        return PointerHead(config, layout, choice, inputs, generator)
    return PlainHead(config, choice, inputs, generator)
