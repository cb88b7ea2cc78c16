"""Where studies keep what they made: runs and measurements, named by what they compute, shared by all studies.

experiments/
  runs/<algorithm>-<seed>-<key>/    a run's folder, with the kept checkpoints in milestones/ and made.json
  measurements/<key>.json           a result and what it was measured on
  <study>-<scale>/                  report.md, figures, CSV and JSON of one study
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forge.agents import scripted
from forge.blade import Config
from forge.ethyr.saving import checkpoint
from forge.experiments.evaluation.evaluate import Policy
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run, steps_of
from forge.experiments.statistics.digest import digest
from forge.experiments.studies.framework.needs import LIFETIME, Milestone, Need, Player, setting
from forge.support.about import VERSION
from forge.support.checks import ConfigError, shown
from forge.support.documents import read_json
from forge.support.durable import write_atomic
from forge.support.host import machine

_LARGEST = 64 * 2**20  # bytes of a result: maps of visits are some megabytes


@dataclass(frozen=True)
class Measurement:
    """Something to find out once the runs are there; its result is plain data, kept as JSON.

    Args:
        name: for people.
        what: everything the result depends on but the code, as plain data; equal `what` means equal results.
        measure: finds it out.
        world_ticks: ticks of all worlds it plays, for the estimate of its time.
    """

    name: str
    what: Mapping[str, Any]
    measure: Callable[[Store], Any]
    world_ticks: int

    @property
    def key(self) -> str:
        """Names what it measures."""
        return digest({"version": VERSION, **self.what})


class Store:
    """A folder of runs and measurements.

    Args:
        root: the folder; it is made when something is kept.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def run_path(self, need: Need) -> Path:
        """The folder of a run."""
        session, learning = need.training.run, need.training.learning
        return self.root / "runs" / f"{learning.algorithm}-{session.seed}-{need.key}"

    def milestone_path(self, need: Need, steps: int | None = None) -> Path:
        """The folder of a kept checkpoint; without steps, that of the end of the run.

        Raises:
            ConfigError: if the run has not reached it.
        """
        if steps is None:
            if self.steps_left(need):
                name, value = need.limit
                raise ConfigError(f"{self.run_path(need)} has not reached its end, {value:,} {name}")
            return self._checkpoints(need)[-1]
        for folder in self._checkpoints(need):
            if steps_of(folder) >= steps:
                return folder
        raise ConfigError(f"{self.run_path(need)} has not reached {steps:,} agent steps")

    def steps_left(self, need: Need, lifetime: float = LIFETIME) -> int:
        """Agent steps that a run still has to train; those of its lives, at so many each, where it ends by lives."""
        found = self._checkpoints(need)
        _, end = need.limit
        done = steps_of(found[-1]) if found else 0
        if not need.lives:
            return max(0, end - done)
        lived = checkpoint.load_progress(found[-1], "lives")["lives"] if found else 0
        left = math.ceil(lifetime * max(0, end - lived))
        return min(left, max(0, need.most - done)) if need.most else left

    def lifetimes(self) -> dict[str, float]:
        """Agent steps of a life as the longest run in each setting had it, by `Need.setting`."""
        longest: dict[str, tuple[int, int]] = {}
        for path in (self.root / "runs").glob("*/config.toml"):
            with contextlib.suppress(ConfigError):  # what cannot be read tells nothing
                run = Run(path.parent)
                progress = [checkpoint.load_progress(one, "lives") for one in run.checkpoints()[-1:]]
                lived = max(((one["lives"], one["steps"]) for one in progress), default=(0, 0))
                name = setting(run.training)
                longest[name] = max(longest.get(name, lived), lived)
        return {name: steps / lives for name, (lives, steps) in longest.items() if lives}

    def _checkpoints(self, need: Need) -> list[Path]:
        path = self.run_path(need)
        return Run(path).checkpoints() if (path / "config.toml").is_file() else []

    def open_run(self, need: Need) -> Run:
        """A run's folder, made if there is none."""
        path = self.run_path(need)
        begun = (path / "config.toml").is_file()
        run = Run(path).rewritten(need.limited) if begun else Run.create(path, need.limited)
        if not (path / "made.json").is_file():
            write_atomic(path / "made.json", _json(machine.describe()))
        return run

    def seconds(self, need: Need) -> dict[int, float]:
        """Training time of a finished run up to each milestone [s], its end last, by agent steps."""
        folders = {steps: self.milestone_path(need, steps) for steps in need.milestones}
        if need.lives:
            end = self.milestone_path(need)
            folders[steps_of(end)] = end
        return {s: float(checkpoint.load_progress(path)["seconds"]) for s, path in folders.items()}

    def made(self, need: Need) -> dict[str, Any]:
        """What a run was trained on, and with."""
        return _read(self.run_path(need) / "made.json")

    def measured(self, measurement: Measurement) -> Any:
        """The result of a measurement, or None if it was not made yet.

        Raises:
            ConfigError: if its file is damaged.
        """
        path = self._measurement_path(measurement)
        if not path.is_file():
            return None
        kept = _read(path, "result")
        if unknown := kept.keys() - {"name", "what", "sha256", "result"}:
            raise _damaged(path, f"{shown(min(unknown))} is nothing that a measurement has")
        # what releases before 2.1 kept has no checksum
        if "sha256" in kept and kept["sha256"] != _checksum(kept["result"]):
            raise _damaged(path, "the result is not what was written (SHA-256 differs)")
        return kept["result"]

    def keep(self, measurement: Measurement, result: Any) -> None:
        """Writes down a result."""
        path = self._measurement_path(measurement)
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"name": measurement.name, "what": measurement.what, "sha256": _checksum(result)}
        write_atomic(path, _json({**about, "result": result}))

    def player(self, player: Player, config: Config, seed: int) -> Policy:
        """Who plays: it has not played before, and draws from a stream of its own."""
        if isinstance(player, Milestone):
            return load(self.milestone_path(player.need, player.steps), seed)
        return scripted(player, config, seed)

    def _measurement_path(self, measurement: Measurement) -> Path:
        return self.root / "measurements" / f"{measurement.key}.json"


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, allow_nan=False) + "\n").encode()


def _checksum(result: Any) -> str:
    return hashlib.sha256(json.dumps(result).encode()).hexdigest()


def _damaged(path: Path, why: object) -> ConfigError:
    return ConfigError(f"{path} is missing or damaged: {why}; delete it, and it is made again")


def _read(path: Path, *wanted: str) -> dict[str, Any]:
    try:
        data = read_json(path, _LARGEST)
        if not isinstance(data, dict) or not set(wanted) <= data.keys():
            raise ConfigError(f"it does not have {', '.join(wanted) or 'values by name'}")
    except ConfigError as error:
        raise _damaged(path, error) from error
    return data
