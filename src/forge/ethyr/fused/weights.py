"""The default network's weights as the kernels read them, and its gradients as PyTorch holds them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from forge.ethyr.experience.rollout import aligned
from forge.ethyr.fused.segment import MOVE, OUTPUTS, STYLE, VALUE
from forge.ethyr.kernels.compose import EMBEDDING, compose_gradient_lane, compose_lane
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.layout import ROWS
from forge.ethyr.kernels.rows import MATERIALS
from forge.ethyr.networks.compiled import stripes
from forge.ethyr.networks.layers import PopulationLinear
from forge.ethyr.networks.policy import Policy
from forge.ethyr.networks.targets import TargetHead


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
    target_key: np.ndarray  # float32 [P, H, H]; this and the next are empty unless targets are learned
    target_key_bias: np.ndarray  # float32 [P, H]
    target_key_back: np.ndarray  # float32 [P, H, H]
    target_style: np.ndarray  # float32 [P, styles, H]
    target_agent: np.ndarray  # float32 [P, 12, H], the bias last
    target_score: np.ndarray  # float32 [P, H]
    learned: bool  # whether targets are
    rectified: bool  # whether the trunk's output is
    norm: np.ndarray  # float32 [2, 16]
    zeros: np.ndarray  # float32 [3 H]
    nobody: np.ndarray  # uint8 [0, 0, 0]


class Gradients(NamedTuple):
    """Sums over samples; those with a leading axis G are kept apart by group of worlds and summed in order."""

    table: np.ndarray  # float32 [P, S, K, 8, L]
    counts: np.ndarray  # float32 [P, S, K, L]
    embedding: np.ndarray  # float32 [P, R, 8, 7], apart by window row, summed in order too
    own: np.ndarray  # float32 [G, P, 12, H]
    other: np.ndarray  # float32 [G, P, 12, H]
    trunk: np.ndarray  # float32 [G, P, 3 H, H]
    trunk_bias: np.ndarray  # float32 [G, P, H]
    heads: np.ndarray  # float32 [G, P, H, 16]
    heads_bias: np.ndarray  # float32 [G, P, 16]
    target_key: np.ndarray  # float32 [G, P, H, H]; this and the next are empty unless targets are learned
    target_key_bias: np.ndarray  # float32 [G, P, H]
    target_style: np.ndarray  # float32 [G, P, styles, H]
    target_agent: np.ndarray  # float32 [G, P, 12, H]
    target_score: np.ndarray  # float32 [G, P, H]


def allocate_weights(policy: Policy) -> Weights:
    """Room for the weights of a policy; `read_weights` fills it."""
    encoder = policy.encoder
    P, K, _, H = encoder.tile.shape
    S, L = stripes(encoder.counts.detach()).shape[1::2]
    learned = policy.heads.target is not None
    T = H if learned else 0
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
        target_key=aligned((P, T, T), np.float32),
        target_key_bias=aligned((P, T), np.float32),
        target_key_back=aligned((P, T, T), np.float32),
        target_style=aligned((P, policy.heads.style.weight.shape[-1], T), np.float32),
        target_agent=aligned((P, ROWS, T), np.float32),
        target_score=aligned((P, T), np.float32),
        learned=learned,
        rectified=policy.rectified,
        norm=normaliser(encoder.norm.centre.numpy(), encoder.norm.scale.numpy()),
        zeros=zeros(3 * H),
        nobody=np.zeros((0, 0, 0), np.uint8),
    )


def allocate_gradients(weights: Weights, groups: int) -> Gradients:
    """Room for the gradients of that many groups of worlds."""
    P, _, K, _, _ = weights.table.shape
    tables = [aligned(part.shape, np.float32) for part in (weights.table, weights.counts)]
    embedding = aligned((P, math.isqrt(K), MATERIALS, EMBEDDING), np.float32)
    apart = [zeros(groups, *getattr(weights, name).shape) for name in Gradients._fields[3:]]
    return Gradients._make([*tables, embedding, *apart])


def zeros(*shape: int) -> np.ndarray:
    """An array of zeros that begins on a cache line."""
    array = aligned(shape, np.float32)
    array[...] = 0
    return array


def heads_of(policy: Policy) -> tuple[tuple[slice, PopulationLinear], ...]:
    """The policy's heads and the columns of a row of outputs that they fill."""
    heads = policy.heads
    styles = heads.style.weight.shape[-1]
    return (
        (slice(MOVE, STYLE), heads.move),
        (slice(STYLE, STYLE + styles), heads.style),
        (slice(VALUE, VALUE + 1), heads.value),
    )


