"""What a new configuration trains, and in which worlds, where nothing else is asked for."""

from pathlib import Path

import torch

from forge.blade import Chaos, World
from forge.ethyr.engines.engine import make_learner, make_policy
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learning.minibatches import fitted
from forge.ethyr.learning.settings import Learning
from forge.experiments.runs.settings import SIGHT, Training, to_train_in


def test_populations_are_trained_with_sight_of_ways_and_reach() -> None:
    for training in (Training(), Training.named("law"), Training.named("chaos")):
        assert training.world.systems == SIGHT
        assert training.world.spawn.random_cap
        assert training.modules == ()  # they are ours: nobody has to trust them
    assert to_train_in(Training.named("law").world) == Training.named("law").world
    assert Chaos().systems == ()


def test_a_world_of_ones_own_has_the_systems_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text(Chaos().to_toml())
    assert Training.named(str(tmp_path / "plain.toml")).world == Chaos()
    (tmp_path / "sighted.toml").write_text('systems = ["reach"]\n[spawn]\ncap = 32\n')
    world = Training.named(str(tmp_path / "sighted.toml")).world
    assert (world.systems, world.spawn.cap, world.spawn.random_cap) == (("reach",), 32, False)


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(Training.named("law").to_toml())
    assert Training.from_toml(tmp_path / "config.toml", whole=True) == Training.named("law")


def test_the_kernels_learn_what_is_learned_by_default() -> None:
    config = Training().world.replace(**{"spawn.cap": 8, "spawn.populations": 2, "terrain.side": 32})
    world = World(config, 2, seed=0, threads=1)
    world.reset()
    learning = fitted(Learning(), 2)
    policy = make_policy(config, learning, torch.Generator().manual_seed(0))
    assert type(make_learner(world, policy, learning, 0, 1)) is FusedLearner
