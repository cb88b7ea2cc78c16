"""What the study `dependencies` says about its numbers: tables, verdict and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from forge.experiments.measures.dependence import (
    COMPANIONS,
    REACH,
    Responses,
    change,
    common,
    contrast,
    mean_map,
    rings,
    square,
    strength,
)
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import answer, bullets, columns, grid_rows, interval, percent
from forge.experiments.statistics.rings import distances
from forge.experiments.studies.dependencies import figures as dependencies_figures
from forge.experiments.studies.dependencies.runs import (
    COMBAT,
    COMBAT_LEARNED,
    PHASES,
    Kind,
    Size,
)

#: What the policies of all runs of a kind answered, by phase.
Found = Mapping[Kind, Mapping[str, Responses]]

STRANGER, KIN = range(len(COMPANIONS))
_SHARE = (-1.0, 1.0)  # of what a pattern explains of a map: below 0 it is less than chance

_PAPER = """*What the paper shows* (Suarez et al. 2019, arXiv 1903.00784): maps of the value of an agent by the place \
of a second one, for policies without training, after minutes of it, and at its end. Without training they are noise; \
early on they show rings around the agent, which keeps its distance; trained policies respond to others in foraging as \
well as in combat, and with learned targets their maps show a square of the size of the reach of attacks. The paper \
gives pictures and no numbers for this."""

_METHOD = """Asked are policies before training, after {early} and after {late} agent steps, one run a seed. {agents} \
agents are made up on each of {maps} maps that no run was trained on: on land drawn at random, in full health, with \
food and water drawn from a quarter to all they can have, nobody else in sight. A healthy adult is then put on each of \
the {places} places of the window on which one can stand, and the value is judged again; the dependence is the \
difference, in ticks an agent expects to live on, each discounted. All runs are asked about the same agents, as \
members of each population. A *stranger* is of the next population, *kin* of one's own.

