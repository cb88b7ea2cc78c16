"""Categorical choices: masked logits, sampling from an explicit stream, log-probabilities and entropies."""

from __future__ import annotations

import torch
from torch import Tensor

from forge.ethyr.kernels.layout import NEVER
from forge.ethyr.networks.network import Choices

_BELOW_ONE = 1 - 2.0**-20


def mask_by_bits(logits: Tensor, bits: Tensor) -> Tensor:
    """Rules out the choices whose bit is not set: logits [P, m, choices], bits uint8 [P, m]."""
    places = torch.arange(logits.shape[-1], device=logits.device, dtype=torch.uint8)
    valid = (bits.unsqueeze(-1) >> places) & 1
    return torch.where(valid.bool(), logits, NEVER)


def sample(log_probs: Tensor, generator: torch.Generator) -> Tensor:
    """One choice a row, int64 [P, m], by the inverse of the distribution function; choices of probability 0 never."""
    cumulative = log_probs.exp().cumsum(-1)
    u = torch.rand(log_probs.shape[:-1], generator=generator, device=log_probs.device)
    # scaled by the actual sum, which rounding keeps from being 1, and kept below it: a last choice may be invalid
    threshold = u.unsqueeze(-1) * (cumulative[..., -1:] * _BELOW_ONE)
    return (cumulative <= threshold).sum(-1)


def chosen(log_probs: Tensor, choice: Tensor) -> Tensor:
    """Log-probability of each row's choice: [P, m]."""
    return log_probs.gather(-1, choice.unsqueeze(-1)).squeeze(-1)


def entropy(log_probs: Tensor) -> Tensor:
    """Entropy of each row's distribution: [P, m], in nats."""
    return -(log_probs.exp() * log_probs).sum(-1)


def draw(choices: Choices, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draws actions, on the CPU.

    Returns:
        uint8 [P, m, 3], move, style and target (0, nobody, unless targets are learned), and their joint
        log-probability float32 [P, m].
    """
    odds = [choices.move.cpu(), choices.style.cpu()]
    drawn = [sample(part, generator) for part in odds]
    if choices.target is None:
        log_prob = sum_of(odds, drawn)
        return torch.stack([*drawn, torch.zeros_like(drawn[0])], -1).to(torch.uint8), log_prob
    odds.append(choices.target(drawn[1].to(choices.style.device)).cpu())
    drawn.append(sample(odds[2], generator))
    return torch.stack(drawn, -1).to(torch.uint8), sum_of(odds, drawn)


def joint(choices: Choices, actions: Tensor) -> tuple[Tensor, Tensor]:
    """How likely actions are, and how open the choice of them was.

    Args:
        choices: of the samples.
        actions: uint8 [P, m, 3], move, style and target.

    Returns:
        The joint log-probability of each row's actions and the sum of the entropies of its choices, that of targets
        given the style it chose: float32 [P, m] both.
    """
    odds, taken = [choices.move, choices.style], list(actions.long().unbind(-1))
    if choices.target is not None:
        odds.append(choices.target(taken[1]))
    return sum_of(odds, taken), torch.stack([entropy(part) for part in odds]).sum(0)


def sum_of(odds: list[Tensor], taken: list[Tensor]) -> Tensor:
    """The sum of the log-probabilities of what was chosen."""
    return torch.stack([chosen(part, choice) for part, choice in zip(odds, taken, strict=False)]).sum(0)
