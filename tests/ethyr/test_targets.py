"""The head that picks targets: by hand, compiled against dense, and what it may never pick."""

import numpy as np
import pytest
import torch
from torch import Tensor

from forge.blade import Chaos, World
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.ethyr.kernels.entities import normaliser
from forge.ethyr.kernels.layout import NEVER, TARGET
from forge.ethyr.kernels.targets import target_gradient_lane, target_lane
from forge.ethyr.networks import dense
from forge.ethyr.networks.heads import draw, joint
from forge.ethyr.networks.network import Choices
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.targets import TargetHead, TargetScores
from tests.ethyr.test_encoder import drawn
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "combat.targeting": "learned", "terrain.side": 32})
NORM = normaliser(np.zeros(11, np.float32), np.ones(11, np.float32))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiny() -> tuple[Samples, dict[str, Tensor]]:
    """One population, two samples. The first sees itself and two others; the second itself alone."""
    entities = np.zeros((1, 4, 16), np.int16)
    entities[0, :, 0] = 0, 2, 5, 9  # ages
    entities[0, :, TARGET] = 0b111, 0b110, 0b001, 0b111
    windows, first = np.zeros((1, 2, 1, 16), np.uint8), np.array([[0, 3, 4]], np.int32)
    weights = {
        name: torch.zeros(1, *shape) for name, shape in (("query", (2, 4)), ("weight", (11, 4)), ("score", (4,)))
    }
    weights["query"][0, 0] = torch.tensor([1.0, -3.0, 0.0, 0.0])
    weights["weight"][0, 0] = torch.tensor([1.0, 1.0, 0.0, 0.0])  # of the age
    weights["score"][0] = torch.tensor([10.0, 1.0, 0.0, 0.0])
    return Samples(windows, entities, first, np.array([0]), np.array([2])), weights


def test_scores_by_hand() -> None:
    """A score is 10 · relu(1 + age) + relu(age − 3) for the first sample, 11 · age for the second."""
    samples, given = tiny()
    bias = torch.zeros(1, 4)
    # style 0: itself of age 0 and the last, of age 5; style 1: itself and the second, of age 2
    for style, wanted in ((0, [10.0, NEVER, 62.0]), (1, [10.0, 30.0, NEVER])):
        styles = torch.tensor([[style, 2]])
        plain = dense.target_scores(
            given["query"], given["weight"], bias, given["score"], samples.to("cpu"), styles,
            torch.zeros(11), torch.ones(11),
        )  # fmt: skip
        joined = torch.cat([given["weight"], bias.unsqueeze(1)], 1)
        ours = TargetScores.apply(given["query"], joined, given["score"], samples, styles.numpy(), NORM)
        for scores in (plain, ours):
            assert scores[0].tolist() == [wanted, [99.0, NEVER, NEVER]]


@pytest.mark.parametrize("hidden", [16, 48])
def test_compiled_scores_and_gradients_equal_dense_ones(hidden: int) -> None:
    head, samples = TargetHead(CONFIG, hidden, seeded()), drawn([70, 30])
    samples.entities[..., TARGET] = np.random.default_rng(1).integers(0, 8, samples.entities.shape[:2])
    styles = torch.randint(0, 3, (2, 70), generator=seeded(1))
    query = torch.randn(2, 70, hidden, generator=seeded(2)).requires_grad_()
    norm = head.norm.centre, head.norm.scale
    joined = torch.cat([head.agent, head.bias.unsqueeze(1)], 1)
    rest = samples, styles.numpy(), normaliser(*(part.numpy() for part in norm))
    ours = TargetScores.apply(query, joined, head.score, *rest)
    layer = head.agent, head.bias, head.score
    plain = dense.target_scores(query, *layer, samples.to("cpu"), styles, *norm)
    filled = torch.arange(70) < torch.tensor([[70], [30]])
    torch.testing.assert_close(ours[filled], plain[filled], atol=1e-3, rtol=1e-5)
    assert ((ours == NEVER) == (plain == NEVER))[filled].all()
    grad = torch.randn(ours.shape, generator=seeded(3)) * filled.unsqueeze(-1)
    wanted = torch.autograd.grad(plain, (query, *layer), grad)
    for name, one, other in zip(
        ("query", "agent", "bias", "score"), torch.autograd.grad(ours, (query, *layer), grad), wanted, strict=True
    ):
        scale = other.abs().max().item()
        torch.testing.assert_close(one, other, atol=1e-5 * scale, rtol=1e-4, msg=name)


