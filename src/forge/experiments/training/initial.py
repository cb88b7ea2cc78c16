"""The weights that a run begins with, where they are another run's: what fits is taken, the rest starts new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rich.table import Table
from torch import Tensor

from forge.ethyr.learning.divergence import check_loaded
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.network import Network
from forge.ethyr.saving import checkpoint
from forge.experiments.runs.run import Run, found, steps_of
from forge.experiments.runs.settings import Training
from forge.support import durable
from forge.support.checks import ConfigError
from forge.support.plugins import Untrusted

#: The file in a run's folder that says what it began with.
NAME = "init-from.json"

_TAKEN = "taken"


class Fate(NamedTuple):
    """What became of one tensor of the network."""

    name: str
    shape: tuple[int, ...]
    told: str  # "taken", or why it starts new

    @property
    def taken(self) -> bool:
        """Whether it comes from the other run."""
        return self.told == _TAKEN


class Initial(NamedTuple):
    """The weights of another run for a network."""

    origin: Path  # the checkpoint
    weights: dict[str, Tensor]  # all of the network, those that start new as they are
    fates: list[Fate]
    unused: list[str]  # tensors of the checkpoint that the network has no use for
    populations: list[int | None]  # whose weights each population takes; None where its network is not there

    def table(self) -> Table:
        """What is taken and what starts new."""
        whose = ", ".join("new" if p is None else str(p) for p in self.populations)
        table = Table(title=f"weights from {self.origin}", caption=f"populations start as those of it: {whose}")
        for heading in ("parameter", "shape", "from there"):
            table.add_column(heading, overflow="fold")
        for fate in self.fates:
            table.add_row(fate.name, str(list(fate.shape)), fate.told, style=None if fate.taken else "yellow")
        for name in self.unused:
            table.add_row(name, "", "not used", style="dim")
        return table

    def write(self, run: Run) -> None:
        """Notes in a run's folder what it begins with."""
        noted = {
            "checkpoint": str(self.origin),
            "steps": steps_of(self.origin) if self.origin.name.isdigit() else None,
            "populations": self.populations,
            "taken": [fate.name for fate in self.fates if fate.taken],
            "new": {fate.name: fate.told for fate in self.fates if not fate.taken},
            "unused": self.unused,
        }
        durable.replace(run.path / NAME, json.dumps(noted, indent=1).encode())


def initial(policy: Network, training: Training) -> Initial | None:
    """What `run.init_from` gives a network; None if it names nothing.

    A tensor is taken where the other network has one of that name and, population by population, of that shape. If
    there are fewer populations there, they are taken in turn; if there are more, the first ones are. Where populations
    have different networks, each takes weights of populations with the network of the same name.

    Args:
        policy: as it starts without.
        training: the configuration of its run.

    Raises:
        Untrusted: if that run names code that is not trusted.
        ConfigError: if there is no such run or checkpoint, if it is damaged, or if nothing of it fits.
    """
    word = training.run.init_from
    if not word:
        return None
    try:
        run, chosen = found(word)
        chosen = chosen or run.latest()
        checkpoint.verify(chosen)
        given = checkpoint.load_tensors(chosen / "policy.safetensors")
        made = _fitted(policy, training, given, run.training)
        check_loaded(policy, made.weights, training.world.populations, chosen)
    except Untrusted as error:
        raise Untrusted(f"run.init_from = {word!r}: {error}") from error
    except ConfigError as error:
        raise ConfigError(f"run.init_from = {word!r}: {error}") from error
    return made._replace(origin=chosen)


def _fitted(policy: Network, training: Training, given: Mapping[str, Tensor], other: Training) -> Initial:
    weights = {name: tensor.detach().cpu().clone() for name, tensor in policy.state_dict().items()}
    theirs = dict(_parts(other.learning, other.world.populations))
    here, there = training.world.populations, other.world.populations
    fates, used, whose = [], set[str](), list[int | None]([None] * here)
    for network, (prefix, populations) in _parts(training.learning, here):
        origin = theirs.get(network) or (next(iter(theirs.values())) if len(theirs) == 1 else None)
        rows = [origin[1][place % len(origin[1])] for place in range(len(populations))] if origin else []
        for name in (name for name in weights if name.startswith(prefix)):
            source = None if origin is None else origin[0] + name.removeprefix(prefix)
            told = _take(weights[name], given.get(source or ""), populations, rows, here, there)
            fates.append(Fate(name, tuple(weights[name].shape), told))
            if source is not None and told == _TAKEN:
                used.add(source)
                for population, row in zip(populations, rows, strict=True):
                    whose[population] = row
    if not used:
        raise ConfigError(f"none of its weights fits the network {training.learning.network!r} of this world")
    return Initial(Path(), weights, fates, sorted({*given} - used), whose)


def _parts(learning: Learning, populations: int) -> Iterator[tuple[str, tuple[str, list[int]]]]:
    """Each network of a run: its name, what the names of its tensors begin with, and the populations it plays."""
    names = learning.networks
    several = list(dict.fromkeys(names))
    for index, name in enumerate(several):
        played = [p for p in range(populations) if names[p % len(names)] == name]
        if played:
            yield name, ("" if len(several) == 1 else f"networks.{index}.", played)


def _take(tensor: Tensor, source: Tensor | None, populations: list[int], rows: list[int], here: int, there: int) -> str:
    """Fills the part of some populations from those rows of the other run's tensor, if it fits; says what became."""
    if source is None:
        return "new: it has none of that name"
    apart = tensor.shape[:1] == (here,) and source.shape[:1] == (there,)
    wanted, found_there = (part.shape[1:] if apart else part.shape for part in (tensor, source))
    if wanted != found_there or tensor.dtype != source.dtype:
        return f"new: there it is {list(source.shape)}"
    if not apart:
        tensor.copy_(source)
        return _TAKEN
    tensor[populations] = source[rows]
    return _TAKEN
