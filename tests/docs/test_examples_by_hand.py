"""Parts of the examples that others copy, on cases small enough to do by hand."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import forge
from forge.blade.world.action_tree import ActionTree
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_advantages_of_ppo_end_with_a_life_and_begin_with_the_next() -> None:
    """Slot 0: a life that goes on. Slot 1: a death in tick 0, empty in tick 1, a newborn in tick 2."""
    ppo = example("ppo")
    args = ppo.Args(gamma=0.5, gae_lambda=0.5)
    reward = np.array([[[1, 0]], [[1, 0]], [[1, 1]]], np.float32)
    terminated = np.array([[[False, True]], [[False, False]], [[False, False]]])
    value = np.array([[[2, 8]], [[4, 0]], [[2, 4]], [[4, 2]]], np.float32)
    found = ppo.advantages(args, reward, terminated, value)
    # the last ticks: 1 + 0.5 · 4 − 2 = 1 and 1 + 0.5 · 2 − 4 = −2
    # slot 0 before them: 1 + 0.5 · 2 − 4 + 0.25 · 1 = −1.75, and 1 + 0.5 · 4 − 2 + 0.25 · −1.75 = 0.5625
    assert found[:, 0, 0] == pytest.approx([0.5625, -1.75, 1])
    # slot 1: the dead get 0 − 8, whatever the newborn is worth
    assert found[[0, 2], 0, 1] == pytest.approx([-8, -2])


def test_an_answer_in_words_is_an_action_only_if_it_makes_sense_and_does_not_kill() -> None:
    """One agent of one world: its first tile lies on the ring, so that lava is on one side of it at least."""
    text = example("text_agent")
    world = forge.make("law", seed=3, **{"terrain.side": 40, "spawn.cap": 2, "spawn.populations": 1})
    observation, tree = world.reset(), ActionTree(world.config)
    where = tuple(np.argwhere(observation.alive)[0])
    prompt = text.describe(world.config, observation, where, "none")
    around = dict(re.findall(r"(north|south|east|west) is (\w+)", prompt))
    lava = next(way for way, tile in around.items() if tile == "lava")
    safe = next(way for way, tile in around.items() if tile in ("grass", "forest"))

    def understood(answer: str) -> tuple[int, ...] | None:
        found = text.understood(answer, tree, observation, where)
        return None if found is None else tuple(found)

    assert understood(f"{safe}, mage") == tree.decide(safe, "mage")
    assert understood(f"First, look: water is far. So I go.\n{safe.upper()} , Range") == tree.decide(safe, "range")
    for nonsense in ("", "north", "up, melee", f"{safe}, hug", f"{lava}, melee", "{'move': 1}"):
        assert understood(nonsense) is None

    player = text.TextPlayer(world.config, range(2))
    for answer, row in ((f"{lava}, mage", tree.idle), (f"{safe}, mage", tree.decide(safe, "mage"))):
        text.complete = lambda prompt, answer=answer: answer
        assert tuple(player.act(observation)[where]) == row
    assert (player.asked, player.misunderstood) == (2, 1)


def test_ways_in_words_lead_around_what_cannot_be_entered() -> None:
    text = example("text_agent")
    tiles = np.array([[2, 5, 4], [2, 2, 5], [1, 5, 2]])  # grass, forest to the north-east behind stone, water
    assert text.way_to(tiles == 4, tiles) == "none in view."
    assert text.way_to(text.beside(tiles == 1), tiles) == "1 steps, first west."
    tiles[0, 1] = 2
    assert text.way_to(tiles == 4, tiles) == "2 steps, first north."


def test_an_heir_begins_with_the_weights_and_the_optimiser_of_its_parent(tmp_path: Path) -> None:
    pbt = example("pbt")
    small = forge.Law(**{"terrain.side": 32, "spawn.cap": 4, "spawn.populations": 2})
    session = Session(worlds=2, minutes=0, steps=200)
    parent = Run.create(tmp_path / "parent", Training(run=session, world=small))
    trained = train(parent)
    learning = pbt.explored(parent.training.learning, np.random.default_rng(0))
    heir = pbt.heir(Training(run=session, learning=learning, world=small), parent.latest())
    for theirs, ours in zip(trained.policy.parameters(), heir.policy.parameters(), strict=True):
        assert torch.equal(theirs, ours)
    count = trained.optimiser.adam.state_dict()["state"][0]["step"]
    assert heir.optimiser.adam.state_dict()["state"][0]["step"] == count > 0
    assert learning.learning_rate / parent.training.learning.learning_rate in (0.8, 1.25)
