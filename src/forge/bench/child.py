"""What is measured in a process of its own: `python -m forge.bench.child NAME {"argument": value, ...}` prints JSON.

Nothing of the package is imported before the clock of the measurement starts.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def first_step(worlds: int) -> dict[str, float]:
    """Seconds from `import forge.blade` to the end of the first step, and to the stations before it; CPU seconds."""
    clock = time.perf_counter
    started = clock()
    from forge.blade import Chaos, World

    imported = clock()
    import numpy as np

    world = World(Chaos(), worlds)
    made = clock()
    world.reset()
    reset = clock()
    world.step(np.zeros((worlds, world.config.spawn.cap, 2), np.uint8))
    stepped = clock()
    return {
        "import_s": imported - started,
        "make_s": made - started,
        "reset_s": reset - started,
        "step_s": stepped - started,
        "cpu_s": time.process_time(),
    }


def terrain(maps: int, side: int, rounds: int) -> dict[str, Any]:
    """Seconds for a number of maps, generated and then read from the cache; every round is another series of maps."""
    from forge.blade.config.config import Terrain
    from forge.blade.terrain.generation import maps as load

    load(Terrain(side=side, seed=rounds), [0])  # compiles the noise
    cold: list[float] = []
    cached: list[float] = []
    for seed in range(rounds):
        series = Terrain(side=side, seed=seed)
        for times in (cold, cached):
            started = time.perf_counter()
            load(series, range(maps))
            times.append(time.perf_counter() - started)
    return {"cold_s": cold, "cached_s": cached}


def memory(worlds: int, settle: int, steps: int, seed: int) -> dict[str, Any]:
    """Resident memory in bytes while foragers live and die in Chaos: `settle` ticks first, then `steps` agent steps."""
    import psutil

    process = psutil.Process(os.getpid())
    resident = [process.memory_info().rss]

    from forge.agents import scripted
    from forge.blade import Chaos, World

    config = Chaos(**{"spawn.populations": 8})
    world, agent = World(config, worlds, seed), scripted("forager", config, seed)
    actions = agent.act(world.reset())

    def play(enough: Any) -> None:
        while not enough():
            agent.act(world.step(actions)[0], actions)
        resident.append(process.memory_info().rss)

    play(lambda: world.state.tick[0] >= settle)
    before = world.state.tally.copy()
    play(lambda: (world.state.tally["ticks"] - before["ticks"]).sum() >= steps)
    after = world.state.tally
    return {
        "interpreter_bytes": resident[0],
        "start_bytes": resident[1],
        "end_bytes": resident[2],
        "agent_steps": int((after["ticks"] - before["ticks"]).sum()),
        "births": int((after["births"] - before["births"]).sum()),
        "deaths": int((after["deaths"] - before["deaths"]).sum()),
        "alive": float(world.state.living_count.mean()),
    }


MEASUREMENTS: dict[str, Callable[..., dict[str, Any]]] = {
    "first_step": first_step,
    "terrain": terrain,
    "memory": memory,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(MEASUREMENTS[sys.argv[1]](**json.loads(sys.argv[2]))) + "\n")
