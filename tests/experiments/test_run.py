"""Run folders: which checkpoints are kept, found and chosen; one process at a time; who may read a configuration."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from forge.blade import ConfigError
from forge.ethyr.saving import checkpoint
from forge.experiments.runs import lock, release
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.support import durable
from forge.support.durable import StorageError


def make(path: Path, saved: Sequence[int] = (), **session: object) -> Run:
    run = Run.create(path, Training(run=Session(minutes=0, **session)))  # type: ignore[arg-type]
    run.forget_after(-1)
    for steps in saved:
        save(run, steps)
    return run


def save(run: Run, steps: int) -> None:
    with checkpoint.writing(run.checkpoint_path(steps)) as draft:
        for name in {*checkpoint.EVERY, *checkpoint.TRAINING}:
            (draft / name).write_bytes(b"")
        checkpoint.save_values(draft / "progress.json", {"steps": steps, "seconds": steps / 10})


def damage(run: Run, steps: int) -> None:
    (run.checkpoint_path(steps) / "progress.json").write_text("{")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kept(run: Run) -> list[int]:
    return [int(path.name) for path in run.checkpoints()]


def test_the_last_two_checkpoints_are_kept(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [0, 10, 20, 30])
    run.prune()
    assert kept(run) == [20, 30]


def test_milestones_are_kept_for_ever(tmp_path: Path) -> None:
    # the first checkpoint at or after 0, 15 and 35 steps: 0, 20 and 40
    run = make(tmp_path / "run", milestones="0 15, 3.5e1 1e9")
    for steps in range(0, 100, 10):
        save(run, steps)
        run.prune()
    assert kept(run) == [0, 20, 40, 80, 90]


def test_milestones_may_be_minutes_of_training(tmp_path: Path) -> None:
    # ten agent steps a second; the first checkpoints at or after 0, 60 and 90 s: those after 0, 60 and 100 s
    run = make(tmp_path / "run", milestones="0m 1m 1.5m 9m")
    for seconds in range(0, 200, 20):
        save(run, 10 * seconds)
        run.prune()
    assert kept(run) == [0, 600, 1000, 1600, 1800]


def test_what_is_kept_are_good_ones(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [0, 10, 20, 30])
    damage(run, 20)
    run.prune()
    assert kept(run) == [10, 20, 30]


def test_checkpoints_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10**15 + 7, 3, 9 * 10**15, 2 * 10**16])
    assert kept(run) == [3, 10**15 + 7, 9 * 10**15, 2 * 10**16]
    (tmp_path / "run" / "checkpoints" / "5 copy").mkdir()
    assert run.latest().name == str(2 * 10**16)


def test_a_damaged_checkpoint_names_the_good_one_before_it(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10, 20, 30])
    damage(run, 20)
    damage(run, 30)
    for choice in (run.latest, run.choose):
        with pytest.raises(ConfigError) as caught:
            choice()
        message = str(caught.value)
        assert "000030 is damaged: progress.json has 1 bytes and was written with" in message
        assert "000010 before it is good" in message
        assert f"forge train --resume {run.path} --checkpoint last-good" in message
    assert run.choose("last-good") == run.checkpoint_path(10) == run.choose("10") == run.choose("1_0")
    with pytest.raises(ConfigError, match="000020 is damaged"):
        run.choose("20")
    with pytest.raises(ConfigError, match="no checkpoint '15'; allowed are latest, last-good, 10, 20, 30"):
        run.choose("15")
    damage(run, 10)
    for which in ("latest", "last-good"):
        with pytest.raises(ConfigError, match=f"None is good; .*forge train {run.path}"):
            run.choose(which)


def test_a_run_killed_before_its_first_checkpoint_begins_anew(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    assert run.choose() is None
    run.log({"steps": 5})
    run.close()
    with pytest.raises(ConfigError, match="has no checkpoint yet"):
        run.choose()


def test_going_back_sets_aside_and_deletes_nothing(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10, 20, 30])
    for _ in range(2):
        run.set_aside_after(run.checkpoint_path(10))
        assert kept(run) == [10]
        save(run, 20)
    assert names(run.path / "set-aside") == [f"{20:015d}", f"{20:015d}-2", f"{30:015d}"]


def test_what_dead_processes_leave_is_cleared_away(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10])
    (run.path / "checkpoints" / f".{20:015d}.123.tmp").mkdir()
    (run.path / "checkpoints" / f".{20:015d}.123.tmp" / "policy.safetensors").write_text("half")
    (run.path / ".metrics.jsonl.123.tmp").write_text("half")
    (run.path / "notes.tmp").write_text("the user's")
    (run.path / "metrics.jsonl").write_text('{"steps": 5}\n{"steps": 15}\n{"ste')
    run.forget_after(10)
    assert names(run.path / "checkpoints") == [f"{10:015d}"]
    assert names(run.path) == [".lock", "checkpoints", "config.toml", "metrics.jsonl", "notes.tmp"]
    assert (run.path / "metrics.jsonl").read_text() == '{"steps": 5}\n'


def test_tensorboard_forgets_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [20])
    for steps in (10, 20, 30, 40):
        run.log({"steps": steps, "lifetime": float(steps), "lifetimes": [1.0, None], "note": None})
    run.close()
    again = Run(run.path)
    again.forget_after(20)
    for steps in (25, 35):
        again.log({"steps": steps, "lifetime": steps + 0.5, "lifetimes": [2.0, 3.0]})
    again.close()
    board = EventAccumulator(str(run.path / "tensorboard"))
    board.Reload()
    assert [(e.step, e.value) for e in board.Scalars("lifetime")] == [(10, 10), (20, 20), (25, 25.5), (35, 35.5)]
    assert [e.step for e in board.Scalars("lifetimes/population_1")] == [25, 35]
    assert sorted(board.Tags()["scalars"]) == ["lifetime", "lifetimes/population_0", "lifetimes/population_1"]
    assert [line["steps"] for line in again.metrics()] == [10, 20, 25, 35]


def test_metrics_that_cannot_be_written(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    (run.path / "metrics.jsonl").unlink()
    (run.path / "metrics.jsonl").mkdir()
    with pytest.raises(StorageError, match=r"cannot write .*metrics.jsonl: is a directory$"):
        run.log({"steps": 1})


HOLD = """
import sys
from pathlib import Path
from forge.experiments.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time(tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10], steps=10)
    assert condition(run).state == "finished"
    command = [sys.executable, "-c", HOLD, str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert lock.holder(run.path) == f"process {process.pid} on {os.uname().nodename}"
        assert condition(run).state == "running"
        with pytest.raises(ConfigError, match=f"is in use by process {process.pid} on"), run.locked():
            pass
        process.kill()
    assert lock.holder(run.path) is None
    with run.locked(), pytest.raises(ConfigError, match=f"in use by process {os.getpid()}"), run.locked():
        pass
    with run.locked():
        pass


def test_a_file_system_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(durable, "_told", set())
    monkeypatch.setattr("fcntl.flock", none)
    with pytest.warns(UserWarning, match="has no locks"), lock.locked(tmp_path):
        pass


def test_conditions(tmp_path: Path) -> None:
    run = make(tmp_path / "run", steps=30)
    assert condition(run) == ("new", "")
    save(run, 20)
    assert condition(run) == ("stopped", "")
    save(run, 30)
    assert condition(run) == ("finished", "30 agent steps")
    damage(run, 30)
    assert condition(run).state == "damaged"
    assert "progress.json" in condition(run).note
    # saved after 20 / 10 = 2 s of training
    assert Training(run=Session(minutes=2 / 60)).finished(20, 2.0)
    assert not Training(run=Session(minutes=0, steps=21)).finished(20, 2.0)


def test_a_new_run_takes_the_place_of_one_that_never_began(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".config.toml.12.tmp").write_text("half")
    (tmp_path / "run" / ".lock").write_text("process 12")
    make(tmp_path / "run")
    with pytest.raises(ConfigError, match="exists already"):
        make(tmp_path / "run")


def rewrite(run: Run, old: str, new: str) -> None:
    text = (run.path / "config.toml").read_text()
    assert old in text
    (run.path / "config.toml").write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f'"{release.current()}"', '"99.1.0"', "written by release 99.1.0, and this is"),
        (f'"{release.current()}"', '"new"', "release = 'new' must be the text of a release's number"),
        ("cap = 128", "crowd = 128", r"unknown field of \[spawn\] 'crowd'"),
        ("cap = 128", "", "world.spawn.cap missing.*such as cap = 128 below \\[world.spawn\\]"),
        ("[run]", "[ran]", "unknown table 'ran'"),
        ("seed = 0", "seed = zero", "is not TOML"),
    ],
)
def test_a_configuration_of_another_release_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [10])
    rewrite(run, old, new)
    with pytest.raises(ConfigError, match=f"{run.path}/config.toml.*{message}"):
        Run(run.path)
    assert kept(run) == [10]


