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
from forge.ethyr.learning.settings import RELEASE_2_0, Learning
from forge.experiments.runs.settings import SIGHT, Session, Training
from forge.experiments.training.train import Trainer


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
        engine: what computes, as in `Session`.
        worlds: trained in at once.
        targeting: as in `forge.blade.config.config.Combat`.
        seed: of everything.
        threads: to compute with.
        learning: fields of `Learning`: the network, its width, the algorithm. With the network layered the rest is as
            in new configurations, sight of ways included; with any other it is as in release 2.0.
    """

    def __init__(self, engine: str, worlds: int, targeting: str, seed: int, threads: int, **learning: Any) -> None:
        session = Session(engine=engine, worlds=worlds, seed=seed, threads=threads)
        world = Chaos(**{"spawn.cap": 128, "spawn.populations": 8, "combat.targeting": targeting})
        if learning["network"] == "layered":
            world = world.replace(systems=SIGHT)
        else:
            learning = {**RELEASE_2_0, **learning}
        self.trainer = trainer = Trainer(Training(session, Learning(**learning), world))
        self.watches = {
            "playing": Stopwatch(trainer.learner, "collect"),
            "learning": Stopwatch(trainer.learner, "gradients"),
            "optimising": Stopwatch(trainer.optimiser, "step"),
            # a part of playing; the compiled engine steps the worlds within its own kernels
            "world": Stopwatch(trainer.world, "step"),
        }

    def turn(self, updates: int) -> dict[str, Any]:
        """Trains so many updates; returns agent steps, seconds by part, and how the agents live."""
        trainer = self.trainer
        steps, seconds, tally = trainer.steps, trainer.seconds, trainer.world.state.tally.copy()
        for watch in self.watches.values():
            watch.seconds = 0.0
        for _ in range(updates):
            trainer.update()
        now = trainer.world.state.tally
        deaths, lived = (now["deaths"] - tally["deaths"]).sum(), (now["lifetime"] - tally["lifetime"]).sum()
        steps, ticks = trainer.steps - steps, updates * trainer.training.learning.ticks
        return {
            "agent_steps": steps,
            "seconds": trainer.seconds - seconds,
            "parts": {name: watch.seconds for name, watch in self.watches.items()},
            "alive": steps / (ticks * trainer.world.count),
            "lifetime": float(lived / max(1, deaths)),
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
