"""Categorical choices: masked logits, sampling from an explicit stream, log-probabilities and entropies."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping

import torch
from torch import Tensor

from forge.ethyr.kernels.layout import NEVER, OURS, Layout
from forge.ethyr.networks.network import Choices

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
    """Entropy of each row's distribution: [P, m], in nats."""
    return -(log_probs.exp() * log_probs).sum(-1)


def odds_of_all(choices: Choices, layout: Layout, taken: Mapping[int, Tensor]) -> Iterator[tuple[int, Tensor]]:
    """The column of each choice, and its log-probabilities.

    Args:
        choices: of the samples.
        layout: of the worlds.
        taken: int64 [P, m] by the column, what is chosen; of each column it is asked for after that has been given.
    """
    yield 0, choices.move
    yield 1, choices.style
    if choices.target is not None:
        yield 2, choices.target(taken[1].to(choices.style.device))
    for choice in layout.choices:
        odds = choices.more[choice.name]
        yield choice.column, odds if isinstance(odds, Tensor) else odds(taken)


def odds_of_more(choices: Choices, layout: Layout) -> dict[str, Tensor]:
    """Log-probabilities of every choice from outside by its name, float32 [P, m, options].

    Of one that depends on others they are those with the likeliest option of each.
    """
    taken = {0: choices.move.argmax(-1), 1: choices.style.argmax(-1)}
    found = {}
    for column, part in odds_of_all(choices, layout, taken):
        taken[column] = part.argmax(-1)
        if column in (choice.column for choice in layout.choices):
            found[layout.schema.choices[column].name] = part
    return found


def _counted(parts: Iterable[tuple[int, Tensor]], matters: Tensor | None) -> dict[int, Tensor]:
    """What columns give, float32 [P, m] each: 0 where they do not matter."""
    return {
        column: part if matters is None else torch.where(_bit(matters, column), part, 0.0) for column, part in parts
    }


def _sum(parts: Iterable[tuple[int, Tensor]], matters: Tensor | None) -> Tensor:
    """The sum of what columns give, float32 [P, m], without those that do not matter."""
    return summed(_counted(parts, matters).values())


def summed(parts: Iterable[Tensor]) -> Tensor:
    """The sum of tensors of one shape, first to last."""
    return functools.reduce(torch.add, parts)


def _bit(numbers: Tensor, place: int) -> Tensor:
    return ((numbers >> place) & 1).bool()


def draw(
    choices: Choices, generator: torch.Generator, layout: Layout = OURS, matters: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Draws actions, on the CPU.

    Args:
        choices: of the samples.
        generator: the stream they are drawn from.
        layout: of the worlds.
        matters: see `Samples.matters`.

    Returns:
        uint8 [P, m, columns], move, style and target (0, nobody, unless targets are learned) and the choices from
        outside, and their joint log-probability float32 [P, m].
    """
    drawn = torch.zeros(*choices.move.shape[:2], layout.actions, dtype=torch.uint8)
    taken: dict[int, Tensor] = {}
    log_probs = []
    for column, part in odds_of_all(choices, layout, taken):
        odds = part.cpu()
        taken[column] = sample(odds, generator)
        drawn[..., column] = taken[column]
        log_probs.append((column, chosen(odds, taken[column])))
    return drawn, _sum(log_probs, None if matters is None else matters.cpu())


def joint(
    choices: Choices, actions: Tensor, layout: Layout = OURS, matters: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """How likely actions are, and how open the choice of them was.

    Args:
        choices: of the samples.
        actions: uint8 [P, m, columns], move, style and target, and the choices from outside.
        layout: of the worlds.
        matters: see `Samples.matters`. What a choice that does not matter says counts as 0.

    Returns:
        The joint log-probability of each row's actions and the sum of the entropies of its choices, that of targets
        given the style it chose: float32 [P, m] both.
    """
    log_prob, apart = joint_apart(choices, actions, layout, matters)
    return log_prob, summed(apart.values())


def joint_apart(
    choices: Choices, actions: Tensor, layout: Layout = OURS, matters: Tensor | None = None
) -> tuple[Tensor, dict[int, Tensor]]:
    """As `joint`, with the entropy of each choice by itself: float32 [P, m] by the columns of actions."""
    taken = dict(enumerate(actions.long().unbind(-1)))
    odds = list(odds_of_all(choices, layout, taken))
    log_prob = _sum(((column, chosen(part, taken[column])) for column, part in odds), matters)
    return log_prob, _counted(((column, entropy(part)) for column, part in odds), matters)