def test_a_refused_configuration_says_which_release_wrote_it(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    rewrite(run, f'"{release.current()}"', '"1.5.3"')
    assert Run(run.path).training == run.training
    rewrite(run, "cap = 128", "crowd = 128")
    with pytest.raises(ConfigError, match=rf"the file is of release 1\.5\.3, this is {release.current()}"):
        Run(run.path)


def test_patch_releases_agree() -> None:
    major, minor, _ = release.current().split(".")
    release.check(f"{major}.{minor}.999")
    release.check("0.1")
    with pytest.raises(ConfigError, match="install that release"):
        release.check(f"{major}.{int(minor) + 1}.0")


def test_milestones_are_whole_numbers() -> None:
    assert Session(milestones="1e6 0, 20").milestone_steps() == [0, 20, 1_000_000]
    assert Session().milestone_steps() == []
    assert Session(milestones="2m 5 0.5m").milestone_seconds() == [30, 120]
    for wrong in ("1.5", "-1", "many", "nan", "inf", "m", "-1m", "infm"):
        with pytest.raises(ConfigError, match=r"run.milestones = .* whole numbers of agent steps"):
            Session(milestones=wrong)


def test_a_configuration_may_leave_out_what_a_run_may_not() -> None:
    assert Training.from_toml("[run]\nworlds = 3\n").run.worlds == 3
    with pytest.raises(ConfigError, match="missing"):
        Training.from_toml("[run]\nworlds = 3\n", whole=True)
    assert Training.from_toml(Training().to_toml(), whole=True) == Training()
    # how often a run saves does not touch what it computes; how many worlds it has does
    lines = Training(run=Session(save_seconds=5)).to_toml().splitlines(keepends=True)
    without_saves = "".join(line for line in lines if not line.startswith("save_seconds"))
    assert Training.from_toml(without_saves, whole=True) == Training()
    with pytest.raises(ConfigError, match=r"run.worlds missing.*such as worlds = 32 below \[run\]"):
        Training.from_toml("".join(line for line in lines if not line.startswith("worlds")), whole=True)


def test_metrics_are_plain_json(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    run.log({"steps": 1, "lifetimes": [1.5, None]}, lasting=True)
    run.close()
    assert json.loads((run.path / "metrics.jsonl").read_text()) == {"steps": 1, "lifetimes": [1.5, None]}
