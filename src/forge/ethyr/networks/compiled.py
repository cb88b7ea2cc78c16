"""The encoder's layers on the CPU: the kernels of `forge.ethyr.kernels` as functions that torch can differentiate.

They compute what `forge.ethyr.networks.dense` says. They use as many threads as torch does, and neither results nor
gradients depend on how many.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from forge.blade.threads.cores import cores
from forge.blade.threads.pool import run
from forge.ethyr.kernels import compose, entities, tiles
from forge.ethyr.kernels.rows import WIDE
from forge.ethyr.networks.samples import Samples

_NONE = np.zeros((0, 0, 0), np.uint8)  # in place of winners: the layer over the observer alone


def in_lanes(every: Callable[..., None], *args: Any) -> None:
    """Runs all lanes of a kernel, on as many threads as torch uses, or fewer if there is little to do."""
    run(every, threads_of_torch(), *args)


def threads_of_torch() -> int:
    """Threads to compute with beside PyTorch: as many as it uses, but no more than there are cores for this process."""
    return min(torch.get_num_threads(), cores())


def stripes(weight: Tensor) -> Tensor:
    """[P, K, ..., H] as [P, S, K, ..., L]: hidden units in stripes of 32, or of 16 where 32 does not divide them.

    The same memory if there is one stripe.
    """
    return weight.unflatten(-1, (-1, _width(weight.shape[-1]))).movedim(-2, 1).contiguous()


def _width(hidden: int) -> int:
    return WIDE if hidden % WIDE == 0 else WIDE // 2


class Compose(torch.autograd.Function):
    """The table of the tile layer from its parameters, `stripes` of `dense.compose`; arguments as there."""

    @staticmethod
    def forward(ctx: Any, embedding: Tensor, tile: Tensor, bias: Tensor) -> Tensor:
        """See the class."""
        P, cells, _, hidden = tile.shape
        width = _width(hidden)
        table = tile.new_empty(P, hidden // width, cells, embedding.shape[1], width)
        given = (_numpy(embedding.contiguous()), _numpy(tile.contiguous()), _numpy(bias.contiguous()))
        in_lanes(compose.compose_all, _numpy(table), *given, math.isqrt(cells))
        ctx.save_for_backward(embedding, tile)
        return table

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, ...]:
        """Gradients of embedding, tile and bias."""
        embedding, tile = ctx.saved_tensors
        rows = math.isqrt(tile.shape[1])
        parts = tile.new_empty(len(tile), rows, *embedding.shape[1:])
        results = torch.empty_like(tile), tile.new_empty(len(tile), tile.shape[-1])
        given = (_numpy(x.contiguous()) for x in (grads[0], embedding, tile))
        written = map(_numpy, (parts, *results))
        in_lanes(compose.compose_gradient_all, *written, *given, rows)
        return parts.sum(1), *results


def _joined(striped: Tensor) -> Tensor:
    """The reverse of `stripes`."""
    return striped.movedim(1, -2).flatten(-2)


def _numpy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().numpy()


class TileSum(torch.autograd.Function):
    """`dense.tile_sum`. Arguments: table, count_weight, and the NumPy arrays windows, start, count."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, count_weight: Tensor, *samples: np.ndarray) -> Tensor:
        """See the class."""
        table, count_weight = stripes(table.detach()), stripes(count_weight.detach())
        out = table.new_empty(len(table), int(samples[-1].max()), table.shape[1] * table.shape[-1])
        _tile_sum(out, 0, table, count_weight, samples)
        ctx.samples, ctx.shapes = samples, (table.shape, count_weight.shape)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of table and count_weight."""
        table, counts = (grads[0].new_empty(shape) for shape in ctx.shapes)
        _tile_gradient(table, counts, grads[0].contiguous(), 0, ctx.samples)
        return _joined(table), _joined(counts), None, None, None


class EntityMax(torch.autograd.Function):
    """`dense.entity_max`. Arguments: weight, bias, and the arrays entities, first, start, count, centre, scale."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, bias: Tensor, *given: np.ndarray) -> Tensor:
        """See the class."""
        samples, norm = given[:4], entities.normaliser(*given[4:])
        weights = torch.cat([weight, bias.unsqueeze(1)], 1).detach()
        out = weights.new_empty(len(weights), int(samples[-1].max()), weights.shape[-1])
        best = np.empty(out.shape, np.uint8)
        _entity_layer(out, 0, best, weights, samples, norm)
        ctx.best, ctx.samples, ctx.norm, ctx.rows = best, samples, norm, weights.shape[1]
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of weight and bias."""
        grad, rows = grads[0].contiguous(), ctx.rows
        weights = _entity_gradient(grad, 0, grad.shape[-1], rows, ctx.best, ctx.samples, ctx.norm)
        return weights[:, :-1], weights[:, -1], *([None] * 6)


class Encode(torch.autograd.Function):
    """The encoder's three layers side by side: float32 [P, m, 3 H], tiles, observer, maximum over agents.

    Args:
        table, counts: as `stripes` returns them.
        own, other: float32 [P, F + 1, H], weights of the linear layers with the bias as last row.
        samples: of NumPy arrays.
        norm: float32 [2, columns], from `entities.normaliser`.
    """

    @staticmethod
    def forward(
        ctx: Any, table: Tensor, counts: Tensor, own: Tensor, other: Tensor, samples: Samples, norm: np.ndarray
    ) -> Tensor:
        """See the class."""
        hidden = own.shape[-1]
        out = own.new_empty(len(own), samples.rows, 3 * hidden)
        best = np.empty((*out.shape[:2], hidden), np.uint8)
        _tile_sum(out, 0, table, counts, _of_tiles(samples))
        _entity_layer(out, hidden, _NONE, own, _of_entities(samples), norm)
        _entity_layer(out, 2 * hidden, best, other, _of_entities(samples), norm)
        ctx.best, ctx.samples, ctx.norm = best, samples, norm
        ctx.shapes, ctx.rows = (table.shape, counts.shape), own.shape[1]
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients of table, counts, own and other."""
        grad, hidden = grads[0].contiguous(), grads[0].shape[-1] // 3
        table, counts = (grad.new_empty(shape) for shape in ctx.shapes)
        _tile_gradient(table, counts, grad, 0, _of_tiles(ctx.samples))
        entity = _of_entities(ctx.samples)
        own = _entity_gradient(grad, hidden, hidden, ctx.rows, _NONE, entity, ctx.norm)
        other = _entity_gradient(grad, 2 * hidden, hidden, ctx.rows, ctx.best, entity, ctx.norm)
        return table, counts, own, other, None, None


