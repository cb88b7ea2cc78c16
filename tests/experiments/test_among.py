"""Training among players that do not learn: who plays what, in both engines, kept in the run and gone on with."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.agents import Forager
from forge.blade import Chaos, ConfigError, Observation
from forge.blade.recording.scene import Scene
from forge.commands.train import main as forge_train
from forge.embyr import Pace, Source, Viewer
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.insight.mind import Mind
from forge.ethyr.learning.losses import policy_gradient
from forge.ethyr.networks.policy import Policy
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.guests import Guests
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer, begin, train
from forge.experiments.watching.spectator import Spectator
from forge.trinity import Sword, Trinity
from tests.embyr.client import Client
from tests.ethyr.test_fused import judged_by_torch
from tests.learners import basic

#: Two populations that learn, one of foragers, two of fighters, three of a run of two populations: eight of three.
WORLD = Chaos(**{"spawn.cap": 24, "spawn.populations": 2, "terrain.side": 40})
SEATS = [0, 1, -1, -1, -1, -1, -1, -1]
KIN = [0, 1, 2, 3, 3, 5, 6, 5]
#: Where what guests remember is kept.
THEIRS = {"compiled": "guest.0.numbers", "torch": "among.old.memory.numbers"}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of other numbers of slots, whose agents remember, and always take what they think best."""
    path = tmp_path_factory.mktemp("frozen") / "old"
    world = WORLD.replace(**{"spawn.cap": 16})
    session = Session(worlds=1, seed=3, minutes=0, steps=1)
    run = begin(path, Training(run=session, learning=basic(network="recurrent"), world=world))
    trainer = Trainer(run.training)
    sharpened(trainer).save(run.checkpoint_path(7))
    return path


def sharpened(trainer: Trainer) -> Trainer:
    """Its agents always take what they think best, so that no draw decides."""
    assert isinstance(trainer.policy, Policy)
    with torch.no_grad():
        for head in (trainer.policy.heads.move, trainer.policy.heads.style):
            head.weight *= 1e6
    return trainer


def training_of(frozen: Path, **session: Any) -> Training:
    among = f"forager=1, fighter=2, {frozen}=3"
    return Training(Session(worlds=10, minutes=0, among=among, **session), basic(), WORLD)


def bits(trainer: Trainer) -> tuple[Any, ...]:
    parameters = [p.detach().numpy().tobytes() for p in trainer.policy.parameters()]
    return trainer.world.hash(), parameters, {n: x.numpy().tobytes() for n, x in trainer.learner.state().items()}


def updated(training: Training, updates: int) -> Trainer:
    trainer = Trainer(training)
    for _ in range(updates):
        trainer.update()
    return trainer


# -- who plays what


def test_everyone_has_as_many_populations_as_learn_or_as_it_says(frozen: Path) -> None:
    """With 128 slots, 4 populations learn: among foragers there are 8 of 16, among 2 of fighters and one more 8."""
    chaos = Chaos(**{"spawn.populations": 4})
    assert Training(run=Session(among="forager"), world=chaos).shared_world.populations == 8
    assert Training(run=Session(among="forager=2,fighter=2"), world=chaos).shared_world.quota == 16
    assert Training(world=chaos).shared_world is chaos
    company = Guests(training_of(frozen)).company(training_of(frozen).shared_world, 1, seed=0)
    assert company.seats.tolist() == SEATS
    assert company.kin.tolist() == KIN
    assert [one.seats.tolist() for one in company.companions][2] == [-1] * 5 + [0, 1, 0]


@pytest.mark.parametrize(
    ("among", "told"),
    [
        ("forager,fighter", "forager 8, fighter 8 are 24 in a world, which must be .* divide spawn.cap = 128"),
        ("forager,forager=2", "names forager 2 times"),
        ("forager=0", "'forager=0' is no player"),
        ("forager,", "'' is no player"),
        ("forger", "run.among: forger: it is neither a scripted agent"),
        ("os:getcwd", "no subclass of forge.agents.Scripted"),
        ("os:Nobody", "run.among = 'os:Nobody'"),
    ],
)
def test_what_cannot_be_is_one_error_and_leaves_no_folder(among: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=told):
        forge_train(["chaos", "--worlds", "1", "--folder", str(tmp_path / "run"), "--among", among])
    assert not (tmp_path / "run").exists()


# -- both engines


def in_engine(training: Training, engine: str) -> Training:
    return dataclasses.replace(training, run=dataclasses.replace(training.run, engine=engine))


def assert_lives_are_the_same_in_both_engines(training: Training) -> None:
    """No draw decides, so worlds stay alike as long as everybody does the same, and remembers the same."""
    compiled, dense = (sharpened(Trainer(in_engine(training, engine))) for engine in ("compiled", "torch"))
    for _ in range(8):
        acted = compiled.learner.collect()
        assert acted.tolist() == dense.learner.collect().tolist()
        assert compiled.world.hash() == dense.world.hash()
        # of learners alone
        assert acted.sum() < compiled.world.state.members.sum() * training.learning.ticks
    assert compiled.world.state.tally["deaths"].sum((0, 2)).min() > 0


