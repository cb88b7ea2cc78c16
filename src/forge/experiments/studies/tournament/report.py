"""What the study `tournament` says about its numbers: tables, verdict and text."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.figures import ratings as rating_figure
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.horizons import REACHED, followed, reached
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import answer, columns, interval, number
from forge.experiments.studies.tournament import figures as tournament_figures
from forge.experiments.studies.tournament.table import Duel, Table

_PAPER = """The paper (arXiv 1903.00784) trains with at most 16, 32, 64 and 128 agents, merges the populations of each \
two runs at fixed sizes of the world, and reports that agents trained among more always do better. Its learner is \
another one, so lifetimes are not compared in numbers."""
_METHOD = """Runs learn to forage, with a population for each {slots} agents of their cap, until {lives:,} lives of \
each population have ended or it has had {steps:,} agent steps, on average. Where two meet, each has half of the \
world's slots, as {share} populations, whatever it was trained with; a run meets runs of other sizes with its own \
seed, and of its own size with the next. Meetings are in {worlds} worlds of {cap}, {same}, on maps that no run was \
trained on. Counted are the lives that begin in {ticks:,} ticks after a warm-up of {warmup:,}, each followed to its \
end or for {followed}, so a mean lifetime is a restricted one. A slope is that of the least-squares line against \
log2 of the size, the mean over all company. 95 % intervals are over seeds and worlds (two-way analysis of variance \
with random effects on the jackknife's pseudo-values, a Student's t for each); those of the {pairs} pairs are taken \
one by one, so that of 20 that differ by nothing one will seem to."""
_SMALLER = "or in so many smaller ones that they hold as many agents; at each cap all are in the same ones"
_RATED = """Ratings are of bouts between single lives in the same world of {cap}: who lives longer has won. They are \
those of Bradley and Terry's model (1952) on Elo's scale: 400 points more are odds of 10 to 1 to outlive the other. \
Intervals are over worlds (delete-one jackknife). The scripted players are frozen at what the bouts among them say, \
with random at 1000."""


@dataclass(frozen=True, eq=False)
class Rated:
    """Ratings in worlds of a kind."""

    rules: str
    anchors: Sequence[str]
    cap: int
    ratings: Mapping[str, Estimate]


@dataclass(frozen=True, eq=False)
class Outcome:
    """All that was found."""

    table: Table
    duel: Duel
    rated: Sequence[Rated]
    lives: int  # of each population in training, at most
    steps: int  # agent steps of each, at most
    slots: int  # of each population in training
    share: int  # populations of the world for each where they meet
    settings: Settings


def findings(outcome: Outcome) -> Findings:
    """What the study says."""
    table, duel = outcome.table, outcome.duel
    caption = "lifetime in the company of runs of each size, with 95 % intervals over seeds and worlds"
    several = len(table.caps) > 1
    figures: dict[str, Any] = {"company": partial(tournament_figures.company, table, table.caps)}
    where = "at each test cap" if several else f"in worlds of {table.caps[0]}"
    captions = {"company": f"Runs of each size merged two by two: {caption}, {where}."}
    for cap in table.caps if several else ():
        figures[f"company_{cap}"] = partial(tournament_figures.company, table, [cap])
        captions[f"company_{cap}"] = f"The same at a test cap of {cap}: {caption}."
    figures["combat"] = partial(tournament_figures.combat, duel)
    captions["combat"] = "Runs with and without combat in training, merged in worlds with combat."
    for rated in outcome.rated:
        name = f"ratings_{rated.rules}"
        figures[name] = partial(rating_figure.draw, rated.ratings, rated.anchors, _groups(rated))
        captions[name] = (
            f"Ratings of single runs in worlds of {rated.cap}, {rated.rules}; dashed lines: scripted players."
        )
    return Findings(
        verdict="\n\n".join([verdict(table), combat_verdict(duel), _PAPER]),
        tables={
            "lifetimes": lifetime_rows(table),
            "leads": lead_rows(table),
            "slopes": slope_rows(table),
            "combat": combat_rows(duel),
            "ratings": [row for rated in outcome.rated for row in rating_rows(rated)],
        },
        figures=figures,
        captions=captions,
        body=body(outcome),
    )


def verdict(table: Table) -> str:
    """Whether larger populations make more capable agents."""
    whole, small, large = table.of_own_size(), table.sizes[0], table.sizes[-1]
    by_cap = [(cap, table.of_own_size(cap)) for cap in table.caps]
    each = "; ".join(f"{cap}: {interval(slope)}, {answer(slope)}" for cap, slope in by_cap)
    over = f"over all company and test caps. At each test cap: {each}." if len(by_cap) > 1 else "over all company."
    longer, shorter, pairs = tally(table)
    most = table.caps[-1]
    ours, theirs = table.lifetime(most, large, small), table.lifetime(most, small, large)
    return (
        f"**Agents trained among more live longer**: {answer(whole)}. Each doubling of the number of agents in "
        f"training adds {interval(whole)} ticks to a life, {over} "
        f"Of {pairs} pairs of sizes and test caps, the larger one lives longer in {longer}, shorter in {shorter}, and "
        f"in {pairs - longer - shorter} the interval holds 0. In worlds of {most} merged from runs of {large} and of "
        f"{small}, the former live {interval(ours)} ticks, the latter {interval(theirs)}. Company: a doubling of the "
        f"others' size adds {interval(table.of_others_size())} ticks."
    )


