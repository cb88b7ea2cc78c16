"""The speed of training, everything in: world, policy, gradients and optimiser, on one core and on all of them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from forge.bench.measure import alternate, quotients, spread
from forge.bench.process import Process
from forge.bench.report import SPEED, Column, Row, Section, fixed, measured, text, timing
from forge.bench.world import all_threads
from forge.support.checks import ConfigError

Turn = dict[str, Any]  # what `forge.bench.learner` tells of some updates
Contestant = tuple[str, str, int]  # engine, network, threads

_ROUNDS = 8
_SETTLE_STEPS = (
    2_000_000  # agent steps before the clock starts: until then the populations are only just learning to live
)
_SETTLE_SECONDS = 60  # or, for slow ones, as long as this
_QUICK_STEPS = 2_000
_MOST_AT_ONCE = 50  # updates

#: The engine torch with the default network written as an ordinary module: see `forge.bench.baseline`.
MODULES = "modules"
_BASELINE = "forge.bench.baseline:Baseline"


class Trainee(Process):
    """A learner in a process of its own, limited to some threads. Use as a context manager.

    Args:
        threads: for the world and for the policy.
        arguments: of `forge.bench.learner.Learner`.
    """

    def __init__(self, threads: int, **arguments: Any) -> None:
        limits = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        super().__init__("forge.bench.learner", {**arguments, "threads": threads}, limits)

    def turn(self, updates: int) -> Turn:
        """Trains so many updates and tells how it went.

        Raises:
            RuntimeError: if it failed; it has told why on stderr.
        """
        return self.ask(updates)


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Attributes:
        engines: that compute, as in `forge.experiments.runs.settings.Session`, or MODULES.
        seconds: of training to measure, with the slower number of threads.
        worlds: trained in at once.
        hidden: width of the network.
        networks: each as `network` in `forge.ethyr.learning.settings.Learning`.
        algorithm: likewise; None means ppo for the network layered and pg for others.
        targeting: as in `forge.blade.config.config.Combat`.
        seed: of everything.
        quick: train little, to try the benchmark and not the machine.
    """

    engines: tuple[str, ...] = ("compiled",)
    seconds: float = 20.0
    worlds: int = 16
    hidden: int = 32
    networks: tuple[str, ...] = ("default",)
    algorithm: str | None = None
    targeting: str = "lowest_health"
    seed: int = 0
    quick: bool = False

    def check(self) -> None:
        """Raises the ConfigError that training with these numbers would raise."""
        # PyTorch comes with these, which the benchmarks of the world do without
        from forge.ethyr.learning.settings import Learning
        from forge.experiments.runs.settings import Session

        Session(worlds=self.worlds, seed=self.seed)
        for network in self.networks:
            Learning(hidden=self.hidden, network=network, algorithm=self.algorithm_of(network))
            if network != "default" and MODULES in self.engines:
                raise ConfigError(f"engine {MODULES} computes the default network, not {network!r}")

    def algorithm_of(self, network: str) -> str:
        """By what a network learns."""
        return self.algorithm or ("ppo" if network == "layered" else "pg")

    def arguments(self, engine: str, network: str) -> dict[str, Any]:
        """What contestants of an engine and a network train, as `forge.bench.learner.Learner` takes it."""
        names = ("worlds", "hidden", "targeting", "seed")
        given = {"engine": engine, "network": network, **{name: getattr(self, name) for name in names}}
        given["algorithm"] = self.algorithm_of(network)
        return {**given, "engine": "torch", "network": _BASELINE} if engine == MODULES else given

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Each engine with each network."""
        return [*itertools.product(self.engines, self.networks)]

    @property
    def contestants(self) -> list[Contestant]:
        """The kinds, each on all threads and on one."""
        return [(*kind, n) for kind in self.kinds for n in sorted({1, all_threads()})]


def training(plan: Plan) -> Section:
    """Agent steps a second of training on all threads and on one, which take turns with the same number of updates.

    Raises:
        ConfigError: if one cannot train with these numbers.
    """
    plan.check()
    rounds = 2 if plan.quick else _ROUNDS
    with contextlib.ExitStack() as stack:
        learners = {c: stack.enter_context(Trainee(c[2], **plan.arguments(*c[:2]))) for c in plan.contestants}
        updates = {
            kind: _settle([learner for c, learner in learners.items() if c[:2] == kind], plan.seconds / rounds, plan)
            for kind in plan.kinds
        }
        turns = alternate({c: partial(learner.turn, updates[c[:2]]) for c, learner in learners.items()}, rounds)
    algorithms = " and ".join(dict.fromkeys(plan.algorithm_of(network) for network in plan.networks))
    note = (
        f"Chaos on generated 80 × 80 maps, 8 populations of 16, {plan.worlds} worlds, {algorithms}, "
        f"hidden {plan.hidden}, targeting {plan.targeting}; world, policy, gradients and optimiser. Each "
        f"contestant is a process; after learning to live for a while, {rounds} turns of {_words(updates)} updates, "
        "taken in turn. Shares of time: playing (worlds and policy; the worlds alone where they can be told apart), "
        "learning, optimising."
    )
    if MODULES in plan.engines:
        note += f" modules: PyTorch with the default network as an ordinary module, {_BASELINE}."
    columns = (
        text("engine", "engine"),
        text("network", "network"),
        text("threads", "threads"),
        fixed("alive a world", "alive", 1),
        fixed("lifetime", "lifetime", 1),
        *SPEED,
        measured("best", "steps_per_second", 2, 1e6, "most"),
        measured("ns a step", "cost_ns", 0),
        *(_share(part) for part in ("playing", "world", "learning", "optimising")),
        measured("× 1 thread", "ratio", 2),
        measured(f"× {plan.networks[0]}", "network_ratio", 2),
    )
    rows = [_row(plan, c, turns) for c in plan.contestants]
    return Section("Training: agent steps a second, everything in", note, columns, rows)


def _settle(learners: Sequence[Trainee], seconds: float, plan: Plan) -> int:
    """Compiles and trains learners alike; returns the updates that take the slowest of them so many seconds."""
    done = updates = 0
    spent, size = 0.0, 1
    while done < (_QUICK_STEPS if plan.quick else _SETTLE_STEPS) and spent < _SETTLE_SECONDS:
        turns = [learner.turn(size) for learner in learners]
        slowest = max(turn["seconds"] for turn in turns)
        wanted = max(1, round(seconds * size / slowest))
        spent += slowest if updates else 0.0  # the first one compiles
        done, updates = done + turns[0]["agent_steps"], updates + size
        size = 1 if updates < 2 else min(_MOST_AT_ONCE, max(1, round(_SETTLE_SECONDS / 6 * size / slowest)))
    return wanted


def _row(plan: Plan, contestant: Contestant, all_turns: Mapping[Contestant, Sequence[Turn]]) -> Row:
    engine, network, threads = contestant
    turns = all_turns[contestant]
    costs, single, first = (
        [_cost(turn) for turn in all_turns[c]]
        for c in (contestant, (engine, network, 1), (engine, plan.networks[0], threads))
    )
    seconds = sum(turn["seconds"] for turn in turns)
    return {
        "rules": "Chaos",
        "engine": engine,
        "worlds": plan.worlds,
        "slots": 128,
        "populations": 8,
        "hidden": plan.hidden,
        "network": plan.arguments(engine, network)["network"],
        "algorithm": plan.algorithm,
        "targeting": plan.targeting,
        "threads": threads,
        "world_threads": turns[0]["world_threads"],
        "torch_threads": turns[0]["torch_threads"],
        "agent_steps": sum(turn["agent_steps"] for turn in turns),
        "alive": spread([turn["alive"] for turn in turns]).median,
        "lifetime": spread([turn["lifetime"] for turn in turns]).median,
        "shares": {part: sum(turn["parts"][part] for turn in turns) / seconds or None for part in turns[0]["parts"]},
        **timing(costs, quotients(single, costs)),
        "network_ratio": spread(quotients(first, costs))._asdict(),
    }


def _cost(turn: Turn) -> float:
    """Nanoseconds per agent step."""
    return float(1e9 * turn["seconds"] / turn["agent_steps"])


def _words(updates: Mapping[tuple[str, str], int]) -> str:
    return " and ".join(f"{number} ({', '.join(kind)})" for kind, number in updates.items())


def _share(part: str) -> Column:
    return Column(part, lambda row: "–" if row["shares"][part] is None else f"{row['shares'][part]:.0%}")
