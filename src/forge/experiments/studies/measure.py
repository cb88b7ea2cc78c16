"""Measurements that studies share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from forge.blade import Config
from forge.experiments.evaluate import evaluate
from forge.experiments.evaluation import Settings
from forge.experiments.studies.study import Measurement, Milestone, Player

if TYPE_CHECKING:
    from forge.experiments.studies.store import Store


def lifetimes(name: str, player: Player, config: Config, settings: Settings, seed: int = 0) -> Measurement:
    """A player alone in fresh worlds, as `forge.experiments.evaluate.evaluate` plays it.

    The result is what `Evaluation.from_dict` reads.

    Args:
        name: of the measurement.
        player: to evaluate.
        config: of the worlds.
        settings: of the evaluation.
        seed: of the worlds and of the player's draws; the same for players that are to be compared.
    """

    def play(store: Store) -> dict[str, Any]:
        policy = store.player(player, config, seed)
        return evaluate(policy, config, seed=seed, **settings._asdict()).to_dict()

    what = {
        "measurement": "lifetimes",
        "player": identity(player),
        "world": asdict(config),
        "settings": settings._asdict(),
        "seed": seed,
    }
    # most lives that begin in the measurement are over within a fifth of the horizon after it
    ticks = settings.warmup + settings.ticks + settings.horizon // 5
    return Measurement(name, what, play, settings.worlds * ticks)


def identity(player: Player) -> dict[str, Any]:
    """What a player is, as plain data."""
    if isinstance(player, Milestone):
        return {"run": player.need.key, "steps": player.steps}
    return {"scripted": player}
