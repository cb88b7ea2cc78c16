"""`make soak`: worlds with small random systems from outside, each compiled, are our own worlds in all that is ours."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from forge.blade import AGENT, Config, World
from tests.outside.small import NAMES, SHAPES, TYPES

TICKS = 150
OURS = ("surplus", "harvested_count", "stream", "births", "reward", "terminated", "seen_count", "moves")


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    parser.add_argument("--systems", type=int, default=6, help="how many, of half a minute each")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rng, failures = np.random.default_rng(chosen.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for k in range(chosen.systems):
            names = rng.permutation(NAMES)[: rng.integers(0, 6)].tolist()
            kinds = [TYPES[i] for i in rng.integers(0, len(TYPES), len(names))]
            shapes = [SHAPES[i] for i in rng.integers(0, len(SHAPES), len(names))]
            given = (names, kinds, shapes, rng.integers(2, 7, rng.integers(0, 4)).tolist())
            module = f"small_{chosen.seed}_{k}"
            text = f"from tests.outside.small import small_system\n\nGROVE = small_system(*{given!r})\n"
            Path(folder, f"{module}.py").write_text(text, "utf-8")
            wrong = differences(Config(systems=[f"{module}:GROVE"]), k)
            failures += bool(wrong)
            print(f"systems from outside, {k}: {wrong or 'as ours'} {given if wrong else ''}", flush=True)
    return bool(failures)


def differences(config: Config, seed: int) -> list[str]:
    """What is not as in our own world when both are played alike, on two threads, the other by way of a snapshot."""
    rng, plain = np.random.default_rng(seed), World(Config(), 3, seed, threads=1)
    other = World(config, 3, seed, threads=2)
    plain.reset()
    other.reset()
    further = len(config.schema.choices) - 3  # the target does not exist here
    found: list[str] = []
    for tick in range(TICKS):
        ours = rng.integers(0, (5, 3), (3, 128, 2))
        plain.step(ours)
        other.step(np.concatenate([ours, np.zeros((3, 128, further), int)], -1))
        if tick == TICKS // 2:
            other = World.restore(other.snapshot(), 2)
    found += [name for name in AGENT.names or () if name != "pad" and different(plain, other, name)]
    found += [name for name in OURS if not np.array_equal(getattr(plain.state, name), getattr(other.state, name))]
    if not np.array_equal(plain.materials(), other.materials()):
        found.append("materials")
    if not np.array_equal(plain.observe().counts, other.observe().counts):
        found.append("counts")
    return found


def different(plain: World, other: World, name: str) -> bool:
    """Whether a field of ours of all agents differs."""
    return not np.array_equal(plain.state.agents[name], other.state.agents[name])


if __name__ == "__main__":
    sys.exit(main())
