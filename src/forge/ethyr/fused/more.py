"""What systems from outside bring to the network, as the kernels read it: a plan of tables and choices, and weights.

The heads of a pointer are composed as the tile layer's table is. Its logit of a row with features x, and 1 behind
them, is query · key = (h W + b) · (x V): so (h W + b) Vᵀ, one number for each feature, is linear in the hidden units h
and takes columns of the outputs, and the kernels multiply it by x.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from forge.blade.config.config import Config
from forge.ethyr.fused.choices import COLUMNS, MOST_GIVEN, PLAIN, SEEN
from forge.ethyr.fused.columns import MORE
from forge.ethyr.kernels.layout import AROUND, Chosen, Layout, Table
from forge.ethyr.kernels.layout import SEEN as OF_SEEN
from forge.ethyr.networks.policy import Policy
from forge.support.checks import ConfigError


class Plan(NamedTuple):
    """Where things are; T tables and C choices from outside.

    Attributes:
        tables: int64 [T, 5], the columns of `forge.ethyr.fused.tables`.
        choices: int64 [C, COLUMNS], the columns of `forge.ethyr.fused.choices`.
        norms: float32 [2, R], what the features of all tables are normalised with, see `tables.read_row`. A table has a
            row of weights for each feature, one for the bias, and a set one more: what stands for it when it is empty.
        outputs: columns of outputs that are used.
        given: the shape of a population's `Weights.given`.
    """

    tables: np.ndarray
    choices: np.ndarray
    norms: np.ndarray
    outputs: int
    given: tuple[int, int]


def plan_of(layout: Layout, config: Config) -> Plan:
    """The plan of a layout in worlds of a configuration."""
    rows = [table.width + 1 + bool(table.array) for table in layout.tables]
    firsts = np.cumsum([0, *rows])
    norms = np.zeros((2, int(firsts[-1])), np.float32)
    for table, first in zip(layout.tables, firsts, strict=False):
        if table.name != AROUND:
            centre = [float(feature.centre(config)) for feature in table.features]
            norms[0, first : first + table.width] = centre
            norms[1, first : first + table.width] = 1 / np.array(
                [float(feature.scale(config)) for feature in table.features], np.float32
            )
    tables = [
        (table.width, max(1, table.rows), table.world, bool(table.array), first)
        for table, first in zip(layout.tables, firsts, strict=False)
    ]
    choices = list(_choices(layout))
    return Plan(
        np.array(tables, np.int64).reshape(-1, 5),
        np.array([row for row, _ in choices], np.int64).reshape(-1, COLUMNS),
        norms,
        choices[-1][1] if choices else MORE,
        _given(layout),
    )


def _choices(layout: Layout) -> Iterator[tuple[tuple[int, ...], int]]:
    """The row of each choice, and the column of outputs behind its own."""
    output, names, given = MORE, [table.name for table in layout.tables], 0
    for choice in layout.choices:
        of = names.index(choice.of) if choice.of in names else SEEN if choice.of == OF_SEEN else PLAIN
        features = 0 if of == PLAIN else len(layout.features) if of == SEEN else layout.tables[of].width
        mask = choice.low if choice.mask else -1
        after = [0] * (2 * MOST_GIVEN)
        if len(choice.after) > MOST_GIVEN:
            raise ConfigError(f"choice {choice.name!r} depends on {len(choice.after)} others; most are {MOST_GIVEN}")
        for k, (column, options) in enumerate(choice.after):
            after[2 * k : 2 * k + 2] = column, given
            given += options
        row = choice.column, output, choice.options, mask, of, features, len(choice.after), *after
        output += choice.options if of == PLAIN else 2 + features
        yield row, output


def _given(layout: Layout) -> tuple[int, int]:
    """Rows and columns of the tables of all choices that depend on others, behind one another."""
    choices = [choice for choice in layout.choices if choice.after]
    rows = sum(options for choice in choices for _, options in choice.after)
    return rows, max((choice.options for choice in choices), default=0)


def _tables_given(layout: Layout) -> Iterator[tuple[Chosen, slice]]:
    """Each choice that depends on others, with the rows of its tables."""
    first = 0
    for choice in layout.choices:
        if choice.after:
            rows = sum(options for _, options in choice.after)
            yield choice, slice(first, first + rows)
            first += rows


def _columns(layout: Layout) -> Iterator[tuple[Chosen, int, int]]:
    """Each choice with its columns of outputs, from the first to before the last."""
    first = MORE
    for choice, (_, end) in zip(layout.choices, _choices(layout), strict=True):
        yield choice, first, end
        first = end


def _rows(layout: Layout) -> Iterator[tuple[Table, slice, int]]:
    """Each table with its rows of weights over features, and the row of the bias."""
    first = 0
    for table in layout.tables:
        yield table, slice(first, first + table.width), first + table.width
        first += table.width + 1 + bool(table.array)


def read_more(
    more: np.ndarray, heads: np.ndarray, heads_bias: np.ndarray, given: np.ndarray, policy: Policy, layout: Layout
) -> None:
    """Copies a policy's weights for tables and choices from outside into the form the kernels read.

    Args:
        more, heads, heads_bias, given: fields of `Weights`, written where they are those.
        policy: whose they are.
        layout: of what it plays.
    """
    for table, rows, bias in _rows(layout):
        part = _named(policy.encoder, table.name)
        more[:, rows] = part.weight.numpy()
        more[:, bias] = part.bias.numpy()[:, 0]
        if table.array:
            more[:, bias + 1] = part.nothing.numpy()
    for choice, rows in _tables_given(layout):
        given[:, rows, : choice.options] = _named(policy.heads, choice.name).given.numpy()
    for choice, first, end in _columns(layout):
        head = _named(policy.heads, choice.name)
        if not choice.of:
            heads[..., first:end] = head.weight.numpy()
            heads_bias[:, first:end] = head.bias.numpy()[:, 0]
            continue
        heads[..., first] = head.nothing.weight.numpy()[..., 0]
        heads_bias[:, first] = head.nothing.bias.numpy()[:, 0, 0]
        keys = _keys(head)
        heads[..., first + 1 : end] = np.einsum("phk,pfk->phf", head.query.weight.numpy(), keys)
        heads_bias[:, first + 1 : end] = np.einsum("pk,pfk->pf", head.query.bias.numpy()[:, 0], keys)


def write_more(
    policy: Policy, layout: Layout, more: np.ndarray, heads: np.ndarray, heads_bias: np.ndarray, given: np.ndarray
) -> None:
    """Sets the gradients of a policy's parameters for tables and choices from outside.

    Args:
        policy: to set them of.
        layout: of what it plays.
        more: float32 [P, R, H], of the weights of tables.
        heads: float32 [P, H, outputs].
        heads_bias: float32 [P, outputs].
        given: float32 [P, rows, options], of the tables of choices that depend on others.
    """
    for table, rows, bias in _rows(layout):
        part = _named(policy.encoder, table.name)
        grad_of(part.weight)[...] = more[:, rows]
        grad_of(part.bias)[:, 0] = more[:, bias]
        if table.array:
            grad_of(part.nothing)[...] = more[:, bias + 1]
    for choice, rows in _tables_given(layout):
        grad_of(_named(policy.heads, choice.name).given)[...] = given[:, rows, : choice.options]
    for choice, first, end in _columns(layout):
        head = _named(policy.heads, choice.name)
        if not choice.of:
            grad_of(head.weight)[...] = heads[..., first:end]
            grad_of(head.bias)[:, 0] = heads_bias[:, first:end]
            continue
        grad_of(head.nothing.weight)[..., 0] = heads[..., first]
        grad_of(head.nothing.bias)[:, 0, 0] = heads_bias[:, first]
        composed, constant, keys = heads[..., first + 1 : end], heads_bias[:, first + 1 : end], _keys(head)
        grad_of(head.query.weight)[...] = np.einsum("phf,pfk->phk", composed, keys)
        grad_of(head.query.bias)[:, 0] = np.einsum("pf,pfk->pk", constant, keys)
        of_keys = np.einsum("phf,phk->pfk", composed, head.query.weight.numpy())
        of_keys += np.einsum("pf,pk->pfk", constant, head.query.bias.numpy()[:, 0])
        grad_of(head.key.weight)[...] = of_keys[:, :-1]
        grad_of(head.key.bias)[:, 0] = of_keys[:, -1]


def _named(module: Any, name: str) -> Any:
    """What a module has for a table or a choice from outside."""
    return module.more[name]


def _keys(head: Any) -> np.ndarray:
    """The weights of a pointer's keys, the bias as the last row: float32 [P, F + 1, H]."""
    keys: np.ndarray = np.concatenate([head.key.weight.numpy(), head.key.bias.numpy()], 1)
    return keys


def grad_of(parameter: Tensor) -> np.ndarray:
    """The gradient of a parameter, to write to."""
    assert parameter.grad is not None
    return parameter.grad.numpy()
