"""The encoder of the default network: what an agent sees, as 3 H numbers. Every population has weights of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.compose import EMBEDDING
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks import dense
from forge.ethyr.networks.compiled import Compose, Encode, stripes
from forge.ethyr.networks.layers import FeatureNorm
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.tables import Named, TableLayer

__all__ = ["Encoder", "Samples", "Tables"]

_PLAIN = 4  # axes of a table that is not striped


class Tables(NamedTuple):
    """The weights of the tile layer in the form in which it is computed, for as long as the parameters stay the same.

    On the CPU they are striped, as `forge.ethyr.networks.compiled.stripes` returns them; elsewhere as
    `forge.ethyr.networks.dense` takes them.
    """

    table: Tensor  # float32 [P, K, M, H] for M materials, or striped [P, S, K, M, L]
    counts: Tensor  # float32 [P, K, H], or striped [P, S, K, L]


class Encoder(nn.Module):
    """Three linear layers side by side: over the tiles in view, the observer, and each agent in view with a maximum.

    A tile enters as the 7 numbers of its material's embedding and the number of agents on it, so the first layer has
    8 · K inputs for K = (2 near + 1)² tiles: 1,800 for all that are in view by default. Agents enter as their
    normalised features, 11 of them with the systems of every world. Beside these stands one layer for every table that
    further systems declare.

    Args:
        config: of the worlds whose agents it serves: populations, radius and normalisation.
        hidden: width H of each layer, a multiple of 16 up to 256.
        generator: the stream the first weights are drawn from, as torch.nn.Embedding and torch.nn.Linear draw theirs.
        near: radius of the tiles it reads, around the observer; 0, or farther than agents see, means all in view.

    Raises:
        ValueError: if `hidden` is none of these.
    """

    def __init__(self, config: Config, hidden: int, generator: torch.Generator, near: int = 0) -> None:
        super().__init__()
        if hidden not in range(16, 257, 16):
            raise ValueError(f"hidden = {hidden} must be a multiple of 16 from 16 to 256")
        self.populations, self.radius, self.hidden = config.populations, config.sight.radius, hidden
        self.layout = layout = layout_of(config)
        self.near = min(near or self.radius, self.radius)
        P, cells, features = config.populations, (2 * self.near + 1) ** 2, len(layout.features)

        def weights(inputs: int, *shape: int) -> nn.Parameter:
            bound = 1 / math.sqrt(inputs)
            return nn.Parameter(torch.empty(P, *shape, hidden).uniform_(-bound, bound, generator=generator))

        inputs = cells * (EMBEDDING + 1)
        self.embedding = nn.Parameter(torch.empty(P, layout.materials, EMBEDDING).normal_(generator=generator))
        self.tile = weights(inputs, cells, EMBEDDING)
        self.counts = weights(inputs, cells)
        self.tile_bias = weights(inputs)
        self.own, self.own_bias = weights(features, features), weights(features)
        self.other, self.other_bias = weights(features, features), weights(features)
        self.norm = FeatureNorm(config)
        self.more = Named({table.name: TableLayer(config, layout, table, hidden, generator) for table in layout.tables})
        self._held: Tables | None = None

    @property
    def width(self) -> int:
        """Of what it gives: 3 H, and H for every table that systems from outside declare."""
        return self.hidden * (3 + len(self.layout.tables))

    def tables(self, plain: bool = False) -> Tables:
        """What a forward pass derives from the parameters alone; differentiable unless under `torch.no_grad()`.

        Args:
            plain: in the form of the dense layers, on the CPU too.
        """
        parameters = self.embedding, self.tile, self.tile_bias
        if plain or self.tile.device.type != "cpu":
            return Tables(dense.compose(*parameters), self.counts)
        return Tables(Compose.apply(*parameters), stripes(self.counts))

    @torch.no_grad()
    def hold(self) -> None:
        """Composes the tables that forward passes under `torch.no_grad()` use, until `release`."""
        self._held = self.tables()

    def release(self) -> None:
        """Has every forward pass compose its tables again."""
        self._held = None

    def forward(self, batch: Samples, tables: Tables | None = None) -> Tensor:
        """Encodes samples.

        Args:
            batch: to encode: NumPy arrays or CPU tensors where the parameters are on the CPU, else tensors on their
                device.
            tables: from `tables`, to save composing them again while the parameters stay the same. Their form says
                which layers compute: compiled or dense.

        Returns:
            float32 [P, m, width] with m = max(count): tiles, observer, maximum over agents, and the tables that systems
            from outside declare, in the order of `Layout.tables`. Rows beyond a population's count are 0.

        Raises:
            TypeError, ValueError: if the samples are not what `Samples` says.
        """
        held = None if torch.is_grad_enabled() else self._held
        tables = tables or held or self.tables()
        encoded = self._dense(batch, tables) if tables.table.ndim == _PLAIN else self._compiled(batch, tables)
        if not self.layout.tables:
            return encoded
        samples = batch.to(encoded.device)
        return torch.cat([encoded, *(self.more[name].embed(samples) for name in self.more)], -1)

    def _dense(self, batch: Samples, tables: Tables) -> Tensor:
        norm = self.norm.centre, self.norm.scale
        tiles = dense.tile_sum(*tables, batch)
        own = dense.own_linear(self.own, self.own_bias, batch, *norm)
        return torch.cat([tiles, own, dense.entity_max(self.other, self.other_bias, batch, *norm)], -1)

    def _compiled(self, batch: Samples, tables: Tables) -> Tensor:
        samples = batch.numpy()
        samples.check(self.populations, self.radius, self.layout)
        layers = (self.own, self.own_bias), (self.other, self.other_bias)
        weights = (torch.cat([weight, bias.unsqueeze(1)], 1) for weight, bias in layers)
        return Encode.apply(*tables, *weights, samples, normaliser(self.norm.centre.numpy(), self.norm.scale.numpy()))


def hold(network: nn.Module) -> None:
    """Says that the weights of a network stay as they are now, so that its encoders compose their tables only once.

    It matters under `torch.no_grad()` alone; `release` ends it.
    """
    for encoder in _encoders(network):
        encoder.hold()


def release(network: nn.Module) -> None:
    """Says that the weights of a network may change."""
    for encoder in _encoders(network):
        encoder.release()


def _encoders(network: nn.Module) -> Iterator[Encoder]:
    return (module for module in network.modules() if isinstance(module, Encoder))
