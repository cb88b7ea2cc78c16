"""Times the package that PYTHONPATH names, once: `python contestant.py {"what": "world", "checkout": ..., ...}`.

It runs as a file, not as a module of the package, so that two commits are timed by the same program. Of the package it
uses only names that older commits have, too.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np


def world(worlds: int, settle: int, ticks: int, repeats: int, seed: int) -> dict[str, float]:
    """Nanoseconds an agent step of Law and Chaos, foragers and everybody striking, by `World.step` on one thread.

    The same ticks are played several times from the same state, and each counts with the fastest of its repeats: what
    else the machine does is left out as far as it can be.
    """
    from forge.agents import scripted
    from forge.blade import Chaos, Law, World

    found = {}
    for name, config in (("Law", Law()), ("Chaos", Chaos())):
        batch, agent = World(config, worlds, seed, threads=1), scripted("forager", config, seed)
        agent_steps = lambda: int(batch.state.tally["ticks"].sum())  # noqa: B023, E731 - used in this turn of the loop
        batch.reset()
        for _ in range(settle):
            batch.step(agent.act(batch.observe()))
        start, before, played = batch.snapshot(), agent_steps(), []
        for _ in range(ticks):
            played.append(agent.act(batch.observe()).copy())
            batch.step(played[-1])
        steps = agent_steps() - before
        clocks = np.empty((repeats, ticks))
        for repeat in range(repeats):
            again = World.restore(start, 1)
            for tick, actions in enumerate(played):
                started = time.perf_counter_ns()
                again.step(actions)
                clocks[repeat, tick] = time.perf_counter_ns() - started
        found[name] = float(clocks.min(axis=0).sum()) / steps
    return found


def train(worlds: int, settle: int, updates: int, seed: int, learning: dict[str, Any]) -> dict[str, float]:
    """Nanoseconds of processor time an agent step of training in Chaos on one thread: the fastest update counts.

    With both engines, by the numbers in `learning`, of which those that a commit does not know are what it does; and as
    new configurations train, if the commit has worlds of their own for them.
    """
    from forge.blade import Chaos
    from forge.ethyr.learning import Learning

    settings = module_of("experiments.runs.settings", "experiments.settings")
    trainers = module_of("experiments.training.train", "experiments.train")
    known = {name: value for name, value in learning.items() if name in Learning.__dataclass_fields__}
    chaos = Chaos(**{"spawn.populations": 8})
    trained = {engine: (engine, Learning(**known), chaos) for engine in ("compiled", "torch")}
    if hasattr(settings, "to_train_in"):
        trained["new configurations"] = ("compiled", Learning(), settings.to_train_in(chaos))
    found = {}
    for name, (engine, numbers, config) in trained.items():
        session = settings.Session(engine=engine, worlds=worlds, seed=seed, threads=1)
        trainer = trainers.Trainer(settings.Training(session, numbers, config))
        for _ in range(settle):
            trainer.update()
        costs = []
        for _ in range(updates):
            steps, started = trainer.steps, time.process_time_ns()
            trainer.update()
            costs.append((time.process_time_ns() - started) / (trainer.steps - steps))
        found[name] = min(costs)
    return found


def first_step() -> dict[str, float]:
    """Nanoseconds of processor time from the start of the process to the end of the first step of a world."""
    from forge.blade import Chaos, World

    batch = World(Chaos(), 1, threads=1)
    batch.reset()
    batch.step(np.zeros((1, batch.config.spawn.cap, 2), np.uint8))
    return {"first step": float(time.process_time_ns())}


def module_of(*names: str) -> Any:
    """The first of some modules of the package that the commit has: where it is now, and where it was before."""
    found = next(name for name in names if find_spec(f"forge.{name.rpartition('.')[0]}"))
    return importlib.import_module(f"forge.{found}")


WHAT: dict[str, Callable[..., dict[str, float]]] = {"world": world, "train": train, "first_step": first_step}

if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    what, checkout = asked.pop("what"), Path(asked.pop("checkout"))
    import forge

    if not Path(forge.__file__).is_relative_to(checkout):
        raise SystemExit(f"forge was imported from {forge.__file__}, not from {checkout}")
    sys.stdout.write(json.dumps(WHAT[what](**asked)) + "\n")
