"""What the study `learning` says about its numbers: tables, verdict and text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.reports.contests import ODDS, cells, values
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import answer, columns, interval, rounded
from forge.experiments.studies.learning import figures as learning_figures
from forge.experiments.studies.learning.curve import Curve, Point

LIMIT = 180.0  # seconds of training within which agents are to live TIMES as long as random ones
TIMES = 5.0
SHORT = 50.0  # ticks: a population that never learns to look for water lives less than this

_METHOD = """In a contest a run and a scripted player share {worlds} worlds half and half, on maps that no run was \
trained on and with the full cap of agents. {odds} Alone, each player has such worlds to itself. Counted are the lives \
that begin in {ticks:,} ticks after a warm-up of {warmup:,}, each followed to its end or for {followed}. 95 % \
intervals: of scripted players over worlds (delete-one jackknife), of trained ones over seeds and worlds (two-way \
analysis of variance with random effects on the jackknife's pseudo-values, a Student's t for each of the two). Yes and \
no are said where the whole interval is on one side. Times are of training alone."""


def findings(curves: Mapping[str, Curve], scripted: Mapping[str, Evaluation], settings: Settings) -> Findings:
    """What the study says.

    Args:
        curves: by algorithm.
        scripted: evaluations of random, forager and fighter, in the same worlds.
        settings: of all evaluations.
    """
    anchors = {name: evaluation.lifetime for name, evaluation in scripted.items()}
    return Findings(
        verdict="\n\n".join(verdict(name, curve, scripted) for name, curve in curves.items()),
        tables={
            "contests": contest_table(curves),
            "lifetimes": lifetime_rows(curves, scripted),
            "evaluations": evaluation_rows(curves, scripted),
            "populations": population_rows(curves),
        },
        figures={
            "contests": partial(learning_figures.contests, curves),
            "lifetimes": partial(learning_figures.lifetimes, curves, anchors),
            "populations": partial(learning_figures.populations, curves, anchors),
        },
        captions={
            "contests": "Contests while learning, in worlds shared half and half: the run's lifetime as a multiple of "
            "the scripted player's, and its odds to outlive it; means over seeds with 95 % intervals over seeds and "
            "worlds. Above the level line the run is ahead.",
            "lifetimes": "Lifetime on fresh maps while learning: means over seeds with 95 % intervals over seeds and "
            "worlds, thin lines for single seeds, level lines for scripted players.",
            "populations": "Lifetime of each population at the last milestone: a dot a population, a column a seed.",
        },
        body=body(curves, scripted, settings),
    )


def verdict(name: str, curve: Curve, scripted: Mapping[str, Evaluation]) -> str:
    """Who outlives whom at the end; then where it stands alone, and whether it lives up to what is asked of it."""
    return " ".join([f"**{name}.**", *_contested(curve[-1])]) + f"\n\n**{name}, alone.** {_alone(curve, scripted)}"


def _alone(curve: Curve, scripted: Mapping[str, Evaluation]) -> str:
    in_time = [point for point in curve if point.mean_seconds <= LIMIT]
    parts = []
    if in_time:
        parts.append(_standing(in_time[-1], scripted))
        parts.append(
            f"So: at least {TIMES:g} × random within {LIMIT:g} s of training: {_times_answer(in_time[-1], scripted)};"
        )
        parts.append(f"above the forager by then: {answer(in_time[-1].above(scripted['forager']), 0)}.")
    else:
        parts.append(f"No milestone lies within {LIMIT:g} s of training on this machine.")
    if not in_time or in_time[-1] is not curve[-1]:
        parts += ["At the end:", _standing(curve[-1], scripted)]
        parts.append(f"Above the forager: {answer(curve[-1].above(scripted['forager']), 0)}.")
    return " ".join([*parts, _spread(curve[-1])])


def _contested(point: Point) -> list[str]:
    return [
        f"In worlds shared half and half with {contest.opponent}s it lives, after {point.steps / 1e6:,.4g} M agent "
        f"steps, {interval(contest.lifetime)} ticks to their {interval(contest.theirs)}: {interval(contest.ratio, 2)} "
        f"times as long, at odds of {interval(contest.odds, 2)} to 1 to outlive one. Longer than the "
        f"{contest.opponent}: {answer(contest.ratio, 1)}."
        for contest in point.contests
    ]


def _standing(point: Point, scripted: Mapping[str, Evaluation]) -> str:
    above, forager = point.above(scripted["forager"]), scripted["forager"].lifetime
    steps, seconds = f"{point.steps / 1e6:,.4g} M agent steps", f"{point.mean_seconds:,.0f} s of training"
    return (
        f"After {steps} and {seconds}, agents live {interval(point.lifetime)} ticks, "
        f"{interval(point.times(scripted['random']))} times as long as random ones, and {interval(above)} ticks longer "
        f"than the scripted forager, who lives {interval(forager)}."
    )


def _times_answer(point: Point, scripted: Mapping[str, Evaluation]) -> str:
    return answer(point.times(scripted["random"]), TIMES)


def _spread(point: Point) -> str:
    populations = np.sort(point.by_population, axis=None)
    short = int((populations < SHORT).sum())
    return (
        f"Its {populations.size} populations then live {populations[0]:.1f} to {populations[-1]:.1f} ticks, half of "
        f"them {np.median(populations):.1f} or more, and {short} of them less than {SHORT:g}."
    )


def contest_table(curves: Mapping[str, Curve]) -> list[dict[str, Any]]:
    """A row for each contest of each point of each curve: estimates over seeds and worlds."""
    return [
        {
            "algorithm": name,
            "steps": point.steps,
            "seconds": round(point.mean_seconds, 1),
            "seeds": len(contest.meetings),
            **values(contest),
        }
        for name, curve in curves.items()
        for point in curve
        for contest in point.contests
    ]


def lifetime_rows(curves: Mapping[str, Curve], scripted: Mapping[str, Evaluation]) -> list[dict[str, Any]]:
    """A row for each point of each curve: estimates over seeds and worlds."""
    return [
        {
            "algorithm": name,
            "steps": point.steps,
            "seconds": round(point.mean_seconds, 1),
            "seeds": len(point.evaluations),
            "horizon": point.horizon,
            **columns("lifetime", point.lifetime),
            **columns("reach_horizon", point.outlived),
            **columns("times_random", point.times(scripted["random"])),
            **columns("above_forager", point.above(scripted["forager"])),
        }
        for name, curve in curves.items()
        for point in curve
    ]


def evaluation_rows(curves: Mapping[str, Curve], scripted: Mapping[str, Evaluation]) -> list[dict[str, Any]]:
    """A row for each evaluation: estimates over worlds."""
    rows = [_evaluation_row(name, None, 0, 0.0, evaluation) for name, evaluation in scripted.items()]
    for name, curve in curves.items():
        for point in curve:
            for seed, (seconds, evaluation) in enumerate(zip(point.seconds, point.evaluations, strict=True)):
                rows.append(_evaluation_row(name, seed, point.steps, round(seconds, 1), evaluation))
    return rows


def _evaluation_row(
    player: str, seed: int | None, steps: int, seconds: float, evaluation: Evaluation
) -> dict[str, Any]:
    return {
        "player": player,
        "seed": seed,
        "steps": steps,
        "seconds": seconds,
        "lives": evaluation.lives,
        **columns("lifetime", evaluation.lifetime),
        **columns("alive", evaluation.population),
        **columns("tiles", evaluation.tiles),
        **{f"died_by_{cause}": rounded(share.value) for cause, share in evaluation.causes.items()},
    }


def population_rows(curves: Mapping[str, Curve]) -> list[dict[str, Any]]:
    """A row for each population of each run at each point: estimates over worlds."""
    return [
        {"algorithm": name, "seed": seed, "steps": point.steps, "population": p, **columns("lifetime", lifetime)}
        for name, curve in curves.items()
        for point in curve
        for seed, evaluation in enumerate(point.evaluations)
        for p, lifetime in enumerate(evaluation.lifetimes)
    ]


def body(curves: Mapping[str, Curve], scripted: Mapping[str, Evaluation], settings: Settings) -> str:
    """The tables to read, and how the numbers were made."""
    contests = [
        {"player": name, "agent steps [M]": f"{point.steps / 1e6:,.4g}", **cells(contest)}
        for name, curve in curves.items()
        for point in curve
        for contest in point.contests
    ]
    rows = [_read_row(name, None, e, None, None) for name, e in scripted.items()]
    for name, curve in curves.items():
        for point in curve:
            more = point.times(scripted["random"]), point.above(scripted["forager"])
            rows.append(_read_row(name, point, point, *more))
    method = _METHOD.format(**settings._asdict(), followed=settings.followed, odds=ODDS)
    return "\n\n".join(["Contests:", markdown_table(contests), "Alone:", markdown_table(rows), method])


def _read_row(
    name: str, point: Point | None, alone: Evaluation | Point, times: Estimate | None, above: Estimate | None
) -> dict[str, str]:
    return {
        "player": name,
        "agent steps [M]": f"{point.steps / 1e6:,.4g}" if point else "",
        "training [s]": f"{point.mean_seconds:,.1f}" if point else "",
        "lifetime [ticks]": interval(alone.lifetime),
        "× random": interval(times) if times else "",
        "above the forager [ticks]": interval(above) if above else "",
        REACHED: reached(100 * alone.outlived.value, alone.horizon),
    }
