"""What a network is: a torch module that judges what agents saw, with or without a memory of what they saw before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor, nn

from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.timeline import Timeline


class Choices(NamedTuple):
    """What a network says of each sample; rows beyond a population's count mean nothing."""

    move: Tensor  # float32 [P, m, 5]: log-probabilities, NEVER-small where invalid
    style: Tensor  # float32 [P, m, styles]: log-probabilities
    value: Tensor  # float32 [P, m]: expected return, in the units of scaled rewards
    #: With learned targeting a function of the chosen styles, int64 [P, m], to log-probabilities of targets, float32
    #: [P, m, k]: entry 0 is nobody, e the e-th agent in view, k at most `sight.agents`; NEVER-small where invalid.
    target: Callable[[Tensor], Tensor] | None = None
    memory: Tensor | None = None  # float32 [P, m, network.memory]: what the agents carry to their next tick
    #: Of every choice that systems from outside declare, by its name: log-probabilities float32 [P, m, options],
    #: NEVER-small where invalid. Of one that depends on others a function to them, of the options that were taken in
    #: the columns before its own: int64 [P, m] by the column.
    more: Mapping[str, Tensor | Callable[[Mapping[int, Tensor]], Tensor]] = MappingProxyType({})


class Network(nn.Module):
    """The base of all networks; every population has weights of its own, and all are computed in one call.

    A network without memory overrides `forward`, or `encode` and `decide`. One with memory sets `memory` and overrides
    `encode`, `remember` and `decide`: a segment is then encoded and decided at once, and only `remember` goes tick by
    tick. It is made by `Class(config, learning, generator)` and draws its first weights from `generator`. Parameters
    have a leading axis P.
    """

    #: How many numbers an agent carries from one tick to the next; those of a newborn are 0.
    memory: int = 0

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        """Judges samples.

        Args:
            samples: what the agents see now, and what they may do.
            memory: float32 [P, m, self.memory], what they carried over; None without memory.
        """
        said, carried = self.remember(self.encode(samples), memory)
        return self.decide(said, samples)._replace(memory=carried)

    def encode(self, samples: Samples) -> Tensor:
        """What is seen, as float32 [P, m, any width]."""
        raise NotImplementedError(f"{type(self).__name__} overrides neither forward nor encode")

    def remember(self, seen: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """One tick of the memory; by default nothing is carried.

        Args:
            seen: float32 [P, m, any width], what `encode` returned.
            memory: float32 [P, m, self.memory], what each agent carries; None for a network without memory.

        Returns:
            What `decide` reads, float32 [P, m, any width], and what each agent carries on, like `memory`.
        """
        return seen, memory

    def decide(self, thought: Tensor, samples: Samples) -> Choices:
        """The choices of the samples, from what `remember` returned first: float32 [P, m, any width]."""
        raise NotImplementedError(f"{type(self).__name__} overrides neither forward nor decide")

    def hidden(self, samples: Samples) -> Tensor | None:
        """The rectified hidden units of samples, to tell how many are dead; by default there are none.

        Args:
            samples: what the agents see.

        Returns:
            float32 [P, m, units], at least 0; None if the network has no such units.
        """
        return None

    def unroll(self, samples: Samples, memory: Tensor, timeline: Timeline) -> Choices:
        """Judges a whole segment as `forward` does tick by tick, each agent with the memory of its own past.

        Args:
            samples: of all ticks.
            memory: float32 [P, m_0, self.memory], what the agents of the first tick carried into it.
            timeline: of the samples.
        """
        thoughts = self._through(take(self.encode(samples), timeline.rows), memory, timeline)
        return self.decide(take(torch.cat(thoughts, 1), timeline.places), samples)

    def _through(self, seen: Tensor, memory: Tensor, timeline: Timeline) -> list[Tensor]:
        thoughts: list[Tensor] = []
        nothing = memory.new_zeros(len(memory), 1, self.memory)
        for now, before in zip(*(part.split(timeline.sizes, 1) for part in (seen, timeline.before)), strict=True):
            carried = take(torch.cat([nothing, memory], 1), before) if thoughts else memory
            thought, after = self.remember(now, carried)
            assert after is not None
            thoughts.append(thought)
            memory = after
        return thoughts


def take(x: Tensor, rows: Tensor) -> Tensor:
    """x[p, rows[p]]: [P, ., X] and int64 [P, n] to [P, n, X]."""
    return x.gather(1, rows.unsqueeze(-1).expand(-1, -1, x.shape[-1]))
