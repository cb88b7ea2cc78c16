"""The default network's weights as the kernels read them, and its gradients as PyTorch holds them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from forge.blade.jit import jit
from forge.ethyr.compiled import stripes
from forge.ethyr.fused.segment import MOVE, OUTPUTS, STYLE, VALUE
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.linear import ROWS
from forge.ethyr.kernels.rows import MATERIALS
from forge.ethyr.layers import PopulationLinear
from forge.ethyr.policy import Policy
from forge.ethyr.rollout import aligned


class Weights(NamedTuple):
    """Letters as in `forge.ethyr.kernels.tiles`; `..._back` are transposed, for gradients."""

    table: np.ndarray  # float32 [P, S, K, 8, L]
    counts: np.ndarray  # float32 [P, S, K, L]
    own: np.ndarray  # float32 [P, 12, H], the bias last
    other: np.ndarray  # float32 [P, 12, H], the bias last
    trunk: np.ndarray  # float32 [P, 3 H, H]
    trunk_bias: np.ndarray  # float32 [P, H]
    trunk_back: np.ndarray  # float32 [P, H, 3 H]
    heads: np.ndarray  # float32 [P, H, 16]
    heads_bias: np.ndarray  # float32 [P, 16]
    heads_back: np.ndarray  # float32 [P, 16, H]
    norm: np.ndarray  # float32 [2, 16]
    zeros: np.ndarray  # float32 [3 H]
    nobody: np.ndarray  # uint8 [0, 0, 0]


class Gradients(NamedTuple):
    """Sums over samples; those with a leading axis G are kept apart by group of worlds and summed in order."""

    table: np.ndarray  # float32 [P, S, K, 8, L]
    counts: np.ndarray  # float32 [P, S, K, L]
    own: np.ndarray  # float32 [G, P, 12, H]
    other: np.ndarray  # float32 [G, P, 12, H]
    trunk: np.ndarray  # float32 [G, P, 3 H, H]
    trunk_bias: np.ndarray  # float32 [G, P, H]
    heads: np.ndarray  # float32 [G, P, H, 16]
    heads_bias: np.ndarray  # float32 [G, P, 16]


def allocate_weights(policy: Policy) -> Weights:
    """Room for the weights of a policy; `read_weights` fills it."""
    encoder = policy.encoder
    P, K, _, H = encoder.tile.shape
    S, L = stripes(encoder.counts.detach()).shape[1::2]
    return Weights(
        table=aligned((P, S, K, MATERIALS, L), np.float32),
        counts=aligned((P, S, K, L), np.float32),
        own=aligned((P, ROWS, H), np.float32),
        other=aligned((P, ROWS, H), np.float32),
        trunk=aligned((P, 3 * H, H), np.float32),
        trunk_bias=aligned((P, H), np.float32),
        trunk_back=aligned((P, H, 3 * H), np.float32),
        heads=zeros(P, H, OUTPUTS),
        heads_bias=zeros(P, OUTPUTS),
        heads_back=zeros(P, OUTPUTS, H),
        norm=normaliser(encoder.centre.numpy(), encoder.scale.numpy()),
        zeros=zeros(3 * H),
        nobody=np.zeros((0, 0, 0), np.uint8),
    )


def allocate_gradients(weights: Weights, groups: int) -> Gradients:
    """Room for the gradients of that many groups of worlds."""
    apart = [zeros(groups, *getattr(weights, name).shape) for name in Gradients._fields[2:]]
    return Gradients(aligned(weights.table.shape, np.float32), aligned(weights.counts.shape, np.float32), *apart)


def zeros(*shape: int) -> np.ndarray:
    """An array of zeros that begins on a cache line."""
    array = aligned(shape, np.float32)
    array[...] = 0
    return array


def heads_of(policy: Policy) -> tuple[tuple[slice, PopulationLinear], ...]:
    """The policy's heads and the columns of a row of outputs that they fill."""
    styles = policy.style.weight.shape[-1]
    return (
        (slice(MOVE, STYLE), policy.move),
        (slice(STYLE, STYLE + styles), policy.style),
        (slice(VALUE, VALUE + 1), policy.value),
    )


