"""Who is evaluated: runs and checkpoints by their folders, and the scripted players beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from forge.agents import KINDS
from forge.blade import Config, ConfigError
from forge.experiments.entrants import run_of, scripted_entrant, trained_entrant
from forge.experiments.heldout.score import Player
from forge.experiments.run import Run, steps_of
from forge.experiments.studies.study import digest

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
    worlds = dict.fromkeys(player.config for player in trained)
    if not worlds:
        if world is None:
            raise ConfigError("scripted players alone need a world: name one with --world")
        worlds[world] = None
    found = []
    for config in worlds:
        found += [Player(scripted_entrant(kind), config, f"{kind} {config.digest()}") for kind in KINDS]
        found += [player for player in trained if player.config == config]
    return found


def _trained(word: str, world: Config | None) -> Player:
    path = Path(word).expanduser()
    if not path.is_dir():
        raise ConfigError(f"{word!r} is neither a scripted agent ({', '.join(KINDS)}) nor the folder of a run")
    run = run_of(path)
    chosen = run.latest() if run.path == path else path
    origin = {"folder": str(path), "seed": run.training.run.seed, "steps": steps_of(chosen)}
    config = (world or run.training.world).replace(**{"spawn.random_cap": False})
    return Player(trained_entrant(path), config, _group(run, path, config), origin)


def _group(run: Run, path: Path, config: Config) -> str:
    """Runs that differ in their seeds alone are a group; so are their checkpoints after as many agent steps."""
    session, training = asdict(run.training.run), asdict(run.training)
    ends = {name: session[name] for name in _LIMITS} if run.path == path else {"after": steps_of(path)}
    parts = {"learning": training["learning"], "world": training["world"], "worlds": session["worlds"], "ends": ends}
    return digest({**parts, "in": config.digest()})
