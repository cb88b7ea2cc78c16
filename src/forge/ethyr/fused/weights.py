"""The default network's weights as the kernels read them, and its gradients as PyTorch holds them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import torch

from forge.blade.compiled.jit import jit
from forge.blade.config.config import Config
from forge.ethyr.experience.rollout import aligned
from forge.ethyr.fused.columns import MOVE, STYLE, VALUE
from forge.ethyr.fused.more import grad_of, plan_of, read_more, write_more
from forge.ethyr.kernels.compose import EMBEDDING, compose_lane
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.gru import GATES, OF_EACH, Unit, UnitGradients
from forge.ethyr.kernels.layout import Layout, layout_of
from forge.ethyr.kernels.llvm import LANES
from forge.ethyr.learning.joined import lay_in_a_row
from forge.ethyr.networks.compiled import stripes
from forge.ethyr.networks.layers import PopulationLinear
from forge.ethyr.networks.policy import Policy, Recurrent

#: An array that is written, and what is written to it.
Pair: TypeAlias = tuple[np.ndarray, np.ndarray]


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
    tables: np.ndarray  # int64 [T, columns], this and the next as in `forge.ethyr.fused.more.Plan`
    choices: np.ndarray  # int64 [C, columns]
    norms: np.ndarray  # float32 [2, rows of all tables from outside and slack]


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
        tables=plan.tables,
        choices=plan.choices,
        norms=np.pad(plan.norms, ((0, 0), (0, LANES))),
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
    _read(weights, policy, layout, _copied(weights, policy))


def _read(weights: Weights, policy: Policy, layout: Layout, copied: Iterable[Pair]) -> None:
    for target, source in copied:
        target[...] = source
    read_more(weights.more, weights.heads, weights.heads_bias, weights.given, policy, layout)
    transpose(weights.trunk_back, weights.trunk)
    transpose(weights.heads_back, weights.heads)
    transpose(weights.target_key_back, weights.target_key)
    transpose(weights.unit.seen_back, weights.unit.seen)
    transpose(weights.unit.kept_back, weights.unit.kept)


def _copied(weights: Weights, policy: Policy) -> Iterator[Pair]:
    """What is copied from a policy's parameters, each with where it goes: views of both."""
    encoder, (P, S, K, L) = policy.encoder, weights.counts.shape
    yield weights.counts, _of(encoder.counts).reshape(P, K, S, L).swapaxes(1, 2)
    for name in ("own", "other"):
        layer = getattr(weights, name)
        yield layer[:, :-1], _of(getattr(encoder, name))
        yield layer[:, -1], _of(getattr(encoder, f"{name}_bias"))
    yield weights.trunk, _of(policy.trunk.weight)
    yield weights.trunk_bias, _of(policy.trunk.bias)[:, 0]
    for columns, head in heads_of(policy):
        yield weights.heads[..., columns], _of(head.weight)
        yield weights.heads_bias[..., columns], _of(head.bias)[:, 0]
    if (target := policy.heads.target) is not None:
        yield weights.target_key, _of(target.key.weight)
        yield weights.target_key_bias, _of(target.key.bias)[:, 0]
        yield weights.target_style, _of(target.style)
        yield weights.target_agent[:, :-1], _of(target.agent)
        yield weights.target_agent[:, -1], _of(target.bias)
        yield weights.target_score, _of(target.score)
    if isinstance(policy, Recurrent):
        cell, unit, hidden = policy.cell, weights.unit, policy.memory
        # PyTorch has the parts of a unit in the order of reset, update, candidate; here the candidate is the first
        for ours, theirs in _turned(hidden):
            yield unit.seen[..., ours], _of(cell.weight)[..., theirs]
            yield unit.bias[:, ours], _of(cell.bias)[:, 0, theirs]
        yield unit.kept, _of(cell.recurrent)
        yield unit.bias[:, OF_EACH * hidden :], _of(cell.candidate_bias)[:, 0]


def _turned(hidden: int) -> tuple[tuple[slice, slice], ...]:
    """Columns of the kernels' unit, and the same of PyTorch's."""
    whole = OF_EACH * hidden
    return (slice(hidden, whole), slice(whole - hidden)), (slice(hidden), slice(whole - hidden, whole))


def _of(parameter: torch.Tensor) -> np.ndarray:
    """The numbers of a parameter."""
    numbers: np.ndarray = parameter.detach().numpy()
    return numbers


@jit
def transpose(out, given):
    """Each matrix of float32 [P, a, b], transposed, or its first columns: out[p, j, i] = given[p, i, j]."""
    for p in range(out.shape[0]):
        for j in range(out.shape[1]):
            for i in range(out.shape[2]):
                out[p, j, i] = given[p, i, j]


@torch.no_grad()
def tile_gradients(gradients: Gradients, policy: Policy) -> tuple[np.ndarray, ...]:
    """What `forge.ethyr.fused.learn.learn_tiles` writes, and then the weights that it reads."""
    encoder = policy.encoder
    written = gradients.table, gradients.counts, gradients.embedding, grad_of(encoder.tile), grad_of(encoder.tile_bias)
    return *written, encoder.embedding.numpy(), encoder.tile.numpy()


