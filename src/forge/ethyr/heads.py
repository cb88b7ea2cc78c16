"""Categorical choices: masked logits, sampling from an explicit stream, log-probabilities and entropies."""

from __future__ import annotations

import torch
from torch import Tensor

#: The logit of a choice that is not valid: its probability is 0 in float32.
NEVER = -1e9
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
    """Entropy of each row's distribution: [P, m] [nats]."""
    return -(log_probs.exp() * log_probs).sum(-1)
