"""torch's recurrent cells in operations that `torch.vmap` knows how to batch; theirs it computes one by one."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class GRUCell(nn.GRUCell):
    """As torch.nn.GRUCell."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        h = input.new_zeros(*input.shape[:-1], self.hidden_size) if hx is None else hx
        given = linear(input, self.weight_ih, self.bias_ih).chunk(3, -1)
        kept = linear(h, self.weight_hh, self.bias_hh).chunk(3, -1)
        reset, update = (given[0] + kept[0]).sigmoid(), (given[1] + kept[1]).sigmoid()
        return torch.lerp((given[2] + reset * kept[2]).tanh(), h, update)


class LSTMCell(nn.LSTMCell):
    """As torch.nn.LSTMCell."""

    def forward(  # noqa: D102 - as above
        self,
        input: Tensor,
        hx: tuple[Tensor, Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        nothing = input.new_zeros(*input.shape[:-1], self.hidden_size)
        h, c = (nothing, nothing) if hx is None else hx
        gates = linear(input, self.weight_ih, self.bias_ih) + linear(h, self.weight_hh, self.bias_hh)
        let_in, forget, new, out = gates.chunk(4, -1)
        c = forget.sigmoid() * c + let_in.sigmoid() * new.tanh()
        return out.sigmoid() * c.tanh(), c


class RNNCell(nn.RNNCell):
    """As torch.nn.RNNCell."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        h = input.new_zeros(*input.shape[:-1], self.hidden_size) if hx is None else hx
        both = linear(input, self.weight_ih, self.bias_ih) + linear(h, self.weight_hh, self.bias_hh)
        return both.tanh() if self.nonlinearity == "tanh" else both.relu()


_OURS: dict[type[nn.Module], type[nn.Module]] = {cell.__base__: cell for cell in (GRUCell, LSTMCell, RNNCell)}  # type: ignore[misc]


def batched(module: nn.Module) -> nn.Module:
    """The module with these in place of torch's, with the same parameters."""
    for part in module.modules():
        part.__class__ = _OURS.get(type(part), type(part))
    return module
