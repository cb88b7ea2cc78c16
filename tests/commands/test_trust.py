"""Code that files name runs if the user names it, and never else: every command and call that reads such files."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import forge
from forge.blade import Chaos, ConfigError, World
from forge.cli import main
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer
from forge.support import plugins
from forge.trinity.realms.native import Native
from tests.learners import basic

SMALL = Chaos(**{"spawn.cap": 16, "spawn.populations": 1, "terrain.side": 32})


@pytest.fixture(autouse=True)
def nothing_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "_trusted", set())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder. In it lies a module that leaves a file named `ran` when it is imported."""
    monkeypatch.chdir(tmp_path)
    Path("spy.py").write_text("from pathlib import Path\nPath('ran').touch()\nraise RuntimeError('imported')\n")
    return tmp_path


def from_elsewhere(folder: Path, naming: str) -> Path:
    """A run with a checkpoint that names `spy:IT`, in place of its network or as a system of its world."""
    training = Training(Session(worlds=1), basic(hidden=16), SMALL)
    run = Run.create(folder, training)
    Trainer(training).save(run.checkpoint_path(0))
    config = (folder / "config.toml").read_text()
    changed = {
        "network": config.replace('network = "default"', 'network = "spy:IT"'),
        "systems": config.replace("[world.terrain]", '[world]\nsystems = ["spy:IT"]\n[world.terrain]'),
    }
    (folder / "config.toml").write_text(changed[naming])
    return folder


COMMANDS = {
    "train": "RUN --steps 1",
    "train --resume": "--resume RUN",
    "realms": "RUN --steps 1",
    "realms vecenv": "RUN --api vecenv --steps 1",
    "realms --resume": "--resume RUN",
    "watch": "RUN",
    "record world": "RUN/config.toml --ticks 1",
    "watch --compare": "RUN --compare 0 latest",
    "watch checkpoint": "RUN/checkpoints/000000000000000",
    "record run": "RUN --ticks 1",
    "video": "RUN --seconds 1",
    "evaluate": "RUN",
    "evaluate --world": "--world RUN",
    "tournament": "RUN",
    "tournament --world": "random --world RUN",
}


@pytest.mark.parametrize("naming", ["network", "systems"])
def test_no_command_runs_what_a_run_from_elsewhere_names(
    here: Path, naming: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from_elsewhere(here / "run", naming)
    for name, words in COMMANDS.items():
        if name == "record world" and naming == "network":  # it reads the world alone
            continue
        command = [name.split()[0], *words.replace("RUN", "run").split()]
        assert main(command) == 1, name
        told = capsys.readouterr().err
        assert told.count("\n") == 1, told
        assert told.startswith(f"forge {command[0]}: "), told
        assert "run/config.toml: " in told, told
        assert "'spy:IT', which is code of a module" in told, told
        assert "--trust spy" in told, told
    assert main(["runs", "."]) == 0
    listed = capsys.readouterr().out
    assert "refused" in listed
    assert "--trust spy" in listed
    calls: list[Callable[[], object]] = [lambda: forge.load("run"), lambda: Run("run")]
    calls += [lambda: forge.make("run")] if naming == "systems" else []
    for call in calls:
        with pytest.raises(ConfigError, match=r"run.config.toml: .*'spy:IT'.*forge\.trust\('spy'\)"):
            call()
    Path("run/config.toml").unlink()  # then checkpoints say what a run is
    values = json.loads(Path("run/checkpoints/000000000000000/configuration.json").read_text())
    values["learning" if naming == "network" else "world"][naming] = "spy:IT" if naming == "network" else ["spy:IT"]
    changed(Path("run/checkpoints/000000000000000"), "configuration.json", json.dumps(values).encode())
    with pytest.raises(ConfigError, match=r"configuration.json: .*'spy:IT'"):
        Run("run")
    assert sorted(path.name for path in here.iterdir()) == ["run", "spy.py"], "nothing ran, and nothing was written"


def changed(folder: Path, name: str, data: bytes) -> None:
    """A checkpoint with another file in it that is as whole as the one before."""
    (folder / name).write_bytes(data)
    kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != checkpoint.MANIFEST}
    shutil.rmtree(folder)
    with checkpoint.writing(folder) as draft:
        for each, content in kept.items():
            (draft / each).write_bytes(content)


