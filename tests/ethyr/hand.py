"""A hand-made policy, whose answers can be worked out, and agents and scenes to ask it about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from forge.blade import Chaos, Config
from forge.blade.recording.scene import Scene, someone
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples

CONFIG = Chaos(**{"terrain.side": 20, "terrain.border": 4, "spawn.cap": 16, "spawn.populations": 2, "sight.radius": 4})
LEARNED = CONFIG.replace(**{"combat.targeting": "learned"})
STYLES = (0.2, 0.3, 0.5)


def seen_by(samples: Samples, p: int, q: int) -> np.ndarray:
    """The entity rows of a sample, the observer's first."""
    return np.asarray(samples.entities)[p, samples.first[p, q] : samples.first[p, q + 1]]


class Hand(Network):
    """A policy whose value is `worth` of the entity rows and the memory; it chooses styles with the odds STYLES."""

    def __init__(
        self, worth: Callable[..., float] = lambda seen, memory: 0.0, width: int = 0, aims: Any = None
    ) -> None:
        super().__init__()
        self.worth, self.memory, self.aims = worth, width, aims

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        P, m = len(samples.count), samples.rows
        value = torch.full((P, m), torch.nan)
        for p, count in enumerate(samples.count):
            for q in range(count):
                value[p, q] = float(
                    self.worth(seen_by(samples, p, q), None if memory is None else memory[p, q].numpy())
                )
        move = torch.zeros(P, m, 5).log_softmax(-1)
        style = torch.tensor(STYLES).log().expand(P, m, 3)
        return Choices(move, style, value, self._targets(samples) if self.aims else None, memory)

    def _targets(self, samples: Samples) -> Any:
        P, m = len(samples.count), samples.rows

        def log_probs(styles: Tensor) -> Tensor:
            odds = torch.full((P, m, 8), float(NEVER))
            for p, count in enumerate(samples.count):
                for q in range(count):
                    chances = self.aims(seen_by(samples, p, q), int(styles[p, q]))
                    odds[p, q, : len(chances)] = torch.tensor(chances).clamp_min(1e-30).log()
            return odds

        return log_probs


def at(row: int, col: int, population: int = 0, config: Config = CONFIG, **fields: int) -> np.ndarray:
    return someone(config, population, row=row, col=col, **fields)


def peopled(*agents: np.ndarray, config: Config = CONFIG) -> Scene:
    flat = Scene.flat(config)
    return Scene(config, 9, flat.materials, np.stack(agents), np.arange(len(agents)))
