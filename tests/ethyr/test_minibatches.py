"""Minibatches: whole worlds, dealt anew in each epoch; both learners learn from those alone."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from forge.blade import Chaos, World
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.experience.rollout import NO_SAMPLE
from forge.ethyr.experience.timeline import timeline
from forge.ethyr.learning.losses import proximal
from forge.ethyr.learning.minibatches import GROUP, Minibatches, fitted, groups_of
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.policy import Policy, Recurrent
from tests.ethyr.test_fused import GUESTS, LEARNED, SMALL, learner, learning_in, samples_of
from tests.ethyr.test_fused_recurrent import LEARNING as RECURRENT
from tests.ethyr.test_fused_recurrent import Oracle
from tests.ethyr.test_fused_recurrent import learner as recurrent
from tests.learners import basic

DEALT: dict[str, Any] = {
    "algorithm": "ppo", "epochs": 2, "minibatches": 2, "ppo_clip": 0.02, "learning_rate": 0.02, "warmup": 0,
}  # fmt: skip


@given(st.integers(1, 200), st.integers(1, 200))
def test_groups_are_all_worlds_and_as_many_for_each_minibatch(worlds: int, minibatches: int) -> None:
    minibatches = min(minibatches, worlds)
    groups = groups_of(worlds, minibatches)
    assert [world for group in groups for world in group] == [*range(worlds)]
    assert all(1 <= len(group) <= GROUP for group in groups)
    assert len(groups) % minibatches == 0
    if minibatches > 1:
        assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_every_epoch_deals_all_groups_anew() -> None:
    dealt = Minibatches(basic(algorithm="ppo", epochs=3, minibatches=4), 64, seed=5)
    epochs = [[dealt.of(4 * epoch + part, tick=16).tolist() for part in range(4)] for epoch in range(3)]
    for parts in epochs:
        assert sorted(group for part in parts for group in part) == [*range(8)]
        assert all(len(part) == 2 for part in parts)
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[0] != [dealt.of(part, tick=32).tolist() for part in range(4)]
    # nothing is kept: another that is asked later says the same
    again = Minibatches(basic(algorithm="ppo", epochs=3, minibatches=4), 64, seed=5)
    assert [again.of(4 + part, tick=16).tolist() for part in range(4)] == epochs[1]


def test_the_policy_gradient_has_none() -> None:
    assert basic(minibatches=4).updates == 1
    assert Minibatches(basic(minibatches=4), 20, 0).of(0, 0).tolist() == [0, 1, 2]


def test_a_minibatch_needs_a_world() -> None:
    many = basic(algorithm="ppo", epochs=2, minibatches=3)
    assert (fitted(many, 2).minibatches, fitted(many, 2).updates) == (2, 4)
    assert fitted(many, 3) == many
    assert Minibatches(fitted(many, 2), 2, 0).groups == [range(1), range(1, 2)]


def total(losses: Any, learning: Learning) -> torch.Tensor:
    every = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
    return every.sum()


def expected(policy: torch.nn.Module, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    parameters = dict(policy.named_parameters())
    found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
    return {n: torch.zeros_like(p) if g is None else g for (n, p), g in zip(parameters.items(), found, strict=True)}


def assert_gradients(policy: torch.nn.Module, wanted: dict[str, torch.Tensor]) -> None:
    for name, parameter in policy.named_parameters():
        # what keys have in common all but cancels in their bias, which is rounded as its layer is
        layer = name.rpartition(".")[0]
        scale = max(one.abs().max().item() for other, one in wanted.items() if other.rpartition(".")[0] == layer)
        torch.testing.assert_close(parameter.grad, wanted[name], atol=1e-4 * scale + 1e-8, rtol=1e-3, msg=name)


@pytest.mark.parametrize("config", [SMALL, GUESTS], ids=["ours", "outside"])
def test_the_compiled_learner_learns_from_the_worlds_of_a_minibatch_alone(config: Any) -> None:
    learning = learning_in(config, **DEALT)
    fused = learner(config, learning)
    optimiser = Optimiser(fused.policy.parameters(), learning)
    acted = fused.collect()
    assert [len(group) for group in fused.groups] == [5, 5]
    before = [segment.log_prob.copy() for segment in fused.segments]
    for update in range(learning.updates):
        (group,) = fused._minibatches.of(update, int(fused.world.state.tick[0]))
        segment, rows = fused.segments[group], int(fused.segments[group].acted.max())
        samples = samples_of(segment, fused.more[group])
        choices, actions = fused.policy(samples), torch.from_numpy(segment.actions[:, :rows])
        log_prob, spread = joint(choices, actions, fused.layout, samples.matters())
        old, advantage, target = (
            torch.from_numpy(x[:, :rows].copy()) for x in (before[group], segment.advantage, segment.target)
        )
        valid = torch.arange(rows) < torch.from_numpy(segment.acted)[:, None]
        losses = proximal(log_prob, old, choices.value, spread, advantage, target, valid, learning.ppo_clip)
        wanted = expected(fused.policy, total(losses, learning))
        for ours, theirs in zip(fused.gradients(acted, update), losses, strict=True):
            torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-3)
        assert_gradients(fused.policy, wanted)
        optimiser.step()
    assert (fused.diagnostics.updates == 4).all()


def test_memories_of_the_worlds_of_a_minibatch_go_their_own_way() -> None:
    """The compiled recurrent network, against PyTorch life by life with the other group's samples left out."""
    learning = dataclasses.replace(RECURRENT, **DEALT)
    fused = recurrent(SMALL, learning)
    oracle, optimiser = Oracle(fused), Optimiser(fused.policy.parameters(), learning)
    for _ in range(3):
        fused.collect()
        oracle.judge()
    acted = fused.collect()
    before = torch.cat([torch.from_numpy(s.log_prob[:, : int(s.acted.max())]).clone() for s in fused.segments], 1)
    of_second = torch.arange(before.shape[1]) >= int(fused.segments[0].acted.max())
    for update in range(learning.updates):
        (log_prob, value, spread, advantage, target), valid = oracle.judge(keep=False)
        (group,) = fused._minibatches.of(update, int(fused.world.state.tick[0]))
        mine = valid & (of_second == bool(group))
        losses = proximal(log_prob, before, value, spread, advantage, target, mine, learning.ppo_clip)
        wanted = expected(fused.policy, total(losses, learning))
        for ours, theirs in zip(fused.gradients(acted, update), losses, strict=True):
            torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-3)
        assert_gradients(fused.policy, wanted)
        optimiser.step()


