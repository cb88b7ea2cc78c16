"""The default network's weights as the kernels read them, and its gradients as PyTorch holds them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from forge.blade.config.config import Config
from forge.ethyr.experience.rollout import aligned
from forge.ethyr.fused.columns import MOVE, STYLE, VALUE
from forge.ethyr.fused.more import grad_of, plan_of, read_more, write_more
from forge.ethyr.kernels.compose import EMBEDDING, compose_lane
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.gru import GATES, OF_EACH, Unit, UnitGradients
from forge.ethyr.kernels.layout import Layout, layout_of
from forge.ethyr.kernels.llvm import LANES
from forge.ethyr.networks.compiled import stripes
from forge.ethyr.networks.layers import PopulationGRU, PopulationLinear
from forge.ethyr.networks.policy import Policy, Recurrent
from forge.ethyr.networks.targets import TargetHead


class Weights(NamedTuple):
    """Letters as in `forge.ethyr.kernels.tiles`, F rows of weights over features; `..._back` are transposed."""

    table: np.ndarray  # float32 [P, S, K, M, L]
    counts: np.ndarray  # float32 [P, S, K, L]
    own: np.ndarray  # float32 [P, F, H], the bias last
    other: np.ndarray  # float32 [P, F, H], the bias last
    trunk: np.ndarray  # float32 [P, (3 + T) H, H]
    trunk_bias: np.ndarray  # float32 [P, H]
    trunk_back: np.ndarray  # float32 [P, H, (3 + T) H]
    heads: np.ndarray  # float32 [P, H, outputs]
    heads_bias: np.ndarray  # float32 [P, outputs]
    heads_back: np.ndarray  # float32 [P, those used, H]
    target_key: np.ndarray  # float32 [P, H, H]; this and the next are empty unless targets are learned
    target_key_bias: np.ndarray  # float32 [P, H]
    target_key_back: np.ndarray  # float32 [P, H, H]
    target_style: np.ndarray  # float32 [P, styles, H]
    target_agent: np.ndarray  # float32 [P, F, H], the bias last
    target_score: np.ndarray  # float32 [P, H]
    more: np.ndarray  # float32 [P, rows of all tables from outside, H]: see `forge.ethyr.fused.more.Plan`
    given: np.ndarray  # float32 [P, rows of all choices that depend on others, their most options]
    unit: Unit
    learned: bool  # whether targets are
    rectified: bool  # whether the trunk's output is
    layered: bool  # whether what the trunk reads is, too
    norm: np.ndarray  # float32 [2, columns of entities]
    zeros: np.ndarray  # float32 [(3 + T) H]
    nobody: np.ndarray  # uint8 [0, 0, 0]
    tables: np.ndarray  # int64 [T, columns], this and the next as in `forge.ethyr.fused.more.Plan`
    choices: np.ndarray  # int64 [C, columns]
    norms: np.ndarray  # float32 [2, rows of all tables from outside]


class Gradients(NamedTuple):
    """Sums over samples; those with a leading axis G are kept apart by group of worlds and summed in order."""

    table: np.ndarray  # float32 [P, S, K, M, L]
    counts: np.ndarray  # float32 [P, S, K, L]
    embedding: np.ndarray  # float32 [P, R, M, 7], apart by window row, summed in order too
    own: np.ndarray  # float32 [G, P, F, H]
    other: np.ndarray  # float32 [G, P, F, H]
    trunk: np.ndarray  # float32 [G, P, (3 + T) H, H]
    trunk_bias: np.ndarray  # float32 [G, P, H]
    heads: np.ndarray  # float32 [G, P, H, outputs]
    heads_bias: np.ndarray  # float32 [G, P, outputs]
    target_key: np.ndarray  # float32 [G, P, H, H]; this and the next are empty unless targets are learned
    target_key_bias: np.ndarray  # float32 [G, P, H]
    target_style: np.ndarray  # float32 [G, P, styles, H]
    target_agent: np.ndarray  # float32 [G, P, F, H]
    target_score: np.ndarray  # float32 [G, P, H]
    more: np.ndarray  # float32 [G, P, rows of all tables from outside, H]
    given: np.ndarray  # float32 [G, P, rows of all choices that depend on others, their most options]
    unit: UnitGradients


def allocate_weights(policy: Policy, config: Config) -> Weights:
    """Room for the weights of a policy that plays worlds of a configuration; `read_weights` fills it."""
    encoder = policy.encoder
    P, K, _, H = encoder.tile.shape
    S, L = stripes(encoder.counts.detach()).shape[1::2]
    F, wide, plan = encoder.own.shape[1] + 1, policy.trunk.weight.shape[1], plan_of(layout_of(config), config)
    outputs = -(-plan.outputs // LANES) * LANES
    learned = policy.heads.target is not None
    T = H if learned else 0
    return Weights(
        table=aligned((P, S, K, encoder.embedding.shape[1], L), np.float32),
        counts=aligned((P, S, K, L), np.float32),
        own=aligned((P, F, H), np.float32),
        other=aligned((P, F, H), np.float32),
        trunk=aligned((P, wide, H), np.float32),
        trunk_bias=aligned((P, H), np.float32),
        trunk_back=aligned((P, H, wide), np.float32),
        heads=zeros(P, H, outputs),
        heads_bias=zeros(P, outputs),
        heads_back=zeros(P, plan.outputs, H),
        target_key=aligned((P, T, T), np.float32),
        target_key_bias=aligned((P, T), np.float32),
        target_key_back=aligned((P, T, T), np.float32),
        target_style=aligned((P, policy.heads.style.weight.shape[-1], T), np.float32),
        target_agent=aligned((P, F, T), np.float32),
        target_score=aligned((P, T), np.float32),
        more=aligned((P, plan.norms.shape[1], H), np.float32),
        given=zeros(P, *plan.given),
        unit=allocate_unit(P, policy.memory),
        learned=learned,
        rectified=policy.rectified,
        layered=policy.layered,
        norm=normaliser(encoder.norm.centre.numpy(), encoder.norm.scale.numpy()),
        zeros=zeros(wide),
        nobody=np.zeros((0, 0, 0), np.uint8),
        tables=plan.tables,
        choices=plan.choices,
        norms=plan.norms,
    )


def allocate_gradients(weights: Weights, groups: int) -> Gradients:
    """Room for the gradients of that many groups of worlds."""
    P, _, K, _, _ = weights.table.shape
    tables = [aligned(part.shape, np.float32) for part in (weights.table, weights.counts)]
    embedding = aligned((P, math.isqrt(K), weights.table.shape[3], EMBEDDING), np.float32)
    apart = [zeros(groups, *getattr(weights, name).shape) for name in Gradients._fields[3:-1]]
    unit = [zeros(groups, *getattr(weights.unit, name).shape) for name in UnitGradients._fields]
    return Gradients._make([*tables, embedding, *apart, UnitGradients._make(unit)])


def allocate_unit(populations: int, hidden: int) -> Unit:
    """Room for the weights of a recurrent unit that carries so many numbers; none are carried without a memory."""
    each = OF_EACH * hidden
    return Unit(
        seen=aligned((populations, hidden, each), np.float32),
        kept=aligned((populations, hidden, each), np.float32),
        bias=aligned((populations, GATES * hidden), np.float32),
        seen_back=aligned((populations, each, hidden), np.float32),
        kept_back=aligned((populations, each, hidden), np.float32),
    )


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
    compose_lane(weights.table, *given, 2 * encoder.near + 1, lane, lanes)


@torch.no_grad()
def read_weights(weights: Weights, policy: Policy, layout: Layout) -> None:
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
    read_more(weights.more, weights.heads, weights.heads_bias, weights.given, policy, layout)
    weights.trunk_back[...] = weights.trunk.swapaxes(1, 2)
    weights.heads_back[...] = weights.heads.swapaxes(1, 2)[:, : weights.heads_back.shape[1]]
    if policy.heads.target is not None:
        read_target(weights, policy.heads.target)
    if isinstance(policy, Recurrent):
        read_unit(weights.unit, policy.cell)


def read_target(weights: Weights, head: TargetHead) -> None:
    """Copies the weights of the head that picks targets."""
    weights.target_key[...] = head.key.weight.numpy()
    weights.target_key_bias[...] = head.key.bias[:, 0].numpy()
    weights.target_key_back[...] = weights.target_key.swapaxes(1, 2)
    weights.target_style[...] = head.style.numpy()
    weights.target_agent[:, :-1] = head.agent.numpy()
    weights.target_agent[:, -1] = head.bias.numpy()
    weights.target_score[...] = head.score.numpy()


def read_unit(unit: Unit, cell: PopulationGRU) -> None:
    """Copies the weights of a recurrent unit, whose parts PyTorch has in the order of reset, update, candidate."""
    hidden = cell.recurrent.shape[1]
    unit.seen[...] = np.roll(cell.weight.numpy(), hidden, -1)
    unit.kept[...] = cell.recurrent.numpy()
    unit.bias[:, : OF_EACH * hidden] = np.roll(cell.bias[:, 0].numpy(), hidden, -1)
    unit.bias[:, OF_EACH * hidden :] = cell.candidate_bias[:, 0].numpy()
    unit.seen_back[...] = unit.seen.swapaxes(1, 2)
    unit.kept_back[...] = unit.kept.swapaxes(1, 2)


@torch.no_grad()
def tile_gradients(gradients: Gradients, policy: Policy) -> tuple[np.ndarray, ...]:
    """What `forge.ethyr.fused.learn.learn_tiles` writes, and then the weights that it reads."""
    encoder = policy.encoder
    written = gradients.table, gradients.counts, gradients.embedding, grad_of(encoder.tile), grad_of(encoder.tile_bias)
    return *written, encoder.embedding.numpy(), encoder.tile.numpy()


def allocate_grads(policy: Policy) -> None:
    """Gives every parameter of a policy a gradient to write to."""
    for parameter in policy.parameters():
        parameter.grad = torch.zeros_like(parameter)


@torch.no_grad()
def write_gradients(gradients: Gradients, policy: Policy, layout: Layout) -> None:
    """Sets the gradients of a policy's other parameters, once `forge.ethyr.fused.learn.learn_tiles` has run."""
    encoder = policy.encoder
    grad_of(encoder.embedding)[...] = in_order(gradients.embedding.swapaxes(0, 1))
    grad_of(encoder.counts)[...] = np.moveaxis(gradients.counts, 1, -2).reshape(encoder.counts.shape)
    own, other, trunk, trunk_bias, heads, heads_bias, *target, more, given = map(in_order, gradients[3:-1])
    for name, grad in (("own", own), ("other", other)):
        grad_of(getattr(encoder, name))[...] = grad[:, :-1]
        grad_of(getattr(encoder, f"{name}_bias"))[...] = grad[:, -1]
    grad_of(policy.trunk.weight)[...] = trunk
    grad_of(policy.trunk.bias)[:, 0] = trunk_bias
    for columns, head in heads_of(policy):
        grad_of(head.weight)[...] = heads[..., columns]
        grad_of(head.bias)[:, 0] = heads_bias[..., columns]
    if policy.heads.target is not None:
        write_target(policy.heads.target, *target)
    write_more(policy, layout, more, heads, heads_bias, given)
    if isinstance(policy, Recurrent):
        write_unit(policy.cell, *map(in_order, gradients.unit))


def write_target(
    head: TargetHead, key: np.ndarray, key_bias: np.ndarray, style: np.ndarray, agent: np.ndarray, score: np.ndarray
) -> None:
    """Sets the gradients of the head that picks targets."""
    grad_of(head.key.weight)[...] = key
    grad_of(head.key.bias)[:, 0] = key_bias
    grad_of(head.style)[...] = style
    grad_of(head.agent)[...] = agent[:, :-1]
    grad_of(head.bias)[...] = agent[:, -1]
    grad_of(head.score)[...] = score


def write_unit(cell: PopulationGRU, seen: np.ndarray, kept: np.ndarray, bias: np.ndarray) -> None:
    """Sets the gradients of a recurrent unit; see `read_unit`."""
    hidden = cell.recurrent.shape[1]
    grad_of(cell.weight)[...] = np.roll(seen, -hidden, -1)
    grad_of(cell.recurrent)[...] = kept
    grad_of(cell.bias)[:, 0] = np.roll(bias[:, : OF_EACH * hidden], -hidden, -1)
    grad_of(cell.candidate_bias)[:, 0] = bias[:, OF_EACH * hidden :]


def in_order(parts: np.ndarray) -> np.ndarray:
    """The sum over the leading axis, first to last."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total
