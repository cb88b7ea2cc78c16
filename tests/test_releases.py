"""What older releases left on disks: it loads, goes on to the same bits, and plays. See `tests/fixtures/README.md`."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge import cli
from forge.blade import Chaos, Config, World
from forge.blade.recording.replay import Replay
from forge.blade.terrain.generation import maps
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.fused.learner import FusedLearner
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.training.train import Trainer
from tests.fixtures import release_2_0

FOLDER = Path(__file__).parent / "fixtures" / "release-2.0"
FACTS: dict[str, Any] = json.loads((FOLDER / "facts.json").read_text("utf-8"))


# -- snapshots


@pytest.mark.parametrize("name", release_2_0.WORLDS)
def test_worlds_of_2_0_go_on_to_the_same_bits(name: str) -> None:
    configs, seed, recording, _ = release_2_0.WORLDS[name]
    world = World.restore(FOLDER / f"{name}.npz", threads=1)
    assert (world.configs, world.recording, len(world.seeds)) == (configs, recording, len(configs))
    found = {"state": release_2_0.state(world), "records": release_2_0.records(world)}
    for _ in release_2_0.play(world, release_2_0.AFTER):
        pass
    found |= {"state_after": release_2_0.state(world), "records_after": release_2_0.records(world)}
    assert found == FACTS[name]
    assert World(configs, len(configs), seed=seed).seeds.tolist() == world.seeds.tolist()


def test_worlds_of_2_0_that_had_not_begun_begin() -> None:
    world = World.restore(FOLDER / "chaos-new.npz", threads=1)
    assert not world.observe().alive.any()
    world.reset()
    for _ in release_2_0.play(world, release_2_0.BEFORE):
        pass
    assert release_2_0.state(world) == FACTS["chaos"]["state"]


# -- configurations and maps


def test_configurations_of_2_0_mean_what_they_meant() -> None:
    assert Config.from_toml(FOLDER / "chaos.toml") == Chaos(**release_2_0.SMALL, **release_2_0.LEARNED)
    sparse = {"spawn.cap": 8, "combat.targeting": "learned"}
    assert Config.from_toml(FOLDER / "sparse.toml") == Chaos(**sparse)


def test_a_map_of_2_0_is_the_same_map() -> None:
    (config,) = release_2_0.WORLDS["island"][0]
    terrain = config.replace(**{"terrain.file": str(FOLDER / "island.tmx")}).terrain
    world = World.restore(FOLDER / "island.npz", threads=1)
    world.reset()
    assert np.array_equal(world.materials()[0], maps(terrain, [0])[0])


# -- replays


@pytest.mark.parametrize("name", ["closed.replay", "killed.replay"])
def test_replays_of_2_0_show_the_same_frames(name: str) -> None:
    replay, facts = Replay(FOLDER / name), FACTS[name]
    assert [replay.ticks.start, replay.ticks.stop, replay.complete] == [*facts["ticks"], facts["complete"]]
    assert replay.config == Chaos(**release_2_0.SMALL, **release_2_0.LEARNED)
    assert replay.metadata == {"policies": ["ants", "bees"]}
    assert release_2_0.columns(replay, replay.header["frame"]["sections"]) == facts["frames"]


# -- runs


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a run to go on with."""
    return Path(shutil.copytree(FOLDER / "runs" / request.param, tmp_path / request.param))


@pytest.mark.parametrize("run", release_2_0.RUNS, indirect=True)
def test_runs_of_2_0_train_on(run: Path) -> None:
    """Whatever the processor, training starts where it stopped; no bits of it are promised across processors."""
    command, before = release_2_0.RUNS[run.name][0], Run(run).metrics()
    steps = before[-1]["steps"]
    cli.main([command, "--resume", str(run), "--steps", str(steps + 20)])
    lines = Run(run).metrics()
    assert lines[: len(before)] == before
    assert steps + 20 <= lines[-1]["steps"] < 2 * steps
    assert lines[-1]["updates"] > before[-1]["updates"]
    assert Run(run).latest().name == f"{lines[-1]['steps']:015d}"


@pytest.mark.parametrize("run", ["ppo-recurrent"], indirect=True)
def test_a_run_of_2_0_goes_on_with_the_engine_that_it_began_with(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` was PyTorch for a network that the compiled engine computes now; nothing is compiled for that one."""
    trainer = Trainer(Run(run).training)
    assert trainer.training.run.engine == "auto"
    assert type(trainer.learner) is FusedLearner
    trainer.load(Run(run).latest())
    assert type(trainer.learner) is TorchLearner
    monkeypatch.setattr("forge.ethyr.engines.engine.FusedLearner", None)
    trainer.compile()


@pytest.mark.parametrize("run", release_2_0.RUNS, indirect=True)
def test_policies_of_2_0_play(run: Path) -> None:
    for folder in [run, *Run(run).checkpoints()]:
        policy = load(folder)
        world = World(policy.config, seed=1, threads=1)
        observation = world.reset()
        for _ in range(5):
            observation, *_ = world.step(policy.act(observation))
        assert observation.alive.any()
