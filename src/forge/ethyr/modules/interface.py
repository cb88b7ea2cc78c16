"""What an ordinary torch module that plays one population is given, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.views import View, Viewer


class Inputs(NamedTuple):
    """What agents of one population see, as float32 unless it says otherwise; numbers are normalised.

    Letters: m agents, C planes of tiles, R the side of the window, F features of an agent, K = `sight.agents`.
    """

    tiles: Tensor  # [m, C, R, R]: a plane for each material, 1 where a tile is of it; in the last how many stand there
    me: Tensor  # [m, F]: features of the agent itself
    agents: Tensor  # [m, K, F]: the same of everyone in view, the agent itself first; 0 where there is nobody
    seen: Tensor  # bool [m, K]: which rows of `agents` are filled; the first always is
    #: What systems from outside tell beside that: "own" [m, O], what an agent knows of itself alone, and "around"
    #: [m, n], what all know of their world, as far as they tell it.
    vectors: Mapping[str, Tensor]
    sets: Mapping[str, Tensor]  # each set of rows by its name, [m, L, columns]; 0 where there is no row
    there: Mapping[str, Tensor]  # bool [m, L]: which rows of each set are filled, which may be none


class Interface(NamedTuple):
    """The sizes of what a module is given, and of what it is to return. Letters as of `Inputs`."""

    planes: int  # C
    side: int  # R
    features: int  # F
    most_seen: int  # K
    vectors: Mapping[str, int]  # by the name of each vector its width
    sets: Mapping[str, tuple[int, int]]  # by the name of each set of rows L, and its columns
    choices: Mapping[str, int]  # by the name of each choice the number of its options
    given: Mapping[str, str]  # by the name of each choice that depends on another the name of that one

    @classmethod
    def of(cls, config: Config) -> Self:
        """That of the worlds of a configuration."""
        layout = layout_of(config)
        options = {choice.name: len(choice.options(config)) for choice in config.schema.choices}
        return cls(
            planes=layout.materials + 1,
            side=2 * config.sight.radius + 1,
            features=len(layout.features),
            most_seen=config.sight.agents,
            vectors={table.name: table.width for table in layout.tables if not table.array},
            sets={table.name: (table.rows, table.width) for table in layout.sets},
            choices={name: count for name, count in options.items() if count},
            given={"target": "style"} | {c.name: c.given for c in config.schema.choices if c.given and options[c.name]},
        )

    def examples(self, count: int) -> Inputs:
        """Inputs of agents that see bare ground and nobody but themselves, and to whom nothing else is there."""
        tiles = torch.zeros(count, self.planes, self.side, self.side)
        tiles[:, 0] = 1
        seen = torch.zeros(count, self.most_seen, dtype=torch.bool)
        seen[:, 0] = True
        agents = torch.zeros(count, self.most_seen, self.features)
        agents[:, 0] = torch.linspace(-1, 1, self.features)
        vectors = {name: torch.zeros(count, width) for name, width in self.vectors.items()}
        sets = {name: torch.zeros(count, *size) for name, size in self.sets.items()}
        there = {name: torch.zeros(count, rows, dtype=torch.bool) for name, (rows, _) in self.sets.items()}
        return Inputs(tiles, agents[:, 0], agents, seen, vectors, sets, there)


class Senses(nn.Module):
    """Turns samples into inputs of all populations: those of `Inputs` with a leading axis of populations.

    Args:
        config: of the worlds whose agents they are.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.view = Viewer(config)
        self.materials = Interface.of(config).planes - 1

    def forward(self, samples: Samples) -> tuple[Inputs, View]:
        """The inputs, in which rows that hold no sample look like an agent that sees nothing; and the view itself."""
        view: View = self.view(samples)
        kinds = torch.arange(self.materials, dtype=torch.uint8, device=view.materials.device)
        tiles = view.crowds.new_empty(*view.materials.shape[:2], self.materials + 1, *view.materials.shape[2:])
        tiles[:, :, :-1] = view.materials.to(torch.uint8).unsqueeze(2) == kinds[:, None, None]
        tiles[:, :, -1] = view.crowds
        seen = view.seen.clone()
        seen[:, :, 0] = True  # so that a mean or a softmax over those in view is a number in every row
        sets, there = ({name: each[k] for name, each in view.sets.items()} for k in (0, 1))
        me = view.entities[:, :, 0]
        return Inputs(tiles, me, view.entities, seen, dict(view.vectors), sets, there), view
