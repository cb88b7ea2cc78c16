"""The study `attacks`: which attacks do agents learn, and do they suit the distance of the target?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade import Config, Recording, World
from forge.blade.recording.frame import capture
from forge.ethyr.insight.insight import Insight, attack_counts
from forge.ethyr.learning.one_thread import one_thread
from forge.experiments.evaluation.evaluate import Policy, evaluate, fresh_maps
from forge.experiments.measures.aggression import STYLES, Odds, Strikes, reaches
from forge.experiments.measures.dependence import COMPANIONS
from forge.experiments.measures.styling import Fates, Restyled
from forge.experiments.reports.findings import Findings
from forge.experiments.studies.attacks import report as attacks_report
from forge.experiments.studies.dependencies.runs import (
    COMBAT,
    KINDS,
    PHASES,
    SCALES,
    Play,
    Size,
    actor_of,
    by_seed,
    insight_into,
    name_of,
    runs,
    what_is_measured,
)
from forge.experiments.studies.dependencies.sites import Site, make_sites
from forge.experiments.studies.dependencies.study import companions
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Study

if TYPE_CHECKING:
    from forge.experiments.studies.framework.store import Store

#: Situations that are judged in about the time that one world takes for a tick, of all that is asked.
_A_TICK = 20


def plan(size: Size, seeds: int) -> Plan:
    """Every kind of world with every seed; the policy of each run is asked, and watched, in each phase.

    With combat and automatic targets it plays, too, while others pick its styles.
    """
    needs = runs(size, seeds)
    measurements = [make(size, need, phase) for need in needs for phase in PHASES for make in (_asked, _watched)]
    return Plan(needs, [*measurements, *(_restyled(size, need) for need in by_seed(size, COMBAT, seeds))])


def _asked(size: Size, need: Need, phase: str) -> Measurement:
    config, settings = need.training.world, size.sites
    window = (2 * int(reaches(config).max()) + 1) ** 2
    situations = settings.maps * settings.agents * config.populations * len(COMPANIONS) * window

    def measure(store: Store) -> dict[str, Any]:
        with one_thread():  # repeats to the bit
            return ask(insight_into(store, need, phase), config, make_sites(config, settings)).to_dict()

    what = what_is_measured("odds of attacks", need, phase, {"sites": settings._asdict()})
    return Measurement(f"{name_of(need, phase)}, asked", what, measure, situations // _A_TICK)


def _watched(size: Size, need: Need, phase: str) -> Measurement:
    config, play = need.training.world, size.play

    def measure(store: Store) -> dict[str, Any]:
        with one_thread():
            return watch(actor_of(store, need, phase), config, play).to_dict()

    what = what_is_measured("attacks", need, phase, {"play": play._asdict()})
    return Measurement(f"{name_of(need, phase)}, watched", what, measure, play.worlds * (play.warmup + play.ticks))


def _restyled(size: Size, need: Need) -> Measurement:
    config, lived = need.training.world, size.lived

    def measure(store: Store) -> dict[str, Any]:
        with one_thread():
            policy = Restyled(actor_of(store, need, "late"), config)
            return Fates.of_evaluation(evaluate(policy, config, **lived._asdict())).to_dict()

    what = what_is_measured("styles picked by others", need, "late", {"lived": lived._asdict()})
    ticks = lived.worlds * (lived.warmup + lived.ticks + lived.horizons[0] // 5)
    return Measurement(f"{name_of(need, 'late')}, restyled", what, measure, ticks)


def ask(insight: Insight, config: Config, sites: list[Site]) -> Odds:
    """How likely an agent of each population at each of the sites attacks a companion."""
    size, maps = 2 * int(reaches(config).max()) + 1, sites[-1].map + 1
    odds = np.zeros((maps, len(COMPANIONS), config.populations, len(STYLES), size, size))
    places = np.zeros((maps, size, size), np.int64)
    for site in sites:
        for p in range(config.populations):
            for c, companion in enumerate(companions(config, p)):
                found = insight.attacks(site.scene, site.of(p), companion)
                odds[site.map, c, p] += np.nan_to_num(found)
        places[site.map] += np.isfinite(found[0])
    return Odds(odds, places)


def watch(policy: Policy, config: Config, play: Play) -> Strikes:
    """The attacks of a policy that is alone in fresh worlds with the full cap of agents."""
    fresh = fresh_maps(config).replace(**{"spawn.random_cap": False})
    world = World(fresh, play.worlds, play.seed, threads=1, record=Recording(events=True))
    observation = world.reset()
    for _ in range(play.warmup):
        observation, *_ = world.step(policy.act(observation))
    before = world.state.tally["ticks"].copy()
    size = 2 * int(reaches(config).max()) + 1
    counts = np.zeros((play.worlds, config.populations, len(STYLES), size, size), np.int64)
    for _ in range(play.ticks):
        observation, *_ = world.step(policy.act(observation))
        for w in range(play.worlds):
            counts[w] += attack_counts(capture(world, w), config)
    return Strikes(counts, world.state.tally["ticks"] - before)


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """By kind of world and phase: what policies say they would do, and what they do."""
    needs = {kind: by_seed(size, kind, seeds) for kind in KINDS}

    def of_runs(sums: Any, kind: Any, phase: str, how: str) -> Any:
        measured = [results.measured[f"{name_of(need, phase)}, {how}"] for need in needs[kind]]
        return sums.of_runs([sums.from_dict(one) for one in measured])

    asked = {kind: {phase: of_runs(Odds, kind, phase, "asked") for phase in PHASES} for kind in KINDS}
    watched = {kind: {phase: of_runs(Strikes, kind, phase, "watched") for phase in PHASES} for kind in KINDS}
    fates = [Fates.from_dict(results.measured[f"{name_of(need, 'late')}, restyled"]) for need in needs[COMBAT]]
    return attacks_report.findings(asked, watched, Fates.of_runs(fates), size)


STUDY = Study(
    name="attacks",
    question="Which attacks do agents learn: do they strike whoever is near with the style that harms most there?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