def test_the_engines_have_guests_do_the_same(frozen: Path) -> None:
    assert_lives_are_the_same_in_both_engines(training_of(frozen, threads=1))


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_a_run_repeats_on_any_threads_and_resumes_to_the_same_bits(engine: str, frozen: Path, tmp_path: Path) -> None:
    training = training_of(frozen, engine=engine, threads=1)
    trainer = updated(training, 2)
    assert trainer.learner.state()[THEIRS[engine]].abs().sum() > 0
    trainer.save(tmp_path / "checkpoint")
    if engine == "compiled":
        two = dataclasses.replace(training, run=dataclasses.replace(training.run, threads=2))
        assert bits(updated(two, 2)) == bits(trainer)
    trainer.update()
    resumed = Trainer(training)
    resumed.load(tmp_path / "checkpoint")
    resumed.update()
    assert bits(resumed) == bits(trainer)


def test_what_is_learned_is_what_pytorch_says_of_the_learners_samples_alone(frozen: Path) -> None:
    learner = updated(training_of(frozen, engine="compiled"), 3).learner
    assert isinstance(learner, FusedLearner)
    acted = learner.collect()
    told = learner.gradients(acted)
    joined, valid = judged_by_torch(learner)
    assert valid.sum(1).tolist() == acted.tolist()
    for ours, theirs in zip(told, policy_gradient(*joined, valid), strict=True):
        assert torch.allclose(ours, theirs.detach(), atol=1e-4)


REMEMBERING = basic(network="recurrent", ticks=4)


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Training:
    """The configuration of a run of agents with a memory, among those of another."""
    path = tmp_path_factory.mktemp("remembering") / "old"
    session = Session(worlds=1, seed=3, steps=1, minutes=0)
    run = begin(path, Training(run=session, learning=REMEMBERING, world=WORLD))
    sharpened(Trainer(run.training)).save(run.checkpoint_path(7))
    session = Session(worlds=2, minutes=0, among=str(path), threads=1)
    return Training(run=session, learning=REMEMBERING, world=WORLD)


# learners with a memory among players with one are compiled for nothing else
@pytest.mark.soak
def test_agents_with_a_memory_live_the_same_lives_in_both_engines(remembering: Training) -> None:
    assert_lives_are_the_same_in_both_engines(remembering)


@pytest.mark.parametrize("engine", [pytest.param("compiled", marks=pytest.mark.soak), "torch"])
def test_memories_of_learners_and_guests_are_resumed(engine: str, remembering: Training, tmp_path: Path) -> None:
    training = in_engine(remembering, engine)
    trainer = updated(training, 4)
    state = trainer.learner.state()
    assert state["memory.numbers"].abs().sum() > 0
    assert state[THEIRS[engine]].abs().sum() > 0
    trainer.save(tmp_path / "checkpoint")
    trainer.update()
    resumed = Trainer(training)
    resumed.load(tmp_path / "checkpoint")
    resumed.update()
    assert bits(resumed) == bits(trainer)


def test_metrics_and_counts_are_of_learners_and_of_each_guest_by_its_name(frozen: Path) -> None:
    trainer = Trainer(training_of(frozen))
    meter = trainer.meter()
    for _ in range(6):
        meter.add(trainer.update())
    line, tally = meter.read(), trainer.world.state.tally
    assert line["steps"] == trainer.steps == tally["ticks"][:, :2].sum()
    assert line["lives"] == line["deaths"] == tally["deaths"][:, :2].sum()
    assert len(line["lifetimes"]) == len(line["entropies"]) == 2
    for name, theirs in {"forager": slice(2, 3), "fighter": slice(3, 5), "old": slice(5, 8)}.items():
        told = tally["lifetime"][:, theirs].sum() / max(1, tally["deaths"][:, theirs].sum())
        assert line[f"lifetime_{name}"] == (pytest.approx(told, abs=1e-3) if told else None)
        assert line[f"living_{name}"] == pytest.approx(trainer.world.state.members[:, theirs].sum() / 10, abs=0.01)


# -- the run