@pytest.mark.parametrize("naming", ["network", "systems"])
def test_no_saved_native_runs_what_it_names(here: Path, naming: str) -> None:
    with Native(SMALL, {"worlds": 1}, learning=basic(hidden=16)) as native:
        native.save("saved")
    values = json.loads(Path("saved/native.json").read_text())
    if naming == "network":
        values["learning"]["network"] = "spy:IT"
    else:
        values["config"]["systems"] = ["spy:IT"]
    changed(Path("saved"), "native.json", json.dumps(values).encode())
    with pytest.raises(ConfigError, match=r"^checkpoint saved.native.json: .*'spy:IT'.*--trust spy"):
        Native.restore("saved")
    assert not Path("ran").exists()


def test_no_snapshot_runs_what_it_names(here: Path) -> None:
    world = World(SMALL)
    world.reset()
    arrays = dict(np.load(io.BytesIO(world.snapshot())))
    header = json.loads(arrays["header"].tobytes())
    header["configs"][0]["systems"] = ["spy:IT"]
    np.savez("foreign.npz", **{**arrays, "header": np.frombuffer(json.dumps(header).encode(), np.uint8)})
    with pytest.raises(ConfigError, match=r"^snapshot foreign.npz: the configuration names 'spy:IT'.*--trust spy"):
        World.restore("foreign.npz")
    assert not Path("ran").exists()


NETWORK = "from forge.ethyr.networks.policy import Recurrent as Mine\n"
TINY = [
    "--engine",
    "torch",  # has nothing to compile
    "--worlds",
    "1",
    "--minutes",
    "0",
    "--world.spawn.cap",
    "16",
    "--world.terrain.side",
    "32",
    "--learning.hidden",
    "16",
]


def test_what_the_command_names_is_trusted_and_nothing_longer(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> tuple[int, str]:
        """A command in a process that trusts nothing yet."""
        monkeypatch.setattr(plugins, "_trusted", set())
        status = main([*words])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    Path("nets_of_mine_too.py").write_text(NETWORK)
    named = "--learning.network", "nets_of_mine_too:Mine"
    assert said("train", "--folder", "run", "--steps", "10", *named, *TINY)[0] == 0
    assert said("train", "--resume", "run", "--steps", "20")[0] == 1
    assert said("train", "--resume", "run", "--steps", "20", *named)[0] == 0
    assert said("train", "--resume", "run", "--steps", "30", "--trust", "nets_of_mine_too")[0] == 0
    assert said("train", "run", "--folder", "again", "--steps", "10", "--trust=nets_of_mine_too:Mine")[0] == 0
    assert said("record", "run", "--ticks", "1", "--trust", "spy", "--trust", "nets_of_mine_too")[0] == 0
    assert "finished" in said("runs", ".", "--trust", "nets_of_mine_too")[1]
    assert said("record", "run", "--ticks", "1", "--force", "--trust", "nets_of_mine_too:Other")[0] == 1
    status, told = said("record", "run", "--trust", "nets of mine")
    assert (status, told.count("'nets of mine:all'")) == (1, 1)
    assert not Path("ran").exists(), "to trust a module does not import it"
    plugins.trust("nets_of_mine_too")
    assert Run("run").to_resume() == "forge train --resume run --trust nets_of_mine_too"


def test_a_configuration_of_the_user_s_is_trusted_and_a_run_s_is_not(here: Path) -> None:
    Path("mine.toml").write_text('[learning]\nnetwork = "nets_of_mine_too:Mine"\n')
    training = Training.named("mine.toml")
    assert training.modules == ("nets_of_mine_too",)
    both = training.to_toml().replace('systems = ["paths", "reach"]', 'systems = ["paths", "spy:IT"]')
    for name, text in {"run.toml": training.to_toml(), "both.toml": both}.items():
        Path(name).write_text(text)
    plugins._trusted.clear()
    with pytest.raises(ConfigError, match=r"^run.toml: the configuration names 'nets_of_mine_too:Mine', which"):
        Training.named("run.toml")
    with pytest.raises(ConfigError, match=r"'nets_of_mine_too:Mine' and 'spy:IT'.* nets_of_mine_too --trust spy,"):
        Training.named("both.toml")
    plugins.trust("nets_of_mine_too")
    assert Training.named("run.toml") == training
    assert not Path("ran").exists()
