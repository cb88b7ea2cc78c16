"""The compiled learner takes gradients through whatever lives a segment has as PyTorch does.

Nothing is played: samples are made up, and so is who of them follows whom.
"""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.fused.learn import Loss, learn_tiles
from forge.ethyr.fused.recurrent import judge_again, learn_populations
from forge.ethyr.fused.segment import Segment, allocate, allocate_scratch, places_of
from forge.ethyr.fused.weights import (
    Weights,
    allocate_gradients,
    allocate_grads,
    allocate_weights,
    compose_table,
    read_weights,
    tile_gradients,
    write_gradients,
)
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.learning.entropy import entropy_weights
from forge.ethyr.learning.losses import policy_gradient
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.policy import Recurrent
from forge.ethyr.networks.samples import More, Samples
from tests.ethyr.test_fused import LEARNED
from tests.ethyr.test_fused_schemas import fill
from tests.learners import basic

P = 2
CONFIG = LEARNED.replace(**{"spawn.cap": 64, "spawn.populations": P})
LAYOUT = layout_of(CONFIG)


@dataclasses.dataclass
class Lives:
    """Who follows whom: each row of `alive` and `new`, bool [T, slots], is a tick of one population.

    An agent is there where `alive`; it is the one of the tick before unless it is `new`, or nobody was there. At tick 0
    those who are not new carry something into the segment.
    """

    alive: list[np.ndarray]
    new: list[np.ndarray]

    def links(self, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The first sample of each tick, each sample's previous one or −1, and whether it carries something in."""
        alive, new = self.alive[p], self.new[p]
        starts = np.concatenate([[0], alive.sum(1).cumsum()])
        sample = np.full(alive.shape, NO_SAMPLE)
        sample[alive] = np.arange(alive.sum())
        previous = np.full(alive.shape, NO_SAMPLE)
        previous[1:] = np.where(new[1:], NO_SAMPLE, sample[:-1])
        carries = ~new & (np.arange(len(alive)) == 0)[:, None]
        return starts, previous[alive], carries[alive]


def arranged(segment: Segment, lives: Lives, rng: np.random.Generator) -> list[Tensor]:
    """Puts lives into a segment; returns what its samples carry in by population, float32 [m, H], 0 if nothing."""
    carried, given = segment.carried, []
    for p in range(P):
        starts, previous, carries = lives.links(p)
        count, hidden = len(previous), carried.before.shape[2]
        carried.starts[:-1, p] = starts
        carried.starts[-1, p] = segment.acted[p] = count
        carried.previous[p, :count] = previous
        carried.before[p, :count] = rng.normal(size=(count, hidden)) * carries[:, None]
        carried.after[p] = np.nan  # what was there before must not matter
        given.append(torch.from_numpy(carried.before[p, :count].copy()))
    return given


def thoughts_of(policy: Recurrent, seen: Tensor, lives: Lives, given: list[Tensor]) -> Tensor:
    """What the heads read of every sample, [P, m, H], one life after another."""
    rows = []
    for p in range(P):
        after: list[Tensor] = []
        for row, previous in enumerate(lives.links(p)[1]):
            before = given[p][row] if previous < 0 else after[previous]
            x = seen[p, row].expand(P, 1, -1)
            after.append(policy.cell(x, before.expand(P, 1, -1))[p, 0])
        padded = [seen[p, row] + h for row, h in enumerate(after)]
        rows.append(torch.stack(padded + [torch.zeros_like(seen[p, 0])] * (seen.shape[1] - len(after))))
    return torch.stack(rows)


def made_up(policy: Recurrent, lives: Lives, rng: np.random.Generator) -> tuple[Segment, More, Weights, list[Tensor]]:
    """A segment of such lives, the policy's weights, and what `arranged` returns."""
    weights, (ticks, slots) = allocate_weights(policy, CONFIG), lives.alive[0].shape
    segment, more = allocate(Rollout(CONFIG, -(-slots // CONFIG.quota), ticks), weights)
    fill(segment, more, LAYOUT, CONFIG, rng)
    segment.matters[...] = 2**32 - 1
    valid = segment.entities[..., LAYOUT.target]  # by style; one's own row stands for nobody, who always is
    valid[...] = rng.integers(0, 8, valid.shape)
    np.put_along_axis(valid, segment.first[:, :-1].astype(np.int64), 7, 1)
    read_weights(weights, policy, LAYOUT)
    compose_table(weights, policy, 0, 1)
    return segment, more, weights, arranged(segment, lives, rng)


def check(lives: Lives, hidden: int, activation: str, seed: int) -> dict[str, Tensor]:
    """Compares all that is judged and learned; returns the gradients."""
    learning = basic(network="recurrent", hidden=hidden, activation=activation)
    policy = Recurrent(CONFIG, learning, torch.Generator().manual_seed(seed))
    segment, more, weights, given = made_up(policy, lives, np.random.default_rng(seed))
    acted, rows = segment.acted, int(segment.acted.max())
    valid = torch.arange(rows) < torch.from_numpy(acted)[:, None]
    samples = Samples(segment.windows, segment.entities, segment.first, acted * 0, acted, segment.moves, more)
    choices = policy.decide(thoughts_of(policy, policy.encode(samples), lives, given), samples)
    log_prob, entropy = joint(choices, torch.from_numpy(segment.actions[:, :rows]) * valid.unsqueeze(-1), LAYOUT)
    advantage, target = (torch.from_numpy(x[:, :rows]) for x in (segment.advantage, segment.target))
    losses = policy_gradient(log_prob, choices.value, entropy, advantage, target, valid)
    total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
    total.sum().backward()
    wanted = {name: parameter.grad.clone() for name, parameter in policy.named_parameters()}

    allocate_grads(policy)
    scratch, gradients = allocate_scratch(weights), allocate_gradients(weights, 1)
    for p, count in enumerate(acted):
        judge_again(segment, weights, scratch, p, CONFIG.styles, count)
        np.testing.assert_allclose(
            segment.output[p, :count, 9], choices.value[p, :count].detach(), atol=1e-4, rtol=1e-4
        )
        share, drawn = 1 / max(count, 1), segment.advantage[p, :count].astype(np.float64)
        mean = drawn.sum() * share
        numbers = mean, 1 / (np.sqrt(((drawn - mean) ** 2).sum() * share) + 1e-6), share
        norms = np.tile(np.float32(numbers), (p + 1, 1))
        loss = Loss(norms, np.float32(learning.value_weight), np.float32(0), entropy_weights(learning, LAYOUT))
        learn_populations(segment, weights, gradients, scratch, 0, np.array([p]), CONFIG.styles, loss, False)
        for mine, theirs in zip(segment.losses[p] * share, losses, strict=True):
            np.testing.assert_allclose(mine, theirs[p].item(), atol=1e-4, rtol=1e-3)
    places = places_of([segment]), segment.acted[None], segment.windows, segment.hidden
    learn_tiles(*tile_gradients(gradients, policy), *places, 0, 1, scratch.listing)
    write_gradients(gradients, policy, LAYOUT)
    for name, parameter in policy.named_parameters():
        scale = wanted[name].abs().max().item()
        torch.testing.assert_close(parameter.grad, wanted[name], atol=1e-4 * scale + 1e-7, rtol=1e-3, msg=name)
    return wanted


def pattern(*rows: str) -> Lives:
    """Both populations have the same lives: a row a tick, a letter an agent by its slot, a space for nobody.

    A capital carries something into the segment.
    """
    letters = np.array([list(row) for row in rows])
    alive = letters != " "
    before = np.concatenate([letters[:1], letters[:-1]])
    new = letters != before
    new[0] = np.char.islower(letters[0])
    return Lives([alive] * P, [new] * P)


def test_a_pattern() -> None:
    """Slot 0: A lives on. Slot 1: b dies, and c is born in its place. Slot 2: D is culled, and e is born later."""
    starts, previous, carries = pattern("AbD", "Ab ", "Ace").links(0)
    assert starts.tolist() == [0, 3, 5, 8]
    assert previous.tolist() == [-1, -1, -1, 0, 1, 3, -1, -1]
    assert carries.tolist() == [True, False, True, False, False, False, False, False]


def test_memories_by_hand() -> None:
    """With all weights 0 the gates are r = z = 1/2 and n = tanh 0 = 0: h becomes h/2, and of the newborn stays 0."""
    policy = Recurrent(CONFIG, basic(network="recurrent", hidden=16), torch.Generator().manual_seed(0))
    for parameter in policy.cell.parameters():
        parameter.data.zero_()
    lives = pattern("AbD", "Ab ", "Ace")
    segment, _, weights, given = made_up(policy, lives, np.random.default_rng(0))
    judge_again(segment, weights, allocate_scratch(weights), 0, CONFIG.styles, 8)
    h = given[0].numpy()
    assert h.any(1).tolist() == [True, False, True, False, False, False, False, False]
    wanted = [h[0] / 2, 0 * h[1], h[2] / 2, h[0] / 4, 0 * h[1], h[0] / 8, 0 * h[1], 0 * h[1]]
    np.testing.assert_array_equal(segment.carried.after[0, :8], wanted)
    np.testing.assert_array_equal(segment.hidden[0, :8], segment.carried.seen[0, :8] + wanted)


HAND_MADE = {
    "lives that go on": pattern("ABc", "ABc", "ABc"),
    "one dies and another is born in its slot": pattern("AB", "Ac", "dc", "dc"),
    "one is culled, its slot empty, then another's": pattern("AB", "A ", "Ac", "Ac"),
    "all are new at each tick": pattern("ab", "cd", "ef"),
    "a tick without anybody": pattern("A", " ", "b", "b"),
    "nobody at first": pattern("  ", " a", "ba"),
    "one tick": pattern("AbC"),
}


@pytest.mark.parametrize("lives", HAND_MADE.values(), ids=HAND_MADE)
def test_lives_by_hand(lives: Lives) -> None:
    learned = check(lives, 16, "relu", 1)
    carries = any(links[2].any() or (links[1] >= 0).any() for links in map(lives.links, range(P)))
    assert (learned["cell.recurrent"].abs().max() > 0) == carries


@given(
    st.integers(1, 5),
    st.integers(1, 160),
    st.sampled_from([16, 32, 48]),
    st.sampled_from(["relu", "none"]),
    st.floats(0.05, 1),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
@settings(max_examples=15, deadline=None)
def test_any_lives(ticks: int, slots: int, hidden: int, activation: str, alive: float, new: float, seed: int) -> None:
    """Also more at a tick than are worked on at once, and populations of different size."""
    rng = np.random.default_rng(seed)
    shares = alive, alive * rng.random()
    there = [rng.random((ticks, slots)) < share for share in shares]
    there[0][-1, -1] = True  # somebody lives
    check(Lives(there, [rng.random((ticks, slots)) < new for _ in shares]), hidden, activation, seed)
