"""The gradient of an update: its norms by population, and its clipping to a norm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from forge.ethyr.learning.one_thread import one_thread

#: What keeps a gradient of 0 from being divided by its norm, as in `torch.nn.utils.clip_grad_norm_`.
_SMALL = 1e-6


class GradientNorms(NamedTuple):
    """Euclidean norms of a gradient."""

    total: float  # of all parameters together
    by_population: np.ndarray  # float64 [P]: of those that each population has for itself; NaN if it has no gradient
    shared: float = 0.0  # of those that populations share

    def exceed(self, most: float) -> bool:
        """Whether a population's, or that of what they share, is above a norm, or no number."""
        return not ((self.by_population + _SMALL <= most).all() and self.shared + _SMALL <= most)


class Parts(NamedTuple):
    """Gradients of a network's parameters."""

    apart: list[Tensor]  # float32 [P, ...]: of those that lie apart by population
    shared: list[Tensor]  # of the others

    @classmethod
    def of(cls, parameters: Iterable[Tensor], populations: int | None) -> Parts:
        """Those of the parameters that have one.

        Args:
            parameters: of a network; those whose leading axis is the population have a part for each.
            populations: P; None if none of them is apart.
        """
        found = [parameter.grad for parameter in parameters if parameter.grad is not None]
        apart = [grad for grad in found if grad.shape[:1] == (populations,)]
        return cls(apart, [grad for grad in found if grad.shape[:1] != (populations,)])


def norms_of(apart: Sequence[Tensor], shared: Sequence[Tensor], populations: int) -> GradientNorms:
    """The norms of a gradient, with one look at each number.

    Args:
        apart, shared: as in `Parts`, on one device.
        populations: P.
    """
    with one_thread(), torch.no_grad():
        own = [torch.linalg.vector_norm(part.reshape(populations, -1), dim=1) for part in apart]
        rest = [torch.linalg.vector_norm(part).reshape(1) for part in shared]
        squares = torch.cat([*own, *rest]).double().cpu().numpy() ** 2 if own or rest else np.zeros(0)
    by_population = squares[: populations * len(own)].reshape(len(own), populations).sum(0)
    of_shared = squares[populations * len(own) :].sum()
    return GradientNorms(math.sqrt(squares.sum()), np.sqrt(by_population), math.sqrt(of_shared))


def clip_norms(
    apart: Sequence[Tensor],
    shared: Sequence[Tensor],
    populations: int,
    most: float,
    norms: GradientNorms | None = None,
) -> None:
    """Scales the gradient of each population down to a norm, in place, and so that of what populations share.

    Populations have policies of their own, so none is slowed down by another's gradient (Pascanu et al. 2013, arXiv
    1211.5063, algorithm 1, for each of them).

    Args:
        apart, shared: as in `Parts`, on one device.
        populations: P.
        most: the norm that none may exceed.
        norms: `norms_of` these, if they are known.
    """
    norms = norms or norms_of(apart, shared, populations)
    if not norms.exceed(most):
        return
    with np.errstate(invalid="ignore"), torch.no_grad():
        kept = np.minimum(1.0, most / (norms.by_population + _SMALL)).astype(np.float32)
        for part in apart:
            part.mul_(torch.from_numpy(kept).to(part.device).reshape(-1, *[1] * (part.dim() - 1)))
        for part in shared:
            part.mul_(min(1.0, most / (norms.shared + _SMALL)))
