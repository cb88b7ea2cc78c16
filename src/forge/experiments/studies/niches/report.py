"""What the study `niches` says: tables, verdict and text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from forge.blade import Config
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Sample
from forge.experiments.figures.visit_maps import Grid, Place, population_maps
from forge.experiments.measures.contrast import Quantity, difference, factor, level, per_doubling
from forge.experiments.measures.exploring import LIFETIME, OUTLIVED, SPREAD, depth, edge_distance, effective
from forge.experiments.measures.niching import Company, matrix, quantities, regions
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import answer, columns, interval, rounded
from forge.experiments.studies.niches import figures as niches_figures

REGION = 8  # side of the squares that are told apart where single tiles are not [tiles]

_CLAIM = """In the paper (Suarez et al. 2019, arXiv 1903.00784), a single population on a fixed map goes one way, deep \
into the land; eight populations with unshared weights on the same map go different ways, none of them as deep. Its \
reading: populations fill niches, so as not to compete with one another. It shows this in visit maps, so it is they \
that compare with ours below."""

_METHOD = """All runs have the same map and at most {cap} agents, whatever the number of their populations; each \
population is trained with as many agent steps, in batches of about the same size. Each run is surveyed alone in \
{worlds} worlds with this map, for {ticks:,} ticks after a warm-up of {warmup:,}. *Effective niches* are 2^I, with I \
the mutual information of population and tile of an agent tick: 1 where all populations are spread alike, their number \
where none shares a tile with another. *Distance* is the root of the mean Jensen-Shannon divergence of two \
populations' distributions over tiles: 0 if they are equal, 1 if they share no tile. *Never met* are populations of \
two runs with different seeds, each among its own: what chance alone makes of policies; their interval is that of the \
jackknife over runs. *Range* is the number of tiles that one population would use if it used all it uses alike (2^H), \
*all ranges* that of all together. Of all these the bias that falls with the number of worlds is taken off \
(jackknife). *Depth* is the mean distance from the ring on which agents enter. 95 % intervals: over seeds and worlds \
(two-way analysis of variance with random effects on the jackknife's pseudo-values). All of it is about one map. Yes \
and no are said where the whole interval is on one side."""


@dataclass(frozen=True, eq=False)
class Settled:
    """What the surveys found.

    Attributes:
        samples: by number of populations, rising from 1.
        config: of the worlds, whatever their cap and populations.
        materials: uint8 [S, S], their map.
        land: bool [S, S], where agents can come to alive.
        settings: of the surveys.
    """

    samples: Mapping[int, Sample]
    config: Config
    materials: np.ndarray
    land: np.ndarray
    settings: Settings

    @property
    def most(self) -> int:
        """The largest number of populations."""
        return max(self.samples)

    def niches(self) -> Quantity:
        """The effective number of niches."""
        return quantities(self.most)[0]

    def range(self) -> Quantity:
        """The effective tiles of one population."""
        return quantities(self.most)[1]

    def depth(self) -> Quantity:
        """How far from the edge agents are."""
        return depth(self.config, self.land)

    def coarse(self) -> Mapping[int, Sample]:
        """The samples with squares of REGION × REGION tiles in place of tiles."""
        low, high = self.config.terrain.low, self.config.terrain.high + 1
        land = regions(self.land[low:high, low:high], REGION) > 0
        return {
            many: Sample(
                [
                    replace(s, visits=regions((s.visits * self.land)[..., low:high, low:high], REGION))
                    for s in each.surveys
                ],
                land,
            )
            for many, each in self.samples.items()
        }


class Levels(dict[int, dict[str, Estimate]]):
    """Everything there is to say of each number of populations, by name."""

    @classmethod
    def of(cls, settled: Settled) -> Levels:
        """All of it."""
        coarse = settled.coarse()
        return cls({many: _levels(settled, sample, coarse[many]) for many, sample in settled.samples.items()})


def _levels(settled: Settled, sample: Sample, coarse: Sample) -> dict[str, Estimate]:
    company = Company(sample)
    return {
        "niches": level(settled.niches(), sample),
        "niches_regions": level(settled.niches(), coarse),
        "together": company.together,
        "strangers": company.strangers,
        "excess": company.excess,
        "range": level(settled.range(), sample),
        "all_ranges": level(SPREAD, sample),
        "depth": level(settled.depth(), sample),
        "lifetime": level(LIFETIME, sample),
        OUTLIVED.name: level(OUTLIVED, sample),
    }


def findings(settled: Settled) -> Findings:
    """What the study says."""
    levels = Levels.of(settled)
    return Findings(
        verdict=verdict(settled, levels),
        tables={
            "levels": level_rows(settled, levels),
            "effects": effect_rows(settled),
            "populations": population_rows(settled),
            "pairs": pair_rows(settled),
        },
        figures={
            "niches": partial(niches_figures.niches, levels),
            "maps": partial(population_maps, grid(settled)),
        },
        captions={
            "niches": "Left: effective niches against the number of populations, between none (1) and one each; right: "
            "how far apart two populations are that share their worlds, and two that never met. Means over seeds with "
            "95 % intervals over seeds and worlds.",
            "maps": "Which population spends its time where: a row a seed, a column a number of populations. A tile "
            "that one population has to itself has its colour, shared ones are grey.",
        },
        body=body(settled, levels),
    )


def grid(settled: Settled) -> Grid:
    """Visits summed over worlds: a row a seed, a column a number of populations."""
    seeds = len(settled.samples[settled.most].surveys)
    return {
        f"seed {seed}": {
            f"{many} population{'s' * (many > 1)}": Place(
                sample.surveys[seed].visits.sum(0) * settled.land, settled.materials, settled.land
            )
            for many, sample in settled.samples.items()
        }
        for seed in range(seeds)
    }


def verdict(settled: Settled, levels: Levels) -> str:
    """The claim, and which of its parts hold."""
    return "\n\n".join(
        [f"**The claim.** {_CLAIM}", _apart(settled, levels), _mutual(levels), _shallow(settled, levels)]
    )


def _apart(settled: Settled, levels: Levels) -> str:
    numbers, most = list(settled.samples), settled.most
    fine, rough = (
        factor(settled.niches(), [samples[many] for many in numbers], per_doubling(numbers))
        for samples in (settled.samples, settled.coarse())
    )
    counted = ", ".join(f"{many} make {interval(levels[many]['niches'], 2)}" for many in numbers[1:])
    return (
        f"**The more populations, the more niches:** {answer(fine, 1)}. Of populations, {counted} effective niches: × "
        f"{interval(fine, 3)} with each doubling, where 2 would be a place of its own for each, and 1 the same places "
        f"for all. Told apart by squares of {REGION} × {REGION} tiles only, the factor is {interval(rough, 3)}, and "
        f"{most} make {interval(levels[most]['niches_regions'], 2)}."
    )


def _mutual(levels: Levels) -> str:
    parts = ["**They keep apart because of one another:**"]
    for many in sorted(levels, reverse=True)[:-1]:
        found = levels[many]
        parts.append(
            f"of {many}, {answer(found['excess'])}: two that share their worlds are at a distance of "
            f"{interval(found['together'], 3)}, two that never met at {interval(found['strangers'], 3)} (divergence "
            f"{interval(found['excess'], 3)} bits larger);"
        )
    return " ".join(parts)[:-1] + "."


def _shallow(settled: Settled, levels: Levels) -> str:
    one, all_of_them = settled.samples[1], settled.samples[settled.most]
    less, deep, alone = difference(settled.depth(), one, all_of_them), levels[settled.most]["depth"], levels[1]["depth"]
    numbers = list(settled.samples)
    narrower = factor(settled.range(), [settled.samples[many] for many in numbers], per_doubling(numbers))
    return (
        f"**Each goes less deep than one alone:** {answer(less)}. Agents of a single population are "
        f"{interval(alone)} tiles from the edge, those of {settled.most} are {interval(deep)}: {interval(less)} less. "
        f"The range of one population changes by × {interval(narrower, 3)} with each doubling of their number; it is "
        f"{interval(levels[1]['range'])} tiles alone, and {interval(levels[settled.most]['range'])} among "
        f"{settled.most}."
    )


def level_rows(settled: Settled, levels: Levels) -> list[dict[str, Any]]:
    """A row for each number of populations: estimates over seeds and worlds."""
    rows = []
    for many, found in levels.items():
        row: dict[str, Any] = {"populations": many, "horizon": settled.samples[many].horizon}
        for name, estimate in found.items():
            row |= columns(name, estimate)
        rows.append(row)
    return rows


def effect_rows(settled: Settled) -> list[dict[str, Any]]:
    """A row for each quantity: its factor for each doubling of the populations."""
    numbers = list(settled.samples)
    compared = {
        "niches": (settled.niches(), settled.samples),
        "niches_regions": (settled.niches(), settled.coarse()),
        "range": (settled.range(), settled.samples),
        "all_ranges": (SPREAD, settled.samples),
        "depth": (settled.depth(), settled.samples),
        "lifetime": (LIFETIME, settled.samples),
    }
    return [
        {
            "quantity": name,
            **columns("factor", factor(quantity, [samples[many] for many in numbers], per_doubling(numbers))),
        }
        for name, (quantity, samples) in compared.items()
    ]


def population_rows(settled: Settled) -> list[dict[str, Any]]:
    """A row for each population of each run: what it did in all worlds."""
    distance = edge_distance(settled.config)[settled.land]
    rows = []
    for many, sample in settled.samples.items():
        visits = sample.visits.sum(1).astype(float)  # [R, P, T]
        shares = visits.sum(-1) / visits.sum((-2, -1), keepdims=True)[..., 0]
        for seed, population in np.ndindex(visits.shape[:2]):
            found = visits[seed, population]
            rows.append(
                {
                    "populations": many,
                    "seed": seed,
                    "population": population,
                    "share_of_time": rounded(shares[seed, population]),
                    "range": rounded(float(effective(found))),
                    "depth": rounded(found @ distance / found.sum()),
                    "lifetime": rounded(sample.surveys[seed].evaluation.lifetimes[population].value),
                }
            )
    return rows


def pair_rows(settled: Settled) -> list[dict[str, Any]]:
    """A row for each pair of populations of each run: their distance over all worlds."""
    rows = [
        {"populations": many, "seed": seed, "one": i, "other": j, "distance": rounded(found[i, j])}
        for many, sample in settled.samples.items()
        for seed, found in enumerate(matrix(sample))
        for i, j in combinations(range(many), 2)
    ]
    return rows


def body(settled: Settled, levels: Levels) -> str:
    """The table to read, and how the numbers were made."""
    rows = [
        {
            "populations": str(many),
            "effective niches": interval(found["niches"], 2),
            f"by {REGION} × {REGION} tiles": interval(found["niches_regions"], 2),
            "distance": interval(found["together"], 3),
            "never met": interval(found["strangers"], 3),
            "range [tiles]": interval(found["range"]),
            "all ranges [tiles]": interval(found["all_ranges"]),
            "depth [tiles]": interval(found["depth"]),
            "lifetime [ticks]": interval(found["lifetime"]),
            REACHED: reached(100 * found[OUTLIVED.name].value, settled.samples[many].horizon),
        }
        for many, found in levels.items()
    ]
    cap = settled.samples[1].surveys[0].evaluation.cap
    return f"{markdown_table(rows)}\n\n{_METHOD.format(cap=cap, **settled.settings._asdict())}"
