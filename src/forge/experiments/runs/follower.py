"""What plays a run for its viewers, as they are told of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from forge.ethyr.insight.actor import Actor
from forge.experiments.runs.run import Run


class Weights(NamedTuple):
    """Those that play."""

    steps: int  # agent steps of their training
    made: float  # when, as of `time.time()` [s]
    held: bool = False  # those of a checkpoint that was chosen, rather than the newest


class Follower(Protocol):
    """Plays with the newest weights of a run, or with those of one of its checkpoints."""

    run: Run

    @property
    def weights(self) -> Weights:
        """Those that play now, in one piece: read it once. From any thread."""
        ...

    def read(self, folder: Path) -> Actor:
        """Who plays with the weights of a checkpoint. From any thread.

        Raises:
            ConfigError: if it is damaged.
        """
        ...

    def hold(self, folder: Path, actor: Actor) -> None:
        """Plays on with a checkpoint's actor and keeps to it. In the thread of the world."""
        ...

    def release(self) -> None:
        """Follows the run again. In the thread of the world."""
        ...
