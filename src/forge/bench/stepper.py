"""Steps worlds in a process of its own: `python -m forge.bench.stepper {"worlds": [4], ...}`.

Each line of input names a number of worlds and `default` or `alone` (threads=1); each line of output tells the agent
steps a second. The package is imported where the arguments say.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

_SECONDS, _QUICK_SECONDS = 0.1, 0.01


def main(worlds: list[int], torch: str, pinned: str, seed: int, quick: bool) -> None:
    """Serves until the input ends.

    Args:
        worlds: how many there are in each batch that can be asked for.
        torch: import PyTorch `before` or `after` the package, or `no`.
        pinned: to one core `before` the package is imported, `after` worlds were stepped on threads, or never ("").
        seed: of the worlds.
        quick: play for a moment only.
    """
    if pinned == "before":
        _pin()
    if torch == "before":
        _use_torch()
    from forge.agents import scripted
    from forge.blade import Law, World
    from forge.blade.threads.cores import cores

    if torch == "after":
        _use_torch()
    # nobody dies of hunger while it is measured, so that there is as much to do in every round
    config = Law(**{"spawn.populations": 8, "vitals.food": 30_000, "vitals.water": 30_000})
    started, threads = {}, {"default": cores(), "alone": 1}
    for count in worlds:
        world, agent = World(config, count, seed, threads=1), scripted("forager", config, seed)
        world.reset()
        for _ in range(10 if quick else 300):
            actions = agent.act(world.observe())
            world.step(actions)
        started[str(count)] = world.snapshot(), actions
    if pinned == "after":
        for snapshot, actions in started.values():
            World.restore(snapshot).step(actions)
        _pin()
    _say({"threads": threads["default"]})
    for line in sys.stdin:
        asked, kind = line.split()
        snapshot, actions = started[asked]
        world = World.restore(snapshot, threads[kind])
        world.step(actions)  # touches its memory, and wakes the threads
        _say({"rate": _rate(world, actions, _QUICK_SECONDS if quick else _SECONDS)})


def _rate(world: Any, actions: Any, seconds: float) -> float:
    before = world.state.tally["ticks"].sum()
    started = now = time.perf_counter()
    while now - started < seconds:
        world.step(actions)
        now = time.perf_counter()
    return float((world.state.tally["ticks"].sum() - before) / (now - started))


def _use_torch() -> None:
    import torch

    torch.ones(1 << 20).sum()  # starts its threads


def _pin() -> None:
    """Every thread of this process runs on one core from now on, as after `taskset -a -p`."""
    one = {min(os.sched_getaffinity(0))}
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), one)


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
