"""Makes what a configuration asks for: a policy, and the learner that computes it."""

from __future__ import annotations

import torch

from forge.blade.checks import ConfigError
from forge.blade.config import Config
from forge.blade.world import World
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learner import TorchLearner
from forge.ethyr.learning import ENGINES, Learner, Learning
from forge.ethyr.policy import Policy


def make_policy(
    config: Config, learning: Learning, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Policy:
    """A new policy.

    Args:
        config: of the worlds it plays.
        learning: which network, and how wide.
        generator: the stream its first weights are drawn from, on the CPU.
        device: where it will compute.
    """
    return Policy(config, learning, generator).to(device)


def make_learner(
    world: World, policy: Policy, learning: Learning, seed: int, threads: int, engine: str = "auto"
) -> Learner:
    """What plays a policy in a batch of worlds and finds its gradients.

    Args:
        world: reset and ready.
        policy: from `make_policy`; its parameters stay those of the policy, and receive the gradients.
        learning: the numbers.
        seed: names the stream that actions are drawn from; it goes on with the worlds, so a learner made for restored
            worlds draws on where the one before it stopped, given its `Learner.state`.
        threads: to compute with. PyTorch knows one number for the whole process.
        engine: one of ENGINES.

    Raises:
        ConfigError: if the engine is unknown, or is `compiled` and cannot compute this policy.
    """
    if engine not in ENGINES:
        raise ConfigError(f"engine = {engine!r} must be one of {', '.join(ENGINES)}")
    obstacle = why_not_compiled(policy)
    if engine == "compiled" and obstacle:
        raise ConfigError(f"engine = 'compiled': {obstacle}; engine = 'torch' or 'auto' computes it")
    if engine == "torch" or obstacle:
        torch.set_num_threads(threads)
        return TorchLearner(world, policy, learning, seed)
    return FusedLearner(world, policy, learning, seed, threads)


def why_not_compiled(policy: Policy) -> str | None:
    """What keeps the compiled learner from computing a policy; None if nothing does."""
    device = next(policy.parameters()).device.type
    if device != "cpu":
        return f"the kernels compute on the CPU, and the policy is on {device}"
    return None
