"""What a study will cost on this machine, from a few seconds of what it does."""

from __future__ import annotations

import dataclasses
import time
from typing import NamedTuple

from forge.blade.threads.cores import cores
from forge.ethyr.insight.actor import Actor
from forge.experiments.studies.framework.needs import LIFETIME, Need
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan
from forge.experiments.training.train import Trainer


class Rate(NamedTuple):
    """How fast this machine does what a run does."""

    training: float  # agent steps a second
    playing: float  # ticks of a world a second, of its policy without learning


class Threads(NamedTuple):
    """How many threads do one thing; 0 means all."""

    training: int = 0
    measuring: int = 0


ALL = Threads()


class Cost(NamedTuple):
    """Seconds of everything that is left to do; what is done already is left out."""

    needs: dict[str, float]
    measurements: dict[str, float]

    @property
    def total(self) -> float:
        """Of all of it [s]."""
        return sum(self.needs.values()) + sum(self.measurements.values())


def estimate_cost(plan: Plan, store: Store, seconds: float, threads: Threads = ALL) -> Cost:
    """Estimates what is left to do of a plan.

    Runs that differ in their seed alone are taken to be equally fast. A young policy has few agents alive, so the
    estimate errs on the long side. Lives are taken to last as long as in the longest run in the same setting, and
    `LIFETIME` ticks if there is none: they grow longer while it trains, so the time of a run that ends by lives errs on
    the short side.

    Args:
        plan: of a study.
        store: where it finds what is done already.
        seconds: of training that each kind of run is measured by.
        threads: of each process.
    """
    lifetimes = store.lifetimes()
    left = {need.name: store.steps_left(need, lifetimes.get(need.setting, LIFETIME)) for need in plan.needs}
    waiting = [m for m in plan.measurements if store.measured(m) is None]
    rates: dict[str, Rate] = {}
    for need in plan.needs:
        if left[need.name] and _kind(need) not in rates:
            rates[_kind(need)] = measure_rate(need, seconds, threads)
    if waiting and plan.probe is not None:
        rate = plan.probe(seconds)
        return Cost({}, {m.name: m.world_ticks / rate for m in waiting})
    if waiting and not rates:
        rates[_kind(plan.needs[0])] = measure_rate(plan.needs[0], seconds, threads)
    training = {n.name: left[n.name] / rates[_kind(n)].training for n in plan.needs if left[n.name]}
    slowest = min((rate.playing for rate in rates.values()), default=1.0)
    return Cost(training, {m.name: m.world_ticks / slowest for m in waiting})


def _kind(need: Need) -> str:
    """Names everything about a run but its seed."""
    return dataclasses.replace(
        need, training=dataclasses.replace(need.training, run=dataclasses.replace(need.training.run, seed=0))
    ).key


def measure_rate(need: Need, seconds: float, threads: Threads = ALL) -> Rate:
    """Trains for so many seconds, and plays for a quarter of them; the first half of the training is not counted."""
    run = dataclasses.replace(need.training.run, threads=threads.training or need.training.run.threads)
    trainer = Trainer(dataclasses.replace(need.training, run=run))
    trainer.compile()
    while trainer.seconds < seconds / 2:
        trainer.update()
    before = trainer.steps, trainer.seconds
    trainer.update()
    while trainer.seconds < seconds:
        trainer.update()
    training = (trainer.steps - before[0]) / (trainer.seconds - before[1])
    trainer.world.threads = threads.measuring or cores()
    return Rate(training, trainer.world.count * _ticks_a_second(trainer, seconds / 4))


def _ticks_a_second(trainer: Trainer, seconds: float) -> float:
    actor, world, ticks = Actor(trainer.policy, trainer.training.world), trainer.world, 0
    observation, *_ = world.step(actor.act(world.observe()))  # compiles
    observation, *_ = world.step(actor.act(observation))
    started = time.perf_counter()
    while ticks == 0 or time.perf_counter() - started < seconds:
        observation, *_ = world.step(actor.act(observation))
        ticks += 1
    return ticks / (time.perf_counter() - started)
