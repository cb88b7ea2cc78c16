"""Watching training: what it is given and when, and that training is what it is without."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch

from forge.embyr import Pace, Source, Viewer
from forge.ethyr.insight.actor import Actor
from forge.experiments.runs.follower import Weights
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.experiments.training.train import Trainer
from forge.experiments.watching.spectator import Spectator, fullest
from forge.experiments.watching.training_report import TrainingReport
from tests.embyr.client import Client, wait_until

WORLD = {"terrain": {"side": 24, "border": 4}, "spawn": {"cap": 16, "random_cap": True}}
TRAINING = Training.from_dict({"world": WORLD, "run": {"worlds": 3}, "learning": {"ticks": 4}})


@pytest.fixture
def spectator(tmp_path: Path) -> Iterator[Spectator]:
    """A spectator whose ticks are so short that no test waits for them."""
    source = Source.of(TRAINING.world, "training", "a run", tick_seconds=0.01)
    run = Run.create(tmp_path / "run", TRAINING)
    report = TrainingReport(run, lambda: made)
    with (
        closing(run),
        Viewer(source, Pace(0.01), port=0, extensions=[report]) as viewer,
        Spectator(viewer, run) as made,
    ):
        yield made


def weights(player: Trainer | Actor) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in player.policy.state_dict().values()]


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


def test_viewers_see_the_training_and_may_keep_to_a_checkpoint(spectator: Spectator) -> None:
    trainer, run = Trainer(TRAINING), spectator.run
    trainer.save(run.checkpoint_path(0))
    trainer.update()
    with run.locked():
        run.log({"steps": trainer.steps, "seconds": 30.0, "lives": 5, "lifetime": 7.5})
        spectator.attend(trainer)
        with Client.greeted(spectator.viewer) as client:
            told = client.hear("training", held=None)
            # two minutes are the limit: a quarter is done, and 90 s are left
            assert {name: told[name] for name in ("training", "steps", "share", "left", "lifetime", "curve")} == {
                "training": True,
                "steps": trainer.steps,
                "share": 0.25,
                "left": 90.0,
                "lifetime": 7.5,
                "curve": [[trainer.steps, 7.5]],
            }
            assert told["checkpoints"] == [0]
            assert told["weights"]["steps"] == trainer.steps
            assert told["weights"]["age"] >= 0
            newest = weights(spectator.actor)
            client.say(type="control", do="checkpoint", value=0)
            assert client.hear("training", held=0)["weights"]["steps"] == 0
            old = weights(spectator.actor)
            assert any(not torch.equal(a, b) for a, b in zip(newest, old))
            spectator._next = 0.0
            spectator.attend(trainer)  # newer weights come, and are kept for later
            client.say(type="control", do="checkpoint", value=None)
            assert client.hear("training", held=None)["weights"]["steps"] == trainer.steps
            assert all(torch.equal(a, b) for a, b in zip(newest, weights(spectator.actor)))
            client.say(type="control", do="checkpoint", value=7)
            run.close()
            assert client.hear("error")["message"] == "the run has no checkpoint at 7 agent steps (any more)"
    with Client.greeted(spectator.viewer) as client:
        told = client.hear("training")
        assert (told["training"], told["left"]) == (False, None)


class _Turning:
    """A follower that goes over to other weights whenever it is asked which play."""

    def __init__(self) -> None:
        self._turns = itertools.cycle([Weights(18, 0.0), Weights(0, 0.0, held=True)])

    @property
    def weights(self) -> Weights:
        return next(self._turns)


def test_what_is_told_of_the_weights_is_of_one_moment(tmp_path: Path) -> None:
    turning: Any = _Turning()
    with closing(Run.create(tmp_path / "run", TRAINING)) as run:
        report = TrainingReport(run, lambda: turning)
        told = [report.message(turning) for _ in range(4)]
    assert [(message["held"], message["weights"]["steps"]) for message in told] == [(None, 18), (0, 0)] * 2


def test_a_viewer_may_come_before_there_is_anybody_who_plays(tmp_path: Path) -> None:
    followers: list[Any] = [None]
    asked: list[Any] = []

    def follower() -> Any:
        asked.append(followers[-1])
        return followers[-1]

    run = Run.create(tmp_path / "run", TRAINING)
    report = TrainingReport(run, follower)
    source = Source.of(TRAINING.world, "training", "a run", tick_seconds=0.01)
    with (
        closing(run),
        Viewer(source, Pace(0.01), port=0, extensions=[report]) as viewer,
        Client.greeted(viewer) as client,
    ):
        wait_until(lambda: bool(asked))
        followers.append(_Turning())
        report.ready()
        assert client.hear("training")["weights"]["steps"] == 18


def test_a_damaged_checkpoint_is_told_to_whoever_chose_it(spectator: Spectator) -> None:
    trainer, run = Trainer(TRAINING), spectator.run
    trainer.save(run.checkpoint_path(0))
    (run.checkpoint_path(0) / "policy.safetensors").write_bytes(b"")
    spectator.attend(trainer)
    with Client.greeted(spectator.viewer) as client:
        client.say(type="control", do="checkpoint", value=0)
        assert "policy.safetensors has 0 bytes" in client.hear("error")["message"]
        assert not spectator.weights.held
