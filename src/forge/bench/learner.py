"""Trains in a process of its own, turn by turn: `python -m forge.bench.learner {"worlds": 16, ...}`.

Each line of input is a number of updates; each line of output tells in JSON how they went.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import torch

from forge.blade import Chaos
from forge.ethyr.learning import Learning
from forge.experiments.settings import Session, Training
from forge.experiments.train import Trainer


class Stopwatch:
    """Adds up the time that one method of one object takes, in `seconds`."""

    def __init__(self, owner: Any, method: str) -> None:
        self.seconds = 0.0
        original = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - started

        setattr(owner, method, timed)


class Learner:
    """A trainer of 128 slots in each world, with its time split.

    Args:
        worlds: trained in at once.
        hidden: width of the network.
        seed: of everything.
        threads: to compute with.
    """

    def __init__(self, worlds: int, hidden: int, seed: int, threads: int) -> None:
        session = Session(worlds=worlds, seed=seed, threads=threads)
        world = Chaos(**{"spawn.cap": 128, "spawn.populations": 8})
        self.trainer = Trainer(Training(session, Learning(hidden=hidden), world))
        self.collecting = Stopwatch(self.trainer.collector, "collect")
        self.stepping = Stopwatch(self.trainer.world, "step")

    def turn(self, updates: int) -> dict[str, float]:
        """Trains so many updates; returns agent steps, seconds by part, and how the agents live."""
        trainer = self.trainer
        steps, seconds = trainer.steps, trainer.seconds
        collecting, stepping = self.collecting.seconds, self.stepping.seconds
        before = trainer.world.state.tally.copy()
        for _ in range(updates):
            trainer.update()
        after = trainer.world.state.tally
        deaths = int((after["deaths"] - before["deaths"]).sum())
        total, acted = trainer.seconds - seconds, self.collecting.seconds - collecting
        world = self.stepping.seconds - stepping
        steps = trainer.steps - steps
        return {
            "agent_steps": steps,
            "seconds": total,
            "acting_s": acted - world,
            "world_s": world,
            "learning_s": total - acted,
            "alive": steps / (updates * trainer.training.learning.ticks * trainer.world.count),
            "lifetime": int((after["lifetime"] - before["lifetime"]).sum()) / max(1, deaths),
            "world_threads": trainer.world.threads,
            "torch_threads": torch.get_num_threads(),
        }


def main() -> None:
    """Serves turns until the input ends."""
    learner = Learner(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(learner.turn(int(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
