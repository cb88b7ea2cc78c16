"""The compiled learner's copies of weights and gradients, and how it deals work to threads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from forge.blade import Chaos
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.fused.learner import dealt
from forge.ethyr.fused.weights import (
    Exchange,
    Weights,
    allocate_gradients,
    allocate_grads,
    allocate_weights,
    read_weights,
    write_gradients,
)
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.policy import Policy

CONFIG = Chaos(**{"spawn.cap": 4, "spawn.populations": 2, "sight.radius": 3})
LAYOUT = layout_of(CONFIG)


def policy_of(network: str) -> Policy:
    made = make_policy(CONFIG, Learning(network=network, hidden=16), torch.Generator().manual_seed(1))
    assert isinstance(made, Policy)
    allocate_grads(made)
    return made


def arrays(weights: Weights) -> Iterator[np.ndarray]:
    yield from (part for part in weights[1:] if isinstance(part, np.ndarray))
    yield from weights.unit


@pytest.mark.parametrize("network", ["layered", "remembering"])
def test_weights_are_read_where_they_lie_now(network: str) -> None:
    policy = policy_of(network)
    read, wanted = allocate_weights(policy, CONFIG), allocate_weights(policy, CONFIG)
    for part in (*arrays(read), *arrays(wanted)):
        part[...] = 0
    exchange = Exchange(read, allocate_gradients(read, 1), policy, LAYOUT)
    for parameter in policy.parameters():
        with torch.no_grad():
            parameter += 1  # in its place
    policy.trunk.weight.data = policy.trunk.weight.data.clone() + 1  # elsewhere
    exchange.read()
    read_weights(wanted, policy, LAYOUT)
    assert all(np.array_equal(one, other) for one, other in zip(arrays(read), arrays(wanted), strict=True))
    np.testing.assert_array_equal(read.trunk, policy.trunk.weight.detach().numpy())
    np.testing.assert_array_equal(read.trunk_back, read.trunk.swapaxes(1, 2))


@pytest.mark.parametrize("network", ["layered", "remembering"])
def test_gradients_are_sums_over_groups_written_where_they_lie_now(network: str) -> None:
    policy = policy_of(network)
    weights = allocate_weights(policy, CONFIG)
    gradients = allocate_gradients(weights, 2)
    exchange = Exchange(weights, gradients, policy, LAYOUT)
    drawn = np.random.default_rng(2)
    for part in (*gradients[:-1], *gradients.unit):
        part[...] = drawn.normal(size=part.shape)
    policy.trunk.bias.grad = torch.zeros_like(policy.trunk.bias)  # elsewhere
    exchange.write()
    found = {
        name: parameter.grad.clone() for name, parameter in policy.named_parameters() if parameter.grad is not None
    }
    np.testing.assert_array_equal(found["trunk.weight"], gradients.trunk[0] + gradients.trunk[1])
    np.testing.assert_array_equal(found["trunk.bias"][:, 0], gradients.trunk_bias[0] + gradients.trunk_bias[1])
    write_gradients(gradients, policy, LAYOUT)
    for name, parameter in policy.named_parameters():
        assert parameter.grad is not None
        assert torch.equal(parameter.grad, found[name]), name


def test_the_largest_populations_are_dealt_first() -> None:
    # 5 to the first thread, 4 and 4 to the second, which has least to do then, and 3 to the first: 8 for each
    first, second = dealt(np.array([[5, 3], [4, 4]]), 2)
    assert [which.tolist() for which in first] == [[0, 1], []]
    assert [which.tolist() for which in second] == [[], [0, 1]]


def test_one_thread_has_everything() -> None:
    (only,) = dealt(np.array([[1, 2], [0, 7]]), 1)
    assert [sorted(which.tolist()) for which in only] == [[0, 1], [0, 1]]
