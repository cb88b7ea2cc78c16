"""Adam over parameters that lie in a row: the bits of a step parameter by parameter."""

from __future__ import annotations

import copy

import pytest
import torch

from forge.ethyr.learning.joined import Joined, lay_in_a_row
from forge.ethyr.learning.one_thread import one_thread
from forge.ethyr.learning.optimiser import OPTIMISERS

SIZES = (48, 5, 16, 24, 160)  # 5 and 24 are no multiples of sixteen


def drawn(kind: str) -> tuple[list[torch.nn.Parameter], torch.optim.Adam]:
    given = torch.Generator().manual_seed(3)
    parameters = [torch.nn.Parameter(torch.randn(size, generator=given)) for size in SIZES]
    return parameters, OPTIMISERS[kind](parameters, lr=2e-3, weight_decay=1e-2, fused=True)


def stepped(parameters: list[torch.nn.Parameter], adam: torch.optim.Adam, joined: Joined | None, n: int) -> list[bool]:
    """Makes n steps with the same gradients each time; says which were made together."""
    given, found = torch.Generator().manual_seed(4), []
    with one_thread():
        for _ in range(n):
            for parameter in parameters:
                drawing = torch.randn(parameter.shape, generator=given)
                if parameter.grad is None:
                    parameter.grad = drawing
                else:
                    parameter.grad.copy_(drawing)
            found.append(joined is not None and joined.step())
            if not found[-1]:
                adam.step()
    return found


@pytest.mark.parametrize("kind", ["adam", "adamw"])
def test_parameters_in_a_row_step_to_the_same_bits(kind: str) -> None:
    apart, one = drawn(kind)
    stepped(apart, one, None, 4)
    row, other = drawn(kind)
    lay_in_a_row(row)
    # the first step makes what Adam keeps
    assert stepped(row, other, Joined(other), 4) == [False, True, True, True]
    for a, b in zip(apart, row, strict=True):
        assert torch.equal(a, b)
        for name, value in one.state[a].items():
            assert torch.equal(value, other.state[b][name]), name


def test_parameters_keep_their_numbers_and_lie_one_behind_another() -> None:
    row, _ = drawn("adam")
    before = copy.deepcopy(row)
    lay_in_a_row(row)
    assert all(torch.equal(a, b) for a, b in zip(before, row, strict=True))
    # 48, 16 and 160 numbers of four bytes, in this order
    assert row[2].data_ptr() - row[0].data_ptr() == 4 * 48
    assert row[4].data_ptr() - row[2].data_ptr() == 4 * 16
    for parameter in row:
        assert parameter.grad is not None
        assert not parameter.grad.any()


def test_what_lies_in_a_row_stays() -> None:
    row, _ = drawn("adam")
    lay_in_a_row(row)
    places = [parameter.data_ptr() for parameter in row]
    for parameter in row:
        assert parameter.grad is not None
        parameter.grad += 1
    lay_in_a_row(row)
    assert [parameter.data_ptr() for parameter in row] == places
    assert not any(parameter.grad.any() for parameter in row if parameter.grad is not None)


def test_what_a_checkpoint_brings_is_laid_in_a_row_anew() -> None:
    row, adam = drawn("adam")
    lay_in_a_row(row)
    joined = Joined(adam)
    stepped(row, adam, joined, 2)
    saved = copy.deepcopy(adam.state_dict())
    weights = [parameter.detach().clone() for parameter in row]
    stepped(row, adam, joined, 2)
    wanted = [parameter.detach().clone() for parameter in row]
    adam.load_state_dict(saved)
    for parameter, weight in zip(row, weights, strict=True):
        parameter.data.copy_(weight)
    assert stepped(row, adam, joined, 2) == [True, True]
    assert all(torch.equal(a, b) for a, b in zip(wanted, row, strict=True))


def test_parameters_that_lie_anywhere_step_one_by_one() -> None:
    apart, adam = drawn("adam")
    assert stepped(apart, adam, Joined(adam), 2) == [False, False]


def test_a_group_that_asks_for_more_steps_as_torch_steps_it() -> None:
    row, adam = drawn("adam")
    lay_in_a_row(row)
    joined = Joined(adam)
    stepped(row, adam, joined, 2)
    adam.param_groups[0]["maximize"] = True
    assert stepped(row, adam, joined, 1) == [False]