def test_no_bit_of_minibatches_depends_on_the_number_of_threads() -> None:
    ends = []
    for threads in (1, 2):
        fused = learner(SMALL, learning_in(SMALL, **DEALT), threads, worlds=3 * GROUP)
        optimiser = Optimiser(fused.policy.parameters(), fused.learning)
        for _ in range(2):
            acted = fused.collect()
            for update in range(fused.learning.updates):
                fused.gradients(acted, update)
                optimiser.step()
        ends.append((fused.world.hash(), [p.detach().clone() for p in fused.policy.parameters()]))
    assert ends[0][0] == ends[1][0]
    assert all(torch.equal(one, two) for one, two in zip(ends[0][1], ends[1][1], strict=True))


@pytest.mark.parametrize(
    ("config", "network"),
    [(LEARNED, Policy), (LEARNED, Recurrent), (GUESTS, Policy)],
    ids=["default", "recurrent", "outside"],
)
def test_the_learner_in_torch_learns_from_the_worlds_of_a_minibatch_alone(config: Chaos, network: Any) -> None:
    """As from the whole segment with all other samples left out of the losses; of memories each goes its own way."""
    learning = learning_in(config, **DEALT)
    world = World(config, 4, seed=3, threads=1)
    world.reset()
    policy = network(config, learning, torch.Generator().manual_seed(1))
    made = TorchLearner(world, policy, learning, seed=7)
    optimiser = Optimiser(policy.parameters(), learning)
    for _ in range(5):  # worlds fill up, and agents have something to remember
        acted = made.collect()
    rollout, rows = made.collector.rollout, int(acted.max())
    for update in range(learning.updates):
        chosen = [
            w for g in made._minibatches.of(update, int(world.state.tick[0])) for w in made._minibatches.groups[g]
        ]
        valid = torch.zeros(config.populations, rows, dtype=torch.bool)
        for p, sample_of in enumerate(np.split(rollout.sample_of[:-1, chosen], config.populations, 2)):
            valid[p, torch.from_numpy(sample_of[sample_of != NO_SAMPLE]).long()] = True
        assert 0 < valid.sum() < acted.sum()
        samples = rollout.learnable(acted)
        judged = policy.unroll(samples, made.collector.start, timeline(rollout)) if policy.memory else policy(samples)
        every = torch.arange(rows) < torch.from_numpy(acted)[:, None]
        actions = rollout.view(rollout.actions, rows) * every.unsqueeze(-1)
        log_prob, spread = joint(judged, actions, rollout.layout, samples.matters())
        old, advantage, target = (rollout.view(x, rows) for x in (rollout.log_prob, rollout.advantage, rollout.target))
        losses = proximal(log_prob, old, judged.value, spread, advantage, target, valid, learning.ppo_clip)
        wanted = expected(policy, total(losses, learning))
        for ours, theirs in zip(made.gradients(acted, update), losses, strict=True):
            torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-3)
        assert_gradients(policy, wanted)
        optimiser.step()


def test_a_minibatch_without_samples_teaches_nothing() -> None:
    world = World(SMALL, 2, seed=3, threads=1)
    world.reset()
    learning = dataclasses.replace(learning_in(SMALL, **DEALT), ticks=1)
    policy = Policy(SMALL, learning, torch.Generator().manual_seed(1))
    made = TorchLearner(world, policy, learning, seed=7)
    world.cull(np.ones(world.state.agents.shape, np.bool_) & (np.arange(2) == 0)[:, None])
    acted = made.collect()
    assert acted.sum() == 1  # of world 1 alone
    empty = next(u for u in range(2) if made._minibatches.of(u, int(world.state.tick[0])).tolist() == [0])
    losses = made.gradients(acted, empty)
    assert not torch.stack([*losses]).any()
    assert not any(parameter.grad.any() for parameter in policy.parameters())
