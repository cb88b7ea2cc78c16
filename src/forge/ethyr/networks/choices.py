"""The heads of choices that systems from outside declare: one of n, also given another, or a pointer to a row."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import NEVER, SEEN, Chosen, Layout
from forge.ethyr.networks.layers import FeatureNorm, PopulationLinear
from forge.ethyr.networks.network import take
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


class GivenHead(PopulationLinear):
    """One of n, given what was chosen before: a linear head, and for each choice that it depends on a table of logits.

    Which options are valid, and how much each is worth beyond what the sample says, follows from the options that were
    taken there: logits = x W + b + Σ tables[option]. Arguments as for `PlainHead`.
    """

    def __init__(self, config: Config, choice: Chosen, inputs: int, generator: torch.Generator) -> None:
        super().__init__(config.populations, inputs, choice.options, generator)
        self.choice = choice
        rows = sum(options for _, options in choice.after)
        self.given = nn.Parameter(torch.zeros(config.populations, rows, choice.options))

    def log_probs(self, x: Tensor, samples: Samples) -> Callable[[Mapping[int, Tensor]], Tensor]:
        """A function of what was taken before to log-probabilities float32 [P, m, n].

        What was taken is int64 [P, m] by the columns of actions. x is float32 [P, m, inputs], of the samples.
        """
        alone, valid = super().forward(x), masked(self.choice, samples)

        def odds(taken: Mapping[int, Tensor]) -> Tensor:
            logits, first = alone, 0
            for column, options in self.choice.after:
                logits = logits + take(self.given, first + taken[column].to(logits.device))
                first += options
            return ruled(logits, of_option(valid, taken[self.choice.after[0][0]])).log_softmax(-1)

        return odds


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
    """Which options of a choice are valid, bool [P, m, n]; None where all always are.

    Of a choice that is given another with k options it is bool [P, m, k, n].
    """
    if not choice.mask:
        return None
    assert samples.more is not None, "these samples hold nothing that systems from outside tell"
    valid = rows_of(samples.more.valid, samples.row_index()[0])[..., choice.low : choice.high]
    return valid.unflatten(-1, (-1, choice.options)) if choice.after else valid


def of_option(parts: Tensor | None, option: Tensor) -> Tensor | None:
    """Of what there is for each option of a choice, [P, m, k, n], that of the option taken, int64 [P, m]: [P, m, n]."""
    if parts is None:
        return None
    place = option.to(parts.device)[..., None, None].expand(-1, -1, 1, parts.shape[-1])
    return parts.gather(-2, place).squeeze(-2)


def head_of(
    config: Config, layout: Layout, choice: Chosen, inputs: int, generator: torch.Generator
) -> PlainHead | GivenHead | PointerHead:
    """The head of a choice from outside; arguments as for `PointerHead`."""
    if choice.after:
        return GivenHead(config, choice, inputs, generator)
    if choice.of:
        return PointerHead(config, layout, choice, inputs, generator)
    return PlainHead(config, choice, inputs, generator)
