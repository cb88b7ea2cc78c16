"""The study `tournament`: do larger populations make more capable agents, and does combat?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forge.blade import Chaos, Config, Law
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.evaluation.ratings import anchor, rate
from forge.experiments.reports.findings import Findings
from forge.experiments.runs.settings import SIGHT, Session, Training
from forge.experiments.studies.framework.meetings import Meeting, against_anchors
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.study import Plan, Results, Scale, Study
from forge.experiments.studies.tournament import report as tournament_report
from forge.experiments.studies.tournament.report import Outcome, Rated
from forge.experiments.studies.tournament.table import Duel, Table

#: Scripted players whose ratings are frozen. Where nothing can be won by fighting, the fighter is a forager.
ANCHORS = {"foraging": ("random", "forager"), "combat": ("random", "forager", "fighter")}
_WORLDS: Mapping[str, Callable[..., Config]] = {"foraging": Law, "combat": Chaos}
_EVALUATION = Settings(worlds=8, ticks=200, warmup=200)


@dataclass(frozen=True)
class Size(Scale):
    """A scale of this study."""

    lives: int = 100_000  # that each population has lived by the end of its run, on average, unless before that
    steps: int = 6_000_000  # each has had so many agent steps, as where the few of a small world hardly ever die
    caps: tuple[int, ...] = (16, 32, 64, 128)  # in training
    tests: tuple[int, ...] = ()  # of the worlds in which runs meet, the largest of `caps` last; none means `caps`
    slots: int = 16  # of a population in training
    changes: Mapping[str, int] = field(default_factory=dict)  # to the worlds
    worlds: int = 32  # trained in at once
    evaluation: Settings = _EVALUATION  # in worlds of the largest cap

    def evaluated(self, cap: int) -> Settings:
        """How meetings in worlds of a cap are evaluated: in so many that together they hold as many agents."""
        return self.evaluation._replace(worlds=self.evaluation.worlds * (self.most // cap))

    @property
    def met(self) -> tuple[int, ...]:
        """Caps of the worlds in which runs meet."""
        return self.tests or self.caps

    @property
    def most(self) -> int:
        """The largest cap."""
        return self.caps[-1]

    @property
    def share(self) -> int:
        """Populations of the world that each of two takes where they meet: those of the largest run."""
        return self.most // self.slots

    def world(self, rules: str, cap: int, **changes: Any) -> Config:
        """Worlds with room for so many agents."""
        return _WORLDS[rules](
            systems=SIGHT,
            **{"spawn.cap": cap, "spawn.populations": cap // self.slots, **self.changes, **changes},
        )


SCALES = {
    "tiny": Size(
        about="tries the study, and says nothing about its question",
        seeds=2,
        probe_seconds=0.05,
        lives=20,
        caps=(4, 8),
        slots=4,
        changes={"terrain.side": 40},
        worlds=2,
        evaluation=Settings(worlds=2, ticks=20, warmup=10, horizon=30),
    ),
    "small": Size(about="100,000 lives or 6 M agent steps of each population", seeds=3),
    "medium": Size(
        about="250,000 lives or 12 M agent steps of each population",
        seeds=5,
        confirm=True,
        lives=250_000,
        steps=12_000_000,
        tests=(128,),  # where fewer live, many reach the horizon, and measuring them takes longer than training
    ),
    "paper": Size(
        about="100 worlds, and the paper's 100 million lives in the largest run",
        seeds=5,
        confirm=True,
        lives=12_500_000,
        steps=1_000_000_000,
        worlds=100,
        evaluation=Settings(worlds=32, ticks=500, warmup=500),
    ),
}


def plan(size: Size, seeds: int) -> Plan:
    """The runs; then everybody's meetings, and those with the anchors."""
    measurements = [
        meeting.measurement(size.evaluated(meeting.world.spawn.cap), size.share, size.most)
        for meeting in all_meetings(size, seeds)
    ]
    return Plan(runs(size, seeds), measurements)


def runs(size: Size, seeds: int) -> list[Need]:
    """The training runs, those of one seed after those of the seed before it."""
    return [run(size, *kind, seed) for seed in range(seeds) for kind in _kinds(size)]


def _kinds(size: Size) -> list[tuple[str, int]]:
    return [*(("foraging", cap) for cap in size.caps), ("combat", size.most)]


def run(size: Size, rules: str, cap: int, seed: int) -> Need:
    """A run, which ends once its populations have lived so many lives, or had so many agent steps, on average."""
    world = size.world(rules, cap).replace(**{"spawn.random_cap": True})
    training = Training(run=Session(worlds=size.worlds, seed=seed), world=world)
    populations = world.populations
    return Need(_name(rules, cap, seed), training, lives=size.lives * populations, most=size.steps * populations)


def _name(rules: str, cap: int, seed: int) -> str:
    return f"{rules} {cap} seed {seed}"


