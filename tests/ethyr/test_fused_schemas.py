"""The compiled learner says what PyTorch says of whatever systems from outside declare: of samples made up for it."""

from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge.blade import Config
from forge.blade.extend import Array, Choice, Column, Feature, Rows, System, Tile
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.fused.learn import Loss, learn_populations, learn_tiles
from forge.ethyr.fused.play import judge_again, log_probs_again
from forge.ethyr.fused.segment import Segment, allocate, allocate_scratch, places_of
from forge.ethyr.fused.weights import (
    allocate_gradients,
    allocate_grads,
    allocate_weights,
    compose_table,
    read_weights,
    tile_gradients,
    write_gradients,
)
from forge.ethyr.kernels.layout import Layout, layout_of
from forge.ethyr.learning.entropy import entropy_weights
from forge.ethyr.learning.losses import policy_gradient
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.policy import Policy
from forge.ethyr.networks.samples import More, Samples
from tests.learners import basic
from tests.outside.drawn import config_with

CENTRE = 1  # of every feature
P, SEEN, LEARNING = 2, 5, basic(hidden=16)
WORLD = {"spawn.cap": 64, "spawn.populations": P, "sight.radius": 2, "sight.agents": SEEN}


def feature(name: str) -> Feature:
    return Feature(name, lambda c: -9, lambda c: 9, "", "it", lambda c: float(CENTRE), lambda c: 4.0)


def names(letter: str, count: int) -> list[str]:
    return [f"{letter}_{k}" for k in range(count)]


def options(count: int | None) -> Any:
    return lambda c: tuple(names("o", count or c.sight.agents))


@st.composite
def systems(draw: st.DrawFn) -> System:
    """A system that declares anything that agents see or choose, and does nothing."""
    sees, own, around = (draw(st.integers(0, most)) for most in (22, 3, 3))
    sets = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 17), st.booleans()), max_size=2))
    kinds = draw(st.lists(st.sampled_from(["plain", "seen", *names("set", len(sets))]), max_size=4))
    counts: dict[str, int | None] = {"plain": draw(st.integers(1, 20)), "seen": None}  # as many as are in view
    counts |= {name: rows + 1 for name, (rows, _, _) in zip(names("set", len(sets)), sets, strict=True)}
    masked = [draw(st.booleans()) for _ in kinds]
    arrays = [Array(name, "i4", lambda z: (2,), "") for name in names("around", around)]
    rows = []
    for name, (most, width, world) in zip(names("set", len(sets)), sets, strict=True):
        arrays.append(Array(f"{name}_rows", "i4", lambda z, s=(most, width), w=world: s if w else (z.N, *s), ""))
        arrays.append(Array(f"{name}_count", "i4", lambda z, w=world: () if w else (z.N,), ""))
        rows.append(Rows(name, "it", f"{name}_rows", f"{name}_count", tuple(map(feature, names("f", width))), world))
    for k, kind in enumerate(kinds):
        if masked[k]:
            arrays.append(Array(f"mask_{k}", "?", lambda z, n=counts[kind]: (z.N, n or z.K), ""))
    return System(
        "drawn",
        "for a test",
        agent=tuple(Column(name, "i2", "it", "points") for name in names("a", max(sees, own))),
        arrays=tuple(arrays),
        features=tuple(map(feature, names("a", sees))),
        own=tuple(map(feature, names("a", own))),
        around=tuple(names("around", around)),
        rows=tuple(rows),
        materials=tuple(Tile(name, "it", "#102030") for name in names("tile", draw(st.sampled_from([0, 1, 2, 12])))),
        choices=tuple(
            Choice(
                f"choice_{k}",
                "it",
                options(counts[kind]),
                mask=f"mask_{k}" if masked[k] else None,
                of="" if kind == "plain" else kind,
            )
            for k, kind in enumerate(kinds)
        ),
    )