@torch.no_grad()
def read_weights(weights: Weights, policy: Policy) -> None:
    """Copies a policy's weights into the form the kernels read."""
    encoder = policy.encoder
    compose(weights.table, encoder.embedding.numpy(), encoder.tile.numpy(), encoder.tile_bias.numpy())
    weights.counts[...] = stripes(encoder.counts).numpy()
    for name in ("own", "other"):
        getattr(weights, name)[:, :-1] = getattr(encoder, name).numpy()
        getattr(weights, name)[:, -1] = getattr(encoder, f"{name}_bias").numpy()
    weights.trunk[...] = policy.trunk.weight.numpy()
    weights.trunk_bias[...] = policy.trunk.bias[:, 0].numpy()
    for columns, head in heads_of(policy):
        weights.heads[..., columns] = head.weight.numpy()
        weights.heads_bias[..., columns] = head.bias[:, 0].numpy()
    weights.trunk_back[...] = weights.trunk.swapaxes(1, 2)
    weights.heads_back[...] = weights.heads.swapaxes(1, 2)


@torch.no_grad()
def write_gradients(gradients: Gradients, policy: Policy) -> None:
    """Sets the `grad` of a policy's parameters."""
    encoder = policy.encoder
    for parameter in policy.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    embedding, tile, tile_bias = (_grad(p) for p in (encoder.embedding, encoder.tile, encoder.tile_bias))
    decompose(gradients.table, encoder.embedding.numpy(), encoder.tile.numpy(), embedding, tile, tile_bias)
    _grad(encoder.counts)[...] = np.moveaxis(gradients.counts, 1, -2).reshape(encoder.counts.shape)
    own, other, trunk, trunk_bias, heads, heads_bias = (in_order(part) for part in gradients[2:])
    for name, grad in (("own", own), ("other", other)):
        _grad(getattr(encoder, name))[...] = grad[:, :-1]
        _grad(getattr(encoder, f"{name}_bias"))[...] = grad[:, -1]
    _grad(policy.trunk.weight)[...] = trunk
    _grad(policy.trunk.bias)[:, 0] = trunk_bias
    for columns, head in heads_of(policy):
        _grad(head.weight)[...] = heads[..., columns]
        _grad(head.bias)[:, 0] = heads_bias[..., columns]


def in_order(parts: np.ndarray) -> np.ndarray:
    """The sum over the leading axis, first to last."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def _grad(parameter: Tensor) -> np.ndarray:
    assert parameter.grad is not None
    return parameter.grad.numpy()


@jit
def compose(table, embedding, tile, tile_bias):
    """table[p, s, c, m] = Σ_e embedding[p, m, e] · tile[p, c, e], in stripes; the bias is part of the first cell."""
    populations, stripe_count, cells, materials, width = table.shape
    for p in range(populations):
        for s in range(stripe_count):
            low = s * width
            for c in range(cells):
                for m in range(materials):
                    row = table[p, s, c, m]
                    for h in range(width):
                        row[h] = tile_bias[p, low + h] if c == 0 else np.float32(0)
                    for e in range(embedding.shape[2]):
                        factor = embedding[p, m, e]
                        for h in range(width):
                            row[h] += factor * tile[p, c, e, low + h]


@jit
def decompose(table, embedding, tile, grad_embedding, grad_tile, grad_bias):
    """The gradients of `compose`, from that of its table."""
    populations, stripe_count, cells, materials, width = table.shape
    sums = np.zeros((materials, embedding.shape[2], width), np.float32)
    grad_bias[...] = 0
    for p in range(populations):
        sums[...] = 0
        for s in range(stripe_count):
            low = s * width
            for m in range(materials):
                grad_bias[p, low : low + width] += table[p, s, 0, m]
            for c in range(cells):
                for e in range(embedding.shape[2]):
                    for h in range(width):
                        grad_tile[p, c, e, low + h] = 0
                    for m in range(materials):
                        factor = embedding[p, m, e]
                        for h in range(width):
                            grad = table[p, s, c, m, h]
                            grad_tile[p, c, e, low + h] += factor * grad
                            sums[m, e, h] += tile[p, c, e, low + h] * grad
        for m in range(materials):
            for e in range(embedding.shape[2]):
                total = np.float32(0)
                for h in range(width):
                    total += sums[m, e, h]
                grad_embedding[p, m, e] = total
