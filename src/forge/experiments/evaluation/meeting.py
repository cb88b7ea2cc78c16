"""A meeting: the agents of several entrants together in the same worlds, as if their servers had been merged.

Every entrant has the same share of a world: the same number of its populations and slots, and so, while the world fills
up, the same chance of the next birth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from forge.blade import Config, ConfigError
from forge.blade.mechanics.events import NOBODY
from forge.experiments.evaluation.bouts import fight_bouts
from forge.experiments.evaluation.evaluate import arena, play
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.evaluation.mixing import Entrant, Mixed, Seat, dealt
from forge.experiments.statistics.estimate import Estimate, estimate


def seat(config: Config, entrants: Sequence[Entrant], populations: int = 0) -> tuple[Config, list[Seat]]:
    """A world in which entrants meet, and who plays each of its populations.

    The populations of the world are shared out evenly, those of the first entrant first; an entrant's own populations
    take its share in turn.

    Args:
        config: of the world; its number of populations is ignored.
        entrants: who meets.
        populations: of the world for each entrant, a multiple of the populations that each entrant has; 0 means their
            least common multiple.

    Raises:
        ConfigError: if `spawn.cap` is no multiple of the number of populations that takes.
    """
    share = populations or math.lcm(*(entrant.populations for entrant in entrants))
    for entrant in entrants:
        if share % entrant.populations:
            raise ConfigError(f"{entrant.name} has {entrant.populations} populations, which {share} is no multiple of")
    total, cap = len(entrants) * share, config.spawn.cap
    if total >= NOBODY or cap % total:
        raise ConfigError(
            f"{len(entrants)} entrants with {share} populations each need a spawn cap that is a multiple of {total} "
            f"and fewer than {NOBODY} populations, not a cap of {cap}"
        )
    seats = dealt([entrant.populations for entrant in entrants], [share] * len(entrants))
    return config.replace(**{"spawn.populations": total}), seats


def meet(
    entrants: Sequence[Entrant],
    config: Config,
    settings: Settings,
    seed: int = 0,
    populations: int = 0,
    maps: Sequence[int] | None = None,
) -> Evaluation:
    """Has entrants play together, and measures each of them, as `forge.experiments.evaluation.evaluate.evaluate` does.

    Args:
        entrants: who meets, two or more. The same one twice is two of them, who take each other for strangers.
        config: of the worlds, all of which have the full spawn cap.
        settings: of the evaluation.
        seed: of the worlds and of the choices; meetings with the same seed, cap and populations begin in the same
            worlds.
        populations: as in `seat`.
        maps: of the worlds, as `forge.experiments.evaluation.evaluate.evaluate` takes them.

    Returns:
        The evaluation, in which the entrants take the place of populations: arrays are [W, entrants] and [W, entrants,
        4], and `lifetimes` is by entrant. It has bouts between them.

    Raises:
        ConfigError: if they cannot meet in such a world.
    """
    merged, seats = seat(config, entrants, populations)
    player = Mixed(merged, entrants, seats, seed)
    played = play(arena(merged, settings, seed, maps), player, settings)
    counts = Counts(*(_by_entrant(array, len(entrants)) for array in played.counts))
    sides = played.lives["population"] // (len(seats) // len(entrants))
    bouts = fight_bouts(played.lives, sides, settings.worlds, len(entrants))
    return Evaluation(played.settings, merged.spawn.cap, counts, bouts, merged.schema.names("causes"))


def _by_entrant(counts: np.ndarray, entrants: int) -> np.ndarray:
    """Sums over the populations of each entrant: [W, P, ...] to [W, entrants, ...]."""
    total: np.ndarray = counts.reshape(len(counts), entrants, -1, *counts.shape[2:]).sum(2)
    return total


def evenly(config: Config, populations: int) -> Config:
    """The configuration with the largest spawn cap, up to its own, that so many populations share evenly.

    Raises:
        ConfigError: if there is no room for one agent of each.
    """
    cap = config.spawn.cap // populations * populations
    if cap == 0:
        raise ConfigError(
            f"spawn.cap = {config.spawn.cap} has no room for {populations} populations, which it takes to give "
            "everyone the same share; a larger --cap has"
        )
    return config.replace(**{"spawn.cap": cap, "spawn.populations": populations})


def lead(found: Evaluation, one: int = 0, other: int = 1) -> Estimate:
    """By how much one entrant of a meeting outlives another [ticks]: the difference of their mean lifetimes."""
    counts = found.counts
    parts = (counts.lifetime[:, one], counts.lives[:, one], counts.lifetime[:, other], counts.lives[:, other])
    return estimate(lambda s: s[..., 0] / s[..., 1] - s[..., 2] / s[..., 3], np.stack(parts, -1))
