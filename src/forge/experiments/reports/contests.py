"""Contests in words and in columns of tables: what `forge evaluate`, the demo and the study `learning` share."""

from __future__ import annotations

from forge.experiments.evaluation.contest import Contest
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import columns, interval

#: What the odds of a contest are: said wherever they are told.
ODDS = (
    "Odds are those that a life of the one lasts longer than a life of the other, both begun in the same world and "
    "measurement; equal ones count half for each."
)


def cells(contest: Contest) -> dict[str, str]:
    """A contest as cells of text by their headings."""
    return {
        "opponent": contest.opponent,
        "lifetime [ticks]": interval(contest.lifetime),
        "opponent's [ticks]": interval(contest.theirs),
        "× opponent's": interval(contest.ratio, 2),
        "odds to outlive it [: 1]": interval(contest.odds, 2),
        REACHED: reached(100 * contest.outlived.value, contest.horizon),
    }


def estimates(contest: Contest) -> dict[str, Estimate]:
    """What is told of a contest, by name: lifetimes of both [ticks], ratio, odds, and lives at the horizon [%]."""
    kind = contest.opponent
    return {
        f"against_{kind}": contest.lifetime,
        f"{kind}_lifetime": contest.theirs,
        f"ratio_to_{kind}": contest.ratio,
        f"odds_against_{kind}": contest.odds,
        f"reach_horizon_against_{kind}": Estimate(*(100 * x for x in contest.outlived)),
    }


def values(contest: Contest) -> dict[str, str | int | float | None]:
    """A contest as values by the columns of a table."""
    return {
        "opponent": contest.opponent,
        "horizon": contest.horizon,
        **columns("lifetime", contest.lifetime),
        **columns("opponents_lifetime", contest.theirs),
        **columns("ratio", contest.ratio),
        **columns("odds", contest.odds),
        **columns("reach_horizon", contest.outlived),
    }
