"""What a study declares: the runs it needs, what it measures on them, and what it says about the numbers.

A study is one module that defines `STUDY`, listed in `catalogue.STUDIES`. The framework trains, measures, stores and
goes on after a stop; a study only says what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from forge.about import VERSION
from forge.blade.checks import ConfigError
from forge.experiments.settings import FREE, Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from forge.experiments.studies.store import Store


@dataclass(frozen=True)
class Scale:
    """How big a study is; studies add what is theirs."""

    about: str  # in words, for the list of studies
    seeds: int  # training runs of each kind
    confirm: bool = False  # whether it takes so long that it must be asked for twice
    probe_seconds: float = 4.0  # how long the machine's rate is measured for each kind of run [s]


#: Agent steps that a life is taken to last where no run has shown it, to estimate the time of one that ends by lives.
LIFETIME = 100.0


@dataclass(frozen=True)
class Need:
    """A training run that a study needs, with the checkpoints it keeps for ever.

    Args:
        name: for people, such as "pg seed 0".
        training: its configuration. What limits it is given here, not by run.minutes, run.steps or run.lives.
        milestones: agent steps, rising; a checkpoint is kept at the first update that reaches each, and at the end; at
            0, before training.
        lives: the run ends once so many lives have ended in all its worlds; 0 means that it ends at the last milestone.

    Raises:
        ConfigError: if it has no end, or the milestones don't rise.
    """

    name: str
    training: Training
    milestones: tuple[int, ...] = ()
    lives: int = 0

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip((-1, *self.milestones), self.milestones, strict=False))
        if not rising or not (any(self.milestones) or self.lives):
            raise ConfigError(f"milestones of {self.name} must be rising numbers of agent steps, not {self.milestones}")

    @property
    def limit(self) -> tuple[str, int]:
        """What ends it: the name of a number in its metrics, and the value that it has to reach."""
        return ("lives", self.lives) if self.lives else ("steps", self.milestones[-1])

    @property
    def key(self) -> str:
        """Names what it computes: equal keys mean equal bits, whatever study asks for it."""
        parts: dict[str, Any] = asdict(self.training)
        parts["run"] = {name: value for name, value in parts["run"].items() if name not in FREE}
        end = {"lives": self.lives} if self.lives else {}
        return digest({"version": VERSION, "milestones": self.milestones, **end, **parts})

    @property
    def setting(self) -> str:
        """Names who learns how in which world, whatever the seed and the length."""
        return setting(self.training)

    @property
    def limited(self) -> Training:
        """The configuration with this limit as the only one."""
        name, value = self.limit
        limits: dict[str, Any] = {"minutes": 0.0, "steps": 0, "lives": 0, name: value}
        kept = " ".join(map(str, self.milestones))
        return replace(self.training, run=replace(self.training.run, milestones=kept, **limits))


@dataclass(frozen=True)
class Milestone:
    """A player: the policy of a run after so many agent steps, one of its milestones; without steps, at its end."""

    need: Need
    steps: int | None = None


#: Who plays: a scripted player by its name, or a trained one.
Player = str | Milestone


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


@dataclass(frozen=True)
class Plan:
    """Everything a study does at one scale; names are unique."""

    needs: Sequence[Need]
    measurements: Sequence[Measurement]


@dataclass(frozen=True)
class Results:
    """What the plan came to.

    Attributes:
        seconds: of training up to each milestone and to the end of each run, by its name and the agent steps: time on
            the machine that trained it.
        measured: results of the measurements, by name.
    """

    seconds: Mapping[str, Mapping[int, float]]
    measured: Mapping[str, Any]


@dataclass(frozen=True)
class Findings:
    """What a study says: each table becomes a CSV file, each figure a PNG and an SVG, the rest report.md.

    Attributes:
        verdict: the answer in a paragraph, made from the numbers.
        tables: rows of plain values, by name; the rows of a table have the same keys.
        figures: drawn when they are written, by name.
        captions: a line of text for each figure.
        body: Markdown behind the figures: tables to read, and how the numbers were made.
    """

    verdict: str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    figures: Mapping[str, Callable[[], Figure]]
    captions: Mapping[str, str]
    body: str


S = TypeVar("S", bound=Scale)


@dataclass(frozen=True)
class Study(Generic[S]):
    """A question and how it is answered.

    Args:
        name: on the command line.
        question: in a line.
        scales: by name, the smallest first.
        plan: what to do at a scale, with so many seeds.
        findings: what to say about the results, given scale and number of seeds.
    """

    name: str
    question: str
    scales: Mapping[str, S]
    plan: Callable[[S, int], Plan]
    findings: Callable[[S, int, Results], Findings]


def setting(training: Training) -> str:
    """Names who learns how in which world, whatever the seed and the length."""
    parts = asdict(training)
    return digest({name: parts[name] for name in ("world", "learning")})


def digest(parts: Mapping[str, Any]) -> str:
    """A short name of plain data: equal data, and only they, share it."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
