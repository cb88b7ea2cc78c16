"""Makes what a configuration asks for: a policy, and the learner that computes it."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from forge.blade.config.config import Config
from forge.blade.world.world import World
from forge.ethyr.engines.torch_engine import DRAWS, TorchLearner
from forge.ethyr.experience.company import Company
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learning.learner import Learner
from forge.ethyr.learning.settings import ENGINES, NETWORKS, Learning
from forge.ethyr.modules.by_population import ByPopulation
from forge.ethyr.modules.stacked import Stacked
from forge.ethyr.networks.check import try_network
from forge.ethyr.networks.named import OURS, network_class
from forge.ethyr.networks.network import Network
from forge.ethyr.networks.policy import Policy
from forge.support.checks import ConfigError


def make_policy(
    config: Config, learning: Learning, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Network:
    """A new policy.

    Args:
        config: of the worlds it plays.
        learning: which network, and how wide.
        generator: the stream its first weights are drawn from, on the CPU.
        device: where it will compute.

    Raises:
        ConfigError: if `learning.network` names no network, or one that does not say what a network must say.
    """
    made = {name: _made(name, config, learning, generator) for name in dict.fromkeys(learning.networks)}
    parts = [*made.values()]
    players = [[*made].index(name) for name in learning.networks]
    network = (parts[0] if len(parts) == 1 else ByPopulation(config, parts, players)).to(device)
    if learning.network not in NETWORKS:
        try_network(network, config)
    return network


def _made(name: str, config: Config, learning: Learning, generator: torch.Generator) -> Network:
    """A network of all populations, of the class of a name."""
    kind = network_class(name)
    if issubclass(kind, Network):
        return kind(config, learning, generator)
    return Stacked(f"learning.network: {name}", kind, config, learning, generator)


def make_learner(
    world: World,
    policy: Network,
    learning: Learning,
    seed: int,
    threads: int,
    engine: str = "auto",
    company: Company | None = None,
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
        company: who plays the populations of the worlds that do not learn; None means that the policy plays all.

    Raises:
        ConfigError: if the engine is unknown, or is `compiled` and cannot compute this policy or its company.
        RuntimeError: if the worlds have not begun.
    """
    if not world.started:
        raise RuntimeError("a learner needs worlds that have begun: call their reset first")
    if engine not in ENGINES:
        raise ConfigError(f"engine = {engine!r} must be one of {', '.join(ENGINES)}")
    obstacle = why_not_compiled(policy, world.config, company)
    if engine == "compiled" and obstacle:
        raise ConfigError(f"engine = 'compiled': {obstacle}; engine = 'torch' or 'auto' computes it")
    if engine != "torch" and not obstacle and isinstance(policy, Policy):
        return FusedLearner(world, policy, learning, seed, threads, company)
    torch.set_num_threads(threads)
    return TorchLearner(world, policy, learning, seed, company)


def resumed_by(engine: str, state: Mapping[str, torch.Tensor]) -> str:
    """The engine that goes on from the saved state of a learner, as `make_learner` takes it.

    What `auto` began with PyTorch, which alone saves its stream of draws, stays with it to go on to the same bits,
    although its network may have come to be compiled since.

    Args:
        engine: one of ENGINES, that of the run.
        state: `Learner.state` of its learner.
    """
    return "torch" if engine == "auto" and DRAWS in state else engine


def why_not_compiled(policy: Network, config: Config, company: Company | None = None) -> str | None:
    """What keeps the compiled learner from computing a policy among its company; None if nothing does."""
    if type(policy) not in OURS.values():
        return f"the kernels compute the networks {', '.join(OURS)}, not {type(policy).__name__}"
    device = next(policy.parameters()).device.type
    if device != "cpu":
        return f"the kernels compute on the CPU, and the policy is on {device}"
    for one in () if company is None else company.companions:
        if one.script() is None and type(one.network) not in OURS.values():
            played = f"by a {type(one.network).__name__}" if one.network else "in Python"
            return f"the kernels play scripted agents and our own networks, and {one.name} is played {played} here"
    return None
