"""Going on with a run: by what it was trained with, by all that its checkpoint holds, past damaged metrics."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from forge.blade import Chaos, ConfigError
from forge.commands import runs
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer, train
from tests.learners import basic

SMALL = Training(
    run=Session(worlds=2, minutes=0, steps=200, log_seconds=0.01, threads=1),
    learning=basic(hidden=16, ticks=4),
    world=Chaos(**{"spawn.cap": 8, "spawn.populations": 2, "terrain.side": 32, "sight.radius": 1}),
)


def changed(**values: Any) -> Training:
    """SMALL with fields of [run] and [learning] changed by `run_seed=1`, and of the world by whole names."""
    parts: dict[str, dict[str, Any]] = {"run": {}, "learning": {}, "world": {}}
    for name, value in values.items():
        table, _, field = name.partition("_")
        parts[table][field.replace("__", ".")] = value
    run, learning = (
        dataclasses.replace(SMALL.run, **parts["run"]),
        dataclasses.replace(SMALL.learning, **parts["learning"]),
    )
    return Training(run, learning, SMALL.world.replace(**parts["world"]))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint after two updates."""
    trainer, folder = Trainer(SMALL), tmp_path_factory.mktemp("saved") / "5"
    for _ in range(2):
        trainer.update()
    trainer.save(folder)
    return folder


def copy(folder: Path, to: Path) -> Path:
    to.mkdir(parents=True)
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def reseal(folder: Path, version: int = 3) -> None:
    """Has the manifest fit the files that are there."""
    files = {p.name: checkpoint._described(p) for p in folder.iterdir() if p.name != checkpoint.MANIFEST}
    (folder / checkpoint.MANIFEST).write_text(json.dumps({"version": version, "files": files}))


def as_release_2_0(folder: Path) -> Path:
    for name in ("optimiser.json", "configuration.json"):
        (folder / name).unlink()
    reseal(folder, 2)
    return folder


def everything(trainer: Trainer) -> list[Any]:
    state = trainer.optimiser.adam.state_dict()
    moments = [value.tolist() for i in sorted(state["state"]) for _, value in sorted(state["state"][i].items())]
    groups = [{name: value for name, value in group.items() if name != "params"} for group in state["param_groups"]]
    weights = [parameter.tolist() for parameter in trainer.policy.parameters()]
    return [trainer.world.hash(), weights, moments, groups, trainer.steps, trainer.updates]


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (changed(learning_discount=0.5), r"learning\.discount was 0\.97 and is 0\.5\. A run goes on as it began: put"),
        (changed(learning_algorithm="ppo"), r'learning\.algorithm was "pg" and is "ppo"'),
        (changed(run_seed=7), "run.seed was 0 and is 7"),
        (changed(run_engine="torch"), 'run.engine was "auto" and is "torch"'),
        (changed(run_worlds=3, world_vitals__food=20), "run.worlds was 2 and is 3; world.vitals.food was 32 and is 20"),
    ],
)
def test_a_configuration_that_was_edited_is_refused_and_nothing_changes(
    training: Training, message: str, saved: Path
) -> None:
    trainer = Trainer(training)
    before = everything(trainer)
    with pytest.raises(ConfigError, match=f"checkpoint {saved} was trained with another configuration: {message}"):
        trainer.load(saved)
    assert everything(trainer) == before


def test_what_may_change_when_a_run_goes_on(saved: Path) -> None:
    trainer = Trainer(changed(run_steps=999, run_minutes=5, run_lives=7, run_milestones="0", run_save_seconds=3))
    trainer.load(saved)
    assert trainer.updates == 2


