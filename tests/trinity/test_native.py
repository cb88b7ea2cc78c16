"""Native runs in one process: what is averaged, what moves and is counted, and that runs go on to the same bits."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, ConfigError, World
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learning.diagnostics import Diagnostics
from forge.ethyr.learning.settings import Learning
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer
from forge.support.about import how_to_install
from forge.trinity import God, Pantheon, Sword, Trinity, smith
from forge.trinity.realms.native import Native
from forge.trinity.realms.packing import Vectors
from forge.trinity.realms.report import Report, Tally
from forge.trinity.realms.setting import Setting
from tests.learners import basic, native

SMALL = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})
TWO = {"nRealm": 2, "worlds": 2, "threads": 1}


def played(rounds: int, args: Any = TWO, **options: Any) -> Native:
    envs = native(SMALL, args, **options)
    envs.run(rounds)
    return envs


def bits(envs: Native) -> list[Any]:
    """Everything that a run is: parameters, moments, worlds, counts."""
    adam = envs.pantheon.optimiser.state_dict()["state"]
    moments = [adam[k][name].numpy().tobytes() for k in sorted(adam) for name in sorted(adam[k])]
    worlds = [World.restore(snapshot.world).hash() for snapshot in envs.realms.snapshots()]
    counts = {name: count for name, count in envs.meter.counts().items() if name != "seconds"}
    return [envs.pantheon.vectors.own.tobytes(), moments, worlds, counts]


def setting(**changes: Any) -> Setting:
    return dataclasses.replace(Setting(SMALL, basic(), 2, 0, 2, 7, 1, "auto"), **changes)


# -- one run


def test_one_realm_is_what_forge_train_trains() -> None:
    trainer = Trainer(Training(Session(worlds=2, seed=3), basic(), SMALL))
    envs = native(SMALL, {"worlds": 2, "seed": 3})
    for _ in range(4):
        trainer.update()
        line = envs.run()
    assert line["steps"] == trainer.steps
    for theirs, ours in zip(trainer.policy.parameters(), envs.pantheon.network.parameters(), strict=True):
        assert torch.equal(theirs, ours)


def test_the_worlds_of_realms_are_numbered_through() -> None:
    envs, whole = native(SMALL, {**TWO, "seed": 7}), World(SMALL, 4, 7)
    whole.reset()
    first, second = (realm.god.world for realm in envs.realms.realms)  # type: ignore[attr-defined]
    assert [*first.seeds, *second.seeds] == [*whole.seeds]
    assert (np.concatenate([first.materials(), second.materials()]) == whole.materials()).all()
    assert [first.hash(0), first.hash(1), second.hash(0), second.hash(1)] == [whole.hash(w) for w in range(4)]


def test_realms_draw_from_streams_of_their_own() -> None:
    assert setting().action_seed == 7
    assert len({setting(realm=realm, seed=seed).action_seed for realm in range(3) for seed in (7, 8)}) == 6


def test_a_run_repeats_and_its_seed_matters() -> None:
    assert bits(played(3)) == bits(played(3))
    assert bits(played(3)) == bits(played(3, {**TWO, "threads": 2}))
    assert bits(played(3)) != bits(played(3, {**TWO, "seed": 1}))


def test_ppo_steps_several_times_a_round() -> None:
    learning = basic(algorithm="ppo", epochs=3)
    envs = played(2, learning=learning)
    assert envs.meter.updates == 6
    assert envs.meter.rounds == 2
    assert bits(envs) == bits(played(2, learning=learning))


def test_metrics_add_up() -> None:
    envs = native(SMALL, TWO)
    first, second = envs.run(3), envs.run(2)
    tallies = [realm.god.world.state.tally for realm in envs.realms.realms]  # type: ignore[attr-defined]
    assert second["steps"] == sum(tally["ticks"].sum() for tally in tallies)
    assert second["lives"] == first["deaths"] + second["deaths"] == sum(tally["deaths"].sum() for tally in tallies)
    lived = first["lifetime"] * first["deaths"] + second["lifetime"] * second["deaths"]
    assert lived == pytest.approx(sum(tally["lifetime"].sum() for tally in tallies), rel=1e-3)
    assert (first["rounds"], second["rounds"], second["updates"]) == (3, 5, 5)
    assert second["living"] == pytest.approx(sum(second["members"]), abs=0.02)
    assert all(len(second[name]) == 2 for name in ("lifetimes", "policy_losses", "value_losses", "entropies"))
    assert second["tags"] == ["population_0", "population_1"]
    assert second["restarts"] == 0


def ticking(step: float) -> SimpleNamespace:
    """A clock that goes on by so many seconds from one look to the next."""
    looks = itertools.count()
    return SimpleNamespace(perf_counter=lambda: step * next(looks))


def test_run_goes_on_for_the_time_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.trinity.realms.native.time", ticking(1.0))  # four looks in a round: three seconds
    envs = native(SMALL, TWO)
    assert envs.run(seconds=9)["rounds"] == 3
    line = envs.run(rounds=4, seconds=6)
    assert (line["rounds"], line["seconds"]) == (7, 21.0)


@pytest.mark.parametrize(("at_once", "exchange"), [(False, 16), (True, 18)])
def test_what_is_neither_playing_nor_learning_is_exchange(
    at_once: bool, exchange: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 30 s each realm takes a second to play and one to learn, the Pantheon 10; one after another or at once."""
    monkeypatch.setattr("forge.trinity.realms.native.time", ticking(10.0))
    monkeypatch.setattr("forge.trinity.realms.realm.time", ticking(1.0))
    envs = native(SMALL, TWO)
    monkeypatch.setattr(envs.realms, "at_once", at_once, raising=False)
    line = envs.run(3)
    assert (line["round_time"], line["exchange_time"], line["pantheon_time"]) == (30e3, exchange * 1e3, 10e3)


