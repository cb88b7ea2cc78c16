"""The study `dependencies`: do agents learn to depend on one another, and how?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade import Config
from forge.blade.recording.scene import someone
from forge.ethyr.insight.insight import Insight
from forge.ethyr.learning.one_thread import one_thread
from forge.experiments.measures.dependence import COMPANIONS, Responses
from forge.experiments.reports.findings import Findings
from forge.experiments.studies.dependencies import report as dependencies_report
from forge.experiments.studies.dependencies.runs import (
    KINDS,
    PHASES,
    SCALES,
    Size,
    by_seed,
    insight_into,
    name_of,
    runs,
    what_is_measured,
)
from forge.experiments.studies.dependencies.sites import Site, make_sites
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Study

if TYPE_CHECKING:
    from forge.experiments.studies.framework.store import Store


#: Situations that are judged in about the time that one world takes for a tick, of all that is asked.
_A_TICK = 20


def plan(size: Size, seeds: int) -> Plan:
    """Every kind of world with every seed, and the policy of each run asked in each phase."""
    needs = runs(size, seeds)
    return Plan(needs, [_measurement(size, need, phase) for need in needs for phase in PHASES])


def _measurement(size: Size, need: Need, phase: str) -> Measurement:
    config, settings = need.training.world, size.sites
    window = (2 * config.sight.radius + 1) ** 2
    situations = settings.maps * settings.agents * config.populations * len(COMPANIONS) * window

    def measure(store: Store) -> dict[str, Any]:
        with one_thread():  # repeats to the bit
            return ask(insight_into(store, need, phase), config, make_sites(config, settings)).to_dict()

    what = what_is_measured("dependence", need, phase, {"sites": settings._asdict()})
    return Measurement(name_of(need, phase), what, measure, situations // _A_TICK)


def ask(insight: Insight, config: Config, sites: list[Site]) -> Responses:
    """What a companion changes for an agent of each population at each of the sites."""
    size, populations, maps = 2 * config.sight.radius + 1, config.populations, sites[-1].map + 1
    responses = Responses(
        change=np.zeros((maps, len(COMPANIONS), populations, size, size)),
        squares=np.zeros((maps, len(COMPANIONS), populations)),
        places=np.zeros((maps, size, size), np.int64),
        values=np.zeros((maps, populations, 3)),
    )
    for site in sites:
        for p in range(populations):
            me = site.of(p)
            alone = float(insight.judge(site.scene, me).value[0])
            responses.values[site.map, p] += 1, alone, alone**2
            for c, companion in enumerate(companions(config, p)):
                found = insight.dependence(site.scene, me, companion).astype(np.float64)
                responses.change[site.map, c, p] += np.nan_to_num(found)
                responses.squares[site.map, c, p] += np.nansum(found**2)
        responses.places[site.map] += np.isfinite(found)
    return responses


def companions(config: Config, population: int) -> list[np.ndarray]:
    """A healthy adult of each kind of COMPANIONS: AGENT []."""
    return [someone(config, (population + 1) % config.populations), someone(config, population)]


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """By kind of world and phase: how strong the dependence is, and how it looks."""
    found = {
        kind: {phase: Responses.of_runs([_result(results, need, phase) for need in needs]) for phase in PHASES}
        for kind in KINDS
        for needs in [by_seed(size, kind, seeds)]
    }
    return dependencies_report.findings(found, size)


def _result(results: Results, need: Need, phase: str) -> Responses:
    return Responses.from_dict(results.measured[name_of(need, phase)])


STUDY = Study(
    name="dependencies",
    question="Do agents learn to depend on one another: what does the place of a second agent change for the first?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