def test_checkpoints_of_release_2_0_go_on_to_the_same_bits(saved: Path, tmp_path: Path) -> None:
    old, one, other = as_release_2_0(copy(saved, tmp_path / "5")), Trainer(SMALL), Trainer(SMALL)
    one.load(saved)
    other.load(old)
    for _ in range(2):
        one.update()
        other.update()
    assert everything(one) == everything(other)
    # of their configuration they know the worlds
    with pytest.raises(ConfigError, match=r"vitals.food is 32 there and 20 in .*; worlds is 2 there and 3 in the"):
        Trainer(changed(run_worlds=3, world_vitals__food=20)).load(old)
    with pytest.raises(ConfigError, match=r"worlds are of another seed than run\.seed"):
        Trainer(changed(run_seed=7)).load(old)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_parameter_groups_are_restored(engine: str, tmp_path: Path) -> None:
    training = changed(run_engine=engine)
    one, other = Trainer(training), Trainer(training)
    one.update()
    one.optimiser.adam.param_groups[0]["weight_decay"] = 0.25
    one.save(tmp_path / "5")
    other.load(tmp_path / "5")
    one.update()
    other.update()
    assert other.optimiser.adam.param_groups[0]["weight_decay"] == 0.25
    assert everything(one) == everything(other)


DAMAGES: dict[str, tuple[dict[str, torch.Tensor], str]] = {
    "policy.safetensors": ({"strange": torch.zeros(3)}, "does not fit this network in strange"),
    "optimiser.safetensors": ({"0.exp_avg": torch.zeros(3)}, r"0\.exp_avg is torch\.float32 \[3\], and must be"),
    "learner.safetensors": ({"draws": torch.zeros(3)}, "state of the learner does not fit this one in draws"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_everything_is_checked_before_anything_is_changed(name: str, saved: Path, tmp_path: Path) -> None:
    folder = copy(saved, tmp_path / "5")
    tensors, message = DAMAGES[name]
    checkpoint.save_tensors(folder / name, checkpoint.load_tensors(folder / name) | tensors)
    reseal(folder)
    trainer = Trainer(SMALL)
    before = everything(trainer)
    with pytest.raises(ConfigError, match=message):
        trainer.load(folder)
    assert everything(trainer) == before


def test_a_configuration_that_is_gone_comes_from_the_checkpoint(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "runs" / "one", SMALL)
    train(run)
    text = (run.path / "config.toml").read_text()
    (run.path / "config.toml").unlink()
    assert load(run.path).config == SMALL.world
    assert runs.find(tmp_path / "runs") == [run.path]
    longer = Run(run.path).rewritten(dataclasses.replace(SMALL, run=dataclasses.replace(SMALL.run, steps=300)))
    (run.path / "config.toml").unlink()
    again = Run(run.path)
    assert again.training == SMALL
    again.training = longer.training
    with pytest.warns(UserWarning, match=rf"{run.path}/config.toml was gone; it is as its checkpoint has it"):
        train(again, resume=again.choose())
    assert Run(run.path).training == longer.training
    assert (run.path / "config.toml").read_text() == text.replace("steps = 200", "steps = 300")
    # without a checkpoint that knows it, it is no run
    (run.path / "config.toml").unlink()
    for folder in run.checkpoints():
        as_release_2_0(folder)
    with pytest.raises(ConfigError, match=r"is not a run: it has no config\.toml"):
        Run(run.path)


def test_realms_go_on_as_they_began(tmp_path: Path) -> None:
    def realms(training: Training) -> Realms:
        return Realms(training, {"nRealm": 2, "ray": "local"})

    made = realms(SMALL)
    made.update()
    made.native.pantheon.optimiser.param_groups[0]["weight_decay"] = 0.25
    made.save(tmp_path / "5")
    again = realms(SMALL)
    again.load(tmp_path / "5")
    assert again.native.pantheon.optimiser.param_groups[0]["weight_decay"] == 0.25
    for one in (made, again):
        one.update()
    assert [p.tolist() for p in made.policy.parameters()] == [p.tolist() for p in again.policy.parameters()]
    for old in (False, True):
        if old:
            as_release_2_0(tmp_path / "5")
        with pytest.raises(ConfigError, match=r"learning\.clip was 5\.0 and is 1\.0"):
            realms(changed(learning_clip=1.0)).load(tmp_path / "5")
        realms(SMALL).load(tmp_path / "5")


# -- metrics


GOOD = [{"steps": 10, "seconds": 0.5, "lifetime": 20.5}, {"steps": 20, "seconds": 1.0, "lifetimes": [1.5, None]}]
DAMAGED = {
    '{"steps": 15, "seconds"': "it is not JSON",
    '{"seconds": 0.75}': "steps is None",
    '{"steps": null}': "steps is None",
    '{"steps": NaN}': "steps is nan",
    '{"steps": 15.5}': "steps is 15.5",
    '{"steps": true}': "steps is True",
    '{"steps": -1}': "steps is -1",
    '{"steps": 15, "seconds": NaN}': "seconds is nan",
    '{"steps": 15, "seconds": "1"}': "seconds is '1'",
    '{"steps": 15, "lifetime": [1]}': r"lifetime is \[1\]",
    '{"steps": 15, "lifetimes": 1}': "lifetimes is 1",
    '{"steps": 15, "new": "word"}': "'new' is 'word'",
    "[15]": r"it holds \[15\], no numbers by name",
    "[" * 5000: "it is nested too deep",
    "9" * 6000: "it is not JSON: an integer is too long",
    "\xff\udcff": "it is not text in UTF-8",
    "": "it is not JSON",
    "x" * 600_000: "it is too long",
}


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_line_of_metrics_costs_no_other(line: str, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "runs" / "one", SMALL)
    Run.create(tmp_path / "runs" / "two", SMALL)
    first, last = (json.dumps(one) for one in GOOD)
    path, bad = run.path / "metrics.jsonl", line.encode("utf-8", "surrogateescape")
    path.write_bytes(first.encode() + b"\n" + bad + b"\n" + last.encode() + b"\n")
    assert run.metrics() == GOOD
    _, notes = runs.table(tmp_path / "runs", runs.find(tmp_path / "runs"))
    (note,) = notes
    assert note.startswith(f"one: {path}: line 2 is damaged, ")
    with pytest.warns(UserWarning, match=f"^{path}: line 2 is damaged, {DAMAGED[line]}.*Moved to {run.path}/set-aside"):
        run.forget_after(15)
    assert path.read_text() == first + "\n"
    assert (run.path / "set-aside" / "metrics.jsonl").read_bytes() == bad + b"\n"
    run.log(GOOD[1])
    run.forget_after(20)  # without a warning, which would be an error
    run.close()
    assert run.metrics() == GOOD


def test_many_damaged_lines_are_one_message_and_a_cut_one_is_none(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "one", SMALL)
    path = run.path / "metrics.jsonl"
    path.write_text("".join(f"x{k}\n{json.dumps({'steps': k})}\n" for k in range(9)) + '{"steps": 100, "sec')
    with pytest.warns(
        UserWarning, match=r"line 1 is damaged, .*; line 3 .*; line 5 .*; and so are 6 more\. Moved"
    ) as told:
        run.forget_after(6)
    assert len(told) == 1
    assert [line["steps"] for line in run.metrics()] == [*range(7)]
    assert (run.path / "set-aside" / "metrics.jsonl").read_text() == "".join(f"x{k}\n" for k in range(9))


def test_a_last_line_without_its_end_is_as_good_as_any(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "one", SMALL)
    (run.path / "metrics.jsonl").write_text('{"steps": 1}\n{"steps": 2}')
    run.forget_after(9)
    run.log({"steps": 3})
    run.close()
    assert [line["steps"] for line in run.metrics()] == [1, 2, 3]


def test_what_is_not_finite_is_written_as_null(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "one", SMALL)
    run.log({"steps": 1, "entropy": float("nan"), "entropies": [float("inf"), 1.5]})
    run.close()
    known = {"steps": 1, "entropy": None, "entropies": [None, 1.5]}
    assert json.loads((run.path / "metrics.jsonl").read_text()) == known
    # release 2.0 wrote these words, which JSON does not have
    (run.path / "metrics.jsonl").write_text('{"steps": 1, "entropy": NaN, "entropies": [Infinity, 1.5]}\n')
    assert run.metrics() == [known]


def test_metrics_that_cannot_be_read_hide_no_other_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Run.create(tmp_path / name, SMALL)
    (tmp_path / "one" / "metrics.jsonl").mkdir()
    shown, (note,) = runs.table(tmp_path, runs.find(tmp_path))
    assert shown.row_count == 2
    assert note == f"one: {tmp_path}/one/metrics.jsonl cannot be read: is a directory"