def _of_tiles(samples: Samples) -> tuple[np.ndarray, ...]:
    return samples.windows, samples.start, samples.count


def _of_entities(samples: Samples) -> tuple[np.ndarray, ...]:
    return samples.entities, samples.first, samples.start, samples.count


def _tile_sum(out: Tensor, column: int, table: Tensor, counts: Tensor, samples: tuple[np.ndarray, ...]) -> None:
    weights = _numpy(table), _numpy(counts)
    in_lanes(tiles.tile_sum_all, _numpy(out), column, *weights, *samples)


def _tile_gradient(table: Tensor, counts: Tensor, grad: Tensor, column: int, samples: tuple[np.ndarray, ...]) -> None:
    weights = _numpy(table), _numpy(counts)
    in_lanes(tiles.tile_gradient_all, *weights, _numpy(grad), column, *samples)


def _entity_layer(
    out: Tensor, column: int, best: np.ndarray, weights: Tensor, samples: tuple[np.ndarray, ...], norm: np.ndarray
) -> None:
    in_lanes(entities.entity_all, _numpy(out), column, best, _numpy(weights), *samples, norm)


def _entity_gradient(
    grad: Tensor,
    column: int,
    hidden: int,
    rows: int,
    best: np.ndarray,
    samples: tuple[np.ndarray, ...],
    norm: np.ndarray,
) -> Tensor:
    parts = grad.new_empty(len(grad), entities.CHUNKS, rows, hidden)
    weights = grad.new_empty(len(grad), rows, hidden)
    in_lanes(entities.entity_gradient_all, _numpy(parts), _numpy(grad), column, best, *samples, norm)
    entities.sum_chunks(_numpy(parts), _numpy(weights))
    return weights
