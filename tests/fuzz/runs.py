"""Readers of what training and studies leave: configurations of runs, metrics, checkpoints, realms, measurements."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from random import Random

import numpy as np
from rich.console import Console

from forge.blade import Chaos, ConfigError
from forge.commands import runs
from forge.ethyr.learning.divergence import Diverged
from forge.ethyr.saving import checkpoint
from forge.experiments.evaluation.survey import Survey
from forge.experiments.runs.condition import condition
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.studies.framework.store import Measurement, Store
from forge.experiments.training.train import Trainer
from forge.trinity.realms.native import Native
from tests.experiments.surveys import made
from tests.fuzz.containers import mutate_array, mutate_tensors, mutate_zip
from tests.fuzz.damage import any_of, damaged
from tests.fuzz.readers import Reader
from tests.fuzz.values import mutate_json, mutate_lines, mutate_toml
from tests.learners import basic

_WORLD = Chaos(**{"terrain.side": 12, "terrain.border": 2, "spawn.cap": 8, "spawn.populations": 2, "sight.radius": 3})
_REFUSED = (ConfigError, Diverged, OSError)  # a checkpoint may hold parameters that nothing can be learned from
_TRAINING = Training(Session(worlds=1, minutes=0, steps=100, threads=1), basic(hidden=16, ticks=4), _WORLD)


def _checkpoint(folder: Path) -> None:
    """A run after two updates."""
    run = Run.create(folder / "run", _TRAINING)
    trainer = Trainer(_TRAINING)
    for _ in range(2):
        trainer.update()
    trainer.seconds = 1.0  # files are the same whenever they are made
    trainer.save(run.checkpoint_path(trainer.steps))


def _metrics(folder: Path) -> None:
    """A run with metrics and a checkpoint that holds nothing."""
    run = Run.create(folder / "run", _TRAINING)
    lines = [{"steps": 10 * k, "seconds": 0.5 * k, "lifetime": 20.5 if k % 3 else None} for k in range(1, 7)]
    more = {"lifetimes": [1.5, None], "deaths": 3, "steps_per_second": 1e6}
    (run.path / "metrics.jsonl").write_text("".join(json.dumps({**line, **more}) + "\n" for line in lines))
    with checkpoint.writing(run.checkpoint_path(60)) as draft:
        for name in {*checkpoint.EVERY, *checkpoint.TRAINING}:
            (draft / name).write_bytes(b"{}")
        checkpoint.save_values(draft / "progress.json", {"steps": 60, "updates": 2, "lives": 9, "seconds": 3.0})


def _list_runs(folder: Path) -> None:
    """What `forge runs` does: one run never hides another."""
    shown, _ = runs.table(folder, runs.find(folder))
    assert shown.row_count == 1
    Console(file=io.StringIO()).print(shown)


def _read_run(folder: Path) -> None:
    _list_runs(folder)
    run = Run(folder / "run")
    assert Training.from_toml(run.training.to_toml()) == run.training
    condition(run)
    assert run.choose("last-good") == run.latest()


_TOML = any_of(mutate_toml, mutate_toml, damaged)

RUN = Reader(
    "run",
    (_metrics,),
    {"run/config.toml": _TOML, "run/checkpoints/*.json": any_of(mutate_json, damaged)},
    _read_run,
    (ConfigError, OSError),
)


def _read_metrics(folder: Path) -> None:
    _list_runs(folder)
    run = Run(folder / "run")
    before = run.metrics()
    assert all(type(line["steps"]) is int for line in before)
    run.forget_after(2**62)
    assert run.metrics() == before


METRICS = Reader(
    "metrics",
    (_metrics,),
    {"run/metrics.jsonl": any_of(mutate_lines, mutate_lines, damaged)},
    _read_metrics,
    (ConfigError, OSError),
)


def _seal(draws: Random, files: dict[str, bytes]) -> None:
    """Mostly the manifest fits the damaged files, so that those who read them are reached."""
    manifest = next(name for name in files if name.endswith(checkpoint.MANIFEST))
    folder = Path(manifest).parent
    if draws.random() < 0.1:
        return
    try:
        described = json.loads(files[manifest])
        for name, entry in described["files"].items():
            data = files[(folder / name).as_posix()]
            entry.update({"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    files[manifest] = json.dumps(described, indent=1).encode()


_CHECKPOINT = {
    "*.json": any_of(mutate_json, mutate_json, damaged),
    "*.safetensors": any_of(mutate_tensors, mutate_tensors, damaged),
    "*.npz": any_of(mutate_array, mutate_array, mutate_zip, damaged),
}


def _go_on(folder: Path) -> None:
    """What `forge train --resume` does, and what loads the policy to play with it."""
    run = Run(folder / "run")
    chosen = run.latest()
    trainer = Trainer(run.training)
    trainer.load(chosen)
    trainer.update()
    assert load(run.path).config == run.training.world


CHECKPOINT = Reader("checkpoint", (_checkpoint,), _CHECKPOINT, _go_on, _REFUSED, _seal)


def _realms(folder: Path) -> None:
    with Native(_WORLD, {"nRealm": 2, "worlds": 1, "threads": 1}, learning=_TRAINING.learning) as native:
        native.run(2)
        native.meter.seconds = 1.0
        native.save(folder / "saved")


def _restore_realms(folder: Path) -> None:
    with Native.restore(folder / "saved", {"threads": 1}) as native:
        native.run()


REALMS = Reader("realms", (_realms,), _CHECKPOINT, _restore_realms, _REFUSED, _seal)


_MEASUREMENT = Measurement("survey", {"measurement": "survey"}, lambda store: None, 1)


def _measure(folder: Path) -> None:
    Store(folder).keep(_MEASUREMENT, made(np.arange(2 * 2 * 3 * 3).reshape(2, 2, 3, 3)).to_dict())


def _use_measurement(folder: Path) -> None:
    if (result := Store(folder).measured(_MEASUREMENT)) is not None:
        assert Survey.from_dict(result).visits.shape == (2, 2, 3, 3)


MEASUREMENT = Reader(
    "measurement", (_measure,), {"*": any_of(mutate_json, damaged)}, _use_measurement, (ConfigError, OSError)
)
