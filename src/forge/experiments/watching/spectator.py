"""Watching a run while it trains, at a cost that training does not notice.

Training plays thousands of ticks a second in compiled code that draws nothing and logs nothing, so its own worlds are
no sight. What is shown is a copy of one of them, made when somebody comes to look, and played on at a pace for the eye
with the newest weights. Training gives no more than that copy and, every few seconds, a copy of its weights; while
nobody looks, it gives nothing.
"""

from __future__ import annotations

import copy
import functools
import threading
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from forge.blade.recording.frame import FrameSource
from forge.blade.world.fork import fork
from forge.blade.world.world import World
from forge.embyr.streaming.pace import Advance, Call
from forge.embyr.viewer import Viewer
from forge.ethyr.experience.company import Company
from forge.ethyr.insight.actor import Actor
from forge.experiments.runs.follower import Weights
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run, steps_of
from forge.experiments.training.guests import Guests, Together
from forge.experiments.training.train import Trainer

_FRESH_SECONDS = 3.0  # between two copies of the weights
SHARE = 0.01  # of one core that playing the copy may take
_SLOWEST = 2.0  # seconds a tick, should that ever be too little


class _Shown(NamedTuple):
    """What is being watched."""

    world: World
    source: FrameSource
    player: Actor
    weights: Weights
    company: Company | None  # who shares it and does not learn


class Spectator:
    """Plays a copy of one of a training run's worlds for its viewer, in a thread of its own.

    Use it as a context manager around the training loop, which calls `attend` after every update.

    Args:
        viewer: with a pace that may be changed.
        run: that trains.
        seed: of the choices of the agents in the copy.
    """

    def __init__(self, viewer: Viewer, run: Run, seed: int = 0) -> None:
        self.viewer, self.run, self.seed = viewer, run, seed
        self._guests = Guests(run.training) if run.training.run.guests else None
        #: How those that learn take a world that they share with others; None if they share it with nobody.
        self.view = self._guests.view() if self._guests else None
        self._newest: tuple[Actor, Weights] | None = None  # what training gave last
        self._first, self._watched = True, False
        self._next = 0.0
        self._shown: _Shown | None = None
        self._thread = threading.Thread(target=self._run, name="spectator", daemon=True)

    def __enter__(self) -> Spectator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.viewer.pace.stop()
        self._thread.join()

    @property
    def actor(self) -> Actor:
        """Who plays what is shown."""
        assert self._shown is not None  # asked about what is shown only
        return self._shown.player

    def attend(self, trainer: Trainer) -> None:
        """Hands over what has become of a run: nothing, unless somebody looks and the last time is long enough ago.

        The first time, it hands over a picture for whoever comes.
        """
        first, self._first = self._first, False
        if not self.viewer.watched and not first:
            self._watched = False
        elif not self._watched or time.monotonic() >= self._next:
            scale = trainer.training.learning.reward_factor
            config, seed = trainer.training.world, self.seed + trainer.updates
            player = self._seated(Actor(copy.deepcopy(trainer.policy).cpu(), config, seed, scale))
            world = None if self._watched else fork(trainer.world, fullest(trainer.world))
            self.viewer.call(functools.partial(self._take, player, Weights(trainer.steps, time.time()), world))
            self._watched = self.viewer.watched
            self._next = time.monotonic() + _FRESH_SECONDS

    @property
    def weights(self) -> Weights:
        """Those that play what is shown."""
        return Weights(0, time.time()) if self._shown is None else self._shown.weights

    def read(self, folder: Path) -> Actor:
        """Who plays with the weights of a checkpoint of the run.

        Raises:
            ConfigError: if it is damaged.
        """
        return self._seated(load(folder, self.seed))

    def _seated(self, actor: Actor) -> Actor:
        """The same actor, in the slots that it has in a world that it shares."""
        if self.view is not None:
            actor.config = actor.config.replace(spawn=self.view.config.spawn)
        return actor

    def hold(self, folder: Path, actor: Actor) -> None:
        """Plays on with a checkpoint's actor, which `read` made, and keeps to it until `release`."""
        made = folder.stat().st_mtime if folder.is_dir() else time.time()
        self._play_on(actor, Weights(steps_of(folder), made, held=True))

    def release(self) -> None:
        """Plays on with the newest weights again."""
        if self._newest is not None:
            self._play_on(*self._newest)

    def _take(self, player: Actor, weights: Weights, world: World | None) -> None:
        """Goes on with newer weights, in another world if one is given."""
        self._newest = (player, weights)
        if world is not None:
            company = self._guests.company(world.config, 1, self.seed) if self._guests else None
            self._shown = _Shown(world, FrameSource(world), player, weights, company)
            self.viewer.put(self._shown.source.frame(), world)
        elif not self.weights.held:
            self._play_on(player, weights)

    def _play_on(self, player: Actor, weights: Weights) -> None:
        if self._shown is not None and player is not self._shown.player:
            player.succeed(self._shown.player)
            self._shown = self._shown._replace(player=player, weights=weights)

    def _player(self, shown: _Shown) -> Actor | Together:
        """Who plays all populations of what is shown."""
        if self.view is None or shown.company is None:
            return shown.player
        return Together(shown.player, self.view, shown.company)

    def _run(self) -> None:
        pace = self.viewer.pace
        for order in pace:
            match order:
                case Call(work):
                    work()
                case Advance() if self._shown is not None and self.viewer.watched:
                    started = time.thread_time()
                    self.viewer.advance(self._shown.world, self._player(self._shown), self._shown.source.frame)
                    pace.least_seconds = min((time.thread_time() - started) / SHARE, _SLOWEST)
                case _:
                    pass


def fullest(world: World) -> int:
    """The world of a batch that most agents may live in, the first of several: the one with most to see."""
    return int(np.argmax(world.state.cap))
