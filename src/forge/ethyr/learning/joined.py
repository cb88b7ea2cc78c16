"""Adam over parameters that lie one behind another in memory, as if they were one.

Adam looks at each number alone, so that the bits are those of a step parameter by parameter. What it costs to begin
with a parameter is paid once for all of them, and a segment of proximal policy optimisation is followed by twelve
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

#: Numbers that the widest vectors of a processor hold. PyTorch computes what is left over behind the last whole vector
#: of a parameter in another way, whose last bits differ: only parameters without such a rest are joined.
_WHOLE = 16
_MOMENTS = ("exp_avg", "exp_avg_sq")
_MORE = ("amsgrad", "maximize", "capturable", "differentiable")


def lay_in_a_row(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Moves parameters on the CPU to where they lie one behind another, and gives them gradients of 0 that do, too."""
    given = list(parameters)
    joined = [parameter for parameter in given if parameter.numel() % _WHOLE == 0]
    grads = [parameter.grad for parameter in joined if parameter.grad is not None]
    # what lies so already stays: others may have noted where
    if not (joined and len(grads) == len(joined) and _lie_in_a_row(joined) and _lie_in_a_row(grads)):
        rows = _in_a_row([p.data for p in joined]), _in_a_row([torch.zeros_like(p) for p in joined])
        for parameter, data, grad in zip(joined, *rows, strict=True):
            parameter.data, parameter.grad = data, grad
    for parameter in given:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        parameter.grad.zero_()


def _in_a_row(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Copies of tensors of one type that lie one behind another."""
    if not tensors:
        return []
    row = torch.cat([tensor.detach().reshape(-1) for tensor in tensors])
    parts = row.split([tensor.numel() for tensor in tensors])
    return [part.view(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]


class _Numbers(NamedTuple):
    """What `torch._fused_adam_` steps."""

    values: list[Tensor]
    grads: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]


class Joined:
    """Steps Adam or AdamW, those of `lay_in_a_row` together.

    Args:
        adam: of one group of parameters, fused, with its numbers as plain values.
        begin: is called before every step that is made, and may set the step size; hooks of `adam` are not.
        end: is called after it with the weights, joined as they are.
    """

    def __init__(
        self,
        adam: torch.optim.Adam,
        begin: Callable[[], None] = lambda: None,
        end: Callable[[Sequence[Tensor]], None] = lambda _: None,
    ) -> None:
        self.adam, self._begin, self._end = adam, begin, end
        self._known: tuple[int, ...] = ()
        self._numbers: _Numbers | None = None

    @torch.no_grad()
    def step(self) -> bool:
        """Makes a step, as `torch.optim.Adam.step` does.

        Returns:
            Whether it was made: not before the first one, nor without a gradient of every parameter, nor where they do
            not lie in a row.
        """
        group, state = self.adam.param_groups[0], self.adam.state
        parameters = group["params"]
        # a checkpoint may bring groups that ask for more
        plain = len(self.adam.param_groups) == 1 and not any(group[name] for name in _MORE) and group["fused"]
        if not (plain and all(parameter.grad is not None and state.get(parameter) for parameter in parameters)):
            return False
        if self._known != (found := self._places(parameters)):
            self._numbers = self._join(parameters)
            self._known = self._places(parameters) if self._numbers else found
        if self._numbers is None:
            return False
        self._begin()
        torch._foreach_add_([state[parameter]["step"] for parameter in parameters], 1)
        beta1, beta2 = group["betas"]
        step = torch._fused_adamw_ if isinstance(self.adam, torch.optim.AdamW) else torch._fused_adam_
        values, grads, means, squares, steps = self._numbers
        step(
            values, grads, means, squares, [], steps, lr=group["lr"], beta1=beta1, beta2=beta2,
            weight_decay=group["weight_decay"], eps=group["eps"], amsgrad=False, maximize=False,
        )  # fmt: skip
        self._end(values)
        return True

    def _places(self, parameters: Sequence[Tensor]) -> tuple[int, ...]:
        """Where everything lies: if one of it moved, all is looked at again."""
        state = self.adam.state
        return tuple(
            tensor.data_ptr()
            for parameter in parameters
            for tensor in (parameter, parameter.grad, *state[parameter].values())
            if tensor is not None
        )

    def _join(self, parameters: Sequence[torch.nn.Parameter]) -> _Numbers | None:
        """Lays what Adam keeps in a row like the parameters; None if these do not, or are not all at one step."""
        state, joined = self.adam.state, [p for p in parameters if p.numel() % _WHOLE == 0]
        apart = [p for p in parameters if p.numel() % _WHOLE]
        grads = [grad for p in joined if (grad := p.grad) is not None]
        steps = {float(state[p]["step"]) for p in parameters}
        if not (joined and len(steps) == 1 and _lie_in_a_row(joined) and _lie_in_a_row(grads)):
            return None
        for name in _MOMENTS:
            for p, moment in zip(joined, _in_a_row([state[p][name] for p in joined]), strict=True):
                state[p][name] = moment
        first, total = joined[0], sum(p.numel() for p in joined)

        def all_of(one: Any, others: Sequence[Any]) -> list[Tensor]:
            return [one.detach().as_strided((total,), (1,)), *others]

        means, squares = (all_of(state[first][name], [state[p][name] for p in apart]) for name in _MOMENTS)
        return _Numbers(
            all_of(first, [p.detach() for p in apart]),
            all_of(grads[0], [p.grad for p in apart]),
            means,
            squares,
            [state[p]["step"] for p in (first, *apart)],
        )


def _lie_in_a_row(tensors: Sequence[Tensor]) -> bool:
    """Whether each begins where the one before ends, in the same storage, on the CPU."""
    storage, end = tensors[0].untyped_storage().data_ptr(), tensors[0].data_ptr()
    for tensor in tensors:
        same = tensor.untyped_storage().data_ptr() == storage and tensor.data_ptr() == end
        if not (same and tensor.is_contiguous() and tensor.device.type == "cpu" and tensor.dtype == torch.float32):
            return False
        end += tensor.numel() * tensor.element_size()
    return True
