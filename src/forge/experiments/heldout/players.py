"""Who is evaluated: runs and checkpoints by their folders, and the scripted players beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from forge.agents import KINDS, kinds_for
from forge.blade import Config, ConfigError
from forge.experiments.configuration.among import canonical
from forge.experiments.evaluation.entrants import scripted_entrant, trained_entrant
from forge.experiments.heldout.protocol import world_name
from forge.experiments.heldout.score import Player
from forge.experiments.runs.run import Run, found
from forge.experiments.statistics.digest import digest
from forge.support.paths import path_of

#: What of [run] ends training: runs that differ in it are not of one configuration.
_LIMITS = ("minutes", "steps", "lives")


def players_of(words: Sequence[str], world: Config | None = None) -> list[Player]:
    """The players that words name, and in each world among them the scripted players first.

    Args:
        words: folders of runs (their last checkpoints) or of checkpoints, and names of scripted players.
        world: to evaluate all of them in; None means that of each one's training.

    Raises:
        ConfigError: if a word is nothing of this, the same one is named twice, or no world is known.
    """
    if len(set(words)) < len(words):
        raise ConfigError(f"each player can be named once, not {', '.join(words)}")
    trained = [_trained(word, world) for word in words if word not in KINDS]
    worlds = {world_name(player.config): player.config for player in trained}
    if not worlds:
        if world is None:
            raise ConfigError("scripted players alone need a world: name one with --world")
        worlds[world_name(world)] = world
    everyone = []
    for name, config in worlds.items():
        everyone += [Player(scripted_entrant(kind), config, f"{kind} {name}") for kind in kinds_for(config)]
        everyone += [player for player in trained if world_name(player.config) == name]
    return everyone


def _trained(word: str, world: Config | None) -> Player:
    path = path_of(word)
    if not path.is_dir():
        raise ConfigError(f"{word!r} is neither a scripted agent ({', '.join(KINDS)}) nor the folder of a run")
    run, checkpoint = found(path)
    steps = _steps(checkpoint or run.latest())
    origin = {"folder": word, "seed": run.training.run.seed, "steps": steps}
    config = (world or run.training.world).replace(**{"spawn.random_cap": False})
    group = _group(run, None if checkpoint is None else checkpoint.name, config)
    return Player(trained_entrant(path), config, group, origin)


def _steps(checkpoint: Path) -> int | None:
    return int(checkpoint.name) if checkpoint.name.isdigit() else None


def _group(run: Run, checkpoint: str | None, config: Config) -> str:
    """Runs that differ in their seeds alone are a group; so are their checkpoints after as many agent steps."""
    session = asdict(run.training.run)
    return digest(
        {
            "learning": asdict(run.training.learning),
            "world": world_name(run.training.world),
            "worlds": session["worlds"],
            "ends": {name: session[name] for name in _LIMITS} if checkpoint is None else checkpoint,
            "in": world_name(config),
            **({"init_from": session["init_from"]} if session["init_from"] else {}),
            **({"among": canonical(session["among"])} if session["among"] else {}),
            **({"schedule": session["schedule"]} if session["schedule"] else {}),
        }
    )
