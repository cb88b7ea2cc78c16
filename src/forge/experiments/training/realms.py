"""A Native run in a run's folder: trained, saved and resumed as every other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from forge.blade import ConfigError, World
from forge.ethyr.networks.network import Network
from forge.experiments.runs import trained_as
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.experiments.training.guests import Guests
from forge.trinity import Trinity
from forge.trinity.realms.native import Native, native_args, saved_run


class Realms:
    """Realms under a Pantheon, as `forge.experiments.training.train.train` takes them.

    Args:
        training: the run's configuration; `run.worlds` are shared out among the realms.
        args: `nRealm`, `ray`, `address` and `render`, as for `forge.trinity.smith.Native`.
        trinity: the classes that learn, rule and play.
        warn: is called with a line of text when a realm is lost and brought back.

    Raises:
        ConfigError: if the worlds cannot be shared out, or a GPU is asked for.
    """

    def __init__(
        self, training: Training, args: dict[str, Any], trinity: Trinity | None = None, **options: Any
    ) -> None:
        run = training.run
        if run.device != "cpu":
            raise ConfigError(f"run.device = {run.device!r}: realms compute on CPUs; forge train takes a GPU")
        if run.schedule:
            raise ConfigError("run.schedule changes numbers in one process, as forge train trains; realms keep theirs")
        self._args = {
            **args,
            "worlds": share(run.worlds, args["nRealm"]),
            "seed": run.seed,
            "threads": run.threads or None,
        }
        native_args(self._args, run.engine)
        self.training, self._trinity, self._options = training, trinity, options
        if run.guests:
            self._options["among"] = Guests(training)
        self._native: Native | None = None

    @property
    def native(self) -> Native:
        """The run itself, begun when it is asked for."""
        if self._native is None:
            chosen: Any = {"learning": self.training.learning, "engine": self.training.run.engine}
            self._native = Native(self.training.world, self._args, self._trinity, **chosen, **self._options)
        return self._native

    @property
    def steps(self) -> int:
        """Agent steps so far."""
        return self.native.meter.steps

    @property
    def lives(self) -> int:
        """Lives that have ended so far."""
        return self.native.meter.lives

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return self.native.meter.seconds

    @property
    def updates(self) -> int:
        """Steps of the optimiser so far."""
        return self.native.meter.updates

    @property
    def policy(self) -> Network:
        """The network, with the parameters of now."""
        return self.native.pantheon.network

    @property
    def world(self) -> World:
        """The worlds of realm 0, or a copy of them, to look at."""
        return self.native.realms.world()

    def compile(self) -> None:
        """See `Native.compile`."""
        self.native.compile()

    def adopt(self, weights: Mapping[str, Tensor]) -> None:
        """Takes other first weights, by the names of the network's `state_dict`."""
        self.native.pantheon.adopt(weights)

    def update(self) -> None:
        """One round."""
        self.native.play()

    def meter(self) -> Realms:
        """Itself: a Native counts all the time."""
        return self

    def add(self, update: None) -> None:
        """Nothing: it is counted already."""

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one."""
        line = self.native.read()
        del line["tags"]  # a line holds numbers
        return line

    def save(self, folder: Path) -> None:
        """Writes a checkpoint."""
        self.native.save(folder, {trained_as.NAME: trained_as.pack(self.training)})

    def load(self, folder: Path) -> None:
        """Goes back to a checkpoint.

        Raises:
            ConfigError: if it is damaged, or of a run with another configuration.
        """
        saved = saved_run(folder)
        worlds = saved.args["worlds"] * saved.args["nRealm"]
        session = dataclasses.replace(
            self.training.run, worlds=worlds, seed=saved.args["seed"], engine=saved.engine, device="cpu"
        )
        trained_as.check(folder, self.training, Training(session, saved.learning, saved.config))
        self._native = Native.restore(folder, self._args, self._trinity, **self._options)

    def close(self) -> None:
        """Ends the realms."""
        if self._native is not None:
            self._native.close()


def share(worlds: int, realms: int) -> int:
    """Worlds of each realm.

    Raises:
        ConfigError: if they cannot be shared out.
    """
    if worlds % realms:
        raise ConfigError(f"run.worlds = {worlds} must be a multiple of nRealm = {realms}: each realm has as many")
    return worlds // realms


def realms_of(run: Run, chosen: Path | None, asked: int | None) -> int:
    """How many realms a run has, by its checkpoint; as many as asked for if it ended before it had one.

    Raises:
        ConfigError: if it has another number than was asked for, or nobody says how many, or if it is a run of
            `forge train`.
    """
    if chosen is None:
        if asked is None:
            raise ConfigError(f"{run.path} ended before its first checkpoint: say how many realms it has by --nRealm N")
        return asked
    if not (chosen / "native.json").is_file():
        raise ConfigError(f"{run.path} has no checkpoint of realms; what forge train began, forge train goes on with")
    saved = int(saved_run(chosen).args["nRealm"])
    if asked not in (None, saved):
        raise ConfigError(f"--nRealm {asked}: the run in {run.path} has {saved}")
    return saved
