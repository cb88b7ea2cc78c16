"""Losses on numbers small enough to do by hand."""

import torch

from forge.ethyr.learning.losses import normalise, policy_gradient, population_mean, proximal

VALID = torch.tensor([[True, True, False], [False, False, False]])


def test_means_are_over_the_valid_rows_of_each_population() -> None:
    x = torch.tensor([[1.0, 3.0, 100.0], [5.0, 5.0, 5.0]])
    # (1 + 3) / 2 = 2; a population without samples counts 0
    assert population_mean(x, VALID).tolist() == [2.0, 0.0]


def test_normalised_advantages() -> None:
    x = torch.tensor([[1.0, 3.0, 100.0], [7.0, 7.0, 7.0]])
    # mean 2, deviation 1: −1 and 1; the invalid rows become 0
    torch.testing.assert_close(
        normalise(x, VALID), torch.tensor([[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), atol=1e-5, rtol=0
    )


def test_policy_gradient_by_hand() -> None:
    log_prob = torch.tensor([[-1.0, -2.0, -9.0], [0.0, 0.0, 0.0]])
    value = torch.tensor([[0.5, 0.5, 9.0], [0.0, 0.0, 0.0]])
    target = torch.tensor([[1.5, 0.5, 0.0], [0.0, 0.0, 0.0]])
    losses = policy_gradient(log_prob, value, -log_prob, torch.tensor([[1.0, 3.0, 5.0]] * 2), target, VALID)
    # −mean(−1 · −1, −2 · 1) = −(1 − 2) / 2 = 0.5
    torch.testing.assert_close(losses.policy, torch.tensor([0.5, 0.0]), atol=1e-5, rtol=0)
    # mean(1², 0²) / 2 = 0.25
    torch.testing.assert_close(losses.value, torch.tensor([0.25, 0.0]))
    # mean(1, 2) = 1.5
    torch.testing.assert_close(losses.entropy, torch.tensor([1.5, 0.0]))


def test_proximal_by_hand() -> None:
    valid = torch.ones(1, 2, dtype=torch.bool)
    before, zero = torch.log(torch.tensor([[0.5, 0.5]])), torch.zeros(1, 2)
    log_prob = torch.log(torch.tensor([[0.75, 0.6]])).requires_grad_()
    # ratios 1.5 and 1.2; normalised advantages 1 and −1; ε 0.2
    losses = proximal(log_prob, before, zero, zero, torch.tensor([[2.0, 0.0]]), zero, valid, clip=0.2)
    # −mean(min(1.5, 1.2) · 1, min(−1.2, −1.2)) = 0
    torch.testing.assert_close(losses.policy, torch.tensor([0.0]), atol=1e-5, rtol=0)
    losses.policy.sum().backward()
    # the first has moved far enough; the second counts with its ratio: −(−1 · 1.2) / 2
    torch.testing.assert_close(log_prob.grad, torch.tensor([[0.0, 0.6]]), atol=1e-5, rtol=0)


def test_populations_do_not_weigh_on_one_another() -> None:
    generator = torch.Generator().manual_seed(0)
    x = [torch.randn(2, 6, generator=generator) for _ in range(5)]
    valid = torch.ones(2, 6, dtype=torch.bool)
    both = policy_gradient(*x, valid)
    alone = policy_gradient(*(part[:1] for part in x), valid[:1])
    for two, one in zip(both, alone, strict=True):
        torch.testing.assert_close(two[:1], one)
