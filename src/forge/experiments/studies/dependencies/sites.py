"""Sites: agents that are made up, each alone on the land of a fresh map, to ask policies about."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from forge.blade import Config, World
from forge.blade.recording.scene import Scene, someone
from forge.blade.systems.terrain import ground
from forge.experiments.evaluation.evaluate import fresh_maps

_STREAM = 0x53495445  # sets the draws of sites apart from every other use of the seed
_LEAST = 0.25  # of the most food and water an agent can have


class Settings(NamedTuple):
    """Which agents are made up."""

    maps: int = 8  # fresh ones, M
    agents: int = 6  # on each map
    seed: int = 0


class Site(NamedTuple):
    """One agent and the land it stands on."""

    map: int
    scene: Scene  # without anybody
    observer: np.ndarray  # AGENT []; of population 0

    def of(self, population: int) -> np.ndarray:
        """The agent as one of a population: AGENT []."""
        agent = self.observer.copy()
        agent["population"] = population
        return agent


def make_sites(config: Config, settings: Settings) -> list[Site]:
    """Agents in full health, on tiles drawn from all where one can stand, with food and water drawn from a quarter up.

    Maps and agents follow from the terrain, the vitals and the settings alone, so policies for worlds that differ in
    other things are asked about the same.

    Args:
        config: of the worlds that the policy was made for; the maps are others, those of `fresh_maps`.
        settings: how many, and the seed.
    """
    world = World(fresh_maps(config), settings.maps, 0, threads=1)
    world.reset()
    rng = np.random.default_rng((settings.seed, _STREAM))
    made = []
    for m in range(settings.maps):
        scene = Scene.of_world(world, m)
        empty = dataclasses.replace(scene, agents=scene.agents[:0], slots=scene.slots[:0])
        rows, cols = np.nonzero(np.isin(empty.materials, list(ground(config))))
        for place in rng.choice(len(rows), settings.agents, replace=len(rows) < settings.agents):
            food, water = (
                int(rng.integers(round(_LEAST * most), most, endpoint=True))
                for most in (config.vitals.food, config.vitals.water)
            )
            observer = someone(config, row=int(rows[place]), col=int(cols[place]), food=food, water=water)
            made.append(Site(m, empty, observer))
    return made
