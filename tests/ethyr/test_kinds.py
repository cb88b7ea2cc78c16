"""Every kind of training: network, algorithm and targeting together learn, save and go on to the same bits."""

import itertools
from pathlib import Path

import pytest
import torch

from forge.blade import Chaos, World
from forge.ethyr.insight.actor import Actor
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer
from tests.learners import basic

#: Each network with the width it is tried at.
HERE = __name__.rpartition(".")[0]
NETWORKS = {"default": 16, "recurrent": 16, f"{HERE}.custom:Attentive": 32, f"{HERE}.modules.nets:Remembering": 16}
TARGETING = ("lowest_health", "learned")
KINDS = [*itertools.product(NETWORKS, ("pg", "ppo"), TARGETING)]


def kind(network: str, algorithm: str, targeting: str, **other: object) -> Training:
    world = {"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 32, "combat.targeting": targeting}
    learning = {"network": network, "algorithm": algorithm, "hidden": NETWORKS[network], "epochs": 2, "ticks": 12}
    return Training(
        run=Session(worlds=4, seed=1, threads=1),
        learning=basic(**{**learning, **other}),
        world=Chaos(**world),
    )


@pytest.mark.parametrize(("network", "algorithm", "targeting"), KINDS)
def test_it_learns_and_goes_on_to_the_same_bits(network: str, algorithm: str, targeting: str, tmp_path: Path) -> None:
    training = kind(network, algorithm, targeting)
    whole = Trainer(training)
    before = [p.detach().clone() for p in whole.policy.parameters()]
    for _ in range(2):
        losses = whole.update()
        assert all(part.isfinite().all() for part in losses)
    for (name, now), then in zip(whole.policy.named_parameters(), before, strict=True):
        assert now.isfinite().all()
        assert all((now != then).flatten(1).any(1)), f"{name} of a population did not learn"
    whole.save(tmp_path / "checkpoint")
    resumed = Trainer(training)
    resumed.load(tmp_path / "checkpoint")
    for _ in range(2):
        whole.update()
        resumed.update()
    assert whole.world.hash() == resumed.world.hash()
    for one, other in zip(whole.policy.parameters(), resumed.policy.parameters(), strict=True):
        assert torch.equal(one, other)
    play(Actor(resumed.policy, training.world))


def play(actor: Actor) -> None:
    """Plays, and does nothing that the masks rule out."""
    world = World(actor.config, 2, seed=9)
    observation = world.reset()
    for _ in range(30):
        actions, alive = actor.act(observation), observation.alive
        assert not actions[~alive].any()
        moves, styles = actions[alive][:, 0], actions[alive][:, 1]
        assert observation.move_mask[alive][range(len(moves)), moves].all()
        if actor.config.learned_targets:
            assert observation.target_mask[alive][range(len(moves)), styles, actions[alive][:, 2]].all()
        observation, *_ = world.step(actions)


def test_a_kind_survives_its_configuration_file() -> None:
    for each in KINDS:
        assert Training.from_toml(kind(*each).to_toml()) == kind(*each)
