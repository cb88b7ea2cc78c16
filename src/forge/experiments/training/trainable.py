"""What `forge.experiments.training.train.train` trains, whatever computes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from forge.ethyr.networks.network import Network


class Meters(Protocol):
    """Metrics between two lines."""

    def add(self, update: Any) -> None:
        """Counts what `update` returned."""
        ...

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one."""
        ...


class Trains(Protocol):
    """What `train` trains: everything that changes while a run trains, in this process or in many."""

    @property
    def policy(self) -> Network:
        """The network, with the parameters of now."""
        ...

    @property
    def steps(self) -> int:
        """Agent steps so far."""
        ...

    @property
    def lives(self) -> int:
        """Lives that have ended so far."""
        ...

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        ...

    def compile(self) -> None:
        """Compiles what the run will call."""
        ...

    def adopt(self, weights: Mapping[str, Tensor]) -> None:
        """Takes other first weights, by the names of the network's `state_dict`."""
        ...

    def update(self) -> Any:
        """Plays and learns a little."""
        ...

    def meter(self) -> Meters:
        """Counts from here on."""
        ...

    def save(self, folder: Path) -> None:
        """Writes a checkpoint."""
        ...

    def load(self, folder: Path) -> None:
        """Goes back to one."""
        ...
