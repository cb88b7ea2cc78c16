"""The optimiser: its step size grows, and goes on where a checkpoint left it."""

import pytest
import torch

from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning


def steps(optimiser: Optimiser, count: int) -> list[float]:
    """How far a weight of a constant gradient of 1 moves in each step; Adam's steps are then its step size."""
    (weight,) = optimiser.parameters
    moved = []
    for _ in range(count):
        before = weight.item()
        weight.grad = torch.ones(())
        optimiser.step()
        moved.append(before - weight.item())
    return moved


def optimiser(**changes: object) -> Optimiser:
    learning = Learning(learning_rate=0.1, weight_decay=0.0, **changes)
    return Optimiser([torch.nn.Parameter(torch.zeros(()))], learning)


def test_steps_grow_to_their_full_size() -> None:
    assert steps(optimiser(warmup=4), 6) == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1], abs=1e-6)
    assert steps(optimiser(warmup=0), 2) == pytest.approx([0.1, 0.1], abs=1e-6)


def test_ppo_counts_segments_not_updates() -> None:
    found = steps(optimiser(warmup=2, algorithm="ppo", epochs=2), 5)
    assert found == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1], abs=1e-6)


def test_a_loaded_state_goes_on() -> None:
    whole, broken, other = (optimiser(warmup=5) for _ in range(3))
    steps(broken, 2)
    other.adam.load_state_dict(broken.adam.state_dict())
    assert steps(other, 4) == pytest.approx(steps(whole, 6)[2:], abs=1e-7)
