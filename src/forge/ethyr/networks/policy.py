"""The networks that come with the package: the baseline of Neural MMO v1.0, with a second layer, and with a memory."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Move
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.choices import head_of
from forge.ethyr.networks.encoder import Encoder
from forge.ethyr.networks.heads import mask_by_bits
from forge.ethyr.networks.layers import PopulationGRU, PopulationLinear
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.tables import Named
from forge.ethyr.networks.targets import TargetHead


class Heads(nn.Module):
    """Linear heads for move, style and value, and one for every choice that systems from outside declare.

    With learned targeting there is also the head that picks targets.

    Args:
        config: of the worlds it plays.
        inputs: width of what it reads; a multiple of 4 where targets are learned.
        generator: the stream its first weights are drawn from.
    """

    def __init__(self, config: Config, inputs: int, generator: torch.Generator) -> None:
        super().__init__()
        populations = config.populations
        self.move = PopulationLinear(populations, inputs, len(Move), generator)
        self.style = PopulationLinear(populations, inputs, config.styles, generator)
        self.value = PopulationLinear(populations, inputs, 1, generator)
        self.target = TargetHead(config, inputs, generator) if config.learned_targets else None
        layout = layout_of(config)
        heads = {choice.name: head_of(config, layout, choice, inputs, generator) for choice in layout.choices}
        self.more = Named(heads)

    def forward(self, x: Tensor, samples: Samples) -> Choices:
        """Choices from float32 [P, m, inputs]; what the samples rule out is never chosen."""
        given = samples.to(x.device) if len(self.more) else samples
        return Choices(
            move=mask_by_bits(self.move(x), samples.move_bits()).log_softmax(-1),
            style=self.style(x).log_softmax(-1),
            value=self.value(x).squeeze(-1),
            target=self.target and self.target(x, samples),
            more={name: self.more[name].log_probs(x, given) for name in self.more},
        )


class Policy(Network):
    """The encoder, one layer over it, and the heads.

    In v1.0 nothing in the network but the maximum over agents is nonlinear, so its preference among tiles cannot depend
    on the agent's hunger or thirst. Here the layer over the encoder is rectified unless `activation` is "none".

    Args:
        config: of the worlds it plays.
        learning: its width and activation.
        generator: the stream its first weights are drawn from.
    """

    #: Whether the encoder's output is rectified, too.
    layered = False

    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__()
        self.rectified = learning.activation == "relu"
        self.encoder = Encoder(config, learning.hidden, generator, learning.near)
        self.trunk = PopulationLinear(config.populations, self.encoder.width, learning.hidden, generator)
        self.heads = Heads(config, learning.hidden, generator)

    def encode(self, samples: Samples) -> Tensor:
        """The layer over the encoder: float32 [P, m, H]."""
        encoded = self.encoder(samples)
        hidden: Tensor = self.trunk(encoded.relu() if self.layered else encoded)
        return hidden.relu() if self.rectified else hidden

    def hidden(self, samples: Samples) -> Tensor | None:
        """The units of the layer over the encoder, float32 [P, m, H]; None if they are not rectified."""
        return self.encode(samples) if self.rectified else None

    def decide(self, thought: Tensor, samples: Samples) -> Choices:
        """The heads, over float32 [P, m, H]."""
        choices: Choices = self.heads(thought, samples)
        return choices


class Layered(Policy):
    """The default network with its encoder's output rectified, too: two layers that are not linear.

    What is near enters the maximum over agents only as far as it is above nothing, and what the layer over the encoder
    makes of food, water and ways can depend on one another. Arguments as for `Policy`.
    """

    layered = True


class Recurrent(Policy):
    """The default network with a gated recurrent unit over its trunk.

    The heads read the sum of the trunk and of what the unit remembers, so what needs no memory is learned as by the
    default network. Arguments as for `Policy`.
    """

    def __init__(self, config: Config, learning: Learning, generator: torch.Generator) -> None:
        super().__init__(config, learning, generator)
        self.memory = learning.hidden
        self.cell = PopulationGRU(config.populations, learning.hidden, learning.hidden, generator)

    def remember(self, seen: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """One tick of the recurrent unit: float32 [P, m, H] and [P, m, H] to the same."""
        assert memory is not None
        after = self.cell(seen, memory)
        return seen + after, after


class Remembering(Recurrent):
    """The layered network with a gated recurrent unit over its trunk, as `Recurrent` has it over the default one's."""

    layered = True