# -- the mean over realms, and Adam


def pantheon() -> Pantheon:
    """One whose only parameters are a number for each of two populations, 0 at first, and one that they share."""

    class Numbers(Pantheon):
        def make_network(self, generator: torch.Generator) -> torch.nn.Module:
            network = torch.nn.Module()
            network.own = torch.nn.Parameter(torch.zeros(2, 1))
            network.shared = torch.nn.Parameter(torch.zeros(1))
            return network

    return Numbers(setting(learning=basic(learning_rate=0.1, weight_decay=0.0, warmup=0)))


def report(samples: list[int], own: list[float], shared: float = 0.0) -> Report:
    nothing = np.zeros(2, np.int64)
    gradients = Vectors(np.array(own, np.float32)[:, None], np.array([shared], np.float32))
    losses = np.zeros((3, 2), np.float32)
    tally = Tally(nothing, np.zeros((2, 4), np.int64), nothing, np.zeros(2), np.zeros((0, 8)))
    return Report(np.array(samples), gradients, losses, tally, Diagnostics.unknown(2))


def test_gradients_are_averaged_over_the_realms_that_saw_a_population() -> None:
    # realm 0 saw population 0 alone: that one gets (2 + 4) / 2, population 1 realm 1's 6, what they share (3 + 5) / 2
    mean = pantheon().average([report([10, 0], [2.0, 0.0], 3.0), report([1, 5], [4.0, 6.0], 5.0)])
    assert mean.own.tolist() == [[3.0], [6.0]]
    assert mean.shared.tolist() == [4.0]


def test_a_population_that_nobody_saw_stays_as_it_is_and_so_does_its_adam() -> None:
    # Adam's first step is the rate times the gradient's sign: 0.1, whatever the gradient
    ours = pantheon()
    for _ in range(3):
        assert ours.learn([report([1, 0], [2.0, 5.0])])
    own = ours.network.own.detach()
    assert own[0].item() == pytest.approx(-0.3, abs=1e-6)
    assert own[1].item() == 0
    state = ours.optimiser.state_dict()["state"]
    assert state[0]["step"] == 3
    assert 1 not in state
    ours.learn([report([0, 1], [2.0, 5.0])])
    assert own[0].item() == pytest.approx(-0.3, abs=1e-6)
    assert own[1].item() == pytest.approx(-0.1, abs=1e-6)
    assert ours.optimiser.state_dict()["state"][0]["step"] == 3
    assert ours.optimiser.state_dict()["state"][1]["step"] == 1
    before = ours.vectors.own.copy()
    assert not ours.learn([report([0, 0], [2.0, 5.0])])
    assert (ours.vectors.own == before).all()


def test_gradients_are_clipped() -> None:
    class Plain(type(pantheon())):  # type: ignore[misc]
        def make_optimiser(self, parameters: list[torch.Tensor]) -> torch.optim.Optimizer:
            return torch.optim.SGD(parameters, lr=1.0)

    ours = Plain(setting(learning=basic(clip=5.0)))
    ours.learn([report([1, 1], [7.0, -9.0], 2.0)])
    assert ours.network.own.flatten().tolist() == [-5.0, 5.0]
    assert ours.network.shared.tolist() == [-2.0]


# -- checkpoints


