"""A small held-out evaluation of a policy while it trains: part of a line of metrics.

It plays on the maps and from the seeds of the held-out protocol, in worlds of its own, with a copy of the policy that
draws from a stream of its own. Training cannot tell whether it has taken place.
"""

from __future__ import annotations

import torch

from forge.ethyr.insight.actor import Actor
from forge.ethyr.learning.metric import Metric
from forge.ethyr.learning.one_thread import one_thread
from forge.ethyr.networks.network import Network
from forge.experiments.evaluation.evaluate import evaluate
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.heldout.figures import FIGURES
from forge.experiments.heldout.protocol import Protocol
from forge.experiments.runs.settings import Training
from forge.experiments.statistics.estimate_text import columns

#: A quarter of the worlds of `forge evaluate`, for a third of the time, alone.
PROTOCOL = Protocol(Settings(worlds=8, ticks=300, warmup=200), company=(), contests=False)

_PREFIX = "heldout_"

#: What a line of metrics tells of an evaluation; each also as `..._low` and `..._high`, the ends of its interval.
METRICS = tuple(Metric(f"{_PREFIX}{name}", "", figure.unit, figure.about) for name, figure in FIGURES.items())


def due(every: int, before: int, steps: int) -> bool:
    """Whether an update that led from `before` to `steps` agent steps reached a multiple of `every`; 0 means never."""
    return bool(every) and before // every < steps // every


def evaluated(policy: Network, training: Training) -> dict[str, float | None]:
    """The figures of a policy as it is now, by the names of METRICS, with the ends of their 95 % intervals over worlds.

    Args:
        policy: that trains; it is copied.
        training: the configuration of its run.
    """
    world = PROTOCOL.world(training.world)
    device = next(policy.parameters()).device
    with torch.random.fork_rng([] if device.type == "cpu" else [device]), one_thread():
        actor = Actor(policy, training.world.replace(spawn=world.spawn), PROTOCOL.seed, training.learning.reward_factor)
        settings = PROTOCOL.settings._asdict()
        found = evaluate(actor, world, **settings, seed=PROTOCOL.world_seed, maps=PROTOCOL.maps)
    line: dict[str, float | None] = {}
    for name, figure in FIGURES.items():
        line |= columns(f"{_PREFIX}{name}", figure.estimate([found]))
    return line
