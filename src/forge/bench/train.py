"""The speed of training, everything in: world, policy, gradients and optimiser, on one core and on all of them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from functools import partial
from types import TracebackType
from typing import Any, Self

from forge.bench.measure import alternate, quotients, spread
from forge.bench.report import SPEED, Column, Row, Section, fixed, measured, text, timing
from forge.bench.world import all_threads

_ROUNDS = 8
_SETTLE_STEPS = (
    2_000_000  # agent steps before the clock starts: until then the populations are only just learning to live
)
_QUICK_STEPS = 2_000


class Process:
    """A learner in a process of its own, limited to some threads. Use as a context manager.

    Args:
        threads: for the world and for the policy.
        arguments: of `forge.bench.learner.Learner`.
    """

    def __init__(self, threads: int, **arguments: Any) -> None:
        limits = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "forge.bench.learner", json.dumps({**arguments, "threads": threads})],
            env={**os.environ, **limits},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._process.communicate(timeout=10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def turn(self, updates: int) -> dict[str, Any]:
        """Trains so many updates and tells how it went.

        Raises:
            RuntimeError: if it failed; it has told why on stderr.
        """
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        with contextlib.suppress(BrokenPipeError):
            requests.write(f"{updates}\n")
            requests.flush()
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"training ended with status {self._process.wait()}; it told why above")
        return dict(json.loads(answer))


def training(seconds: float, worlds: int, hidden: int, seed: int, quick: bool) -> Section:
    """Agent steps a second of training on all threads and on one, which take turns with the same number of updates.

    Raises:
        ConfigError: if one cannot train with these numbers.
    """
    check(worlds, hidden, seed)
    counts = sorted({1, all_threads()}, reverse=True)
    rounds = 2 if quick else _ROUNDS
    with contextlib.ExitStack() as stack:
        learners = {n: stack.enter_context(Process(n, worlds=worlds, hidden=hidden, seed=seed)) for n in counts}
        updates = _settle(list(learners.values()), seconds / rounds, _QUICK_STEPS if quick else _SETTLE_STEPS)
        turns = alternate({n: partial(learner.turn, updates) for n, learner in learners.items()}, rounds)
    note = (
        f"Chaos on generated 80 × 80 maps, hidden {hidden}; world, policy, gradients and optimiser. A process for each "
        f"number of threads; after both have learnt to live for a while, {rounds} turns of {updates} updates each, "
        "taken alternately. The share of time is that of acting, of the world, and of learning."
    )
    columns = (
        text("worlds", "worlds"),
        text("slots", "slots"),
        text("populations", "populations"),
        text("threads", "threads"),
        fixed("alive a world", "alive", 1),
        fixed("lifetime", "lifetime", 1),
        *SPEED,
        measured("best", "steps_per_second", 2, 1e6, "most"),
        measured("ns a step", "cost_ns", 0),
        *(_share(part) for part in ("acting", "world", "learning")),
        measured("× 1 thread", "ratio", 2),
    )
    rows = [_row(n, turns[n], turns[1], worlds, hidden) for n in sorted(counts)]
    return Section("Training: agent steps a second, everything in", note, columns, rows)


def check(worlds: int, hidden: int, seed: int) -> None:
    """Raises the ConfigError that training with these numbers would raise."""
    # PyTorch comes with these, which the benchmarks of the world do without
    from forge.ethyr.learning import Learning
    from forge.experiments.settings import Session

    Session(worlds=worlds, seed=seed)
    Learning(hidden=hidden)


def _settle(learners: list[Process], seconds: float, steps: int) -> int:
    """Compiles and trains all learners alike; returns the updates that take the first one so many seconds."""
    done = updates = 0
    while done < steps:
        size = 1 if updates < 2 else 50
        first, *_ = [learner.turn(size) for learner in learners]
        done, updates = done + first["agent_steps"], updates + size
    return max(1, round(seconds * size / first["seconds"]))


def _row(threads: int, turns: list[dict[str, Any]], single: list[dict[str, Any]], worlds: int, hidden: int) -> Row:
    costs, alone = [_cost(turn) for turn in turns], [_cost(turn) for turn in single]
    seconds = sum(turn["seconds"] for turn in turns)
    return {
        "rules": "Chaos",
        "worlds": worlds,
        "slots": 128,
        "populations": 8,
        "hidden": hidden,
        "threads": threads,
        "world_threads": turns[0]["world_threads"],
        "torch_threads": turns[0]["torch_threads"],
        "agent_steps": sum(turn["agent_steps"] for turn in turns),
        "alive": spread([turn["alive"] for turn in turns]).median,
        "lifetime": spread([turn["lifetime"] for turn in turns]).median,
        "shares": {
            part: sum(turn[f"{part}_s"] for turn in turns) / seconds for part in ("acting", "world", "learning")
        },
        **timing(costs, quotients(alone, costs)),
    }


def _cost(turn: dict[str, Any]) -> float:
    """Nanoseconds per agent step."""
    return 1e9 * turn["seconds"] / turn["agent_steps"]


def _share(part: str) -> Column:
    return Column(part, lambda row: f"{row['shares'][part]:.0%}")
