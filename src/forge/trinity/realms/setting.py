"""Where a realm stands: which of the run's worlds it holds, and from which seeds everything in it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forge.blade import Config
from forge.blade.compiled.random import world_seeds
from forge.ethyr.experience.company import Invited
from forge.ethyr.learning.settings import Learning

_REALM = 0x5245414C4D  # keeps the realms' streams apart from those of worlds


@dataclass(frozen=True)
class Setting:
    """What a realm needs to know of its run. The worlds of a run are numbered through, realm after realm.

    World i of a run is the world i of `World(config, realms · worlds, seed)`: it has the same map and the same seed,
    whatever realm it lies in.
    """

    config: Config
    learning: Learning
    realms: int  # of the run
    realm: int  # which of them this is, 0 .. realms − 1
    worlds: int  # of each realm
    seed: int  # of the run
    threads: int | None  # a realm computes with; None means all cores
    engine: str  # as for `forge.ethyr.engines.engine.make_learner`
    among: Invited | None = field(default=None, repr=False, compare=False)
    """Who shares the worlds and does not learn: `config` has populations for them, behind those that learn."""
    tiles: np.ndarray | None = field(default=None, repr=False, compare=False)
    """The map in `config.terrain.file`, uint8 [side, side], which need not be on the realm's machine."""

    @property
    def learners(self) -> int:
        """How many populations of the worlds learn: the first ones."""
        return self.config.populations if self.among is None else self.among.learners

    @property
    def numbers(self) -> range:
        """The numbers of its worlds in the run."""
        return range(self.realm * self.worlds, (self.realm + 1) * self.worlds)

    @property
    def world_seeds(self) -> list[int]:
        """The seeds of its worlds."""
        seeds = world_seeds(self.seed, self.numbers.stop)
        return [int(seed) for seed in seeds[self.numbers.start :]]

    @property
    def action_seed(self) -> int:
        """Names the stream its actions are drawn from: in realm 0 the run's own seed, so that one realm is a run."""
        if self.realm == 0:
            return self.seed
        return int(np.random.SeedSequence((self.seed, _REALM, self.realm)).generate_state(1, np.uint64)[0])
