"""The minds of agents that play: hand-made ones with a memory, and those of the networks of the package."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from forge.blade import Config, World
from forge.blade.recording.scene import Scene
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.insight import Insight
from forge.ethyr.insight.mind import Mind, Remembered
from forge.ethyr.networks.network import Choices
from tests.blade.worlds import patchwork
from tests.ethyr.hand import CONFIG, LEARNED, Hand, at, peopled
from tests.learners import basic


def mind_of(policy: Hand, scale: float = 1.0) -> Mind:
    """The mind of somebody who plays by a hand-made policy."""
    return Mind(lambda: cast(Any, SimpleNamespace(policy=policy, reward_scale=scale, memory=None)))


def test_the_dependency_of_a_living_agent_is_of_its_own_surroundings() -> None:
    """Worth food times the number of agents in view: 20 · 3 − 20 · 2 as it is, and 8 with a quarter of the food."""
    scene = peopled(at(8, 8, food=20), at(9, 9, 1))
    mind = mind_of(Hand(lambda seen, _: seen[0, 2] * len(seen)))
    assert (mind.dependency(scene, 0) == 20).all()
    assert (mind.dependency(scene, 0, food=0.25) == 8).all()
    assert scene.agents["food"].tolist() == [20, 32]
    assert np.nanmax(mind.values(scene, 1, 0.5)) == 16 * 3


def test_agents_that_are_made_up_remember_nothing_and_the_living_their_own() -> None:
    policy = Hand(lambda seen, memory: memory.sum(), width=2)
    mind, scene = mind_of(policy, 0.5), peopled(at(8, 8, id=5), at(9, 9, 1, id=6), at(9, 9, 1, id=2**32 + 7))
    assert Insight(policy).judge(scene, at(4, 4)).value.tolist() == [0]
    numbers = torch.tensor([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    memory = Remembered(np.array([5, 4, 2**32 + 7]), numbers)
    assert [mind.think(scene, place, memory).value for place in range(3)] == [6, 0, 600]  # slot 1 was another's
    assert mind.think(scene, 0).value == 0
    assert mind.recall() is None


@pytest.mark.parametrize("network", ["default", "recurrent"])
@pytest.mark.parametrize("config", [CONFIG, LEARNED], ids=["lowest_health", "learned"])
def test_the_living_are_judged_as_when_they_act(network: str, config: Config) -> None:
    """A mind meets agents in a copy of the world's state; the actor, in the world's own observation."""
    policy = make_policy(config, basic(network=network, hidden=16), torch.Generator().manual_seed(1))
    actor = Actor(policy, config, 3)
    mind = Mind(lambda: actor)
    assert mind.recall() is None
    world = World(config, 2, 5, 1, maps=[patchwork(config.terrain, seed) for seed in (1, 2)])
    observation = world.reset()
    for _ in range(25):
        observation, *_ = world.step(actor.act(observation))
    remembered, scene = mind.recall(), Scene.of_world(world)
    assert (remembered is not None) == (network == "recurrent")
    thoughts = [mind.think(scene, place, remembered) for place in range(len(scene.agents))]
    heard: list[Choices] = []
    actor.policy.register_forward_hook(lambda module, given, choices: heard.append(choices))
    actor.act(observation)
    assert len(thoughts) > 1
    assert actor._rollout is not None
    for slot, thought in zip(scene.slots, thoughts, strict=True):
        p, q = slot // config.quota, actor._rollout.sample_of[0, 0, slot]
        assert thought.value == pytest.approx(float(heard[0].value[p, q]), abs=1e-5)
        np.testing.assert_allclose(thought.move, heard[0].move[p, q].exp(), atol=1e-5)
        np.testing.assert_allclose(thought.style, heard[0].style[p, q].exp(), atol=1e-5)
        assert thought.attacks.shape == (3, 7, 7)
