"""Watching training: what it is given and when, and that training is what it is without."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from forge.embyr import Pace, Source, Viewer
from forge.experiments.settings import Training
from forge.experiments.spectator import Spectator, fullest
from forge.experiments.train import Trainer
from tests.embyr.client import Client, wait_until

WORLD = {"terrain": {"side": 24, "border": 4}, "spawn": {"cap": 16, "random_cap": True}}
TRAINING = Training.from_dict({"world": WORLD, "run": {"worlds": 3}, "learning": {"ticks": 4}})


@pytest.fixture
def spectator() -> Iterator[Spectator]:
    """A spectator whose ticks are so short that no test waits for them."""
    source = Source.of(TRAINING.world, "training", "a run", tick_seconds=0.01)
    with Viewer(source, Pace(0.01), port=0) as viewer, Spectator(viewer, TRAINING.world) as made:
        yield made


def weights(trainer: Trainer) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in trainer.policy.state_dict().values()]


def test_it_takes_a_picture_first_then_nothing_until_somebody_looks(spectator: Spectator) -> None:
    trainer, viewer = Trainer(TRAINING), spectator.viewer
    spectator.attend(trainer)
    wait_until(lambda: viewer.hub.stream.number == 1)
    before = spectator._shown
    for _ in range(3):
        trainer.update()
        spectator.attend(trainer)
    viewer.call(lambda: None)
    assert spectator._shown is before
    assert viewer.hub.stream.number == 1
    with Client.greeted(viewer) as client:
        assert client.frame().tick < 12  # of the picture's world, which may have gone on since somebody came
        spectator.attend(trainer)
        while client.frame().tick < 12:  # three updates of four ticks: a copy of the world as it is now
            pass
        shown = spectator._shown
        assert shown is not None
        assert shown.world.configs == [trainer.world.configs[fullest(trainer.world)]]
        spectator.attend(trainer)  # too soon for newer weights
        spectator._next = time.monotonic()
        spectator.attend(trainer)
        wait_until(lambda: player_of(spectator) is not shown.player)
        assert spectator._shown is not None
        assert spectator._shown.world is shown.world  # which goes on
    wait_until(lambda: not viewer.watched)
    spectator.attend(trainer)
    with Client.greeted(viewer) as client:
        spectator.attend(trainer)
        wait_until(lambda: spectator._shown is not None and spectator._shown.world is not shown.world)


def player_of(spectator: Spectator) -> Any:
    assert spectator._shown is not None
    return spectator._shown.player


def test_training_is_the_same_with_and_without_spectators(spectator: Spectator) -> None:
    alone, watched = Trainer(TRAINING), Trainer(TRAINING)
    with Client.greeted(spectator.viewer) as client:
        for _ in range(4):
            alone.update()
            spectator._next = 0.0
            spectator.attend(watched)
            client.frame()
            watched.update()
    assert watched.world.hash() == alone.world.hash()
    assert all(torch.equal(a, b) for a, b in zip(weights(alone), weights(watched)))


def test_the_fullest_world_is_watched() -> None:
    world = Trainer(TRAINING).world
    world.state.cap[:] = [3, 16, 16]
    assert fullest(world) == 1
