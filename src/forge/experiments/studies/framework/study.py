"""What a study declares: the runs it needs, what it measures on them, and what it says about the numbers.

A study is one module that defines `STUDY`, listed in `catalogue.STUDIES`. The framework trains, measures, stores and
goes on after a stop; a study only says what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from forge.experiments.reports.findings import Findings
from forge.experiments.studies.framework.needs import Milestone as Milestone  # documented here, like Need
from forge.experiments.studies.framework.needs import Need as Need
from forge.experiments.studies.framework.store import Measurement


@dataclass(frozen=True)
class Scale:
    """How big a study is; studies add what is theirs."""

    about: str  # in words, for the list of studies
    seeds: int  # training runs of each kind
    confirm: bool = False  # whether it takes so long that it must be asked for twice
    probe_seconds: float = 4.0  # how long the machine's rate is measured for each kind of run [s]


@dataclass(frozen=True)
class Plan:
    """Everything a study does at one scale; names are unique.

    Attributes:
        needs: the runs that it trains.
        measurements: what it finds out once they are there.
        probe: of a plan without runs, how its time is estimated: given for how many seconds to measure, it returns how
            many ticks of a world this machine plays a second.
    """

    needs: Sequence[Need]
    measurements: Sequence[Measurement]
    probe: Callable[[float], float] | None = None


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
        timed: whether it says how long its runs trained: they train one after the other then, each on all cores.
    """

    name: str
    question: str
    scales: Mapping[str, S]
    plan: Callable[[S, int], Plan]
    findings: Callable[[S, int, Results], Findings]
    timed: bool = False
