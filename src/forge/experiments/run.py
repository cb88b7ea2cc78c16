"""A run is a folder: its configuration, its metrics, its checkpoints. Nothing else needs to be remembered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from forge.blade.cache import write_atomic
from forge.blade.checks import ConfigError
from forge.experiments.settings import Training

_KEEP = 2  # checkpoints left on disk


class Run:
    """The folder of one training run.

        config.toml      what it trains, as `Training.to_toml` writes it
        metrics.jsonl    one line of JSON every few seconds
        tensorboard/     the same for TensorBoard
        checkpoints/     one folder each, named by agent steps

    Args:
        path: of a folder that holds a run.

    Raises:
        ConfigError: if it does not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not (path / "config.toml").is_file():
            raise ConfigError(f"{path} is not a run: it has no config.toml")
        self.training = Training.from_toml(path / "config.toml")
        self._board: SummaryWriter | None = None

    @classmethod
    def create(cls, path: Path, training: Training) -> Run:
        """A new run in a new folder."""
        if path.exists() and any(path.iterdir()):
            raise ConfigError(
                f"{path} exists already; name another folder, or go on with it: forge train --resume {path}"
            )
        (path / "checkpoints").mkdir(parents=True, exist_ok=True)
        write_atomic(path / "config.toml", training.to_toml().encode())
        return cls(path)

    def rewritten(self, training: Training) -> Run:
        """This run with another configuration, which is written down if it differs."""
        if training != self.training:
            write_atomic(self.path / "config.toml", training.to_toml().encode())
        return Run(self.path)

    @staticmethod
    def new_path(root: Path, name: str) -> Path:
        """A folder that does not exist yet: `name`, the date and the time."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        path, copy = root / f"{name}-{stamp}", 2
        while path.exists():
            path, copy = root / f"{name}-{stamp}-{copy}", copy + 1
        return path

    def log(self, metrics: Mapping[str, Any]) -> None:
        """Adds a line of metrics, to metrics.jsonl and to TensorBoard by agent steps."""
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(metrics) + "\n")
        if self._board is None:
            self._board = SummaryWriter(str(self.path / "tensorboard"))
        for name, value in metrics.items():
            if isinstance(value, (int, float)) and name != "steps":
                self._board.add_scalar(name, value, metrics["steps"])
            elif isinstance(value, list):
                scalars = {f"population_{p}": x for p, x in enumerate(value) if x is not None}
                for population, x in scalars.items():
                    self._board.add_scalar(f"{name}/{population}", x, metrics["steps"])

    def metrics(self) -> list[dict[str, Any]]:
        """All lines of metrics; a last line that was cut off is left out."""
        path, lines = self.path / "metrics.jsonl", []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                lines.append(json.loads(line))
            except json.JSONDecodeError:
                break
        return lines

    def forget_after(self, steps: int) -> None:
        """Drops the lines of metrics that are later than a checkpoint one goes on from."""
        kept = [json.dumps(line) + "\n" for line in self.metrics() if line["steps"] <= steps]
        write_atomic(self.path / "metrics.jsonl", "".join(kept).encode())

    def checkpoint_path(self, steps: int) -> Path:
        """The folder of the checkpoint after so many agent steps."""
        return self.path / "checkpoints" / f"{steps:015d}"

    def checkpoints(self) -> list[Path]:
        """The folders of all checkpoints, the oldest first."""
        return sorted(p for p in (self.path / "checkpoints").glob("[0-9]*") if p.is_dir())

    def latest(self) -> Path:
        """The folder of the last checkpoint.

        Raises:
            ConfigError: if there is none.
        """
        found = self.checkpoints()
        if not found:
            raise ConfigError(f"{self.path} has no checkpoint yet")
        return found[-1]

    def prune(self) -> None:
        """Deletes all but the last checkpoints."""
        for old in self.checkpoints()[:-_KEEP]:
            shutil.rmtree(old)

    def close(self) -> None:
        """Flushes what is still to be written."""
        if self._board is not None:
            self._board.close()
            self._board = None
