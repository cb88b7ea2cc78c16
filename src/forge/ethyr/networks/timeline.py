"""The path of each agent's memory through the samples of a segment."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Timeline(NamedTuple):
    """Samples as they lie in a segment, population by population, and as they lie tick by tick.

    Letters: T ticks, m_t samples of the population that has most in tick t, m of the one that has most of all.
    """

    sizes: list[int]  # m_t
    rows: Tensor  # int64 [P, Σ m_t]: the samples of tick 0, of tick 1 and so on; 0 where a population has no more
    places: Tensor  # int64 [P, m]: where each sample stands in `rows`
    before: Tensor  # int64 [P, Σ m_t]: 1 + where the same agent stands among those of the tick before; 0 if it is new

    def to(self, device: torch.device | str) -> Timeline:
        """The same on another device."""
        return Timeline(self.sizes, *(part.to(device) for part in self[1:]))
