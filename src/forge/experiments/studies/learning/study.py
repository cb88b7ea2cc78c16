"""The study `learning`: how soon do populations outlive scripted players, and how far do they come?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from forge.blade import Chaos, Config
from forge.experiments.evaluation.contest import Contest, arranged, opponents
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.reports.findings import Findings
from forge.experiments.runs.settings import Session, Training, to_train_in
from forge.experiments.studies.framework.measure import lifetimes
from forge.experiments.studies.framework.meetings import Meeting
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Scale, Study
from forge.experiments.studies.learning import report as learning_report
from forge.experiments.studies.learning.curve import Curve, Point
from forge.experiments.studies.learning.report import LIMIT

ALGORITHMS = ("pg", "ppo")
SCRIPTED = ("random", "forager", "fighter")

#: Agent steps that a second of training stands for, so that a budget in steps, which repeats to the bit, is about one
#: in time: a little less than what two cores do with the default configuration, so that the last milestone is in time.
#: The first 60 core-seconds of a run of `small` came to 0.48 M (pg) and 0.16 M (ppo) agent steps each, with two threads
#: on an AMD EPYC (family 25, model 1) on which other work ran; two threads do 1.6 times as many as one. The time it
#: really takes is measured as well.
RATES = {"pg": 750_000, "ppo": 250_000}


_EVALUATION = Settings(worlds=32, ticks=500, warmup=500)


@dataclass(frozen=True)
class Size(Scale):
    """A scale of this study."""

    seconds: tuple[float, ...] = (3, 10, 30, 60, 120, LIMIT)  # of training up to each milestone, at RATES
    world: Config = field(default_factory=lambda: to_train_in(Chaos()))
    worlds: int = 32  # trained in at once
    evaluation: Settings = _EVALUATION


SCALES = {
    "tiny": Size(
        about="tries the study, and says nothing of learning",
        seeds=2,
        probe_seconds=0.05,
        seconds=(0.001, 0.004),
        world=to_train_in(Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})),
        worlds=2,
        evaluation=Settings(worlds=3, ticks=30, warmup=20, horizon=60),
    ),
    "small": Size(about="3 minutes of training a run, on two cores", seeds=3),
    "medium": Size(
        about="20 minutes of training a run, on two cores",
        seeds=5,
        confirm=True,
        seconds=(3, 10, 30, 60, 180, 600, 1200),
    ),
    "paper": Size(
        about="100 worlds, and about the paper's 100 million lives a run",
        seeds=5,
        confirm=True,
        seconds=(10, 30, 100, 180, 600, 1200, 3600),
        worlds=100,
    ),
}


def plan(size: Size, seeds: int) -> Plan:
    """Every algorithm with every seed, and each of their milestones in contests, and alone as the scripted players."""
    needs = runs(size, seeds)
    stages = [(need, at) for need in needs for at in need.milestones]
    share = size.world.populations
    measurements = [
        contest(size, *stage, kind).measurement(size.evaluation, share)
        for stage in stages
        for kind in opponents(size.world)
    ]
    measurements += [_evaluation(size, name, name) for name in SCRIPTED]
    measurements += [_evaluation(size, _name(*stage), Milestone(*stage)) for stage in stages]
    return Plan(needs, measurements)


def contest(size: Size, need: Need, steps: int, opponent: str) -> Meeting:
    """A run after so many agent steps and a scripted player, who share worlds half and half."""
    world = arranged(size.world, size.world.populations)
    return Meeting((_name(need, steps), opponent), (Milestone(need, steps), opponent), world, "half and half")


def runs(size: Size, seeds: int) -> list[Need]:
    """The training runs, those of one seed after those of the seed before it."""
    return [
        Need(f"{algorithm} seed {seed}", _training(size, algorithm, seed), _milestones(size, algorithm))
        for seed in range(seeds)
        for algorithm in ALGORITHMS
    ]


def _training(size: Size, algorithm: str, seed: int) -> Training:
    training = Training(run=Session(worlds=size.worlds, seed=seed), world=size.world)
    return replace(training, learning=replace(training.learning, algorithm=algorithm))


def _milestones(size: Size, algorithm: str) -> tuple[int, ...]:
    return tuple(round(seconds * RATES[algorithm]) for seconds in size.seconds)


def _name(need: Need, steps: int) -> str:
    return f"{need.name} at {steps / 1e6:g} M"


def _evaluation(size: Size, name: str, player: str | Milestone) -> Measurement:
    return lifetimes(name, player, size.world, size.evaluation)


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """Contests and lifetimes against steps and time, beside the scripted players, and by population."""
    needs = runs(size, seeds)
    of = {name: [need for need in needs if need.training.learning.algorithm == name] for name in ALGORITHMS}
    curves = {name: _curve(size, those, results) for name, those in of.items()}
    return learning_report.findings(curves, _scripted(results), size.evaluation)


def _curve(size: Size, needs: list[Need], results: Results) -> Curve:
    return [
        Point(
            steps=steps,
            seconds=[results.seconds[need.name][steps] for need in needs],
            evaluations=[Evaluation.from_dict(results.measured[_name(n, steps)]) for n in needs],
            contests=[
                Contest(kind, tuple(contest(size, need, steps, kind).found(results) for need in needs))
                for kind in opponents(size.world)
            ],
        )
        for steps in needs[0].milestones
    ]


def _scripted(results: Results) -> Mapping[str, Evaluation]:
    return {name: Evaluation.from_dict(results.measured[name]) for name in SCRIPTED}


STUDY = Study(
    name="learning",
    question="How soon do populations that learn outlive random and scripted ones, and how far do they come?",
    scales=SCALES,
    plan=plan,
    findings=findings,
    timed=True,
)
