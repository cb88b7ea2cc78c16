"""Who can take part in a tournament: scripted agents by their names, and the policies of runs and checkpoints."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from forge.agents import KINDS, scripted
from forge.blade import Config, ConfigError
from forge.ethyr.insight.actor import Actor
from forge.ethyr.kernels.layout import layout_of
from forge.experiments.evaluation.evaluate import Policy
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.evaluation.translation import Interpreted
from forge.experiments.runs.following_policy import Following
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import found, steps_of
from forge.support.paths import name_of, path_of

#: What an agent sees and can choose: a policy plays only where this is as in its training.
_SENSES = ("sight.radius", "sight.agents", "combat.targeting", "combat.hold")


def entrant(word: str) -> Entrant:
    """The entrant that a word of the command line means.

    Args:
        word: a scripted agent's name, the folder of a run (its last checkpoint), or that of a checkpoint.

    Raises:
        ConfigError: if it is nothing of this.
    """
    if word in KINDS:
        return scripted_entrant(word)
    if not path_of(word).is_dir():
        raise ConfigError(f"{word!r} is neither a scripted agent ({', '.join(KINDS)}) nor the folder of a run")
    return trained_entrant(word)


def scripted_entrant(name: str) -> Entrant:
    """A scripted agent: one population, all of whose agents are of a kind."""
    return Entrant(name, 1, partial(scripted, name))


def trained_entrant(path: str | os.PathLike[str], follow: bool = False) -> Entrant:
    """All populations of a run, or of one of its checkpoints, called by the names of the run and its agent steps.

    Args:
        path: of the run or of the checkpoint.
        follow: whether a run plays on with checkpoints that are written meanwhile.

    Raises:
        ConfigError: if there is no run.
    """
    run, checkpoint = found(path)
    name, make = name_of(run.path), _followed if follow and checkpoint is None else _trained
    if checkpoint is not None:
        name = f"{name} at {steps_of(checkpoint):,}" if checkpoint.name.isdigit() else f"{name} at {checkpoint.name}"
    return Entrant(name, run.training.world.populations, partial(make, checkpoint or run.path))


def _trained(path: Path, config: Config, seed: int) -> Policy:
    return seated(load(path, seed), path, config)


def _followed(path: Path, config: Config, seed: int) -> Policy:
    return Following(path, seed, partial(seated, path=path, config=config))


def seated(actor: Actor, path: Path, config: Config) -> Actor:
    """A trained actor, made to play in a world with other numbers of agents, on other maps, or of other systems.

    Args:
        actor: as it was loaded; it is changed.
        path: it was loaded from, for the message.
        config: of the world, or of what `View` shows of it, with as many populations as the actor has.

    Raises:
        ConfigError: if its senses or choices would be others than those it was trained with, or if the systems of the
            world lack something that it knows.
    """
    for name in _SENSES:
        own, here = _field(actor.config, name), _field(config, name)
        if own != here:
            raise ConfigError(f"{path} was trained with {name} = {own!r}; this world has {here!r}")
    # its network is that of its training, map and vitals included; slots are where it is seated
    actor.config = actor.config.replace(spawn=config.spawn)
    if layout_of(actor.config) == layout_of(config):
        return actor
    try:
        return Interpreted(actor, config)
    except ConfigError as error:
        raise ConfigError(f"{path} cannot play here: {error}") from error


def _field(config: Config, name: str) -> object:
    section, _, field = name.partition(".")
    value: object = getattr(getattr(config, section), field)
    return value
