"""The runs of the studies `exploration` and `niches`, which share them: foraging on one map, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forge.blade import Config, Law
from forge.blade.terrain.generation import maps
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.measures.exploring import reachable
from forge.experiments.runs.settings import Session, Training, to_train_in
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.study import Scale

_SETTINGS = Settings(worlds=32, ticks=500, warmup=500)


@dataclass(frozen=True)
class Size(Scale):
    """A scale of either study."""

    world: Config = field(default_factory=lambda: to_train_in(Law(**{"terrain.maps": 1})))
    caps: tuple[int, ...] = (8, 16, 32, 64, 128)  # most agents alive at once in training; niches take the last
    tests: tuple[int, ...] = (8, 32, 128)  # the same where all are compared
    populations: tuple[int, ...] = (1, 2, 4, 8)
    slots: int = 2048  # of each population in all the worlds of a run: they all learn from batches of about one size
    steps: int = 6_000_000  # agent steps of each population's training
    settings: Settings = _SETTINGS


SCALES = {
    "tiny": Size(
        about="tries the study, and says nothing about its question",
        seeds=2,
        probe_seconds=0.05,
        world=to_train_in(Law(**{"terrain.maps": 1, "terrain.side": 40})),
        caps=(2, 4, 8),
        tests=(2, 8),
        populations=(1, 2, 4),
        slots=16,
        steps=1_000,
        settings=Settings(worlds=3, ticks=20, warmup=20, horizon=30),
    ),
    "small": Size(about="6 M agent steps of training for each population", seeds=3),
    "medium": Size(
        about="30 M agent steps of training for each population",
        seeds=5,
        confirm=True,
        steps=30_000_000,
        settings=Settings(worlds=64, ticks=1000, warmup=500),
    ),
    "paper": Size(
        about="100 worlds of 128 agents for one population, and 1,000 M agent steps of training for each population",
        seeds=5,
        confirm=True,
        slots=12_800,  # the paper's 100 worlds of 128 agents
        steps=1_000_000_000,
        settings=Settings(worlds=64, ticks=1000, warmup=500),
    ),
}


def run(size: Size, cap: int, populations: int, seed: int) -> Need:
    """A training run with so many agents and populations."""
    world = size.world.replace(**{"spawn.cap": cap, "spawn.populations": populations})
    many = "1 population" if populations == 1 else f"{populations} populations"
    training = Training(run=Session(worlds=max(1, size.slots * populations // cap), seed=seed), world=world)
    return Need(f"{cap} agents of {many}, seed {seed}", training, (size.steps * populations,))


def the_map(size: Size) -> np.ndarray:
    """The Material of each tile, uint8 [S, S]."""
    return maps(size.world.terrain, [0])[0]


def land_of(size: Size) -> np.ndarray:
    """Where agents can come to alive, bool [S, S]."""
    return reachable(the_map(size), size.world)
