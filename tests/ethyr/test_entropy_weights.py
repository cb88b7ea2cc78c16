"""Weights of the entropy bonus by choice: both learners' gradients are those of the loss as it is written."""

import dataclasses
from typing import Any

import pytest
import torch

from forge.blade import ConfigError, World
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.learning.entropy import entropy_weights
from forge.ethyr.learning.losses import policy_gradient, population_mean
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint_apart
from forge.ethyr.networks.policy import Policy
from tests.ethyr.test_fused import GUESTS, LEARNED, SMALL, learner, learning_in, samples_of
from tests.learners import basic

WEIGHTS = {"move": 0.2, "style": 3.0, "target": 0.0}


def told(names: Any) -> str:
    return " ".join(f"{name}={weight}" for name, weight in names.items())


def loss_of(choices: Any, actions: Any, rollout: Any, samples: Any, valid: Any, learning: Learning) -> torch.Tensor:
    """The loss as it is written: every entropy with a weight of its own."""
    log_prob, apart = joint_apart(choices, actions, rollout.layout, samples.matters())
    advantage, target = (torch.from_numpy(x[:, : valid.shape[1]]) for x in (rollout.advantage, rollout.target))
    losses = policy_gradient(log_prob, choices.value, torch.zeros_like(log_prob), advantage, target, valid)
    names = [choice.name for choice in rollout.layout.schema.choices]
    given = learning.entropy_by_choice()
    bonus = sum(
        given.get(names[column], learning.entropy_weight) * population_mean(x, valid) for column, x in apart.items()
    )
    return (losses.policy + learning.value_weight * losses.value - bonus).sum()


@pytest.mark.parametrize("config", [LEARNED, GUESTS], ids=["learned", "outside"])
def test_every_choice_has_its_own_weight(config: Any) -> None:
    names = dict(WEIGHTS)
    if config is GUESTS:
        names |= {choice.name: 1.5 for choice in config.schema.choices[-2:]}
    learning = learning_in(config, entropy_weights=told(names))
    fused = learner(config, learning, worlds=4)
    fused.collect()
    (segment,), (more,) = fused.segments, fused.more
    rows = int(segment.acted.max())
    valid = torch.arange(rows) < torch.from_numpy(segment.acted)[:, None]
    samples, actions = samples_of(segment, more), torch.from_numpy(segment.actions[:, :rows])
    given = segment._asdict() | {"layout": fused.layout}
    rollout = type("Rollout", (), given)
    loss = loss_of(fused.policy(samples), actions, rollout, samples, valid, learning)
    names_of = dict(fused.policy.named_parameters())
    wanted = dict(zip(names_of, torch.autograd.grad(loss, list(names_of.values()), allow_unused=True), strict=True))
    fused.gradients(segment.acted)
    for name, parameter in names_of.items():
        theirs = torch.zeros_like(parameter) if wanted[name] is None else wanted[name]
        scale = theirs.abs().max().item()
        torch.testing.assert_close(parameter.grad, theirs, atol=1e-5 * scale + 1e-8, rtol=1e-3, msg=name)


def test_the_engine_in_torch_says_the_same() -> None:
    learning = learning_in(LEARNED, entropy_weights=told(WEIGHTS))
    world = World(LEARNED, 2, seed=3, threads=1)
    world.reset()
    policy = Policy(LEARNED, learning, torch.Generator().manual_seed(1))
    made = TorchLearner(world, policy, learning, seed=7)
    for _ in range(4):
        acted = made.collect()
    rollout, rows = made.collector.rollout, int(acted.max())
    valid, samples = torch.arange(rows) < torch.from_numpy(acted)[:, None], rollout.learnable(acted)
    actions = rollout.view(rollout.actions, rows) * valid.unsqueeze(-1)
    loss = loss_of(policy(samples), actions, rollout, samples, valid, learning)
    wanted = torch.autograd.grad(loss, list(policy.parameters()))
    made.gradients(acted)
    for parameter, theirs in zip(policy.parameters(), wanted, strict=True):
        torch.testing.assert_close(parameter.grad, theirs, atol=1e-6, rtol=1e-4)


def test_one_weight_for_all_is_the_default_and_unknown_names_are_refused() -> None:
    layout = learner(SMALL, basic(ticks=6), worlds=1).layout
    assert entropy_weights(basic(), layout).tolist() == pytest.approx([0.03] * 3)
    with pytest.raises(ConfigError, match=r"learning\.entropy_weights: unknown choice 'styel'; did you mean 'style'"):
        learner(SMALL, dataclasses.replace(basic(), entropy_weights="styel=1"), worlds=1)