def tally(table: Table) -> tuple[int, int, int]:
    """In how many pairs of sizes and caps the larger size lives longer, in how many shorter, and of how many."""
    leads = [table.lead(cap, large, small) for cap, small, large in _pairs(table)]
    return sum(lead.low > 0 for lead in leads), sum(lead.high < 0 for lead in leads), len(leads)


def _pairs(table: Table) -> list[tuple[int, int, int]]:
    return [(cap, small, large) for cap in table.caps for small, large in itertools.combinations(table.sizes, 2)]


def combat_verdict(duel: Duel) -> str:
    """Whether combat in training makes agents more capable in worlds with combat."""
    whole = duel.lead()
    each = "; ".join(f"{cap}: {interval(duel.lead(cap))}, {answer(duel.lead(cap))}" for cap in duel.caps)
    over = f"over all test caps. At each test cap: {each}." if len(duel.caps) > 1 else f"in worlds of {duel.caps[0]}."
    return (
        f"**Combat check: in worlds with combat, agents trained with it outlive those trained on foraging**: "
        f"{answer(whole)}, by {interval(whole)} ticks {over}"
    )


def lifetime_rows(table: Table) -> list[dict[str, Any]]:
    """A row for each test cap, size, and size of the company."""
    return [
        {
            "test_cap": cap,
            "size": size,
            "company": other,
            **columns("lifetime", table.lifetime(cap, size, other)),
            "horizon": table.horizon(cap, size, other),
            **columns("reach_horizon", table.outlived(cap, size, other)),
        }
        for cap, size, other in itertools.product(table.caps, table.sizes, table.sizes)
    ]


def lead_rows(table: Table) -> list[dict[str, Any]]:
    """A row for each test cap and pair of sizes: by how much the larger outlives the smaller."""
    return [
        {"test_cap": cap, "larger": large, "smaller": small, **columns("lead", table.lead(cap, large, small))}
        for cap, small, large in _pairs(table)
    ]


def slope_rows(table: Table) -> list[dict[str, Any]]:
    """A row for each test cap, and one for all of them: what a doubling of a size adds."""
    return [
        {
            "test_cap": cap or "all",
            **columns("own_size", table.of_own_size(cap)),
            **columns("others_size", table.of_others_size(cap)),
        }
        for cap in (*table.caps, None)
    ]


def combat_rows(duel: Duel) -> list[dict[str, Any]]:
    """A row for each test cap."""
    rows = []
    for cap in duel.caps:
        one, other = duel.lifetimes(cap)
        rows.append(
            {
                "test_cap": cap,
                **columns("combat", one),
                **columns("foraging", other),
                **columns("lead", duel.lead(cap)),
                "horizon": duel.horizon(cap),
                **columns("reach_horizon", duel.outlived(cap)),
            }
        )
    return rows


def rating_rows(rated: Rated) -> list[dict[str, Any]]:
    """A row for each run and anchor, the best first."""
    return [
        {"worlds": rated.rules, "name": name, "anchor": name in rated.anchors, **columns("rating", rating)}
        for name, rating in sorted(rated.ratings.items(), key=lambda item: -item[1].value)
    ]


def _groups(rated: Rated) -> dict[str, str]:
    """Runs that differ in their seed alone."""
    return {name: name.split(" seed ")[0] for name in rated.ratings}


def body(outcome: Outcome) -> str:
    """The tables to read, and how the numbers were made."""
    table, s = outcome.table, outcome.settings
    method = _METHOD.format(
        slots=outcome.slots,
        share=outcome.share,
        lives=outcome.lives,
        steps=outcome.steps,
        pairs=len(_pairs(table)),
        cap=table.caps[-1],
        same=_SMALLER if len(table.caps) > 1 else "the same ones for all",
        followed=s.followed,
        **s._asdict(),
    )
    parts = [part for cap in table.caps for part in (f"### In worlds of {cap}", _grid(table, cap), _reach(table, cap))]
    parts += ["In brackets: by how much they outlive the others."]
    parts += ["### In worlds with combat", _combat_table(outcome.duel), "### How it was measured", method]
    parts += ["### Ratings", _RATED.format(cap=outcome.rated[0].cap)]
    for rated in outcome.rated:
        heading = f"in worlds of {rated.rules}"
        rows = [{heading: row["name"], "rating": _rating(rated, row["name"])} for row in rating_rows(rated)]
        parts.append(markdown_table(rows))
    return "\n\n".join(parts)


def _rating(rated: Rated, name: str) -> str:
    rating = rated.ratings[name]
    return f"{number(rating.value, 0)}, frozen" if name in rated.anchors else interval(rating, 0)


def _reach(table: Table, cap: int) -> str:
    return f"Lives are followed for at most {followed(*table.followed(cap))}."


def _combat_table(duel: Duel) -> str:
    rows = []
    for cap in duel.caps:
        one, other = duel.lifetimes(cap)
        rows.append(
            {
                "among": str(cap),
                "trained with combat [ticks]": interval(one),
                "trained on foraging [ticks]": interval(other),
                "the former live longer by [ticks]": interval(duel.lead(cap)),
                REACHED: reached(100 * duel.outlived(cap).value, duel.horizon(cap)),
            }
        )
    return markdown_table(rows)


def _grid(table: Table, cap: int) -> str:
    rows = []
    for size in table.sizes:
        row = {"lifetime of those trained among": str(size)}
        for other in table.sizes:
            cell, lead = interval(table.lifetime(cap, size, other)), number(table.lead(cap, size, other).value)
            row[f"with those of {other}"] = cell if other == size else f"{cell} [{lead}]"
        rows.append(row)
    return markdown_table(rows)
