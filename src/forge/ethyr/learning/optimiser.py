"""The optimiser of every learner: Adam or AdamW, with a step size that follows the run, and clipping."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import torch

from forge.ethyr.learning.gradients import GradientNorms, Parts, clip_norms
from forge.ethyr.learning.joined import Joined
from forge.ethyr.learning.one_thread import one_thread as one_thread
from forge.ethyr.learning.settings import Learning
from forge.ethyr.learning.step_size import step_size
from forge.support.checks import ConfigError

#: A norm is rounded, so that it can be a little less than the largest of its numbers.
_ROUNDED = 0.999

#: What `Learning.optimiser` names.
OPTIMISERS: dict[str, type[torch.optim.Adam]] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


class Optimiser:
    """Adam or AdamW over one set of parameters. It steps in one thread, so that bits repeat.

    How many steps there have been is part of Adam's state, and so of checkpoints; `step_size` says how large the next
    one is. Gradients are clipped first: those of each population to the norm `learning.clip_norm`, then every element
    to ± `learning.clip`. After it, weights as near to 0 as `learning.negligible` are set to 0.

    Args:
        parameters: to step.
        learning: the numbers.
        populations: how many, if a gradient is clipped to a norm; parameters whose leading axis is as long have a part
            for each. None means as many as the leading axis of all of them is long.
        agent_steps: says how many there have been since the run began, if the step size decays.

    Raises:
        ConfigError: if one of the last two is missing and needed.
    """

    def __init__(
        self,
        parameters: Iterable[torch.Tensor],
        learning: Learning,
        populations: int | None = None,
        agent_steps: Callable[[], int] | None = None,
    ) -> None:
        self.parameters = list(parameters)
        populations = populations or _populations_of(self.parameters)
        if learning.clip_norm and populations is None:
            raise ConfigError("learning.clip_norm is by population: the optimiser must be told how many there are")
        if learning.decay != "none" and agent_steps is None:
            raise ConfigError(f"learning.decay = {learning.decay!r}: the optimiser must be told the agent steps so far")
        self.learning, self._populations = learning, populations
        kind = OPTIMISERS[learning.optimiser]
        self.adam = kind(self.parameters, lr=learning.learning_rate, weight_decay=learning.weight_decay, fused=True)
        self._agent_steps = agent_steps or (lambda: 0)
        # whoever steps the torch optimiser by itself has the step size set, and the weights tidied, too
        self.adam.register_step_pre_hook(lambda *_: self._set_step_size())
        self.adam.register_step_post_hook(lambda *_: self._tidy(p for p in self.parameters if p.grad is not None))
        self._joined = Joined(self.adam, self._set_step_size, self._tidy)

    def adapt(self, learning: Learning) -> None:
        """Goes on with other numbers, those of `forge.ethyr.learning.settings.CHANGEABLE`."""
        self.learning = learning
        for group in self.adam.param_groups:
            group["weight_decay"] = learning.weight_decay

    def _set_step_size(self) -> None:
        """Sets the size of the coming step."""
        done = max((int(state["step"]) for state in self.adam.state.values()), default=0)
        for group in self.adam.param_groups:
            group["lr"] = step_size(self.learning, done, self._agent_steps())

    @torch.no_grad()
    def _tidy(self, weights: Iterable[torch.Tensor]) -> None:
        """Sets weights that say nothing any more to 0, in place; NaN stays, so that it shows."""
        if self.learning.negligible:
            for weight in weights:
                torch.ops.aten.hardshrink.out(weight, self.learning.negligible, out=weight)

    @property
    def learning_rate(self) -> float:
        """The size of the last step."""
        return learning_rate_of(self.adam)

    def step(self, norms: GradientNorms | None = None) -> None:
        """Applies the gradients; whoever computes the next ones writes over them.

        Args:
            norms: of the gradients, if they are known: they are not computed again, and where none can be clipped, none
                is looked at.
        """
        with one_thread():
            most = self.learning.clip_norm
            if most and self._populations is not None and (norms is None or norms.exceed(most)):
                parts = Parts.of(self.parameters, self._populations)
                clip_norms(*parts, self._populations, most, norms)
            if norms is None or norms.total > _ROUNDED * self.learning.clip:
                torch.nn.utils.clip_grad_value_(self.parameters, self.learning.clip)
            if not self._joined.step():
                self.adam.step()


def _populations_of(parameters: Sequence[torch.Tensor]) -> int | None:
    """How many populations there are if every parameter has a part for each; None if they do not agree."""
    lengths = {len(parameter) if parameter.ndim else 0 for parameter in parameters}
    return next(iter(lengths)) or None if len(lengths) == 1 else None


def learning_rate_of(optimiser: torch.optim.Optimizer) -> float:
    """The step size of an optimiser's first group of parameters; NaN if it has none."""
    return float(optimiser.param_groups[0].get("lr", math.nan))