@torch.no_grad()
def compose_table(weights: Weights, policy: Policy, lane: int, lanes: int) -> None:
    """Composes the tile layer's table from a policy's weights: every n-th part of it."""
    encoder = policy.encoder
    given = (encoder.embedding.numpy(), encoder.tile.numpy(), encoder.tile_bias.numpy())
    compose_lane(weights.table, *given, 2 * encoder.radius + 1, lane, lanes)


@torch.no_grad()
def read_weights(weights: Weights, policy: Policy) -> None:
    """Copies a policy's other weights into the form the kernels read."""
    encoder = policy.encoder
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
    if policy.heads.target is not None:
        read_target(weights, policy.heads.target)


def read_target(weights: Weights, head: TargetHead) -> None:
    """Copies the weights of the head that picks targets."""
    weights.target_key[...] = head.key.weight.numpy()
    weights.target_key_bias[...] = head.key.bias[:, 0].numpy()
    weights.target_key_back[...] = weights.target_key.swapaxes(1, 2)
    weights.target_style[...] = head.style.numpy()
    weights.target_agent[:, :-1] = head.agent.numpy()
    weights.target_agent[:, -1] = head.bias.numpy()
    weights.target_score[...] = head.score.numpy()


@torch.no_grad()
def decompose_table(gradients: Gradients, policy: Policy, lane: int, lanes: int) -> None:
    """Sets the gradients of the weights that the table is composed of: every n-th part of them."""
    encoder = policy.encoder
    written = (gradients.embedding, _grad(encoder.tile), _grad(encoder.tile_bias))
    given = (encoder.embedding.numpy(), encoder.tile.numpy())
    compose_gradient_lane(*written, gradients.table, *given, 2 * encoder.radius + 1, lane, lanes)


def allocate_grads(policy: Policy) -> None:
    """Gives every parameter of a policy a gradient to write to."""
    for parameter in policy.parameters():
        parameter.grad = torch.zeros_like(parameter)


@torch.no_grad()
def write_gradients(gradients: Gradients, policy: Policy) -> None:
    """Sets the gradients of a policy's other parameters, once `decompose_table` has run."""
    encoder = policy.encoder
    _grad(encoder.embedding)[...] = in_order(gradients.embedding.swapaxes(0, 1))
    _grad(encoder.counts)[...] = np.moveaxis(gradients.counts, 1, -2).reshape(encoder.counts.shape)
    own, other, trunk, trunk_bias, heads, heads_bias, *target = (in_order(part) for part in gradients[3:])
    for name, grad in (("own", own), ("other", other)):
        _grad(getattr(encoder, name))[...] = grad[:, :-1]
        _grad(getattr(encoder, f"{name}_bias"))[...] = grad[:, -1]
    _grad(policy.trunk.weight)[...] = trunk
    _grad(policy.trunk.bias)[:, 0] = trunk_bias
    for columns, head in heads_of(policy):
        _grad(head.weight)[...] = heads[..., columns]
        _grad(head.bias)[:, 0] = heads_bias[..., columns]
    if policy.heads.target is not None:
        write_target(policy.heads.target, *target)


def write_target(
    head: TargetHead, key: np.ndarray, key_bias: np.ndarray, style: np.ndarray, agent: np.ndarray, score: np.ndarray
) -> None:
    """Sets the gradients of the head that picks targets."""
    _grad(head.key.weight)[...] = key
    _grad(head.key.bias)[:, 0] = key_bias
    _grad(head.style)[...] = style
    _grad(head.agent)[...] = agent[:, :-1]
    _grad(head.bias)[...] = agent[:, -1]
    _grad(head.score)[...] = score


def in_order(parts: np.ndarray) -> np.ndarray:
    """The sum over the leading axis, first to last."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def _grad(parameter: Tensor) -> np.ndarray:
    assert parameter.grad is not None
    return parameter.grad.numpy()