def fill(segment: Segment, more: More, layout: Layout, config: Config, rng: np.random.Generator) -> None:
    """Samples of random content; population 0 has more of them than are worked on at once."""
    segment.acted[:] = 70, 5
    materials, kind = len(layout.schema.materials), segment.windows.dtype
    crowds = rng.integers(0, 3, segment.windows.shape) * (8 if kind == np.uint8 else 256)
    segment.windows[...] = rng.integers(0, materials, segment.windows.shape) + crowds
    seen = rng.integers(1, SEEN + 1, segment.moves.shape)
    segment.first[...] = np.concatenate([np.zeros((P, 1), int), seen.cumsum(1)], 1)
    segment.entities[...] = 0
    segment.entities[..., : len(layout.features)] = rng.integers(-9, 9, (*segment.entities.shape[:2], 1))
    segment.entities[..., : len(layout.features)] += rng.integers(-9, 9, len(layout.features)).astype(np.int16)
    segment.moves[...] = rng.integers(0, 32, segment.moves.shape) | 1
    segment.matters[...] = rng.integers(0, 2**32, segment.matters.shape) | 1
    segment.place[...] = np.sort(rng.integers(0, len(more.around), segment.place.shape), axis=1)
    for array in (more.own, more.around, *more.sets):
        array[...] = rng.integers(-99, 99, array.shape)
    # some are 0 for everybody once they are normalised, and of others few are not
    more.own[..., rng.random(more.own.shape[-1]) < 0.4] = CENTRE
    more.own[rng.random(more.own.shape) < rng.choice([0.0, 0.9])] = CENTRE
    more.around[rng.random(more.around.shape) < 0.4] = 0
    for table, count in zip(layout.sets, more.counts, strict=True):
        count[...] = rng.integers(0, table.rows + 1, count.shape)
    more.valid[...] = rng.random(more.valid.shape) < rng.choice([0.1, 0.7])
    segment.actions[...] = 0
    for choice in layout.choices:
        if choice.mask:
            more.valid[..., choice.low] = True
        if not choice.of and not choice.mask:
            segment.actions[..., choice.column] = rng.integers(0, choice.options, segment.moves.shape)
    segment.actions[..., 1] = rng.integers(0, config.styles, segment.moves.shape)
    segment.advantage[...] = rng.normal(size=segment.advantage.shape)
    segment.target[...] = rng.normal(size=segment.target.shape)


@given(systems(), st.integers(0, 2**32))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_declared_is_judged_and_learned_as_by_torch(system: System, seed: int) -> None:
    config, rng = config_with(system, **WORLD), np.random.default_rng(seed)
    layout, policy = layout_of(config), Policy(config, LEARNING, torch.Generator().manual_seed(seed))
    weights = allocate_weights(policy, config)
    segment, more = allocate(Rollout(config, 1, 2, matters=True), weights)
    scratch, gradients = allocate_scratch(weights), allocate_gradients(weights, 1)
    fill(segment, more, layout, config, rng)
    read_weights(weights, policy, layout)
    compose_table(weights, policy, 0, 1)

    acted, valid = segment.acted, torch.arange(70) < torch.from_numpy(segment.acted)[:, None]
    samples = Samples(segment.windows, segment.entities, segment.first, acted * 0, acted, segment.moves, more)
    choices = policy(samples)
    actions = torch.from_numpy(segment.actions[:, :70]) * valid.unsqueeze(-1)
    log_prob, entropy = joint(choices, actions, layout, samples.matters())
    advantage, target = (torch.from_numpy(x[:, :70]) for x in (segment.advantage, segment.target))
    losses = policy_gradient(log_prob, choices.value, entropy, advantage, target, valid)
    total = losses.policy + LEARNING.value_weight * losses.value - LEARNING.entropy_weight * losses.entropy
    total.sum().backward()
    wanted = {name: parameter.grad.clone() for name, parameter in policy.named_parameters()}

    allocate_grads(policy)
    for p, count in enumerate(acted):
        found, given = np.zeros(count, np.float32), (segment, weights, scratch, p)
        judge_again(*given, config.styles, count)
        log_probs_again(*given, found)
        np.testing.assert_allclose(found, log_prob[p, :count].detach(), atol=1e-4, rtol=1e-4)
        drawn = segment.advantage[p, :count].astype(np.float64)
        mean, share = drawn.mean(), 1 / count
        numbers = (mean, 1 / (drawn.std() + 1e-6), share)
        norms = np.tile(np.float32(numbers), (p + 1, 1))
        loss = Loss(norms, np.float32(LEARNING.value_weight), np.float32(0), entropy_weights(LEARNING, layout))
        learn_populations(segment, weights, gradients, scratch, 0, np.array([p]), config.styles, loss, False)
        for mine, theirs in zip(segment.losses[p] / count, losses, strict=True):
            np.testing.assert_allclose(mine, theirs[p].item(), atol=1e-4, rtol=1e-3)
    for lane in range(2):
        places = places_of([segment]), segment.acted[None], segment.windows, segment.hidden
        learn_tiles(*tile_gradients(gradients, policy), *places, lane, 2, scratch.listing)
    write_gradients(gradients, policy, layout)
    for name, parameter in policy.named_parameters():
        scale = wanted[name].abs().max().item()
        torch.testing.assert_close(parameter.grad, wanted[name], atol=1e-4 * scale + 1e-7, rtol=1e-3, msg=name)
