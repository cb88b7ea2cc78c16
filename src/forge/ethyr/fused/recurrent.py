"""The default network with a gated recurrent unit over its trunk: what `networks.policy.Recurrent` says in PyTorch.

What is not particular to a memory is the default network's: its encoder, its trunk, its heads, and their gradients. The
heads read `Segment.hidden`, here the sum of the trunk's output and of what the unit gives, which is what an agent
carries on.

Ticks follow one another. Playing, and judging a segment again, take them forward, each agent with what it carried out
of the tick before: nothing if it was born in between, whoever had its slot. Learning takes them backward, to where a
life or the segment begins (truncated backpropagation through time, Williams and Peng 1990); only products with what was
carried need that order, and all others are taken over blocks of samples of any ticks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor, from_numpy

from forge.blade.compiled.jit import inline, jit
from forge.ethyr.experience.memory import AGE, NOBODY, NUMBERS, OWNER
from forge.ethyr.experience.rollout import NO_SAMPLE
from forge.ethyr.fused.columns import BLOCK
from forge.ethyr.fused.learn import choices_gradient, encoder_gradient, forget, terms_of
from forge.ethyr.fused.network import encode, heads, settle, trunk
from forge.ethyr.fused.segment import Segment
from forge.ethyr.kernels.gru import (
    add_before_gradient,
    add_seen_gradient,
    add_unit_gradient,
    gates_gradient,
    remember,
)
from forge.ethyr.kernels.products import ROWS_AT_ONCE


@inline
def judge_newest(state, segment, weights, scratch, t):
    """As `play.judge_newest`; what the last observation would leave in the memories is not kept: it comes once more."""
    recall(state, segment, t)
    for p in range(segment.gathered.shape[0]):
        judge(segment, weights, scratch, p, segment.carried.starts[t, p], segment.gathered[p])
    if t < segment.reward.shape[0]:
        keep(state, segment, t)


@inline
def recall(state, segment, t):
    """Gives everyone who was gathered in tick t what it carries into it, as `experience.memory.Memory.recall` does."""
    carried, quota = segment.carried, np.int64(state.rules[0].quota)
    for p in range(segment.gathered.shape[0]):
        carried.starts[t + 1, p] = segment.gathered[p]
    for w in range(state.tick.shape[0]):
        for k in range(state.living_count[w]):
            slot = np.int64(state.living[w, k])
            p = segment.seats[slot // quota]
            if p >= 0:
                remind(state.agents[w, slot], segment, t, w, slot, p, np.int64(segment.sample_of[t, w, slot]))


@inline
def remind(agent, segment, t, w, slot, p, row):
    """`recall` for one agent, sample `row` of population p."""
    carried = segment.carried
    before, numbers = carried.before[p, row], carried.numbers[w, slot]
    known = (agent.id == carried.owner[w, slot]) & (agent.age >= carried.age[w, slot]) & (agent.age > 0)
    carried.previous[p, row] = segment.sample_of[t - 1, w, slot] if known and t > 0 else NO_SAMPLE
    for h in range(before.size):
        before[h] = numbers[h] if known else np.float32(0)


@inline
def keep(state, segment, t):
    """Takes what everyone who was judged in tick t carries on, as `experience.memory.Memory.keep` does."""
    carried, quota = segment.carried, np.int64(state.rules[0].quota)
    for w in range(state.tick.shape[0]):
        for slot in range(carried.owner.shape[1]):
            carried.owner[w, slot] = NOBODY
        for k in range(state.living_count[w]):
            slot = np.int64(state.living[w, k])
            p = segment.seats[slot // quota]
            if p >= 0:
                carried.owner[w, slot] = state.agents[w, slot].id
                carried.age[w, slot] = state.agents[w, slot].age
                numbers, after = carried.numbers[w, slot], carried.after[p, np.int64(segment.sample_of[t, w, slot])]
                for h in range(after.size):
                    numbers[h] = after[h]


@inline
def judge(segment, weights, scratch, p, low, high):
    """As `network.judge`, of the samples of one tick, from what is carried into it; fills `Carried`, too."""
    carried = segment.carried
    for q in range(low, high, BLOCK):
        end = min(q + BLOCK, high)
        encode(segment, weights, scratch, p, q, end)
        for row in range(q, end, ROWS_AT_ONCE):
            trunk(carried.seen, segment, weights, p, row)
            remember(carried.after, carried.gates, carried.seen, carried.before, weights.unit, p, row)
            for k in range(row, row + ROWS_AT_ONCE):
                hidden, seen, after = segment.hidden[p, k], carried.seen[p, k], carried.after[p, k]
                for h in range(hidden.size):
                    hidden[h] = seen[h] + after[h]
            heads(segment, weights, p, row)


@jit(_nrt=False)
def judge_again(segment, weights, scratch, p, styles, samples):
    """As `play.judge_again`: goes through the segment once more, from what was carried into it."""
    carried = segment.carried
    for t in range(carried.starts.shape[0] - 1):
        low, high = carried.starts[t, p], min(carried.starts[t + 1, p], samples)
        for row in range(low, high):
            previous = np.int64(carried.previous[p, row])
            if previous != NO_SAMPLE:
                before, after = carried.before[p, row], carried.after[p, previous]
                for h in range(before.size):
                    before[h] = after[h]
        if low < high:
            judge(segment, weights, scratch, p, low, high)
    for row in range(samples):
        settle(segment.output[p, row], segment.moves[p, row], styles, scratch.odds)


@jit(_nrt=False)
def learn_populations(segment, weights, gradients, scratch, group, which, styles, loss, again):
    """As `learn.learn_populations`; `hidden`, `after` and `gates` become gradients, too."""
    for k in range(which.size):
        learn_population(segment, weights, gradients, scratch, group, which[k], styles, terms_of(loss, which[k]), again)


@inline
def learn_population(segment, weights, gradients, scratch, group, p, styles, terms, again):
    """`learn_populations` for one of them, p, with the terms of its loss."""
    carried = segment.carried
    if again:
        judge_again(segment, weights, scratch, p, styles, segment.acted[p])
    forget(segment, gradients, group, p)
    gradients.unit.seen[group, p] = 0
    gradients.unit.kept[group, p] = 0
    gradients.unit.bias[group, p] = 0
    for q in range(0, segment.acted[p], BLOCK):
        end = min(q + BLOCK, segment.acted[p])
        choices_gradient(segment, weights, gradients, scratch, group, p, q, end, styles, terms)
        for k in range(end - q):
            grad, hidden, after = scratch.grad_hidden[k], segment.hidden[p, q + k], carried.after[p, q + k]
            for h in range(grad.size):
                hidden[h] = grad[h]
                after[h] = grad[h]
    for t in range(segment.reward.shape[0] - 1, -1, -1):
        for q in range(carried.starts[t, p], carried.starts[t + 1, p], BLOCK):
            hand_back(carried, weights.unit, scratch.grad_before, p, q, min(q + BLOCK, carried.starts[t + 1, p]))
    for q in range(0, segment.acted[p], BLOCK):
        end = min(q + BLOCK, segment.acted[p])
        add_unit_gradient(gradients.unit, group, carried.gates, carried.seen, carried.before, p, q, end)
        for k in range(end - q):
            grad, hidden = scratch.grad_hidden[k], segment.hidden[p, q + k]
            for h in range(grad.size):
                grad[h] = hidden[h]
        for k in range(0, end - q, ROWS_AT_ONCE):
            add_seen_gradient(scratch.grad_hidden, k, carried.gates, weights.unit, p, q + k)
        encoder_gradient(segment, carried.seen, weights, gradients, scratch, group, p, q, end)


@inline
def hand_back(carried, unit, grad_before, p, low, high):
    """Turns the gates of the samples low .. high − 1 of one tick into gradients, and adds theirs to the tick before's.

    Args:
        carried: whose `after` holds the whole gradient of what these samples carry on.
        unit: the weights.
        grad_before: float32 [BLOCK + slack, H], scratch.
        p, low, high: which samples, at most BLOCK.
    """
    for k in range(high - low):
        row = low + k
        gates_gradient(grad_before[k], carried.gates[p, row], carried.after[p, row], carried.before[p, row])
    for k in range(0, high - low, ROWS_AT_ONCE):
        add_before_gradient(grad_before, k, carried.gates, unit, p, low + k)
    for k in range(high - low):
        previous = np.int64(carried.previous[p, low + k])
        if previous != NO_SAMPLE:
            after, grad = carried.after[p, previous], grad_before[k]
            for h in range(grad.size):
                after[h] += grad[h]


def memories(groups: Sequence[Segment]) -> dict[str, Tensor]:
    """What all agents carry, as `experience.memory.Memory.state` has it: tensors that share no memory with it."""
    carried = [segment.carried[:3] for segment in groups]
    numbers, owner, age = (np.concatenate(part) for part in zip(*carried, strict=True))
    P, (worlds, _, hidden), quota = len(groups[0].acted), numbers.shape, numbers.shape[1] // len(groups[0].seats)
    places = numbers[:, : P * quota].reshape(worlds, P, quota, hidden).swapaxes(0, 1).reshape(P, -1, hidden)
    return {NUMBERS: from_numpy(places.copy()), OWNER: from_numpy(owner), AGE: from_numpy(age)}


def take_memories(groups: Sequence[Segment], state: Mapping[str, Tensor]) -> None:
    """Goes back to what `memories` returned, or the `state` of a `Memory` of the same worlds and network."""
    (P, _, hidden), worlds = state[NUMBERS].shape, len(state[OWNER])
    numbers = state[NUMBERS].numpy().reshape(P, worlds, -1, hidden).swapaxes(0, 1).reshape(worlds, -1, hidden)
    first = 0
    for segment in groups:
        carried, end = segment.carried, first + len(segment.carried.owner)
        carried.numbers[:, : numbers.shape[1]] = numbers[first:end]
        carried.owner[...], carried.age[...] = state[OWNER].numpy()[first:end], state[AGE].numpy()[first:end]
        first = end