*Strength* is the root mean square of the difference as a share of the standard deviation of the value between agents \
that are alone. Before training it is large, since a network without training makes as much of others as of anything; \
what is learned is when to care. *Nearby* is the mean difference with the companion within {reach} tiles, the reach of \
the farthest attack, less that farther away. *Rings* is the share of the variance of a population's mean map that the \
distance alone explains, *square* that which being within {reach} tiles explains, both with chance taken off (ε²) and \
averaged over populations; *in common* is the same of the mean map of a run's populations, in which what they hold of \
single directions cancels out. 95 % intervals are over seeds and maps (two-way analysis of variance with random \
effects on the jackknife's pseudo-values). Yes and no are said where the whole interval is on one side.

In foraging, attacks do nothing: what is seen there cannot be fear of attacks. Runs of one seed begin with the same \
weights in all kinds of worlds."""


def findings(found: Found, size: Size) -> Findings:
    """What the study says."""
    return Findings(
        verdict=verdict(found),
        tables={"dependence": dependence_rows(found), "profiles": profile_rows(found), "maps": map_rows(found)},
        figures={
            "maps": partial(dependencies_figures.maps, found),
            "populations": partial(dependencies_figures.populations, found),
            "profiles": partial(dependencies_figures.profiles, found),
        },
        captions={
            "maps": "What a second agent of the next population at each place in view adds to the value of the one in "
            "the middle: population 0 of seed 0 by phase, and the mean over all populations and seeds. Each map has "
            "its own scale, whose ends stand below it.",
            "populations": "The same at the end of training, for each population of seed 0; one scale a row.",
            "profiles": "The change by the distance of the second agent: means over populations, seeds and maps with "
            "95 % intervals, thin lines for single seeds; each panel has its own scale. Before training the sign is "
            "chance; it is left out.",
        },
        body=body(found, size),
    )


def verdict(found: Found) -> str:
    """Whether the claims hold, and how large the effects are."""
    return "\n\n".join(
        [
            "**Agents learn to respond to where others are** (rings explain more of a population's map than before "
            "training):" + _for_each(found, _rise),
            "**They would rather have others farther away** (nearby below 0):" + _for_each(found, _nearby),
            "**Strangers are worse company than kin** (the mean change is lower):" + _for_each(found, _strangers),
            "**Learned targets make them fixate on who is within reach** (a square explains more of a population's map "
            f"than with automatic targets): {_square(found)}",
            _PAPER,
        ]
    )


def _for_each(found: Found, say: Callable[[Mapping[str, Responses]], str]) -> str:
    return bullets({kind.name: say(phases) for kind, phases in found.items()})


def _rise(phases: Mapping[str, Responses]) -> str:
    first, last = phases["initial"], phases["late"]
    rise = rings(last, STRANGER).less(rings(first, STRANGER)).estimate()
    return (
        f"{answer(rise)}, {_rings(last)} % after {_rings(first)} %, {percent(rise)} points more; of what populations "
        f"have in common {_rings(common(last))} % after {_rings(common(first))} %."
    )


def _rings(of: Responses) -> str:
    return percent(rings(of, STRANGER).estimate(_SHARE))


def _nearby(phases: Mapping[str, Responses]) -> str:
    near = contrast(phases["late"], STRANGER).estimate()
    return f"{answer(_negative(near))}, {interval(near)} ticks."


def _strangers(phases: Mapping[str, Responses]) -> str:
    of = phases["late"]
    anywhere = distances(of.size) >= 0
    stranger, kin = (change(of, companion, anywhere) for companion in (STRANGER, KIN))
    less = stranger.less(kin).estimate()
    return (
        f"{answer(_negative(less))}, {interval(stranger.estimate())} ticks for a stranger in view, "
        f"{interval(kin.estimate())} for kin, {interval(less)} between them."
    )


def _negative(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


def _square(found: Found) -> str:
    learned, automatic = (square(found[kind]["late"], STRANGER) for kind in (COMBAT_LEARNED, COMBAT))
    more = learned.less(automatic).estimate()
    return (
        f"{answer(more)}, {percent(learned.estimate(_SHARE))} % against {percent(automatic.estimate(_SHARE))} %, "
        f"{percent(more)} points more."
    )


def _statistics(of: Responses, companion: int) -> dict[str, Estimate]:
    """All that is said of the responses in one kind of world and phase to one kind of companion."""
    anywhere, alike = distances(of.size) >= 0, common(of)
    return {
        "strength": strength(of, companion).estimate((0, np.inf)),
        "change": change(of, companion, anywhere).estimate(),
        "nearby": contrast(of, companion).estimate(),
        "rings": rings(of, companion).estimate(_SHARE),
        "square": square(of, companion).estimate(_SHARE),
        "common_rings": rings(alike, companion).estimate(_SHARE),
        "common_square": square(alike, companion).estimate(_SHARE),
    }


def dependence_rows(found: Found) -> list[dict[str, Any]]:
    """A row for each kind of world, phase and companion: estimates over seeds and maps."""
    return [
        {**_place(kind, phase), "companion": name, **_all_columns(_statistics(of, companion))}
        for kind, phases in found.items()
        for phase, of in phases.items()
        for companion, name in enumerate(COMPANIONS)
    ]


def _all_columns(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {key: value for name, each in estimates.items() for key, value in columns(name, each).items()}


def profile_rows(found: Found) -> list[dict[str, Any]]:
    """A row for each kind of world, phase, companion and distance: the change of the value."""
    return [
        {**_place(kind, phase), "companion": name, "distance": distance, **columns("change", estimate)}
        for kind, phases in found.items()
        for phase, of in phases.items()
        for companion, name in enumerate(COMPANIONS)
        for distance, estimate in enumerate(profile(of, companion))
    ]


def profile(of: Responses, companion: int) -> list[Estimate]:
    """The change by the distance of the companion, from 0 on [ticks, discounted]."""
    away = distances(of.size)
    return [change(of, companion, away == distance).estimate() for distance in range(away.max() + 1)]


def map_rows(found: Found) -> list[dict[str, Any]]:
    """The mean maps, row by row: the change with the companion so many rows and columns off, a column for each."""
    return [
        {**_place(kind, phase), "companion": name, **row}
        for kind, phases in found.items()
        for phase, of in phases.items()
        for companion, name in enumerate(COMPANIONS)
        for row in grid_rows(mean_map(of, companion))
    ]


def _place(kind: Kind, phase: str) -> dict[str, str]:
    return {"rules": kind.rules, "targets": kind.targeting, "phase": phase}


def body(found: Found, size: Size) -> str:
    """The table to read, and how the numbers were made."""
    rows = [_read_row(kind, phase, found[kind][phase]) for kind in found for phase in PHASES]
    some = next(iter(found.values()))["late"]
    early, late = (f"{steps / 1e6:g} M" for steps in size.steps)
    method = _METHOD.format(**size.sites._asdict(), early=early, late=late, places=some.size**2, reach=REACH)
    return f"With a companion of the next population:\n\n{markdown_table(rows)}\n\n{method}"


def _read_row(kind: Kind, phase: str, of: Responses) -> dict[str, str]:
    said = _statistics(of, STRANGER)
    return {
        "worlds": kind.name,
        "training": phase,
        "strength [%]": percent(said["strength"]),
        "mean change [ticks]": interval(said["change"]),
        "nearby [ticks]": interval(said["nearby"]),
        "rings [%]": percent(said["rings"]),
        "rings, in common [%]": percent(said["common_rings"]),
        "square [%]": percent(said["square"]),
    }
