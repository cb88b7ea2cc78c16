"""The study `exploration`: do more agents explore more, and do agents learn it from one another?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from forge.experiments.evaluation.survey import Sample
from forge.experiments.figures import visit_maps
from forge.experiments.figures.overlay import value_maps
from forge.experiments.figures.visit_maps import Grid, density_maps
from forge.experiments.measures.exploring import COVERAGE, LIFETIME, PACE, SPREAD, TILES, depth
from forge.experiments.reports.findings import Findings
from forge.experiments.statistics.json_arrays import unpack
from forge.experiments.studies.exploration import report as exploring_report
from forge.experiments.studies.exploration.cross_surveys import Place, Tours
from forge.experiments.studies.exploration.report import Explored
from forge.experiments.studies.exploration.runs import SCALES, Size, land_of, run, the_map
from forge.experiments.studies.exploration.tile_values import value_map
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Study

_CLAIM = """In the paper (Suarez et al. 2019, arXiv 1903.00784), populations trained among more agents visit more of a \
fixed map. Its reading: the others are a reason to go elsewhere, so the number of agents magnifies exploration. It \
shows this in visit maps, so it is they that compare with ours below."""
_SPREAD = """*Spread* is 2^H with H the entropy of the place of an agent, over all worlds, without the bias that comes \
from their number (jackknife): so many tiles would be used if all were used alike. Unlike coverage it does not grow \
with the number of agents by itself. *Depth* is the mean distance from the ring on which agents enter."""
_MAPS = "Where agents spend their time, in worlds of as many agents as in training: a row a seed, a column a number."
_VALUES = (
    "What it is worth to stand on each tile of the empty map to the policies of the first seed, fed and watered; each "
    "with its own scale."
)


def tours(size: Size, seeds: int) -> Tours:
    """One population at each cap, on the map it is trained on."""
    runs = {cap: [run(size, cap, 1, seed) for seed in range(seeds)] for cap in size.caps}
    return Tours(runs, size.tests, size.settings, fresh=False)


def plan(size: Size, seeds: int) -> Plan:
    """The runs, their surveys, and what each tile is worth to those of the first seed."""
    made = tours(size, seeds)
    return Plan(made.needs, [*made.measurements(), *(_worth(runs[0]) for runs in made.runs.values())])


def _worth(need: Need) -> Measurement:
    return value_map(f"{need.name}, value map", Milestone(need), need.training.world)


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """Coverage and spread against the number of agents, in training and where they are surveyed; maps of both."""
    made, materials, land = tours(size, seeds), the_map(size), land_of(size)
    samples = made.samples(results, land)
    worth = {f"{cap} agents": unpack(results.measured[_worth(runs[0]).name])[0] for cap, runs in made.runs.items()}
    explored = Explored(
        claim=_CLAIM,
        caps=made.caps,
        tests=tuple(made.tests),
        samples=samples,
        quantities=(COVERAGE, SPREAD, depth(size.world, land), LIFETIME, TILES, PACE),
        evenly=(SPREAD, _SPREAD),
        where="all on the map they were trained on",
        settings=size.settings,
    )
    return exploring_report.findings(
        explored,
        [
            ("maps", _MAPS, partial(density_maps, visit_grid(samples, made.caps, materials, land))),
            ("values", _VALUES, partial(value_maps, worth, materials, shared=False)),
        ],
    )


def visit_grid(samples: Mapping[Place, Sample], caps: Sequence[int], materials: np.ndarray, land: np.ndarray) -> Grid:
    """Visits in worlds of the cap of training, summed over worlds: a row a seed, a column a cap."""
    seeds = len(samples[caps[0], caps[0]].surveys)
    return {
        f"seed {seed}": {
            f"{cap} agents": visit_maps.Place(samples[cap, cap].surveys[seed].visits.sum((0, 1)), materials, land)
            for cap in caps
        }
        for seed in range(seeds)
    }


STUDY = Study(
    name="exploration",
    question="Do more agents explore more of a map, and is that something they learn?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
