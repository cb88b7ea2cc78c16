"""The optimiser of every learner: Adam with a warm-up and elementwise clipping."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator

import torch

from forge.ethyr.learning.settings import Learning


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
