"""A run's policy that keeps up with the run: whenever there is a new checkpoint, it plays on with that."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from forge.blade.config.config import Config
from forge.blade.state.observation import Observation
from forge.ethyr.insight.actor import Actor
from forge.experiments.runs.follower import Weights
from forge.experiments.runs.loading import load
from forge.experiments.runs.lock import holder
from forge.experiments.runs.run import Run, steps_of
from forge.support.checks import ConfigError

_LOOK_SECONDS = 3.0  # between two looks at the run's folder
_FIRST_SECONDS = 60.0  # that the first checkpoint of a run that has just begun may take


class Following:
    """Plays the last checkpoint of a run, also of one that trains in another process.

    Args:
        path: the folder of the run. If a process trains it and has not written a checkpoint yet, that is waited for.
        seed: of the agents' choices.
        seat: is given each actor that is loaded, and returns it ready for the worlds it plays in.

    Raises:
        ConfigError: if it is no run, or has no checkpoint that is whole.
    """

    def __init__(
        self, path: str | os.PathLike[str], seed: int = 0, seat: Callable[[Actor], Actor] = lambda actor: actor
    ) -> None:
        self.run, self.seed, self._seat = Run(path), seed, seat
        end = time.monotonic() + _FIRST_SECONDS
        while not self.run.checkpoints() and holder(self.run.path) is not None and time.monotonic() < end:
            time.sleep(0.1)
        self.checkpoint = self.run.latest()
        self.actor = self.read(self.checkpoint)
        #: Those that play now.
        self.weights = Weights(steps_of(self.checkpoint), _made(self.checkpoint))
        self._next = time.monotonic() + _LOOK_SECONDS

    @property
    def config(self) -> Config:
        """Of the worlds it plays in."""
        return self.actor.config

    def read(self, folder: Path) -> Actor:
        """Who plays with the weights of a checkpoint of the run.

        Raises:
            ConfigError: if it is damaged, or its agents would see or choose something else.
        """
        return self._seat(load(folder, self.seed))

    def hold(self, folder: Path, actor: Actor) -> None:
        """Plays on with a checkpoint's actor, which `read` made, and keeps to it until `release`."""
        self._take(folder, actor, held=True)

    def release(self) -> None:
        """Follows the run again."""
        self.weights = self.weights._replace(held=False)
        self.look()

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick, by the newest weights."""
        if time.monotonic() >= self._next:
            self.look()
            self._next = time.monotonic() + _LOOK_SECONDS
        return self.actor.act(observation)

    def look(self) -> None:
        """Takes the run's last checkpoint, if it is another and none is held."""
        newest = max(self.run.checkpoints(), default=self.checkpoint)
        if newest == self.checkpoint or self.weights.held:
            return
        try:
            actor = self.read(newest)
        except (ConfigError, OSError):
            return  # removed at this very moment, or damaged: the one at hand is as good as before
        self._take(newest, actor)

    def _take(self, folder: Path, actor: Actor, held: bool = False) -> None:
        actor.succeed(self.actor)
        self.checkpoint, self.actor = folder, actor
        self.weights = Weights(steps_of(folder), _made(folder), held)


def _made(folder: Path) -> float:
    """When a checkpoint was written; now, if it is gone."""
    try:
        return folder.stat().st_mtime
    except OSError:
        return time.time()
