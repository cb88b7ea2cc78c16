"""Divergence: numbers that are not finite, found before they are learned from or saved.

Norms and sums are not finite if one of their terms is not, and cost one look at each number; which it was is asked
afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from forge.ethyr.learning.gradients import GradientNorms, Parts, norms_of
from forge.ethyr.learning.losses import Losses
from forge.ethyr.learning.one_thread import one_thread
from forge.support.checks import ConfigError


class Diverged(FloatingPointError):
    """A loss, a gradient or a parameter is NaN or infinite: nothing more can be learned from it.

    Attributes:
        what: is not finite, such as "the gradient of trunk.weight in population 3 is nan".
        update: the number of the update that it was found in, from 1 on; None where it was not in one.
    """

    def __init__(self, what: str, update: int | None = None) -> None:
        super().__init__(what)
        self.what, self.update = what, update

    def __str__(self) -> str:
        place = "" if self.update is None else f" in update {self.update:,}"
        return f"training diverged{place}: {self.what}"


class Numbers(NamedTuple):
    """Numbers that must be finite."""

    name: str
    values: np.ndarray
    apart: bool  # whether the leading axis is the population


def check_update(network: nn.Module, losses: Losses, populations: int, update: int) -> GradientNorms:
    """Looks at what an update is about to learn from: the losses, and the gradient of each parameter.

    Returns:
        The norms of the gradient.

    Raises:
        Diverged: if something is not finite.
    """
    norms = norms_of(*Parts.of(network.parameters(), populations), populations)
    if not math.isfinite(norms.total + float(torch.stack([*losses]).sum())):
        named = [(name, parameter.grad) for name, parameter in network.named_parameters()]
        raise_first(
            [
                *_parameters(network, populations),
                *(_numbers(f"the gradient of {name}", grad, populations) for name, grad in named if grad is not None),
                *loss_numbers(np.stack([loss.numpy() for loss in losses])),
            ],
            update,
        )
    return norms


def check_parameters(network: nn.Module, populations: int, update: int | None = None) -> None:
    """Looks at the parameters of a network.

    Raises:
        Diverged: if one is not finite.
    """
    with one_thread(), torch.no_grad():
        total = float(torch.stack([parameter.sum() for parameter in network.parameters()]).sum())
    if not math.isfinite(total):
        raise_first(_parameters(network, populations), update)


def check_loaded(network: nn.Module, weights: Mapping[str, torch.Tensor], populations: int, folder: Path) -> None:
    """Looks at the parameters among what was read from a checkpoint: release 2.0 saved what had diverged.

    Raises:
        ConfigError: if one is not finite.
    """
    named = [(name, weights[name]) for name, _ in network.named_parameters() if name in weights]
    try:
        raise_first([_numbers(f"the parameter {name}", tensor, populations) for name, tensor in named], None)
    except Diverged as error:
        raise ConfigError(f"checkpoint {folder} cannot be gone on with: {error.what}") from error


def loss_numbers(losses: np.ndarray) -> list[Numbers]:
    """The losses of an update, float32 [3, P], by their names."""
    names = ("the policy loss", "the value loss", "the entropy")
    return [Numbers(name, loss, True) for name, loss in zip(names, losses, strict=True)]


def raise_first(numbers: Iterable[Numbers], update: int | None) -> None:
    """Names the first number that is not finite, if one is: sums of very large numbers are not either.

    Raises:
        Diverged: if one is.
    """
    for name, values, apart in numbers:
        wrong = np.argwhere(~np.isfinite(values))
        if len(wrong):
            place = f" in population {wrong[0][0]}" if apart else ""
            raise Diverged(f"{name}{place} is {values[tuple(wrong[0])]}", update)


def _parameters(network: nn.Module, populations: int) -> list[Numbers]:
    return [_numbers(f"the parameter {name}", one, populations) for name, one in network.named_parameters()]


def _numbers(name: str, tensor: torch.Tensor, populations: int) -> Numbers:
    return Numbers(name, tensor.detach().cpu().numpy(), tensor.shape[:1] == (populations,))
