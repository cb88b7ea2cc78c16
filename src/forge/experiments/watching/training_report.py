"""How far a run is, told to its viewers: steps, lifetimes, time left; and which of its weights play."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.pace import Refused
from forge.embyr.wire.protocol import Control, Message
from forge.experiments.runs.follower import Follower
from forge.experiments.runs.lock import holder
from forge.experiments.runs.run import Run, steps_of
from forge.experiments.watching.curve import Curve
from forge.support.checks import ConfigError

log = logging.getLogger("forge.embyr")
LOOK_SECONDS = 3.0  # between two looks at the run's folder while somebody watches


class TrainingReport(Extension):
    """Tells viewers of a run's training every few seconds, in a thread of its own, and nothing while nobody watches.

    Args:
        run: that is watched.
        follower: returns who plays it; None until `ready` is called, for viewers may come before there is one.
    """

    controls = ("checkpoint",)

    def __init__(self, run: Run, follower: Callable[[], Follower | None]) -> None:
        self.run, self._follower = run, follower
        self._curve = Curve(run.path / "metrics.jsonl")
        self._viewers: set[int] = set()
        self._wanted: tuple[int, int | None] | None = None  # by which viewer, and what
        self._stirred = threading.Condition()
        self._stirs, self._closed = 0, False
        self._thread = threading.Thread(target=self._run, name="training-report", daemon=True)

    def abilities(self) -> Mapping[str, Any]:
        """Its viewers may choose among checkpoints."""
        return {"checkpoints": True}

    def receive(self, viewer: int, message: Message) -> None:
        """Chooses a checkpoint by its agent steps; null follows the run."""
        assert isinstance(message, Control)
        known = [steps_of(folder) for folder in self.run.checkpoints()]
        if message.value is not None and message.value not in known:
            raise Refused(f"the run has no checkpoint at {message.value:,} agent steps (any more)")
        self._wanted = (viewer, message.value)
        self._stir()

    def came(self, viewer: int) -> None:
        """Tells it, and starts to look when it is the first."""
        self._viewers.add(viewer)
        if not self._thread.is_alive() and not self._closed:
            self._thread.start()
        self._stir()

    def gone(self, viewer: int) -> None:
        """Stops to look once nobody is left."""
        self._viewers.discard(viewer)

    def ready(self) -> None:
        """There is a follower now: whoever watches already is told."""
        self._stir()

    def close(self) -> None:
        """Ends the thread."""
        self._closed = True
        self._stir()
        if self._thread.is_alive():
            self._thread.join()

    def _stir(self) -> None:
        with self._stirred:
            self._stirs += 1
            self._stirred.notify()

    def _run(self) -> None:
        stirs = 0
        while not self._closed:
            try:
                if (follower := self._follower()) is not None:
                    self._choose(follower)
                    self._tell(follower)
            except (ConfigError, OSError) as error:
                log.warning("%s", error)
            with self._stirred:
                self._stirred.wait_for(lambda seen=stirs: self._stirs != seen, LOOK_SECONDS)  # type: ignore[misc]
                while not self._viewers and not self._closed:
                    self._stirred.wait()
                stirs = self._stirs

    def _choose(self, follower: Follower) -> None:
        """Does what was asked for last; what cannot be read is told to whoever asked for it."""
        if (wanted := self._wanted) is None:
            return
        self._wanted = None
        viewer, steps = wanted
        if steps is None:
            self._in_turn(follower.release)
            return
        folder = self.run.checkpoint_path(steps)
        try:
            actor = follower.read(folder)
        except (ConfigError, OSError) as error:
            self.desk.tell(viewer, {"type": "error", "message": str(error)})
        else:
            self._in_turn(partial(follower.hold, folder, actor))

    def _in_turn(self, work: Callable[[], None]) -> None:
        """Has the world's thread do something, and tells of it then."""

        def do() -> None:
            work()
            self._stir()

        self.desk.call(do)

    def _tell(self, follower: Follower) -> None:
        self._curve.look()
        message = self.message(follower)
        for viewer in tuple(self._viewers):
            self.desk.tell(viewer, message)

    def message(self, follower: Follower) -> dict[str, Any]:
        """All that is told, of the metrics as they were read last and of who plays."""
        weights, last = follower.weights, self._curve.last
        steps, seconds = last.get("steps", 0), last.get("seconds", 0.0)
        share = self.run.training.share(steps, seconds, last.get("lives", 0))
        training = holder(self.run.path) is not None
        return {
            "type": "training",
            "training": training,
            "steps": steps,
            "seconds": seconds,
            "share": share,
            "left": seconds * (1 - share) / share if share and training else None,
            "lifetime": last.get("lifetime"),
            "curve": [[place, round(value, 2)] for place, value in self._curve.points],
            "checkpoints": [steps_of(folder) for folder in self.run.checkpoints()],
            "held": weights.steps if weights.held else None,
            "weights": {"steps": weights.steps, "age": max(0.0, time.time() - weights.made)},
        }