@pytest.mark.parametrize(
    ("learning", "engine"), [(basic(), "auto"), (basic(algorithm="ppo", epochs=2), "torch")], ids=["pg", "ppo"]
)
def test_a_run_goes_on_from_its_checkpoint_to_the_same_bits(learning: Learning, engine: str, tmp_path: Path) -> None:
    envs = played(3, learning=learning, engine=engine)
    envs.save(tmp_path / "three")
    envs.run(2)
    again = Native.restore(tmp_path / "three", {"threads": 1})
    assert again.meter.rounds == 3
    line = again.run(2)
    assert bits(again) == bits(envs)
    assert line["steps"] == envs.meter.steps
    assert again.engine == engine


def test_realms_that_pytorch_began_go_on_with_it() -> None:
    """As those of release 2.0, whose `auto` was PyTorch for the network with a memory."""
    recurrent = basic(network="recurrent", hidden=16, ticks=4)
    began = played(2, learning=recurrent, engine="torch")
    resumed = native(SMALL, TWO, learning=recurrent)
    for realm, snapshot in zip(resumed.realms.realms, began.realms.snapshots(), strict=True):
        assert type(realm.sword.learner) is FusedLearner
        realm.restore(snapshot)
        assert type(realm.sword.learner) is TorchLearner
        for name, tensor in realm.sword.state().items():
            assert torch.equal(tensor, snapshot.sword[name])
    resumed.run(1)


def test_what_contradicts_a_checkpoint_is_refused(tmp_path: Path) -> None:
    played(1).save(tmp_path / "one")
    with pytest.raises(ConfigError, match=r"nRealm = 3, but the run in .* has nRealm = 2"):
        Native.restore(tmp_path / "one", {"nRealm": 3})
    with pytest.raises(ConfigError, match="nowhere"):
        Native.restore(tmp_path / "nowhere")
    file = tmp_path / "one" / "realm-1.npz"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(ConfigError, match=r"realm-1\.npz"):
        Native.restore(tmp_path / "one")


def test_a_snapshot_of_other_worlds_is_refused() -> None:
    one, other = native(SMALL, {"worlds": 2}), native(SMALL, {"worlds": 2, "seed": 1})
    with pytest.raises(ConfigError, match="other worlds"):
        one.realms.restore(other.realms.snapshots())


# -- arguments


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"nRealms": 2}, "unknown argument 'nRealms'; did you mean 'nRealm'"),
        ({"nRealm": 0}, "nRealm = 0 must be a positive integer"),
        ({"worlds": 1.5}, r"worlds = 1\.5 must be a positive integer"),
        ({"seed": -1}, "seed = -1 must be an integer that is not negative"),
        ({"ray": "cloud"}, "ray = 'cloud' is unknown; allowed are 'local', 'default', 'remote'"),
        ({"address": "10.0.0.1:6379"}, "ray must be 'remote', not 'local'"),
        ({"render": True}, "`forge watch`, is not part of this installation"),
    ],
)
def test_arguments_that_cannot_be(args: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge.trinity.realms.native.viewer_is_there", lambda: False)
    for given in (args, argparse.Namespace(**args)):
        if isinstance(given, dict) or "nRealms" not in args:  # an object may have any attributes
            with pytest.raises(ConfigError, match=message):
                native(SMALL, given)


def test_arguments_as_a_command_line_gives_them() -> None:
    given = argparse.Namespace(nRealm=2, api="native", ray=None, render=False, worlds=1, somethingElse=3)
    envs = native(SMALL, given, Trinity(Pantheon, God, Sword))
    assert (envs.args["nRealm"], envs.args["worlds"], envs.args["ray"], envs.args["seed"]) == (2, 1, "local", 0)
    assert smith.VecEnv(SMALL, given).world.count == 2


def test_what_is_no_trinity_or_configuration_is_refused() -> None:
    with pytest.raises(ConfigError, match="must be Sword or a subclass of it"):
        Trinity(Pantheon, God, God)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="give the class itself"):
        Trinity(god=God(setting()))  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="config = 'chaos' must be a"):
        native("chaos")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="engine = 'fast' is unknown"):
        native(SMALL, engine="fast")
    with pytest.raises(AttributeError, match="no attribute 'Gods'"):
        smith.Gods  # noqa: B018


def test_without_torch_the_extra_is_named() -> None:
    script = """
import sys
sys.modules["torch"] = None
from forge.trinity import smith
for name, module in (("Native", smith), ("Pantheon", sys.modules["forge.trinity"])):
    try:
        getattr(module, name)
    except ImportError as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"MissingExtra this needs torch: {how_to_install('train')}"] * 2
