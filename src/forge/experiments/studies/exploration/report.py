"""What the studies `exploration` and `randomized` say: does it spread agents out that others are there?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Sample
from forge.experiments.measures.contrast import Quantity, factor, level, per_doubling
from forge.experiments.measures.exploring import COVERAGE, OUTLIVED
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import answer, columns, interval
from forge.experiments.studies.exploration import figures as exploring_figures
from forge.experiments.studies.exploration.cross_surveys import Place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Name, caption and drawing of a figure.
Drawn = tuple[str, str, Callable[[], "Figure"]]

_METHOD = """Each player is alone in {worlds} worlds, {where}. Counted is what happens in {ticks:,} ticks after a \
warm-up of {warmup:,}; lives that begin in them are followed to their end or for {followed}; the tables tell \
how many there are, which are few where hardly anybody dies, and what share of them reaches that. *Coverage* is the \
share of the land that can be reached on which anybody stood in these ticks. {evenly} *Pace* is v1.0's measure of \
exploration. All are means over worlds. A factor per doubling is the slope of the least-squares line through the \
logarithms, against the binary logarithm of the number of agents. 95 % intervals: over worlds (delete-one jackknife) \
and, where runs were trained, over their seeds as well (two-way analysis of variance with random effects on the \
jackknife's pseudo-values). Yes and no are said where the whole interval is on one side."""


@dataclass(frozen=True, eq=False)
class Explored:
    """What the surveys of a study found.

    Attributes:
        claim: the paper's, in words.
        caps: in training.
        tests: caps of the worlds in which all were surveyed.
        samples: by place.
        quantities: to tell, the first of them COVERAGE.
        evenly: that of them which tells how evenly the land is visited, and what it is.
        where: the worlds were, in words.
        settings: of the surveys.
    """

    claim: str
    caps: Sequence[int]
    tests: Sequence[int]
    samples: Mapping[Place, Sample]
    quantities: Sequence[Quantity]
    evenly: tuple[Quantity, str]
    where: str
    settings: Settings

    def own(self, quantity: Quantity) -> Estimate:
        """By what factor a quantity grows with each doubling of the agents, in training and where it is surveyed."""
        return factor(quantity, [self.samples[cap, cap] for cap in self.caps], per_doubling(self.caps))

    def trained(self, quantity: Quantity, at: int) -> Estimate:
        """The same, of the agents in training alone: all are surveyed in worlds of one cap."""
        return factor(quantity, [self.samples[cap, at] for cap in self.caps], per_doubling(self.caps))

    def scripted(self, quantity: Quantity, name: str) -> Estimate:
        """The same for a scripted player, who learns nothing."""
        return factor(quantity, [self.samples[name, cap] for cap in self.caps], per_doubling(self.caps))

    def beyond(self, quantity: Quantity, name: str) -> Estimate:
        """How many times as large the factor of those who learn is as that of a scripted player."""
        seeds = len(self.samples[self.caps[0], self.caps[0]].surveys)
        scripted = [self.samples[name, cap] for cap in self.caps]
        repeated = [Sample([*sample.surveys] * seeds, sample.land) for sample in scripted]
        weights = per_doubling(self.caps)
        learned = [self.samples[cap, cap] for cap in self.caps]
        return factor(quantity, [*learned, *repeated], [*weights, *(-w for w in weights)])


def findings(explored: Explored, more: Sequence[Drawn] = ()) -> Findings:
    """What such a study says.

    Args:
        explored: what was found.
        more: figures of its own.
    """
    told = (*explored.quantities, OUTLIVED)
    levels = {place: {q.name: level(q, s) for q in told} for place, s in explored.samples.items()}
    seen = [explored.quantities[0], explored.evenly[0]]
    drawn: list[Drawn] = [
        (
            "agents",
            "More agents, in training and where they are surveyed: means over seeds with 95 % intervals over seeds and "
            "worlds, and scripted players, who learn nothing, in the same worlds.",
            partial(exploring_figures.own_worlds, explored.caps, levels, seen),
        ),
        (
            "training",
            "More agents in training, all surveyed among the same number, a line for each number.",
            partial(exploring_figures.same_worlds, explored.caps, explored.tests, levels, seen),
        ),
        *more,
    ]
    return Findings(
        verdict=verdict(explored, levels),
        tables={"levels": level_rows(explored, levels), "effects": effect_rows(explored)},
        figures={name: draw for name, _, draw in drawn},
        captions={name: caption for name, caption, _ in drawn},
        body=body(explored, levels),
    )


#: The quantities of each place, by name.
Levels = Mapping[Place, Mapping[str, Estimate]]


def verdict(explored: Explored, levels: Levels) -> str:
    """The claim, whether it holds where numbers differ, and whether it holds where they are equal."""
    return "\n\n".join([f"**The claim.** {explored.claim}", _numbers(explored, levels), _learned(explored, levels)])


def _numbers(explored: Explored, levels: Levels) -> str:
    caps, grows = explored.caps, explored.own(COVERAGE)
    few, many = (levels[cap, cap]["coverage"] for cap in (caps[0], caps[-1]))
    evenly = explored.evenly[0]
    return (
        f"**More agents, trained and surveyed together, cover more of the map:** {answer(grows, 1)}. {caps[0]} agents "
        f"cover {interval(few)} % of the land in {explored.settings.ticks:,} ticks, {caps[-1]} cover {interval(many)} "
        f"%: {_times(grows)} with each doubling. That more agents are in more places needs no learning: among random "
        f"ones the factor is {_times(explored.scripted(COVERAGE, 'random'))}, among scripted foragers "
        f"{_times(explored.scripted(COVERAGE, 'forager'))}. Beyond the foragers' growth: "
        f"{answer(explored.beyond(COVERAGE, 'forager'), 1)}. "
        f"The {evenly.name} ({evenly.unit}) changes by {_times(explored.own(evenly))} with each doubling."
    )


def _learned(explored: Explored, levels: Levels) -> str:
    evenly, most = explored.evenly[0], explored.tests[-1]
    covered = ", ".join(f"{interval(levels[cap, most]['coverage'])} % if trained among {cap}" for cap in explored.caps)
    parts = [
        f"In worlds of {most} agents they cover {covered}; scripted foragers cover "
        f"{interval(levels['forager', most]['coverage'])} %."
    ]
    for at in reversed(explored.tests):
        cover, spread = explored.trained(COVERAGE, at), explored.trained(evenly, at)
        parts.append(
            f"Surveyed among {at}: {answer(cover, 1)}; each doubling of the agents in training changes coverage by "
            f"{_times(cover)} and {evenly.name} by {_times(spread)}, the pace of single lives by "
            f"{_times(explored.trained(_named(explored, 'pace'), at))}, and lifetime by "
            f"{_times(explored.trained(_named(explored, 'lifetime'), at))}."
        )
    return " ".join(["**Those trained among more explore more than others where numbers are equal.**", *parts])


def _named(explored: Explored, name: str) -> Quantity:
    return next(quantity for quantity in explored.quantities if quantity.name == name)


def _times(estimate: Estimate) -> str:
    return f"× {interval(estimate, 3)}"


def level_rows(explored: Explored, levels: Levels) -> list[dict[str, Any]]:
    """A row for each player in each kind of world: estimates over seeds and worlds."""
    rows = []
    for (who, at), found in levels.items():
        sample = explored.samples[who, at]
        row: dict[str, Any] = {"trained": who, "surveyed": at, "seeds": len(sample.surveys)}
        row |= {"lives": _lives(sample), "horizon": sample.horizon}
        for name, estimate in found.items():
            row |= columns(name, estimate)
        rows.append(row)
    return rows


def effect_rows(explored: Explored) -> list[dict[str, Any]]:
    """A row for each quantity and kind of comparison: its factor for each doubling of the agents."""
    compared: dict[str, Callable[[Quantity], Estimate]] = {"own number": explored.own}
    compared |= {f"among {at}": partial(_swapped, explored.trained, at) for at in explored.tests}
    compared |= {name: partial(_swapped, explored.scripted, name) for name in ("random", "forager")}
    return [
        {"surveyed": where, "quantity": quantity.name, **columns("factor", effect(quantity))}
        for where, effect in compared.items()
        for quantity in explored.quantities
    ]


def _swapped(method: Callable[[Quantity, Any], Estimate], where: Any, quantity: Quantity) -> Estimate:
    return method(quantity, where)


def body(explored: Explored, levels: Levels) -> str:
    """The tables to read, and how the numbers were made."""
    own = [(cap, cap) for cap in explored.caps]
    tested = [(cap, at) for at in explored.tests for cap in explored.caps]
    scripted = [place for place in levels if isinstance(place[0], str)]
    parts = [
        "### Among their own number",
        _read(explored, levels, [*scripted, *own]),
        "### Among the same number",
        _read(explored, levels, tested),
        _METHOD.format(
            where=explored.where,
            evenly=explored.evenly[1],
            followed=explored.settings.followed,
            **explored.settings._asdict(),
        ),
    ]
    return "\n\n".join(parts)


def _read(explored: Explored, levels: Levels, places: Sequence[Place]) -> str:
    return markdown_table([_read_row(explored, place, levels[place]) for place in places])


def _read_row(explored: Explored, place: Place, found: Mapping[str, Estimate]) -> dict[str, str]:
    who, at = place
    sample = explored.samples[place]
    return {
        "trained among": str(who),
        "surveyed among": str(at),
        **{f"{q.name} [{q.unit}]": interval(found[q.name]) for q in explored.quantities},
        "lives": f"{_lives(sample):,}",
        REACHED: reached(100 * found[OUTLIVED.name].value, sample.horizon),
    }


def _lives(sample: Sample) -> int:
    """How many lifetimes are a mean of, over all seeds: few where nobody dies, for then nobody is born."""
    return int(sample.count("lives").sum())
