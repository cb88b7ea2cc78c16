"""How to learn: the numbers of the learner, what every learner offers, and the optimiser."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from forge.blade.checks import ConfigError, did_you_mean
from forge.blade.section import Section, choice, number, plain
from forge.ethyr.diagnostics import Diagnostics
from forge.ethyr.losses import Losses

#: What computes: `compiled` needs a network and a device that our kernels know, `auto` uses them where they do.
ENGINES = ("auto", "compiled", "torch")

#: Networks that come with the package.
NETWORKS = ("default", "recurrent")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Learning(Section):
    """The learner. Defaults are those of Neural MMO v1.0 unless the description says otherwise."""

    algorithm: str = choice("pg", ("pg", "ppo"), "policy gradient as in v1.0, or proximal policy optimisation")
    epochs: int = number(4, 1, 1000, "updates from one segment with ppo; pg makes one")
    ppo_clip: float = number(0.2, 0.001, 1e6, "how far ppo lets a probability move, as a share of it")
    network: str = plain(
        "default", "default, recurrent (with a memory), or a class of your own as module:Class (docs/networks.md)"
    )
    hidden: int = number(32, 16, 256, "width of the network's layers; a multiple of 16")
    activation: str = choice("relu", ("relu", "none"), "of the layer over the encoder (v1.0: none)")
    ticks: int = number(
        16, 1, 4096, "ticks of a segment; one update follows each segment (v1.0: about 3,200 agent steps)"
    )
    discount: float = number(0.97, 0, 1, "discount of future rewards per tick (v1.0: 0.99)")
    trace: float = number(0.95, 0, 1, "λ of the advantage estimate; 1 is the plain bootstrapped return, as in v1.0")
    learning_rate: float = number(2e-3, 0, 1, "step size of Adam (v1.0: 1e-3)")
    warmup: int = number(
        300, 0, 10**9, "segments over which the step size grows to its full size; the first ones are small (v1.0: 0)"
    )
    weight_decay: float = number(1e-5, 0, 1, "L2 penalty on the weights, added to their gradients")
    clip: float = number(5.0, 0, 1e9, "gradients are clipped elementwise to ± this")
    value_weight: float = number(1.0, 0, 1e6, "weight of the value loss (v1.0: 0.25)")
    entropy_weight: float = number(0.03, 0, 1e6, "weight of the entropy bonus (v1.0: 0.01)")
    reward_scale: float = number(
        0.03, 0, 1e6, "rewards are multiplied by this; 1 − discount keeps values within 0..1 (v1.0: 1)"
    )

    @property
    def updates(self) -> int:
        """Updates from one segment."""
        return self.epochs if self.algorithm == "ppo" else 1

    @property
    def clip_ratio(self) -> float:
        """`ppo_clip`, or 0 where probabilities move freely."""
        return self.ppo_clip if self.algorithm == "ppo" else 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hidden % 16:
            raise ConfigError(f"learning.hidden = {self.hidden} must be a multiple of 16")
        if self.network not in NETWORKS and not _CLASS.fullmatch(self.network):
            known = did_you_mean("network", self.network, NETWORKS)
            raise ConfigError(f"learning.network: {known}; a network of your own is named module:Class")


class Learner(Protocol):
    """Plays a policy in a batch of worlds and finds its gradients.

    Attributes:
        diagnostics: of the segment that `collect` played last, with what `gradients` has found of it so far.
    """

    diagnostics: Diagnostics

    def collect(self) -> np.ndarray:
        """Plays one segment; returns how many samples of each population acted, int64 [P]."""
        ...

    def gradients(self, acted: np.ndarray, epoch: int = 0) -> Losses:
        """Sets the gradients of the policy's parameters from the segment just played; returns its losses.

        Args:
            acted: what `collect` returned.
            epoch: 0 with the parameters the segment was played with; above, it is judged again with those of now.
        """
        ...

    def approx_kl(self) -> np.ndarray:
        """How far the policy, as it is now, is from the one that played the last segment.

        To be called between two segments; it changes nothing that is learned. Every sample of the segment's first tick
        is judged once more: all other ticks would tell the same at many times the price.

        Returns:
            `forge.ethyr.diagnostics.approximate_kl` of each population, float64 [P], in nats; NaN without samples.
        """
        ...

    def state(self) -> dict[str, torch.Tensor]:
        """What it carries from one segment to the next, besides the worlds and the policy: named tensors on the CPU."""
        ...

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a `state` of a learner of the same kind, whose worlds and policy this one has.

        Raises:
            ConfigError: naming what is missing, unknown or of another shape.
        """
        ...


def stream(seed: int) -> np.random.SeedSequence:
    """Where the draws of actions of a run come from."""
    return np.random.SeedSequence((seed, 0x414354))


def check_state(given: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor]) -> None:
    """Refuses the state of a learner unless it has the same tensors as this one's.

    Raises:
        ConfigError: naming what is missing, unknown or of another shape or type.
    """
    wrong = [
        name
        for name in sorted({*given, *wanted})
        if name not in given
        or name not in wanted
        or given[name].shape != wanted[name].shape
        or given[name].dtype != wanted[name].dtype
    ]
    if wrong:
        raise ConfigError(f"the saved state of the learner does not fit this one in {', '.join(wrong)}")


class Optimiser:
    """Adam with elementwise clipping, over one set of parameters. It steps in one thread, so that bits repeat.

    Worlds begin empty, so the first segments hold few agents, and their gradients mostly noise, which Adam scales up
    like any other. A large step then kills rectified units, and a population that lost most of its own never learns to
    leave the place where it is born. The step size therefore grows linearly over the first `learning.warmup` segments.

    Args:
        parameters: to step.
        learning: the numbers.
    """

    def __init__(self, parameters: Iterable[torch.Tensor], learning: Learning) -> None:
        self.parameters, self.clip = list(parameters), learning.clip
        self.adam = torch.optim.Adam(
            self.parameters, lr=learning.learning_rate, weight_decay=learning.weight_decay, fused=True
        )
        self._rate, self._warmup = learning.learning_rate, max(1, learning.warmup * learning.updates)
        self.adam.register_step_pre_hook(lambda *_: self._warm_up())

    def _warm_up(self) -> None:
        """Sets the size of the coming step; how many there have been is part of Adam's state, and so of checkpoints."""
        done = max((int(state["step"]) for state in self.adam.state.values()), default=0)
        for group in self.adam.param_groups:
            group["lr"] = self._rate * min(1.0, (done + 1) / self._warmup)

    @property
    def learning_rate(self) -> float:
        """The size of the last step."""
        return learning_rate_of(self.adam)

    def step(self) -> None:
        """Applies the gradients, then zeroes them."""
        with one_thread():
            torch.nn.utils.clip_grad_value_(self.parameters, self.clip)
            self.adam.step()
            self.adam.zero_grad(set_to_none=False)


def learning_rate_of(optimiser: torch.optim.Optimizer) -> float:
    """The step size of an optimiser's first group of parameters; NaN if it has none."""
    return float(optimiser.param_groups[0].get("lr", math.nan))


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Has torch compute in one thread, whatever it is set to: the last bits of its sums depend on how many it uses."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
