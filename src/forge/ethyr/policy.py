"""The default network: the baseline of Neural MMO v1.0, one for each population, computed together."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from forge.blade.checks import ConfigError
from forge.blade.config import Config
from forge.blade.ids import Move
from forge.ethyr.encoder import Encoder, Samples
from forge.ethyr.heads import mask_by_bits
from forge.ethyr.layers import PopulationLinear
from forge.ethyr.learning import Learning


class Choices(NamedTuple):
    """What a policy says of each sample; rows beyond a population's count mean nothing."""

    move: Tensor  # float32 [P, m, 5]: log-probabilities, NEVER-small where invalid
    style: Tensor  # float32 [P, m, styles]: log-probabilities
    value: Tensor  # float32 [P, m]: expected return, in the units of scaled rewards


class Policy(nn.Module):
    """The encoder, one layer over it, and linear heads for move, style and value.

    In v1.0 nothing in the network but the maximum over agents is nonlinear, so its preference among tiles cannot depend
    on the agent's hunger or thirst. Here the layer over the encoder is rectified unless `activation` is "none".

    Args:
        config: of the worlds it plays.
        learning: its width and activation.
        generator: the stream its first weights are drawn from.

    Raises:
        ConfigError: if the policy would have to choose targets.
    """

    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__()
        if config.learned_targets:
            raise ConfigError(
                "combat.targeting = 'learned': this network chooses moves and styles, not targets; "
                "train with 'lowest_health', or play with an agent that names its targets"
            )
        self.rectified = learning.activation == "relu"
        populations, hidden = config.populations, learning.hidden
        self.encoder = Encoder(config, hidden, generator)
        self.trunk = PopulationLinear(populations, 3 * hidden, hidden, generator)
        self.move = PopulationLinear(populations, hidden, len(Move), generator)
        self.style = PopulationLinear(populations, hidden, config.styles, generator)
        self.value = PopulationLinear(populations, hidden, 1, generator)

    def forward(self, samples: Samples, moves: Tensor, tables: Any = None) -> Choices:
        """Judges samples.

        Args:
            samples: to judge.
            moves: uint8 [P, m], bits of their valid moves.
            tables: from `tables`, to save composing them again while the weights stay the same.
        """
        hidden = self.trunk(self.encoder(samples, tables))
        hidden = hidden.relu() if self.rectified else hidden
        move = mask_by_bits(self.move(hidden), moves).log_softmax(-1)
        return Choices(move, self.style(hidden).log_softmax(-1), self.value(hidden).squeeze(-1))

    def tables(self) -> Any:
        """What the encoder derives from its weights before it sees a sample."""
        return self.encoder.tables()
