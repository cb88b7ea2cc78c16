"""What the study `balance` says: each claim, what was found, and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade.grown.kinds import COUNT, NAMES, TRADES, Skill, made_by
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.figures.plotting import FAINT, INK, new_figure, plain_axes
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import columns, interval
from forge.experiments.studies.balance import evidence
from forge.experiments.studies.balance.sizes import Size
from forge.experiments.studies.balance.societies import HORIZON

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YES, NO, UNDECIDED = "yes", "no", "undecided"
#: p below which prices are held to differ by place.
_LEVEL = 0.05

_METHOD = """*Lives* are those that begin in {ticks:,} ticks after {warmup:,}, followed to their end or for \
{horizon:,} ticks; worlds are those of Guild with {cap} agents in 8 populations, on maps that numbers and scripts were \
not tuned on. *Without* the exchange the same artisans play with that system left out. *Societies of fishers and \
cooks*: of 8 populations every other one is gifted for fishing, the others for cooking, and what was forest is scrub \
that never regrows, so that goblins live where they did; newborns enter at the edge. *A fisher and a cook* stand in a \
camp by the water from birth on, alone in their world; they do not haggle: a fish is 1 gold, and a meal 2. *Gone*: of \
the two populations of a trade one is gifted for nothing. *Fights* are fought {times:,} times each by the rules of the \
world, at levels that stay, by agents with 10 health that strike in melee in every tick. Intervals: over worlds \
(delete-one jackknife); of shares of fights and households those of Clopper and Pearson. A claim holds, or does not, \
where the whole interval says so. *By place* is a permutation test: {shuffles:,} shuffles of which camp is which in \
windows of {every} ticks; how far apart camps are is the standard deviation of their mean prices, less what chance \
makes of it."""


@dataclass(frozen=True)
class Found:
    """What was measured; sets of worlds are one behind the other.

    Attributes:
        lives: by society, an evaluation for each set of worlds.
        ticks, survives: by duel, [times].
        households: by household, how long each member lived: [worlds, members].
        prices, by_camp, kinds, wealth: arrays of a chronicle by name.
        scarce: by trade, the same where half of those who have it are not gifted.
    """

    lives: Mapping[str, Sequence[Evaluation]]
    ticks: Mapping[str, np.ndarray]
    survives: Mapping[str, np.ndarray]
    households: Mapping[str, np.ndarray]
    prices: Mapping[str, np.ndarray]
    scarce: Mapping[Skill, Mapping[str, np.ndarray]]
    by_camp: Mapping[str, np.ndarray]
    kinds: Mapping[str, np.ndarray]
    wealth: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Claim:
    """Something that is to hold.

    Attributes:
        what: is compared or counted.
        wanted: in words.
        low, high: between which the figure is to lie.
        found: the figure.
        more: what else there is to say.
        digits: of the figure.
    """

    what: str
    wanted: str
    low: float
    high: float
    found: Estimate
    more: str = ""
    digits: int = 1

    @property
    def holds(self) -> str:
        """Yes or no where the whole interval says so."""
        value, low, high = self.found
        if np.isnan(value):
            return UNDECIDED
        if np.isnan(low):
            low = high = value
        if low >= self.low and high <= self.high:
            return YES
        return NO if high < self.low or low > self.high else UNDECIDED


def findings(size: Size, found: Found) -> Findings:
    """What the study says of what was measured."""
    all_claims = claims(size, found)
    rows = [
        {
            "claim": one.what,
            "wanted": one.wanted,
            "found": interval(one.found, one.digits) + (f"; {one.more}" if one.more else ""),
            "holds": one.holds,
        }
        for one in all_claims
    ]
    number = [sum(row["holds"] == word for row in rows) for word in (YES, NO, UNDECIDED)]
    verdict = f"Of {len(rows)} claims {number[0]} hold, {number[1]} do not, and {number[2]} are undecided."
    return Findings(
        verdict=f"{verdict}\n\n{markdown_table(rows)}",
        tables={
            "claims": [
                {"claim": one.what, "wanted": one.wanted, **columns("found", one.found), "holds": one.holds}
                for one in all_claims
            ],
            "lifetimes": lifetime_rows(found),
            "kinds": kind_rows(found),
        },
        figures={"wealth": partial(_wealth_figure, size, found)},
        captions={"wealth": "Median and mean wealth of the living, and units traded in a tick, means over worlds."},
        body=f"{markdown_table(_lifetime_cells(found))}\n\n{_method(size, found)}",
    )


def claims(size: Size, found: Found) -> list[Claim]:
    """Every claim, in the order of what is asked for."""
    return [*_of_lives(found), *_of_food(found), *_of_fights(found), *_of_prices(size, found), *_of_goods(size, found)]


def _of_lives(found: Found) -> list[Claim]:
    lives = found.lives
    artisans = lives["artisans"]

    def longer(other: str, least: float, name: str) -> Claim:
        theirs = interval(evidence.lifetime(lives[other]))
        return Claim(
            f"lives of artisans, as a multiple of {name}",
            f"≥ {least:g}",
            least,
            np.inf,
            evidence.times_as_long(artisans, lives[other]),
            f"{interval(evidence.lifetime(artisans))} ticks to {theirs}",
            2,
        )

    return [
        longer("artisans without the exchange", 1.5, "those without the exchange"),
        longer("foragers", 2.0, "those of foragers"),
    ]


def _of_food(found: Found) -> list[Claim]:
    lives, fishers = found.lives, slice(0, None, 2)
    barren, alone = lives["fishers and cooks without forest"], lives["fishers without forest"]
    reach = {name: evidence.share(ticks[:, 0] >= HORIZON) for name, ticks in found.households.items()}
    able, half, new, single = (Estimate(*(100 * x for x in one)) for one in reach.values())
    (_, _, _, by_itself) = found.households.values()
    return [
        Claim(
            f"fishers alive after {HORIZON:,} ticks without forest [%]: a fisher and a cook of level 10", "≥ 90", 90,
            np.inf, able, f"of level 5 {interval(half)}, newborn {interval(new)}; a fisher of level 10 alone "
            f"{interval(single)}, and lives {by_itself.mean():.0f} ticks",
        ),
        Claim(
            "lives of fishers in societies of fishers and cooks without forest, as a multiple of those with it",
            "≥ 0.9", 0.9, np.inf,
            evidence.times_as_long(barren, lives["fishers and cooks"], fishers),
            f"{interval(evidence.lifetime(barren, fishers))} ticks; fishers without cooks and forest "
            f"{interval(evidence.lifetime(alone))}", 2,
        )
    ]  # fmt: skip


def _of_fights(found: Found) -> list[Claim]:
    def survived(name: str, low: float, high: float, wanted: str) -> Claim:
        share = Estimate(*(100 * x for x in evidence.share(found.survives[name])))
        return Claim(f"fights survived [%]: {name}", wanted, low, high, share)

    def lasting(name: str, low: float, high: float) -> Claim:
        wanted = f"{low:g} to {high:g}"
        return Claim(f"ticks of a fight: {name}", wanted, low, high, evidence.mean(found.ticks[name]))

    swords, armour = "level 10 against its equal, iron swords", "level 10 against its equal, iron swords and armour"
    sword = evidence.share(found.survives["level 5 against a goblin, tin sword"])
    armed = survived("level 5 against a goblin, tin sword and armour", 95, np.inf, "≥ 95")
    more = f"with the sword alone {interval(Estimate(*(100 * x for x in sword)))}"
    return [
        Claim(armed.what, armed.wanted, armed.low, armed.high, armed.found, more),
        survived("level 5 against a goblin, neither", -np.inf, 40, "≤ 40"),
        lasting("level 1 against its equal", 15, 30),
        lasting(swords, 8, 20),
        Claim(
            "... with iron armour too, as a multiple", "≥ 2", 2, np.inf,
            evidence.times_the_mean(found.ticks[armour], found.ticks[swords]),
            f"{interval(evidence.mean(found.ticks[armour]))} ticks", 2,
        ),
    ]  # fmt: skip


def _of_prices(size: Size, found: Found) -> list[Claim]:
    begin = size.windows(size.begun) // 2
    told = []
    for trade in TRADES:
        units, paid, scarce_units, scarce_paid = (
            there[name][:, begin:] for there in (found.prices, found.scarce[trade]) for name in ("units", "paid")
        )
        made = list(made_by(trade))
        kind = made[int(units[..., made].sum((0, 1)).argmax())]
        number = [int(array[..., kind].sum()) for array in (units, scarce_units)]
        told.append(
            Claim(
                f"price of {NAMES[kind].replace('_', ' ')} where half of {trade.name.lower()} is gone, as a multiple",
                "> 1",
                1.0,
                np.inf,
                evidence.dearer(units, paid, scarce_units, scarce_paid, kind),
                f"{number[1]:,} units to {number[0]:,}",
                2,
            )
        )
    p, more = evidence.apart(
        found.by_camp["units_by_camp"][:, begin:], found.by_camp["paid_by_camp"][:, begin:], size.shuffles, 0
    )
    told.append(
        Claim(
            "p of prices that are alike in all camps, with a book a camp",
            f"< {_LEVEL}",
            -np.inf,
            _LEVEL,
            Estimate(p, np.nan, np.nan),
            f"{interval(more, 2)} gold further apart than by chance",
            3,
        )
    )
    return told


def _of_goods(size: Size, found: Found) -> list[Claim]:
    many, nowhere = evidence.kinds_in_use(*(found.kinds[name] for name in ("made", "used", "worn")))
    missing = ", ".join(NAMES[kind].replace("_", " ") for kind in np.flatnonzero(nowhere))
    told = [
        Claim(
            f"kinds made and used in {size.kinds:,} ticks of a world", f"{COUNT}", COUNT, np.inf, many,
            f"in no world: {missing}" if missing else "each in some world",
        )
    ]  # fmt: skip
    begin, four = size.windows(size.begun), max(1, size.windows(size.long) // 20)
    for name in ("median", "mean"):
        values = evidence.windowed(found.wealth[name][:, begin:], min(four, found.wealth[name].shape[1] - begin))
        first, last = values.mean(0)[[0, -1]]
        told.append(
            Claim(
                f"{name} wealth, its most as a multiple of its least between ticks {size.begun:,} and {size.long:,}",
                "≤ 4",
                0,
                4,
                evidence.swing(values),
                f"{first:.1f} gold at first, {last:.1f} at last",
                2,
            )
        )
    ends = evidence.last_trade(found.wealth["units"], size.every)
    units = found.wealth["units"].sum(2)
    rate = [units[:, part].mean() / size.every for part in (slice(begin, begin + four), slice(-four, None))]
    told.append(
        Claim(
            f"tick of the last trade of {size.long:,}",
            f"{size.long:,}",
            float(units.shape[1] * size.every),
            np.inf,
            evidence.mean(ends),
            f"{rate[0]:.2f} units a tick after {size.begun:,}, {rate[1]:.2f} at last",
            0,
        )
    )
    return told


def lifetime_rows(found: Found) -> list[dict[str, Any]]:
    """The lifetime of each society, and of its populations by turn, for CSV."""
    return [
        {"society": name, "populations": "all" if turn is None else f"{turn} mod 4", **columns("lifetime", each)}
        for name in found.lives
        for turn, each in _by_turn(found.lives[name]).items()
    ]


def _by_turn(lives: Sequence[Evaluation]) -> dict[int | None, Estimate]:
    found: dict[int | None, Estimate] = {None: evidence.lifetime(lives)}
    for turn in range(len(TRADES)):
        found[turn] = evidence.lifetime(lives, slice(turn, None, len(TRADES)))
    return found


def _lifetime_cells(found: Found) -> list[dict[str, str]]:
    heads = {None: "all", 0: "populations 0, 4", 1: "1, 5", 2: "2, 6", 3: "3, 7"}
    return [
        {"society": name, **{heads[turn]: interval(each, 0) for turn, each in _by_turn(lives).items()}}
        for name, lives in found.lives.items()
    ]


def kind_rows(found: Found) -> list[dict[str, Any]]:
    """Of each kind how many were made or found, used up, and had in use, all worlds together, for CSV."""
    sums = {name: found.kinds[name].sum(0) for name in ("made", "used", "worn")}
    traded = found.kinds["units"].sum((0, 1))
    return [
        {"kind": name, **{column: int(sums[column][kind]) for column in sums}, "traded": int(traded[kind])}
        for kind, name in enumerate(NAMES)
    ]


def _method(size: Size, found: Found) -> str:
    settings, times = size.lives, len(next(iter(found.ticks.values())))
    return _METHOD.format(
        ticks=settings.ticks, warmup=settings.warmup, horizon=settings.horizon, times=times,
        shuffles=size.shuffles, every=size.every, cap=next(iter(found.lives.values()))[0].cap,
    )  # fmt: skip


def _wealth_figure(size: Size, found: Found) -> Figure:
    figure = new_figure(9, 3.4)
    wealth, trade = figure.subplots(1, 2)
    at = size.every * (1 + np.arange(found.wealth["mean"].shape[1]))
    for name, colour in (("median", INK), ("mean", FAINT)):
        wealth.plot(at, found.wealth[name].mean(0), color=colour, label=name)
    wealth.legend(frameon=False)
    trade.plot(at, found.wealth["units"].sum(2).mean(0) / size.every, color=INK)
    plain_axes(wealth, "wealth [gold]")
    plain_axes(trade, "units traded in a tick")
    for axes in (wealth, trade):
        axes.set_xlabel("tick")
        axes.set_ylim(0)
    return figure
