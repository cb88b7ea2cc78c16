"""Policies of runs and checkpoints, loaded to act."""

from __future__ import annotations

import os

import torch

from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.run import found


def load(path: str | os.PathLike[str], seed: int | None = 0) -> Actor:
    """The policy of a run (its last checkpoint) or of one checkpoint folder, ready to act.

    Raises:
        ConfigError: if there is none, or if it is damaged; for a run the message names the last good checkpoint.
    """
    run, chosen = found(path)
    chosen = chosen or run.latest()
    policy = make_policy(run.training.world, run.training.learning, torch.Generator())
    checkpoint.verify(chosen)
    checkpoint.load_module(policy, chosen / "policy.safetensors")
    return Actor(policy, run.training.world, seed, run.training.learning.reward_factor)
