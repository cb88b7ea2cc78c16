"""The study `randomized`: do more agents explore more where every world has a map of its own?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from forge.blade import Config
from forge.blade.terrain.generation import maps
from forge.experiments.evaluation.evaluate import fresh_maps
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Sample
from forge.experiments.figures.visit_maps import Grid, density_maps
from forge.experiments.figures.visit_maps import Place as Shown
from forge.experiments.measures.exploring import COVERAGE, EVENNESS, LIFETIME, PACE, TILES, reachable
from forge.experiments.reports.findings import Findings
from forge.experiments.studies.exploration import report as exploring_report
from forge.experiments.studies.exploration import runs as exploration_runs
from forge.experiments.studies.exploration.cross_surveys import Place, Tours
from forge.experiments.studies.exploration.report import Explored
from forge.experiments.studies.framework.study import Plan, Results, Scale, Study
from forge.experiments.studies.tournament import study as tournament

SHOWN = 3  # maps in the figure

_CLAIM = """In the paper (Suarez et al. 2019, arXiv 1903.00784), where every world has a map of its own, agents \
explore widely whether they are trained among 8, 32 or 128; it is where they meet that those of larger and more \
populations are said to be better, which is the question of the study `tournament`."""
_EVENNESS = """*Evenness* is 2^H with H the entropy of the place of an agent in one world: so many tiles would be used \
if all were used alike, here as a share of the land. Like coverage it grows by itself with the number of agents that \
are surveyed, so that only columns of the same number compare."""
_MAPS = (
    "Where agents spend their time on three maps that they were not trained on, in worlds of as many agents as in "
    "training, first seed."
)


@dataclass(frozen=True)
class Size(Scale):
    """A scale of this study."""

    training: tournament.Size = tournament.SCALES["small"]  # the runs are those of the tournament, and one smaller
    caps: tuple[int, ...] = (8, 32, 128)  # in training, and of the worlds in which all are compared
    settings: Settings = exploration_runs.SCALES["small"].settings


def _scale(name: str, caps: tuple[int, ...] = (8, 32, 128)) -> Size:
    training, like = tournament.SCALES[name], exploration_runs.SCALES[name]
    return Size(
        about=f"{training.about}; shares runs with the tournament",
        seeds=training.seeds,
        confirm=training.confirm,
        probe_seconds=training.probe_seconds,
        training=training,
        settings=like.settings,
        caps=caps,
    )


SCALES: Mapping[str, Size] = {
    "tiny": _scale("tiny", caps=(2, 4, 8)),
    "small": _scale("small"),
    "medium": _scale("medium"),
    "paper": _scale("paper"),
}


def tours(size: Size, seeds: int) -> Tours:
    """Foraging at each cap, with a population for every 16 agents."""
    runs = {cap: [tournament.run(size.training, "foraging", cap, seed) for seed in range(seeds)] for cap in size.caps}
    return Tours(runs, size.caps, size.settings, fresh=True)


def plan(size: Size, seeds: int) -> Plan:
    """The runs and their surveys."""
    made = tours(size, seeds)
    return Plan(made.needs, made.measurements())


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """Coverage and evenness against the number of agents, in training and where they are surveyed; maps."""
    made = tours(size, seeds)
    materials = the_maps(made.needs[0].training.world, size.settings.worlds)
    land = np.stack([reachable(each, made.needs[0].training.world) for each in materials])
    samples = made.samples(results, land)
    explored = Explored(
        claim=_CLAIM,
        caps=made.caps,
        tests=size.caps,
        samples=samples,
        quantities=(COVERAGE, EVENNESS, LIFETIME, TILES, PACE),
        evenly=(EVENNESS, _EVENNESS),
        where="each with a map of its own that nobody was trained on",
        settings=size.settings,
    )
    return exploring_report.findings(
        explored, [("maps", _MAPS, partial(density_maps, visit_grid(samples, made.caps, materials, land)))]
    )


def the_maps(world: Config, count: int) -> np.ndarray:
    """The Materials of the maps that runs are surveyed on, uint8 [count, S, S]."""
    return maps(fresh_maps(world).terrain, range(count))


def visit_grid(samples: Mapping[Place, Sample], caps: tuple[int, ...], materials: np.ndarray, land: np.ndarray) -> Grid:
    """Visits of the first seed in worlds of the cap of training: a row a map, a column a cap."""
    return {
        f"map {w + 1}": {
            f"{cap} agents": Shown(samples[cap, cap].surveys[0].visits[w].sum(0), materials[w], land[w]) for cap in caps
        }
        for w in range(min(SHOWN, len(materials)))
    }


STUDY = Study(
    name="randomized",
    question="Do more agents explore more where every world has a map of its own, and on maps they do not know?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
