"""How to learn: the numbers of the learner, and one update of a policy from a segment of experience."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from forge.blade.checks import ConfigError
from forge.blade.config import Section, number
from forge.ethyr import advantage
from forge.ethyr.collector import Collector, joint_log_prob
from forge.ethyr.heads import entropy
from forge.ethyr.losses import Losses, policy_gradient


@dataclass(frozen=True)
class Learning(Section):
    """The learner. Defaults are those of Neural MMO v1.0 unless the description says otherwise."""

    hidden: int = number(32, 16, 256, "width of the network's layers; a multiple of 16")
    ticks: int = number(
        16, 1, 4096, "ticks of a segment; one update follows each segment (v1.0: about 3,200 agent steps)"
    )
    discount: float = number(0.99, 0, 1, "discount of future rewards per tick")
    trace: float = number(0.95, 0, 1, "λ of the advantage estimate; 1 is the plain bootstrapped return, as in v1.0")
    learning_rate: float = number(1e-3, 0, 1, "step size of Adam")
    weight_decay: float = number(1e-5, 0, 1, "L2 penalty on the weights, added to their gradients")
    clip: float = number(5.0, 0, 1e9, "gradients are clipped elementwise to ± this")
    value_weight: float = number(0.25, 0, 1e6, "weight of the value loss")
    entropy_weight: float = number(0.01, 0, 1e6, "weight of the entropy bonus")
    reward_scale: float = number(
        0.01, 0, 1e6, "rewards are multiplied by this; 1 − discount keeps values within 0..1 (v1.0: 1)"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hidden % 16:
            raise ConfigError(f"learning.hidden = {self.hidden} must be a multiple of 16")


def gradients(collector: Collector, acted: np.ndarray, learning: Learning) -> Losses:
    """Adds the gradients of one segment to the policy's parameters.

    Args:
        collector: after `collect`.
        acted: what `collect` returned, int64 [P].
        learning: the numbers.
    """
    rollout, policy = collector.rollout, collector.policy
    advantage.estimate(rollout, learning.discount, learning.trace, learning.reward_scale)
    samples = rollout.learnable(acted)
    rows = int(acted.max())
    valid = torch.arange(rows) < torch.from_numpy(acted).unsqueeze(-1)
    choices = policy(samples, rollout.view(rollout.moves, rows))
    losses = policy_gradient(
        joint_log_prob(choices, rollout.view(rollout.actions, rows)),
        choices.value,
        entropy(choices.move) + entropy(choices.style),
        rollout.view(rollout.advantage, rows),
        rollout.view(rollout.target, rows),
        valid,
    )
    total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
    total.sum().backward()
    return Losses(*(loss.detach() for loss in losses))


class Optimiser:
    """Adam with elementwise clipping, over one set of parameters."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], learning: Learning) -> None:
        self.parameters, self.clip = list(parameters), learning.clip
        self.adam = torch.optim.Adam(
            self.parameters, lr=learning.learning_rate, weight_decay=learning.weight_decay, fused=True
        )

    def step(self) -> None:
        """Applies and forgets the gradients."""
        torch.nn.utils.clip_grad_value_(self.parameters, self.clip)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
