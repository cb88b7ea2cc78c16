"""Runs that are killed, stopped, or out of room go on to the bits of a run that nothing happened to."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from forge import cli
from forge.blade import World
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run, steps_of
from forge.experiments.runs.stopping import Stopping
from tests.experiments.children import end, start
from tests.patience import PATIENCE

STEPS = 40_000
TINY = (
    *("--minutes", "0", "--threads", "1", "--worlds", "4", "--log-seconds", "0.02", "--save-seconds", "0.1"),
    *("--milestones", " ".join(str(steps) for steps in range(5000, STEPS, 5000))),
    *("--world.spawn.cap", "16", "--world.spawn.populations", "2", "--world.terrain.side", "40"),
    *("--learning.near", "0"),  # so that files are large
)


def go_on(
    path: Path, steps: int = STEPS, die_at: int | None = None, file_bytes: int | None = None
) -> ForkServerProcess:
    """Begins a run, or goes on with it if it has begun."""
    begun = (path / "config.toml").is_file()
    arguments = ["--resume", str(path)] if begun else ["chaos", "--folder", str(path), *TINY]
    arguments += ["--steps", str(steps)]
    return start(["train", *arguments], path.with_suffix(".out"), die_at, file_bytes)


def bits(run: Run) -> dict[str, object]:
    """What a run is at its last checkpoint, apart from how long that took."""
    files = {file.name: file.read_bytes() for file in run.latest().iterdir()}
    progress = json.loads(files.pop("progress.json"))
    del files["manifest.json"], progress["seconds"]
    return {**files, **progress}


def wait_for(run: Path, steps: int) -> None:
    """Waits until a line of metrics says that a run has come so far."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        lines = (run / "metrics.jsonl").read_text().splitlines() if (run / "metrics.jsonl").exists() else []
        if len(lines) > 1 and json.loads(lines[-2])["steps"] >= steps:
            return
        time.sleep(0.001)
    raise AssertionError(f"{run} did not get to {steps} steps")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The bits of a run that nothing happens to."""
    path = tmp_path_factory.mktemp("undisturbed") / "run"
    assert end(go_on(path)) == 0, path.with_suffix(".out").read_text()
    return bits(Run(path))


def check_books(run: Run) -> None:
    """The metrics of a whole run follow one another without a gap, and TensorBoard shows the same."""
    lines = run.metrics()
    steps = [line["steps"] for line in lines]
    assert steps == sorted(set(steps))
    tally = World.restore(run.latest() / "world.npz").state.tally
    assert sum(line["deaths"] for line in lines) == tally["deaths"].sum()
    board = EventAccumulator(str(run.path / "tensorboard"))
    board.Reload()
    assert [event.step for event in board.Scalars("deaths")] == steps
    assert not list(run.path.rglob("*.tmp"))


def test_killed_at_random_moments(undisturbed: dict[str, object], tmp_path: Path) -> None:
    draws, path = random.Random(5), tmp_path / "run"
    # two deaths while the run is being made, then in turn at some time and at some step towards the disk
    for moment in range(6):
        if moment < 2:
            process = go_on(path, die_at=draws.randrange(0, 4) + 8 * moment)
        elif moment % 2:
            process = go_on(path, die_at=draws.randrange(4, 24))
        else:
            process = go_on(path)
            wait_for(path, draws.randrange(STEPS * (moment - 1) // 8))
            time.sleep(draws.random() * 0.01)
            process.kill()
        if end(process) == 0:  # it may be done before it can be killed, on a machine with much else to do
            assert moment in (2, 4)
            break
        assert process.exitcode == -signal.SIGKILL, path.with_suffix(".out").read_text()
        if (path / "config.toml").is_file():
            run = Run(path)
            assert all(checkpoint.good(folder) for folder in run.checkpoints())
            assert condition(run).state in ("new", "stopped")
    assert end(go_on(path)) == 0, path.with_suffix(".out").read_text()
    assert bits(Run(path)) == undisturbed
    check_books(Run(path))
    assert condition(Run(path)).state == "finished"


def test_asked_to_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, steps = tmp_path / "run", 0
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = go_on(path, steps=10**9)
        wait_for(path, steps + 2000)
        if number == signal.SIGINT:
            assert cli.main(["train", "--resume", str(path)]) == 1
            assert f"{path} is in use by process {process.pid} on" in capsys.readouterr().err
            assert condition(Run(path)).state == "running"
        os.kill(process.pid or 0, number)
        assert end(process) == code
        run, said = Run(path), path.with_suffix(".out").read_text()
        steps = steps_of(run.latest())
        assert f"forge train: stopped after {steps:,} agent steps; to go on: forge train --resume {path}\n" in said
        assert "Traceback" not in said
        assert run.metrics()[-1]["steps"] == steps
    other = tmp_path / "other"
    for folder in (path, other):
        assert end(go_on(folder, steps=steps + 5000)) == 0
    assert bits(Run(path)) == bits(Run(other))
    check_books(Run(path))


def test_out_of_room(undisturbed: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "run"
    # the first checkpoint, without the optimiser's moments, has no file of 600 kB; the later ones have
    assert end(go_on(path, file_bytes=600_000)) == 1
    said = " ".join(path.with_suffix(".out").read_text().split())
    assert f"forge train: cannot write {path}/checkpoints/" in said
    assert "file too large (1.5 MB needed," in said
    assert f"The checkpoint at 0 agent steps stands. When there is room: forge train --resume {path}" in said
    assert "Traceback" not in said
    assert [folder.name for folder in (path / "checkpoints").iterdir()] == [f"{0:015d}"]
    assert end(go_on(path)) == 0
    assert bits(Run(path)) == undisturbed
    check_books(Run(path))


def test_a_damaged_checkpoint(
    undisturbed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run"
    assert end(go_on(path, STEPS // 2)) == 0
    damaged = Run(path).latest()
    with (damaged / "policy.safetensors").open("rb+") as file:
        file.truncate(1000)
    assert cli.main(["train", "--resume", str(path), "--steps", str(STEPS)]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"checkpoint {damaged} is damaged: policy.safetensors has 1,000 bytes" in said
    assert f"forge train --resume {path} --checkpoint last-good" in said
    assert damaged.is_dir()
    arguments = ["train", "--resume", str(path), "--checkpoint", "last-good", "--steps", str(STEPS)]
    assert end(start(arguments, path.with_suffix(".out"))) == 0
    assert [folder.name for folder in (path / "set-aside").iterdir()] == [damaged.name]
    assert bits(Run(path)) == undisturbed
    check_books(Run(path))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_second_signal_does_what_it_did_before(number: int) -> None:
    class Earlier(Exception):
        pass

    def earlier(*_: object) -> None:
        raise Earlier

    before = signal.signal(number, earlier)
    try:
        with Stopping() as stopping:
            assert stopping.signal is None
            os.kill(os.getpid(), number)
            assert stopping.signal == number
            with pytest.raises(Earlier):
                os.kill(os.getpid(), number)
        with Stopping():
            pass
        assert signal.getsignal(number) is earlier
        signal.signal(number, signal.SIG_IGN)
        with Stopping() as stopping:
            os.kill(os.getpid(), number)
        assert stopping.signal is None
    finally:
        signal.signal(number, before)