def all_meetings(size: Size, seeds: int) -> Iterator[Meeting]:
    """Everything that is played."""
    for cap in size.met:
        for seed in range(seeds):
            for k, one in enumerate(size.caps):
                yield from (merged(size, seeds, cap, one, other, seed) for other in size.caps[k:])
            yield duel(size, cap, seed)
    for rules in ANCHORS:
        yield from anchored(size, seeds, rules)


def merged(size: Size, seeds: int, cap: int, one: int, other: int, seed: int) -> Meeting:
    """Runs of two sizes in one world of foraging: of one seed, or where they are of one size, of this and the next."""
    first = run(size, "foraging", one, seed)
    second = run(size, "foraging", other, (seed + 1) % seeds if one == other else seed)
    return _met(first, second, size.world("foraging", cap))


def duel(size: Size, cap: int, seed: int) -> Meeting:
    """The largest runs with and without combat, in one world with combat."""
    first, second = (run(size, rules, size.most, seed) for rules in ("combat", "foraging"))
    return _met(first, second, size.world("combat", cap))


def _met(first: Need, second: Need, world: Config) -> Meeting:
    where = f"{'foraging' if world.combat == Law().combat else 'combat'} among {world.spawn.cap}"
    return Meeting((first.name, second.name), (Milestone(first), Milestone(second)), world, where)


def anchored(size: Size, seeds: int, rules: str) -> list[Meeting]:
    """The meetings with the anchors, in the largest worlds."""
    chosen = [kind for kind in _kinds(size) if (kind[1] == size.most if rules == "combat" else kind[0] == rules)]
    needs = [run(size, *kind, seed) for kind in chosen for seed in range(seeds)]
    world = size.world(rules, size.most)
    return against_anchors(
        [(need.name, Milestone(need)) for need in needs], ANCHORS[rules], world, f"{rules} among {size.most}"
    )


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """The table of all sizes, the combat check, and ratings in both kinds of worlds."""
    among = [
        merged(size, seeds, size.most, one, other, seed)
        for seed in range(seeds)
        for k, one in enumerate(size.caps)
        for other in size.caps[k:]
    ]
    duels = [duel(size, size.most, seed) for seed in range(seeds)]
    outcome = Outcome(
        table=table_of(size, seeds, results),
        duel=duel_of(size, seeds, results),
        rated=[
            _rated(size, seeds, rules, meetings, results)
            for rules, meetings in (("foraging", among), ("combat", duels))
        ],
        lives=size.lives,
        steps=size.steps,
        slots=size.slots,
        share=size.share,
        settings=size.evaluation,
    )
    return tournament_report.findings(outcome)


def table_of(size: Size, seeds: int, results: Results) -> Table:
    """What the meetings of all sizes found: the lives of a run are those of all its meetings with a size."""
    sizes, blocks = size.caps, size.evaluation.worlds
    sums = np.zeros((seeds, blocks, len(size.met), len(sizes), len(sizes), 3))
    horizons = np.zeros(sums.shape[2:-1], np.int64)
    for c, cap in enumerate(size.met):
        for seed in range(seeds):
            for i, one in enumerate(sizes):
                for j, other in enumerate(sizes[i:], i):
                    meeting = merged(size, seeds, cap, one, other, seed).found(results)
                    found = _sums(meeting, blocks)
                    sums[seed, :, c, i, j] += found[:, 0]
                    sums[(seed + 1) % seeds if i == j else seed, :, c, j, i] += found[:, 1]
                    horizons[c, i, j] = horizons[c, j, i] = max(horizons[c, i, j], meeting.horizon)
    return Table(size.met, sizes, sums, horizons)


def duel_of(size: Size, seeds: int, results: Results) -> Duel:
    """What the combat check found."""
    blocks = size.evaluation.worlds
    found = [[duel(size, cap, seed).found(results) for cap in size.met] for seed in range(seeds)]
    sums = np.array([[_sums(meeting, blocks) for meeting in of_seed] for of_seed in found])  # [R, C, W, 2, 3]
    horizons = np.array([[meeting.horizon for meeting in of_seed] for of_seed in found]).max(0)
    return Duel(size.met, np.moveaxis(sums, 1, 2).reshape(seeds, blocks, len(size.met), 6), horizons)


def _sums(meeting: Evaluation, blocks: int) -> np.ndarray:
    """Sums of both over the worlds of a block, which hold as many agents at each cap: float64 [W, 2, 3].

    They are ticks lived, lives, and those of them that reach the horizon.
    """
    counts = meeting.counts
    by_world = np.stack([counts.lifetime, counts.lives, counts.outlived], -1).astype(float)
    return by_world.reshape(blocks, -1, 2, 3).sum(1)


def _rated(size: Size, seeds: int, rules: str, meetings: list[Meeting], results: Results) -> Rated:
    everything = [*meetings, *anchored(size, seeds, rules)]
    # nothing is to be learned from a run that meets itself, as it does where there is one seed
    met = [m.met(results) for m in everything if len(set(m.names)) > 1]
    return Rated(rules, ANCHORS[rules], size.most, rate(met, anchor(met, ANCHORS[rules])))


STUDY = Study(
    name="tournament",
    question="Do larger populations make agents more capable, and does combat, when runs are merged into one world?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
