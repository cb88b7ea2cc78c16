"""Several networks in one run: each judges the populations that it plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.timeline import Timeline


class ByPopulation(Network):
    """Networks that take the populations in turn: population p is played by the network of index players[p mod n].

    Each has weights for all P populations, as every network has, and those of populations that others play are never
    used. It is given the samples of its own alone, so that judging costs what those cost.

    Args:
        config: of the worlds they play.
        networks: that play.
        players: of the first n populations, the index of the network that plays each; the others follow in turn.
    """

    def __init__(self, config: Config, networks: Sequence[Network], players: Sequence[int]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.players = [players[p % len(players)] for p in range(config.populations)]
        self.memory = max(network.memory for network in networks)

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        """Judges samples; see `Network`."""
        told = []
        for network, mine in self._playing():
            own = _narrowed(samples, mine)
            if own.rows:
                carried = memory[:, : own.rows, : network.memory] if memory is not None and network.memory else None
                told.append((network(own, carried), mine))
        return self._together(told, samples.rows)

    def hidden(self, samples: Samples) -> Tensor | None:
        """The hidden units of all populations; None if one of the networks that play tells of none."""
        whole: Tensor | None = None
        for network, mine in self._playing():
            own = _narrowed(samples, mine)
            if not own.rows:
                continue
            units = network.hidden(own)
            if units is None:
                return None
            wide = _padded(units, samples.rows, 0, 0.0)
            whole = wide if whole is None else torch.where(mine.to(wide.device)[:, None, None], wide, whole)
        return whole

    def unroll(self, samples: Samples, memory: Tensor, timeline: Timeline) -> Choices:
        """Judges a segment, each network as it does; see `Network`."""
        told = []
        for network, mine in self._playing():
            own = _narrowed(samples, mine)
            if not own.rows:
                continue
            if not network.memory:
                told.append((network(own), mine))
                continue
            here = mine.to(timeline.rows.device).unsqueeze(-1)
            rows, places, before = (torch.where(here, part, 0) for part in timeline[1:])
            narrowed = Timeline(timeline.sizes, rows, places[:, : own.rows], before)
            told.append((network.unroll(own, memory[..., : network.memory], narrowed), mine))
        return self._together(told, samples.rows)

    def _playing(self) -> Iterator[tuple[Network, Tensor]]:
        """Each network that plays, and which populations it does: bool [P]."""
        for index, network in enumerate(self.networks):
            mine = torch.tensor([player == index for player in self.players])
            if mine.any():
                assert isinstance(network, Network)
                yield network, mine

    def _together(self, told: Sequence[tuple[Choices, Tensor]], rows: int) -> Choices:
        """The choices of all populations, each from the network that plays it."""

        def joined(parts: list[Tensor], width: int = 0, beyond: float = 0.0) -> Tensor:
            wide = [_padded(part, rows, width, beyond) for part in parts]
            whole = torch.zeros_like(wide[0])
            for part, (_, mine) in zip(wide, told, strict=True):
                whole = torch.where(mine.to(part.device)[:, None, None], part, whole)
            return whole

        def more(name: str) -> Any:
            parts = [choices.more[name] for choices, _ in told]
            if isinstance(parts[0], Tensor):
                return joined(parts)  # type: ignore[arg-type]

            def given(taken: Mapping[int, Tensor]) -> Tensor:
                pairs = zip(parts, told, strict=True)
                return joined([part(_rows_of(taken, choices)) for part, (choices, _) in pairs])  # type: ignore[operator]

            return given

        def target(styles: Tensor) -> Tensor:
            found = [choices.target(styles[:, : len(choices.value[0])]) for choices, _ in told if choices.target]
            return joined(found, max(part.shape[-1] for part in found), NEVER)

        memories = [_or_nothing(choices.memory, choices.value) for choices, _ in told]
        return Choices(
            move=joined([choices.move for choices, _ in told]),
            style=joined([choices.style for choices, _ in told]),
            value=joined([choices.value.unsqueeze(-1) for choices, _ in told]).squeeze(-1),
            target=target if any(choices.target for choices, _ in told) else None,
            memory=joined(memories, self.memory) if self.memory else None,
            more={name: more(name) for name in told[0][0].more},
        )


def _rows_of(taken: Mapping[int, Tensor], choices: Choices) -> Mapping[int, Tensor]:
    """What was taken, of as many rows as a network has judged."""
    rows = choices.value.shape[1]
    return {column: options[:, :rows] for column, options in taken.items()}


def _narrowed(samples: Samples, mine: Tensor) -> Samples:
    """The samples of some populations alone: the others have none."""
    count = samples.count
    if isinstance(count, Tensor):
        return samples._replace(count=torch.where(mine.to(count.device), count, 0))
    return samples._replace(count=count * mine.numpy())


def _padded(part: Tensor, rows: int, width: int, beyond: float) -> Tensor:
    """[P, m, w] as [P, rows, width or w]: with the value `beyond` in new columns, and 0 in new rows."""
    wide = nn.functional.pad(part, (0, max(0, width - part.shape[-1])), value=beyond)
    return nn.functional.pad(wide, (0, 0, 0, rows - part.shape[1]))


def _or_nothing(memory: Tensor | None, value: Tensor) -> Tensor:
    return value.new_zeros(*value.shape, 0) if memory is None else memory