def allocate_grads(policy: Policy) -> None:
    """Gives every parameter of a policy a gradient to write to; the parameters are moved, so that all lie in a row."""
    lay_in_a_row(policy.parameters())


@torch.no_grad()
def write_gradients(gradients: Gradients, policy: Policy, layout: Layout) -> None:
    """Sets the gradients of a policy's other parameters, once `forge.ethyr.fused.learn.learn_tiles` has run."""
    _write(gradients, policy, layout, _summed(gradients, policy))


def _write(gradients: Gradients, policy: Policy, layout: Layout, summed: Iterable[Pair]) -> None:
    for target, parts in summed:
        target[...] = parts[0]
        for part in parts[1:]:
            target += part
    if layout.tables or layout.choices:
        given = gradients.more, gradients.heads, gradients.heads_bias, gradients.given
        write_more(policy, layout, *map(in_order, given))


def _summed(gradients: Gradients, policy: Policy) -> Iterator[Pair]:
    """The gradients of parameters, each with the parts that it is the sum of, first to last: views of both."""
    encoder, (P, S, K, L) = policy.encoder, gradients.counts.shape
    yield grad_of(encoder.embedding), gradients.embedding.swapaxes(0, 1)
    yield grad_of(encoder.counts).reshape(P, K, S, L).swapaxes(1, 2), gradients.counts[None]
    for name in ("own", "other"):
        layer = getattr(gradients, name)
        yield grad_of(getattr(encoder, name)), layer[:, :, :-1]
        yield grad_of(getattr(encoder, f"{name}_bias")), layer[:, :, -1]
    yield grad_of(policy.trunk.weight), gradients.trunk
    yield grad_of(policy.trunk.bias)[:, 0], gradients.trunk_bias
    for columns, head in heads_of(policy):
        yield grad_of(head.weight), gradients.heads[..., columns]
        yield grad_of(head.bias)[:, 0], gradients.heads_bias[..., columns]
    if (target := policy.heads.target) is not None:
        yield grad_of(target.key.weight), gradients.target_key
        yield grad_of(target.key.bias)[:, 0], gradients.target_key_bias
        yield grad_of(target.style), gradients.target_style
        yield grad_of(target.agent), gradients.target_agent[:, :, :-1]
        yield grad_of(target.bias), gradients.target_agent[:, :, -1]
        yield grad_of(target.score), gradients.target_score
    if isinstance(policy, Recurrent):
        cell, unit, hidden = policy.cell, gradients.unit, policy.memory
        for ours, theirs in _turned(hidden):
            yield grad_of(cell.weight)[..., theirs], unit.seen[..., ours]
            yield grad_of(cell.bias)[:, 0, theirs], unit.bias[..., ours]
        yield grad_of(cell.recurrent), unit.kept
        yield grad_of(cell.candidate_bias)[:, 0], unit.bias[..., OF_EACH * hidden :]


def in_order(parts: np.ndarray) -> np.ndarray:
    """The sum over the leading axis, first to last; it may be a view of the only one."""
    if len(parts) == 1:
        return parts[0]
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


class Exchange:
    """Copies a policy's weights to the kernels, and gradients back, update after update.

    Where everything lies is found once: looking up modules and their tensors takes longer than most copies do. It is
    found anew if a parameter or its gradient has moved.

    Args:
        weights, gradients: of the kernels.
        policy: whose they are, after `allocate_grads`.
        layout: of what it plays.
    """

    def __init__(self, weights: Weights, gradients: Gradients, policy: Policy, layout: Layout) -> None:
        self._kernels, self._policy, self._layout = (weights, gradients), policy, layout
        self._parameters = [*policy.parameters()]
        self._find()

    def _find(self) -> None:
        weights, gradients = self._kernels
        self._places = [parameter.data_ptr() for parameter in self._parameters]
        self._grads = [parameter.grad for parameter in self._parameters]
        self._copied = [*_copied(weights, self._policy)]
        self._summed = [*_summed(gradients, self._policy)]
        self._tiles = tile_gradients(gradients, self._policy)

    def _look(self) -> None:
        """Finds everything anew if something has moved."""
        known = zip(self._parameters, self._places, self._grads, strict=True)
        if not all(parameter.data_ptr() == place and parameter.grad is grad for parameter, place, grad in known):
            self._find()

    @torch.no_grad()
    def read(self) -> None:
        """As `read_weights`."""
        self._look()
        _read(self._kernels[0], self._policy, self._layout, self._copied)

    def tiles(self) -> tuple[np.ndarray, ...]:
        """As `tile_gradients`."""
        self._look()
        return self._tiles

    @torch.no_grad()
    def write(self) -> None:
        """As `write_gradients`."""
        self._look()
        _write(self._kernels[1], self._policy, self._layout, self._summed)
