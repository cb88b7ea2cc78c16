"""Policies in worlds of other systems than those of their training: shown what they know, by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from forge.blade import Chaos, Config, ConfigError, World
from forge.blade.recording.scene import Scene
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.mind import Mind
from forge.experiments.evaluation.entrants import seated
from forge.experiments.evaluation.mixing import Entrant, Mixed, Seat
from forge.experiments.evaluation.translation import Interpreted, Translation, seen_through
from tests.learners import basic
from tests.outside.worlds import SYSTEMS

SMALL = {"terrain.side": 32, "spawn.cap": 16, "spawn.populations": 4}
OURS = Chaos(**SMALL)
#: Nobody suffers from being ill, and herbs are traded by nobody who does not know of them.
HARMLESS = Config(systems=SYSTEMS).replace(**SMALL, **{"plague.harm": 0})


def actor_of(config: Config, seed: int = 0) -> Actor:
    return Actor(make_policy(config, basic(hidden=16), torch.Generator().manual_seed(seed)), config, seed)


def lives(config: Config, player: Actor, ticks: int = 40) -> list[np.ndarray]:
    """What a player makes of a world: the fields of agents that are ours, tick by tick."""
    world, found = World(config, 2, seed=3, threads=1), []
    observation = world.reset()
    for _ in range(ticks):
        found.append(np.stack([observation.agents[name] for name in ("id", "row", "col", "health", "food", "water")]))
        observation, *_ = world.step(player.act(observation))
    return found


def test_a_policy_lives_the_same_lives_in_a_world_that_only_says_more() -> None:
    alone = lives(OURS, actor_of(OURS))
    player = seated(actor_of(OURS), Path("a run"), HARMLESS)
    assert isinstance(player, Interpreted)
    assert np.array_equal(alone, lives(HARMLESS, player))


def test_it_meets_another_in_turn_and_leaves_unknown_choices_idle() -> None:
    def make(config: Config, seed: int) -> Actor:
        return seated(actor_of(OURS, seed), Path("a run"), config)

    entrant = Entrant("run", OURS.populations, make)
    mixed = Mixed(HARMLESS, [entrant, entrant], [Seat(p % 2, p // 2) for p in range(HARMLESS.populations)])
    world = World(HARMLESS, 2, seed=3, threads=1)
    observation = world.reset()
    for _ in range(10):
        actions = mixed.act(observation)
        observation, *_ = world.step(actions)
    assert actions.shape[-1] == 6
    assert len({*actions[..., 0].flat}) > 1
    assert not actions[..., 2:].any()
    mind = Mind(lambda: mixed.players[1], seen_through(mixed.players[1], mixed.views[1]))  # type: ignore[arg-type, return-value]
    scene = Scene.of_world(world)
    thought = mind.think(scene, int(np.flatnonzero(scene.agents["population"] % 2 == 1)[0]))
    assert thought.move.sum() == pytest.approx(1, abs=1e-4)


def test_materials_that_it_does_not_know_are_ground_or_stone() -> None:
    bushes = Config(systems=["tests.outside.orchard:ORCHARD"]).replace(**SMALL)
    translation = Translation(OURS, bushes)
    scene = Scene.flat(bushes)
    scene.materials[10, 10:12] = [m.number for m in bushes.schema.materials if m.name in ("berry", "wall")]
    shown = translation.scene(scene).materials
    assert [OURS.schema.materials[number].name for number in shown[10, 9:12]] == ["grass", "grass", "stone"]
    assert translation.give(np.array([[[4, 2]]]), np.array([[True]])).tolist() == [[[4, 2, 0]]]


def test_what_it_knows_and_the_world_lacks_is_one_error() -> None:
    with pytest.raises(ConfigError) as error:
        Translation(HARMLESS, OURS)
    for told in (
        "the feature 'plague'",
        "itself, 'immune'",
        "its world, 'ill'",
        "the choice 'eat'",
        "the rows 'herbs' of strength, got",
    ):
        assert told in str(error.value)
