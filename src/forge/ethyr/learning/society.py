"""What a line of metrics tells of a society: of goods, skills, crafts, trade and families, where worlds have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from forge.blade.grown.kinds import NAMES, TRADES, Skill
from forge.blade.society.census import GOODS, Census
from forge.blade.society.numbers import mutual_information
from forge.ethyr.learning.metric import Metric, known, mean_of, ratio

#: Crafts and trades are counted in so many agent steps.
_A_THOUSAND = 1000
_HELD = "what lies in orders included; in worlds with `items`"

#: All that it may hold; capitals stand for the names of kinds of items, skills and trades.
SOCIETY = (
    Metric("gold", "gold_by_population", "gold", f"that an agent has at the end of the line, {_HELD}"),
    Metric("items", "items_by_population", "items", f"that an agent has, {_HELD}"),
    Metric("wealth", "wealth_by_population", "gold", "gold and items of an agent, each kind at its last price"),
    Metric("wealth_median", "", "gold", "median of that wealth in a world, mean over worlds"),
    Metric("wealth_gini", "", "", "Gini coefficient of that wealth in a world, mean over worlds; 0: all are alike"),
    Metric("price_KIND", "", "gold", "last paid for a unit of a kind, mean over worlds; in worlds with `exchange`"),
    Metric("volume", "", "units", "traded in 1,000 agent steps"),
    Metric("volume_KIND", "", "units", "of a kind traded in 1,000 agent steps"),
    Metric("crafts", "crafts_by_population", "works", "that succeeded in 1,000 agent steps; with `trades`"),
    Metric("crafts_TRADE", "crafts_TRADE_by_population", "works", "of a trade, the same"),
    Metric(
        "specialisation",
        "",
        "bits",
        "mutual information of population and trade over the works that succeeded: 0 if all populations work alike, up "
        "to 2 if each of four has a trade of its own",
    ),
    Metric("level_SKILL", "level_SKILL_by_population", "levels", "mean level in a skill; in worlds with `skills`"),
    Metric("children", "children_by_population", "agents", "borne by lives that end, one with another; with `births`"),
    Metric("family", "family_by_population", "agents", "children alive of a living mother who has some"),
)


def society(found: Census, steps: np.ndarray, deaths: np.ndarray) -> dict[str, Any]:
    """The part of a line, as plain data; empty in worlds without any of it.

    Args:
        found: at the end of the line, of the populations that are told of, with totals since the line before.
        steps: integers [P], agent steps of the line.
        deaths: integers [P], lives that ended.
    """
    return dict(
        [*_goods(found), *_trade(found, steps), *_crafts(found, steps), *_levels(found), *_births(found, deaths)]
    )


Told = Iterator[tuple[str, Any]]


def _each(name: str, total: np.ndarray, count: np.ndarray, each: str, scale: int = 1) -> Told:
    """A mean over all, and by population: of sums [P]."""
    yield name, ratio(scale * total.sum(), count.sum())
    yield each, [ratio(scale * x, n) for x, n in zip(total, count, strict=True)]


def _goods(found: Census) -> Told:
    if not found.goods.shape[-1]:
        return
    members = found.members.sum(0)
    for name, total in zip(GOODS, found.goods.sum(0).T, strict=True):
        yield from _each(name, total, members, f"{name}_by_population")
    yield "wealth_median", mean_of(found.median, 2)
    yield "wealth_gini", mean_of(found.gini, 4)


def _trade(found: Census, steps: np.ndarray) -> Told:
    if not found.traded.shape[-1]:
        return
    units = found.traded.sum(0)
    yield "volume", ratio(_A_THOUSAND * units.sum(), steps.sum())
    for kind, name in enumerate(NAMES):
        yield f"price_{name}", mean_of(found.prices[:, kind], 2)
        yield f"volume_{name}", ratio(_A_THOUSAND * units[kind], steps.sum(), 4)


def _crafts(found: Census, steps: np.ndarray) -> Told:
    if not found.crafts.shape[-1]:
        return
    crafts = found.crafts.sum(0)
    yield from _each("crafts", crafts.sum(-1), steps, "crafts_by_population", _A_THOUSAND)
    for trade, done in zip(TRADES, crafts.T, strict=True):
        name = f"crafts_{trade.name.lower()}"
        yield from _each(name, done, steps, f"{name}_by_population", _A_THOUSAND)
    yield "specialisation", known(float(mutual_information(crafts)), 4)


def _levels(found: Census) -> Told:
    if found.levels.shape[-1]:
        for skill, total in zip(Skill, found.levels.sum(0).T, strict=True):
            name = f"level_{skill.name.lower()}"
            yield from _each(name, total, found.members.sum(0), f"{name}_by_population")


def _births(found: Census, deaths: np.ndarray) -> Told:
    if found.families.shape[-1]:
        mothers, children = found.families.sum(0).T
        yield from _each("children", found.children.sum(0)[:, 0], deaths, "children_by_population")
        yield from _each("family", children, mothers, "family_by_population")
