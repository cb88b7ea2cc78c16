"""Measurements that studies share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forge.agents import scripted
from forge.blade import Config
from forge.experiments.evaluation import survey as surveying
from forge.experiments.evaluation.entrants import trained_entrant
from forge.experiments.evaluation.evaluate import Policy, evaluate
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.studies.framework.needs import Milestone, Player
from forge.experiments.studies.framework.store import Measurement

if TYPE_CHECKING:
    from forge.experiments.studies.framework.store import Store


def lifetimes(name: str, player: Player, config: Config, settings: Settings, seed: int = 0) -> Measurement:
    """A player alone in fresh worlds, as `forge.experiments.evaluation.evaluate.evaluate` plays it.

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
        "world": config.to_dict(),
        "settings": settings._asdict(),
        "seed": seed,
    }
    # most lives that begin in the measurement are over within a fifth of the horizon after it
    ticks = settings.warmup + settings.ticks + settings.horizons[0] // 5
    return Measurement(name, what, play, settings.worlds * ticks)


def identity(player: Player) -> dict[str, Any]:
    """What a player is, as plain data."""
    if isinstance(player, Milestone):
        return {"run": player.need.key, "steps": player.steps}
    return {"scripted": player}


def survey(
    name: str, player: Player, config: Config, settings: Settings, fresh: bool, seed: int = 0, busiest: int = 0
) -> Measurement:
    """A player alone in worlds that may have another cap than it was trained with, and where it goes there.

    The result is what `Survey.from_dict` reads.

    Args:
        name: of the measurement.
        player: to watch.
        config: of the worlds.
        settings: of the evaluation.
        fresh: on maps that nobody was trained on; else on those of `config`.
        seed: of the worlds and of the player's draws; the same for players that are to be compared.
        busiest: the largest cap of the study's worlds, whose ticks the estimate of the time counts in; 0 means that of
            `config`.
    """

    def play(store: Store) -> dict[str, Any]:
        policy = seated(store, player, config, seed)
        return surveying.survey(policy, config, settings, seed, fresh).to_dict()

    what = {
        "measurement": "survey",
        "player": identity(player),
        "world": config.to_dict(),
        "settings": settings._asdict(),
        "fresh": fresh,
        "seed": seed,
    }
    ticks = settings.warmup + settings.ticks + settings.horizons[0] // 2
    share = config.spawn.cap / (busiest or config.spawn.cap)
    return Measurement(name, what, play, max(1, round(settings.worlds * ticks * share)))


def seated(store: Store, player: Player, config: Config, seed: int) -> Policy:
    """A player for worlds with a cap of their own, and as many populations as it has."""
    if isinstance(player, Milestone):
        return trained_entrant(store.milestone_path(player.need, player.steps)).make(config, seed)
    return scripted(player, config, seed)