def test_a_run_keeps_whom_it_trains_among_and_needs_no_other(frozen: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(frozen, old)
    run = begin(tmp_path / "run", training_of(old, steps=1500))
    shutil.rmtree(old)
    train(run)
    assert 'among = "forager=1,fighter=2,among/old=3"' in (run.path / "config.toml").read_text()
    assert load(run.path).config.populations == 2
    moved = tmp_path / "moved"
    run.path.rename(moved)
    forge_train(["--resume", str(moved), "--steps", "3000"])
    lines = Run(moved).metrics()
    assert lines[-1]["steps"] >= 3000
    assert lines[-1]["living_old"] > 0
    copy = next((moved / "among" / "old" / "checkpoints").iterdir())
    _change(copy, lambda weights: {name: tensor + 1 for name, tensor in weights.items()})
    with pytest.raises(ConfigError, match="old, which shares the worlds, has other weights"):
        forge_train(["--resume", str(moved), "--steps", "9000"])
    shutil.rmtree(moved / "among")
    with pytest.raises(ConfigError, match=r"run.among: .*old: it is neither"):
        forge_train(["--resume", str(moved), "--steps", "9000"])


def _change(folder: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> None:
    """Writes another checkpoint in the place of one: whole, but with other weights."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != checkpoint.MANIFEST}
    weights = change(checkpoint.load_tensors(folder / "policy.safetensors"))
    files["policy.safetensors"] = checkpoint.pack_tensors(weights)
    with checkpoint.writing(folder) as draft:
        for name, data in files.items():
            (draft / name).write_bytes(data)


# -- realms


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_realms_train_among_others_as_one_process_does_and_resume(engine: str, frozen: Path, tmp_path: Path) -> None:
    training = training_of(frozen, engine=engine, threads=1)
    alone = updated(training, 2)
    with closing(Realms(training, {"nRealm": 1})) as realms:
        for _ in range(2):
            realms.update()
        assert realms.world.hash() == alone.world.hash()
        assert (realms.steps, realms.lives) == (alone.steps, alone.lives)
        line = realms.read()
        assert len(line["lifetimes"]) == 2
        assert line["living_old"] > 0
    with closing(Realms(training, {"nRealm": 2})) as whole, closing(Realms(training, {"nRealm": 2})) as resumed:
        whole.update()
        whole.save(tmp_path / "checkpoint")
        whole.update()
        resumed.load(tmp_path / "checkpoint")
        resumed.update()
        assert resumed.world.hash() == whole.world.hash()
        assert torch.equal(*(one.native.pantheon.network.heads.move.weight for one in (whole, resumed)))


def test_a_sword_that_plays_by_hand_plays_among_nobody_else(frozen: Path) -> None:
    class ByHand(Sword):
        def decide(self, observation: Observation) -> np.ndarray:
            return np.zeros((*observation.agents.shape, 2), np.uint8)

    with pytest.raises(ConfigError, match="ByHand plays populations by hand"):
        _ = Realms(training_of(frozen), {"nRealm": 1}, Trinity(sword=ByHand)).native


# -- the viewer


def test_a_viewer_sees_those_that_learn_and_their_guests(frozen: Path, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", training_of(frozen))
    trainer = updated(run.training, 3)
    source = Source.of(trainer.world.config, "training", "a run", Guests(run.training).names(), tick_seconds=0.01)
    assert source.names == (
        "learners 0", "learners 1", "forager", "fighter 3", "fighter 4", "old 5", "old 6", "old 7",
    )  # fmt: skip
    with Viewer(source, Pace(0.01), port=0) as viewer, Spectator(viewer, run) as spectator:
        with Client.greeted(viewer) as client:
            spectator.attend(trainer)
            while client.frame().tick < 60:
                pass
        shown = spectator._shown
        assert shown is not None
        scene = Scene.of_world(shown.world)
        mind = Mind(lambda: spectator.actor, spectator.view)
        place = int(np.flatnonzero(scene.agents["population"] == 1)[0])
        assert mind.think(scene, place).move.sum() == pytest.approx(1, abs=1e-4)
        assert {*scene.agents["population"].tolist()} >= {0, 1, 2, 4, 6}


# -- players of one's own


class Sleeper(Forager):
    """Stays where it is."""

    def _decide(self, sight: Any, low: int, high: int, out: np.ndarray) -> None:
        out[:, low:high] = 0


def test_a_class_of_ones_own_plays_in_torch_and_not_in_compiled_code() -> None:
    among = f"{__name__}:Sleeper"
    training = Training(run=Session(worlds=1, minutes=0, among=among, engine="torch"), world=WORLD)
    trainer = updated(training, 1)
    agents = trainer.world.state.agents[0, 12:]
    sleepers = agents[agents["alive"] > 0]
    assert trainer.world.config.populations == 4
    assert len(sleepers) > 2
    on_the_ring = np.isin(sleepers["row"], (9, 30)) | np.isin(sleepers["col"], (9, 30))
    assert on_the_ring.all()  # where they were born
    compiled = dataclasses.replace(training, run=dataclasses.replace(training.run, engine="compiled"))
    with pytest.raises(ConfigError, match=r"'compiled': the kernels play .*, and Sleeper is played in Python here"):
        Trainer(compiled)


def test_a_file_that_names_a_player_of_ones_own_is_read_only_if_it_is_trusted(tmp_path: Path) -> None:
    text = Training(world=WORLD).to_toml().replace('among = ""', 'among = "nobody_knows:Player"')
    assert json.dumps("nobody_knows:Player") in text
    with pytest.raises(ConfigError, match="'nobody_knows:Player', which is code of a module"):
        Training.from_toml(text)
