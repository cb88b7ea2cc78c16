"""The runs of the studies `dependencies` and `attacks`, which share them, and how their policies are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from forge.blade import Chaos, Config, Law
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.insight import Insight
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.runs.loading import load
from forge.experiments.runs.settings import Session, Training, to_train_in
from forge.experiments.studies.dependencies.sites import Settings as Asking
from forge.experiments.studies.framework.measure import identity
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.study import Scale

if TYPE_CHECKING:
    from forge.experiments.studies.framework.store import Store

#: When policies are asked: before training, after its first seconds, at its end.
PHASES = ("initial", "early", "late")


class Kind(NamedTuple):
    """A kind of world: whether attacks harm, and who picks their targets."""

    rules: str
    targeting: str

    @property
    def name(self) -> str:
        """In words."""
        return f"{self.rules}, {self.targeting} targets"

    @property
    def learned(self) -> bool:
        """Whether the policy picks targets."""
        return self.targeting == "learned"


FORAGING, COMBAT, COMBAT_LEARNED = Kind("foraging", "automatic"), Kind("combat", "automatic"), Kind("combat", "learned")
#: In foraging an attack does nothing at all: what is seen there has other reasons. Policies that would pick targets
#: there learn nothing of it (`matters`) and everything else to the same bits, so that they are no kind of their own.
KINDS = (FORAGING, COMBAT, COMBAT_LEARNED)
_RULES = {"foraging": Law, "combat": Chaos}


#: How long lives are followed where only the picking of styles differs; worlds in fours, one for each way to pick.
_LIVED = Settings(worlds=24, ticks=300, warmup=200)


class Play(NamedTuple):
    """How policies are watched."""

    worlds: int = 16
    warmup: int = 250  # ticks before anything is counted
    ticks: int = 150  # ticks counted
    seed: int = 0


@dataclass(frozen=True)
class Size(Scale):
    """A scale of either study."""

    steps: tuple[int, int] = (2_000_000, 20_000_000)  # agent steps until early and late
    changes: Mapping[str, int] = field(default_factory=dict)  # to the worlds
    worlds: int = 32  # trained in at once
    sites: Asking = field(default_factory=Asking)
    play: Play = field(default_factory=Play)
    lived: Settings = _LIVED


SCALES = {
    "tiny": Size(
        about="tries the study, and says nothing about its question",
        seeds=2,
        probe_seconds=0.05,
        steps=(500, 1500),
        changes={"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40},
        worlds=2,
        sites=Asking(maps=2, agents=2),
        play=Play(worlds=2, warmup=30, ticks=20),
        lived=Settings(worlds=4, ticks=20, warmup=10, horizon=30),
    ),
    "small": Size(about="9 runs of 20 M agent steps, shared by both", seeds=3),
    "medium": Size(
        about="15 runs of 100 M agent steps, shared by both",
        seeds=5,
        confirm=True,
        steps=(2_000_000, 100_000_000),
        sites=Asking(maps=16, agents=6),
    ),
    "paper": Size(
        about="100 worlds, and about the paper's 100 million lives a run, shared by both",
        seeds=5,
        confirm=True,
        steps=(20_000_000, 6_000_000_000),
        worlds=100,
        sites=Asking(maps=32, agents=6),
        play=Play(worlds=32, warmup=500, ticks=500),
        lived=Settings(worlds=32, ticks=500, warmup=500),
    ),
}


def world_of(size: Size, kind: Kind) -> Config:
    """The worlds of a kind, as they are trained in."""
    targeting = "learned" if kind.learned else "lowest_health"
    return to_train_in(_RULES[kind.rules](**{"combat.targeting": targeting, **size.changes}))


def runs(size: Size, seeds: int) -> list[Need]:
    """All training runs, those of one kind together."""
    return [need for kind in KINDS for need in by_seed(size, kind, seeds)]


def by_seed(size: Size, kind: Kind, seeds: int) -> list[Need]:
    """The training runs of a kind; their milestones are the phases."""
    world, milestones = world_of(size, kind), (0, *size.steps)
    sessions = [Session(worlds=size.worlds, seed=seed) for seed in range(seeds)]
    return [
        Need(f"{kind.name}, seed {seed}", Training(run=session, world=world), milestones)
        for seed, session in enumerate(sessions)
    ]


def name_of(need: Need, phase: str) -> str:
    """What a measurement of a policy is called."""
    return f"{need.name}, {phase}"


def what_is_measured(measurement: str, need: Need, phase: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a measurement of a policy depends on, as plain data."""
    return {"measurement": measurement, "player": identity(_milestone(need, phase)), **settings}


def actor_of(store: Store, need: Need, phase: str, seed: int = 0) -> Actor:
    """Who plays as the run did in a phase; it draws from a stream of its own."""
    return load(store.milestone_path(need, _milestone(need, phase).steps), seed)


def insight_into(store: Store, need: Need, phase: str) -> Insight:
    """Asks the policy of a run in a phase."""
    actor = actor_of(store, need, phase)
    return Insight(actor.policy, actor.reward_scale)


def _milestone(need: Need, phase: str) -> Milestone:
    return Milestone(need, need.milestones[PHASES.index(phase)])
