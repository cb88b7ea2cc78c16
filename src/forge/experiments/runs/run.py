"""A run is a folder: its configuration, its metrics, its checkpoints. Nothing else needs to be remembered."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shlex
import shutil
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forge.ethyr.saving import checkpoint
from forge.experiments.configuration import among
from forge.experiments.runs import lock, maps, metrics_file, trained_as
from forge.experiments.runs.board import Board
from forge.experiments.runs.settings import Training
from forge.support import durable
from forge.support.checks import ConfigError
from forge.support.numeric import integer_of_text
from forge.support.paths import path_of

_DIVERGED = "diverged.txt"
_KEEP = 2  # good checkpoints left on disk, besides milestones


class Run:
    """The folder of one training run.

        config.toml      what it trains, as `Training.to_toml` writes it
        metrics.jsonl    one line of JSON every few seconds
        tensorboard/     the same for TensorBoard
        init-from.json   what it took of another run, if it began with weights of one
        map.tmx          the map, if it was drawn by hand
        among/           the trained players that share its worlds, if any: each a run of one checkpoint
        checkpoints/     one folder each, named by agent steps
        set-aside/       checkpoints that were gone back behind, and damaged lines of metrics, if any
        diverged.txt     what was not finite any more, if something was
        .lock            held by the process that trains here

    Args:
        path: of a folder that holds a run.

    Raises:
        ConfigError: if it does not, or if its configuration is not one of this release.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path_of(path)
        training = self._configuration()
        world = maps.restored(training.world, self.path, next(reversed(self.checkpoints()), None))
        session = dataclasses.replace(training.run, among=among.restored(training.run.among, self.path))
        self.training = dataclasses.replace(training, world=world, run=session)
        self._board: Board | None = None
        self._after = -1  # the agent steps of the checkpoint this process began with

    def _configuration(self) -> Training:
        """What the run's folder says that it trains; if config.toml is gone, what its last good checkpoint says."""
        if (self.path / "config.toml").is_file():
            return Training.from_toml(self.path / "config.toml", whole=True)
        for folder in reversed(self.checkpoints()):
            if checkpoint.good(folder) and (trained := trained_as.read(folder)) is not None:
                return trained
        raise ConfigError(f"{self.path} is not a run: it has no config.toml")

    @classmethod
    def create(cls, path: str | os.PathLike[str], training: Training) -> Run:
        """A new run in a new folder, or in an empty one. A map that was drawn by hand is copied into it.

        Raises:
            ConfigError: if something is there already, or the map cannot be read.
            StorageError: if it cannot be written.
        """
        path, drawn = path_of(path), maps.drawn(training.world)
        there = path.exists()
        with durable.explained(path):
            path.mkdir(parents=True, exist_ok=True)
        try:
            with lock.locked(path):
                cls._begin(path, training, drawn)
        except durable.StorageError:
            if not there:
                shutil.rmtree(path, ignore_errors=True)
            raise
        return cls(path)

    @staticmethod
    def _begin(path: Path, training: Training, drawn: bytes | None) -> None:
        """Writes down what a new run is, unless something is there that no run left before it had a configuration."""
        for entry in path.iterdir():
            copy = entry.name == maps.NAME and entry.is_file() and entry.read_bytes() == drawn
            begun = copy or entry.name in (lock.NAME, among.NAME) or entry.suffix == durable.DRAFT
            if not begun or (path / "config.toml").exists():
                go_on = shlex.join(["forge", "train", "--resume", str(path)])
                raise ConfigError(f"{path} exists already; name another folder, or go on with it: {go_on}")
        if drawn is not None:
            durable.replace(path / maps.NAME, drawn)
            world = training.world.replace(**{"terrain.file": maps.NAME})
            training = dataclasses.replace(training, world=world)
        players = [_copied(guest, path) for guest in training.run.guests]
        session = dataclasses.replace(training.run, among=among.inside(among.text_of(players), path))
        training = dataclasses.replace(training, run=session)
        durable.replace(path / "config.toml", training.to_toml().encode())

    def locked(self) -> AbstractContextManager[None]:
        """Keeps other processes from training here; raises ConfigError, naming the one that does."""
        return lock.locked(self.path)

    def rewritten(self, training: Training) -> Run:
        """This run with another configuration, which is written down if it differs."""
        if training == self.training:
            return self
        with self.locked():
            self._write(training)
        return Run(self.path)

    def _write(self, training: Training) -> None:
        session = dataclasses.replace(training.run, among=among.inside(training.run.among, self.path))
        kept = dataclasses.replace(training, world=maps.inside(training.world, self.path), run=session)
        durable.replace(self.path / "config.toml", kept.to_toml().encode())

    @property
    def diverged(self) -> str | None:
        """What was not finite any more when the run last trained; None if nothing was."""
        path = self.path / _DIVERGED
        return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else None

    def note_divergence(self, what: str) -> None:
        """Writes down what is not finite any more. Going on from a checkpoint forgets it."""
        durable.replace(self.path / _DIVERGED, f"{what}\n".encode())

    @staticmethod
    def new_path(root: Path, name: str) -> Path:
        """A folder that does not exist yet: `name`, the date and the time."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        path, copy = root / f"{name}-{stamp}", 2
        while path.exists():
            path, copy = root / f"{name}-{stamp}-{copy}", copy + 1
        return path

    def log(self, metrics: Mapping[str, Any], lasting: bool = False) -> None:
        """Adds a line of metrics, to metrics.jsonl and to TensorBoard by agent steps.

        Args:
            metrics: numbers, and lists of numbers by population; `steps` is their place.
            lasting: wait until the disk has it.

        Raises:
            StorageError: if it cannot be written.
        """
        path, line = self.path / "metrics.jsonl", metrics_file.text_of(metrics)
        with durable.explained(path, len(line)):
            with path.open("a", encoding="utf-8") as file:
                file.write(line)
            if lasting:
                durable.sync(path)
        with durable.explained(self.path / "tensorboard"):
            if self._board is None:
                self._board = Board(self.path / "tensorboard", self._after)
            self._board.add(metrics)

    def metrics(self) -> list[dict[str, Any]]:
        """All lines of metrics that are good; a last line that was cut off is none."""
        return self.metrics_and_faults()[0]

    def metrics_and_faults(self) -> tuple[list[dict[str, Any]], str]:
        """The good lines of metrics; and which are damaged and how, to be read, empty if none is."""
        path, good, damaged = self.path / "metrics.jsonl", [], []
        for line in metrics_file.lines_of(path):
            if line.values is None:
                damaged.append(line)
            else:
                good.append(line.values)
        return good, metrics_file.told(path, damaged)

    def forget_after(self, steps: int) -> None:
        """Makes the folder what it was after so many agent steps: drops later metrics, and drafts of dead processes.

        Lines of metrics that are damaged are set aside, and a configuration that is gone is written again; a warning
        says so. The caller holds the lock.
        """
        for draft in [*self.path.glob(f".*{durable.DRAFT}"), *self.path.glob(f"checkpoints/.*{durable.DRAFT}")]:
            with durable.explained(draft):
                durable.discard(draft)
        with durable.explained(self.path / _DIVERGED):
            (self.path / _DIVERGED).unlink(missing_ok=True)
        with durable.explained(self.path / "checkpoints"):
            (self.path / "checkpoints").mkdir(exist_ok=True)
        if not (self.path / "config.toml").is_file():
            self._write(self.training)
            warnings.warn(f"{self.path / 'config.toml'} was gone; it is as its checkpoint has it", stacklevel=2)
        path, kept, damaged = self.path / "metrics.jsonl", [], []
        for line in metrics_file.lines_of(path):
            if line.values is None:
                damaged.append(line)
            elif line.values["steps"] <= steps:
                kept.append(line.data.rstrip(b"\n") + b"\n")
        if damaged:
            self._set_aside_lines(damaged)
        durable.replace(path, b"".join(kept))
        self._after = steps

    def _set_aside_lines(self, damaged: list[metrics_file.Line]) -> None:
        place = self.path / "set-aside" / "metrics.jsonl"
        with durable.explained(place, sum(len(line.data) for line in damaged)):
            place.parent.mkdir(exist_ok=True)
            with place.open("ab") as file:
                file.writelines(line.data for line in damaged)
            durable.sync(place)
        warnings.warn(f"{metrics_file.told(self.path / 'metrics.jsonl', damaged)}. Moved to {place}", stacklevel=3)

    def checkpoint_path(self, steps: int) -> Path:
        """The folder of the checkpoint after so many agent steps."""
        return self.path / "checkpoints" / f"{steps:015d}"

    def checkpoints(self) -> list[Path]:
        """The folders of all checkpoints, good or damaged, the oldest first."""
        found = (self.path / "checkpoints").glob("[0-9]*")
        return sorted((p for p in found if p.name.isdigit() and p.is_dir()), key=steps_of)

    def latest(self) -> Path:
        """The folder of the last checkpoint.

        Raises:
            ConfigError: if there is none, or if it is damaged; the message names the last good one.
        """
        found = self.checkpoints()
        if not found:
            raise ConfigError(f"{self.path} has no checkpoint yet")
        try:
            checkpoint.verify(found[-1])
        except checkpoint.DamagedCheckpoint as error:
            good = self._last_good(found[:-1])
            command = self.to_resume("last-good")
            hint = f"{good} before it is good, and this goes on from there: {command}" if good else self._no_good()
            raise checkpoint.DamagedCheckpoint(f"{error}. {hint}") from error
        return found[-1]

    def choose(self, which: str = "latest") -> Path | None:
        """The checkpoint to go on from; None if the run has not got as far as its first.

        Args:
            which: "latest", "last-good", or the agent steps of one.

        Raises:
            ConfigError: if there is no such checkpoint, if it is damaged, or if the run diverged after it and it is not
                chosen by name; the message says what can be done.
        """
        found = self.checkpoints()
        if not found and not self.metrics():
            return None
        if which == "latest":
            if self.diverged is not None:
                raise ConfigError(f"{self.path}: {self.diverged} {self.after_divergence()}")
            return self.latest()
        if which == "last-good":
            good = self._last_good(found)
            if good is None:
                raise ConfigError(f"no checkpoint of {self.path} is good. {self._no_good()}")
            return good
        chosen = next((path for path in found if steps_of(path) == _steps(which)), None)
        if chosen is None:
            known = ", ".join(str(steps_of(p)) for p in found)
            raise ConfigError(f"{self.path} has no checkpoint {which!r}; allowed are latest, last-good, {known}")
        checkpoint.verify(chosen)
        return chosen

    def to_resume(self, which: str | None = None) -> str:
        """What to type to go on with the run, from its last checkpoint or another, as for `choose`."""
        return self._command("--resume", str(self.path), *(["--checkpoint", which] if which else []))

    def _command(self, *words: str) -> str:
        trusting = [word for module in self.training.modules for word in ("--trust", module)]
        return shlex.join(["forge", "train", *words, *trusting])

    def after_divergence(self) -> str:
        """What can be done with a run that diverged, in sentences."""
        last = self._last_good(self.checkpoints())
        smaller = f"--learning.learning-rate {self.training.learning.learning_rate / 5:g}"
        anew = f"To train it anew with smaller steps: {self._command(str(self.path))} {smaller}"
        if last is None:
            return anew
        return (
            f"The checkpoint at {steps_of(last):,} agent steps is from before that, and leads there again. {anew}. "
            f"To go on once the cause is mended, in a network of your own: {self.to_resume('last-good')}"
        )

    def _last_good(self, candidates: list[Path]) -> Path | None:
        return next((path for path in reversed(candidates) if checkpoint.good(path)), None)

    def _no_good(self) -> str:
        anew = self._command(str(self.path))
        return f"None is good; this trains the run again from its start, in another folder: {anew}"

    def set_aside_after(self, chosen: Path) -> list[Path]:
        """Moves the checkpoints later than `chosen` out of the way, so that it is the latest; returns where they are.

        The caller holds the lock.
        """
        moved = []
        for later in reversed([p for p in self.checkpoints() if steps_of(p) > steps_of(chosen)]):
            place, copy = self.path / "set-aside" / later.name, 2
            while place.exists():
                place, copy = place.with_name(f"{later.name}-{copy}"), copy + 1
            with durable.explained(place):
                place.parent.mkdir(exist_ok=True)
                durable.move(later, place, last=checkpoint.MANIFEST)
            moved.append(place)
        return moved

    def prune(self) -> None:
        """Deletes checkpoints that are older than the last good ones and are no milestones."""
        found, run = self.checkpoints(), self.training.run
        kept = {next((p for p in found if steps_of(p) >= steps), None) for steps in run.milestone_steps()}
        kept |= {next((p for p in found if seconds_of(p) >= seconds), None) for seconds in run.milestone_seconds()}
        count = 0
        for path in reversed(found):
            if count == _KEEP and path not in kept:
                with durable.explained(path):
                    durable.discard(path)
            elif count < _KEEP:
                count += checkpoint.good(path)

    def close(self) -> None:
        """Closes what is open; everything is written already."""
        if self._board is not None:
            with contextlib.suppress(OSError):  # of a full disk, which `log` has told of
                self._board.close()
            self._board = None


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run: its configuration is there, or checkpoints that know it."""
    return (path / "config.toml").is_file() or any(path.glob(f"checkpoints/[0-9]*/{trained_as.NAME}"))


