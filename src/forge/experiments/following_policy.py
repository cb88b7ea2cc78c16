"""A run's policy that keeps up with the run: whenever there is a new checkpoint, it plays on with that."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np

from forge.blade.checks import ConfigError
from forge.blade.config import Config
from forge.blade.observation import Observation
from forge.ethyr.actor import Actor
from forge.experiments.lock import holder
from forge.experiments.run import Run
from forge.experiments.train import load

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
        self.actor = seat(load(self.checkpoint, seed))
        self._next = time.monotonic() + _LOOK_SECONDS

    @property
    def config(self) -> Config:
        """Of the worlds it plays in."""
        return self.actor.config

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick, by the newest weights."""
        if time.monotonic() >= self._next:
            self.look()
            self._next = time.monotonic() + _LOOK_SECONDS
        return self.actor.act(observation)

    def look(self) -> None:
        """Takes the run's last checkpoint, if it is another."""
        newest = max(self.run.checkpoints(), default=self.checkpoint)
        if newest == self.checkpoint:
            return
        try:
            actor = self._seat(load(newest, self.seed))
        except (ConfigError, OSError):
            return  # removed at this very moment, or damaged: the one at hand is as good as before
        actor.succeed(self.actor)
        self.checkpoint, self.actor = newest, actor
