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
from typing import NamedTuple

import numpy as np

from forge.blade.config import Config
from forge.blade.fork import fork
from forge.blade.frame import FrameSource
from forge.blade.world import World
from forge.embyr.pace import Advance, Call
from forge.embyr.viewer import Viewer
from forge.ethyr.actor import Actor
from forge.experiments.train import Trainer

_FRESH_SECONDS = 3.0  # between two copies of the weights
SHARE = 0.01  # of one core that playing the copy may take
_SLOWEST = 2.0  # seconds a tick, should that ever be too little


class _Shown(NamedTuple):
    """What is being watched."""

    world: World
    source: FrameSource
    player: Actor


class Spectator:
    """Plays a copy of one of a training run's worlds for its viewer, in a thread of its own.

    Use it as a context manager around the training loop, which calls `attend` after every update.

    Args:
        viewer: with a pace that may be changed.
        config: of the worlds that train.
        seed: of the choices of the agents in the copy.
    """

    def __init__(self, viewer: Viewer, config: Config, seed: int = 0) -> None:
        self.viewer, self.config, self.seed = viewer, config, seed
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
            scale = trainer.training.learning.reward_scale
            player = Actor(copy.deepcopy(trainer.policy).cpu(), self.config, self.seed + trainer.updates, scale)
            world = None if self._watched else fork(trainer.world, fullest(trainer.world))
            self.viewer.call(functools.partial(self._take, player, world))
            self._watched = self.viewer.watched
            self._next = time.monotonic() + _FRESH_SECONDS

    def _take(self, player: Actor, world: World | None) -> None:
        """Goes on with newer weights, in another world if one is given."""
        if world is not None:
            self._shown = _Shown(world, FrameSource(world), player)
            self.viewer.put(self._shown.source.frame(), world)
        elif self._shown is not None:
            player.succeed(self._shown.player)
            self._shown = self._shown._replace(player=player)

    def _run(self) -> None:
        pace = self.viewer.pace
        for order in pace:
            match order:
                case Call(work):
                    work()
                case Advance() if self._shown is not None and self.viewer.watched:
                    started = time.thread_time()
                    self.viewer.advance(self._shown.world, self._shown.player, self._shown.source.frame)
                    pace.least_seconds = min((time.thread_time() - started) / SHARE, _SLOWEST)
                case _:
                    pass


def fullest(world: World) -> int:
    """The world of a batch that most agents may live in, the first of several: the one with most to see."""
    return int(np.argmax(world.state.cap))