def found(given: str | os.PathLike[str]) -> tuple[Run, Path | None]:
    """The run that a path means, and the checkpoint of it if that is what the path means, also through links.

    Raises:
        ConfigError: if it is neither a run nor a checkpoint of one.
    """
    path = path_of(given)
    if is_run(path):
        return Run(path), None
    checkpoint = path.resolve()  # a link, `.` and `..` stand elsewhere than they say
    if not checkpoint.is_dir() or not is_run(checkpoint.parent.parent):
        raise ConfigError(f"{path} is neither a run nor a checkpoint of one")
    return Run(checkpoint.parent.parent), checkpoint


def _copied(guest: among.Guest, run: Path) -> among.Guest:
    """A guest of a new run; of one that was trained, the copy that is made in the run's folder."""
    if not guest.trained:
        return guest
    theirs, chosen = found(guest.word)
    chosen, into = chosen or theirs.latest(), run.absolute() / among.NAME / guest.name
    world = maps.inside(theirs.training.world, theirs.path)
    session = dataclasses.replace(theirs.training.run, among="")
    with durable.explained(into):
        drawn = [theirs.path / maps.NAME] if world.terrain.file == maps.NAME else []
        alone = dataclasses.replace(theirs.training, world=world, run=session)
        among.copy(chosen, alone.to_toml().encode(), drawn, into)
    checkpoint.verify(into / "checkpoints" / chosen.name)
    return guest._replace(word=str(into))


def steps_of(folder: Path) -> int:
    """The agent steps after which a checkpoint was made."""
    return int(folder.name)


def seconds_of(folder: Path) -> float:
    """The seconds of training of a checkpoint; negative where it does not say."""
    try:
        return float(checkpoint.load_progress(folder, "seconds")["seconds"])
    except (ConfigError, OSError):
        return -1.0


def _steps(word: str) -> int | None:
    """The agent steps that a word says, or None."""
    try:
        return integer_of_text(word)
    except ValueError:
        return None
