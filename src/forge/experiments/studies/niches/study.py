"""The study `niches`: do populations that live together come to use different places?"""

from __future__ import annotations

from forge.experiments.evaluation.survey import Sample, Survey
from forge.experiments.reports.findings import Findings
from forge.experiments.studies.exploration.runs import SCALES, Size, land_of, run, the_map
from forge.experiments.studies.framework.measure import survey
from forge.experiments.studies.framework.needs import Milestone, Need
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Study
from forge.experiments.studies.niches import report as niches_report
from forge.experiments.studies.niches.report import Settled


def runs(size: Size, seeds: int) -> dict[int, list[Need]]:
    """By the number of populations, by seed; all with the same number of agents."""
    return {many: [run(size, size.caps[-1], many, seed) for seed in range(seeds)] for many in size.populations}


def plan(size: Size, seeds: int) -> Plan:
    """The runs, each surveyed in worlds like those of its training."""
    needs = [need for found in runs(size, seeds).values() for need in found]
    return Plan(needs, [_survey(size, need) for need in needs])


def _survey(size: Size, need: Need) -> Measurement:
    cap = need.training.world.spawn.cap
    return survey(f"{need.name}, among {cap}", Milestone(need), need.training.world, size.settings, fresh=False)


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """How far populations keep apart, against their number, and against populations that never met."""
    land = land_of(size)
    samples = {
        many: Sample([Survey.from_dict(results.measured[_survey(size, need).name]) for need in needs], land)
        for many, needs in runs(size, seeds).items()
    }
    return niches_report.findings(Settled(samples, size.world, the_map(size), land, size.settings))


STUDY = Study(
    name="niches",
    question="Do populations that live together come to use different places, and is it because of one another?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
