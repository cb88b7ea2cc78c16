"""Losses over the samples of a segment, averaged within each population so that none weighs on another."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Losses(NamedTuple):
    """Means per population, float32 [P]; 0 for a population without samples."""

    policy: Tensor
    value: Tensor
    entropy: Tensor


def population_mean(x: Tensor, valid: Tensor) -> Tensor:
    """Mean of x over the valid rows of each population: [P, m] to [P]."""
    return torch.where(valid, x, 0.0).sum(-1) / valid.sum(-1).clamp_min(1)


def normalise(x: Tensor, valid: Tensor) -> Tensor:
    """X with mean 0 and deviation 1 over the valid rows of each population; invalid rows become 0."""
    mean = population_mean(x, valid).unsqueeze(-1)
    deviation = population_mean((x - mean) ** 2, valid).sqrt().unsqueeze(-1)
    return torch.where(valid, (x - mean) / (deviation + 1e-6), 0.0)


def proximal(
    log_prob: Tensor,
    old_log_prob: Tensor,
    value: Tensor,
    entropy: Tensor,
    advantage: Tensor,
    target: Tensor,
    valid: Tensor,
    clip: float,
) -> Losses:
    """The losses of proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347, equation 7).

    Args:
        old_log_prob: of the actions taken, by the policy that took them, [P, m].
        clip: ε, by which the ratio of probabilities may leave 1 before it stops counting.
        log_prob, value, entropy, advantage, target, valid: as for `policy_gradient`.
    """
    ratio, weight = (log_prob - old_log_prob).exp(), normalise(advantage, valid)
    kept = torch.minimum(ratio * weight, ratio.clamp(1 - clip, 1 + clip) * weight)
    return Losses(
        policy=-population_mean(kept, valid),
        value=population_mean((value - target) ** 2, valid) / 2,
        entropy=population_mean(entropy, valid),
    )


def clipped_share(log_prob: Tensor, old_log_prob: Tensor, valid: Tensor, clip: float) -> Tensor:
    """The share of the samples of each population whose ratio of probabilities has left 1 ± clip: [P]."""
    ratio = (log_prob - old_log_prob).exp()
    return population_mean(((ratio - 1).abs() > clip).to(ratio.dtype), valid)


def policy_gradient(
    log_prob: Tensor, value: Tensor, entropy: Tensor, advantage: Tensor, target: Tensor, valid: Tensor
) -> Losses:
    """The losses of the policy gradient with a learned baseline (Williams 1992; v1.0 of Neural MMO).

    Args:
        log_prob: of the actions taken, [P, m].
        value: predictions, [P, m].
        entropy: of the choices, [P, m].
        advantage: of the actions taken, normalised here, [P, m].
        target: of the values, [P, m].
        valid: bool [P, m], rows that hold a sample.
    """
    return Losses(
        policy=-population_mean(log_prob * normalise(advantage, valid), valid),
        value=population_mean((value - target) ** 2, valid) / 2,
        entropy=population_mean(entropy, valid),
    )