def test_lanes_share_the_work_without_gaps() -> None:
    samples = drawn([130, 20])
    samples.entities[..., TARGET] = 7
    query, weight, score = (torch.randn(s, generator=seeded(4)).numpy() for s in ((2, 130, 16), (2, 12, 16), (2, 16)))
    given = query, weight, score, *samples[1:5], np.ones((2, 130), np.int64), NORM
    grad, found = torch.randn(2, 130, 9, generator=seeded(5)).numpy(), []
    for lanes in (1, 3, 40):
        out, parts = np.full((2, 130, 9), np.nan, np.float32), np.full((2, 16, 13, 16), np.nan, np.float32)
        grad_query = np.zeros_like(query)
        for lane in range(lanes):
            target_lane(out, *given, lane, lanes)
            target_gradient_lane(parts, grad_query, grad, *given, lane, lanes)
        found.append((out, parts, grad_query))
    assert (found[0][0][1, 20:] == np.float32(NEVER)).all()
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_the_joint_probability_counts_the_target_given_the_style() -> None:
    """Two styles at even odds; with style 1 the targets have 1/4 and 3/4, with style 0 the first is certain."""
    even = torch.full((1, 1, 2), 0.5).log()
    tables = torch.tensor([[1.0, 1e-30], [0.25, 0.75]]).log()
    choices = Choices(torch.zeros(1, 1, 1), even, torch.zeros(1, 1), lambda styles: tables[styles])
    log_prob, spread = joint(choices, torch.tensor([[[0, 1, 1]]], dtype=torch.uint8))
    torch.testing.assert_close(log_prob.exp(), torch.tensor([[0.5 * 0.75]]))
    # ln 2 for the style; −(1/4 ln 1/4 + 3/4 ln 3/4) = 0.5623 for the target
    torch.testing.assert_close(spread, torch.tensor([[0.6931 + 0.5623]]), atol=1e-4, rtol=0)
    assert joint(choices, torch.tensor([[[0, 0, 0]]], dtype=torch.uint8))[0].exp().item() == pytest.approx(0.5)
    many = Choices(*(part.expand(1, 4000, -1) for part in choices[:2]), torch.zeros(1, 4000), choices.target)
    actions, log_probs = draw(many, seeded())
    torch.testing.assert_close(joint(many, actions)[0], log_probs)
    shares = np.bincount(2 * actions[0, :, 1].numpy() + actions[0, :, 2].numpy(), minlength=4) / 4000
    # a share's deviation is at most sqrt(0.25 / 4000) = 0.008: five of them
    assert np.abs(shares - [0.5, 0, 0.125, 0.375]).max() < 0.04


def test_valid_targets_are_drawn() -> None:
    """Everyone starts on a small square without immunity, so that there are targets; a target is drawn for everyone."""
    crowded = CONFIG.replace(**{"terrain.side": 26, "combat.immunity": 0, "spawn.cap": 64})
    policy = make_policy(crowded, basic(), seeded())
    world, actor = World(crowded, 4, seed=3), Actor(policy, crowded)
    observation, named, valid = world.reset(), 0, 0
    for _ in range(40):
        actions, alive = actor.act(observation), observation.alive
        chosen = np.take_along_axis(
            observation.target_mask[alive, actions[alive][:, 1]], actions[alive][:, 2:].astype(np.int64), 1
        )
        assert chosen.all()
        valid += int(chosen.size)
        named += int((actions[alive][:, 2] > 0).sum())
        observation, *_ = world.step(actions)
    assert valid > 500
    assert named > 50
