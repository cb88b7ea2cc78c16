"""What the study `attacks` says about its numbers: tables, verdict and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from forge.experiments.measures.aggression import (
    STYLES,
    Odds,
    Strikes,
    best_odds,
    damages,
    harm_at,
    odds_at,
    reaches,
    share_of_odds,
    share_of_strikes,
    strike_rate,
)
from forge.experiments.measures.dependence import COMPANIONS
from forge.experiments.measures.styling import BEST, OWN, WAYS, Fates, lifetime, outlived
from forge.experiments.measures.styling import MAGE as ALWAYS_MAGE
from forge.experiments.measures.styling import MELEE as ALWAYS_MELEE
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.reports.publish import markdown_table
from forge.experiments.statistics.estimate_text import answer, bullets, columns, grid_rows, interval, percent
from forge.experiments.statistics.rings import distances
from forge.experiments.statistics.statistic import Statistic
from forge.experiments.studies.attacks import figures as attacks_figures
from forge.experiments.studies.dependencies.runs import COMBAT, PHASES, Kind, Size, world_of

Asked = Mapping[Kind, Mapping[str, Odds]]
Watched = Mapping[Kind, Mapping[str, Strikes]]

STRANGER, KIN = range(len(COMPANIONS))
MELEE, RANGE, MAGE = range(len(STYLES))
_SHARE = (0.0, 1.0)

_PAPER = """*What the paper shows* (Suarez et al. 2019, arXiv 1903.00784): pictures of attacks by style and relative \
place, before and after training, with automatic and with learned targets. With automatic targets agents come to make \
effective use of melee, the strongest style, against whoever stands next to them. It gives no numbers."""

_METHOD = """Three things are measured, of policies before training, after {early} and after {late} agent steps, one \
run a seed.

*Asked*: {agents} agents are made up on each of {maps} maps that no run was trained on, nobody else in sight, in full \
health, with food and water drawn from a quarter to all they can have; a healthy adult is put on each place around \
them. The odds are those that the attack of this tick strikes it, if neither moves: the probability of the style, \
times that of choosing the target where targets are learned; 0 where the style does not reach. The *best attack* is \
the one that harms most of those that reach: melee up to {melee} tile, range up to {range}, mage up to {mage}; its \
odds are the mean over these distances, from 0 on. Before training all styles are about as likely, and so is every \
target and none. A *stranger* is of the next population, *kin* of one's own; the table is for strangers.

*In play*: each policy alone in {worlds} fresh worlds with the full cap of agents; counted are the attacks of {ticks} \
ticks after {warmup}, on targets that are old enough to be harmed, by style and relative place, a thousand ticks of an \
agent's life. Few agents that did not learn live so long, and they rarely meet.

*Styles picked by others*: in {lived_worlds} fresh worlds of combat with automatic targets and the full cap, the \
styles of the populations are picked in four ways, each population in each way in its turn: as its policy says; the \
*best*, which harms most at the distance of the nearest agent; always melee; always mage. All else is the policy's. \
Lifetimes are of the lives that begin in {lived_ticks} ticks after {lived_warmup}, each followed to its end or \
for {lived_followed}.

95 % intervals are over seeds and maps or worlds (two-way analysis of variance with random effects on the jackknife's \
pseudo-values). Yes and no are said where the whole interval is on one side.

In foraging attacks do nothing: what is seen there is what the same measures say of agents that have no reason to \
attack one way or another."""


def findings(asked: Asked, watched: Watched, fates: Fates, size: Size) -> Findings:
    """What the study says."""
    config = world_of(size, COMBAT)
    reach, damage = reaches(config), damages(config)
    return Findings(
        verdict=verdict(asked, watched, fates, reach, damage),
        tables={
            "asked": asked_rows(asked, reach, damage),
            "watched": watched_rows(watched, reach),
            "styles": style_rows(fates),
            "maps": map_rows(asked, watched),
        },
        figures={
            "asked": partial(attacks_figures.asked_maps, asked),
            "watched": partial(attacks_figures.watched_maps, watched),
            "styles": partial(attacks_figures.styles, asked, reach),
        },
        captions={
            "asked": "How likely an agent in the middle attacks a healthy one of the next population at each place "
            "around it, by style, kind of world and phase: means over populations, seeds, maps.",
            "watched": "Attacks a thousand ticks of an agent's life, by style and place of the target, in play.",
            "styles": "The odds of each style by the distance of the target, at the end of training (lines, with 95 % "
            "intervals) and before it (dots). Styles are drawn as far as they reach.",
        },
        body=body(asked, watched, fates, size, reach, damage),
    )


def verdict(asked: Asked, watched: Watched, fates: Fates, reach: np.ndarray, damage: np.ndarray) -> str:
    """Whether the claims hold, and how large the effects are."""
    return "\n\n".join(
        [
            "**Agents learn to use melee on whoever is next to them** (its share of these attacks, against before "
            "training):" + _for_each(asked, lambda kind: _melee(asked[kind], watched[kind])),
            "**They choose the style by the distance** (the odds of mage at 3 tiles, where nothing else reaches, less "
            "those at 1):" + _for_each(asked, lambda kind: _by_distance(asked[kind]["late"])),
            "**They do harm** (the damage somebody next to them has to expect, against before training):"
            + _for_each(asked, lambda kind: _harm(asked[kind], damage)),
            "**They spare kin** (the odds of the best attack, against a stranger less against kin):"
            + _for_each(asked, lambda kind: _kin(asked[kind]["late"], reach)),
            "**Better styles would make them live longer** (the same policies with automatic targets in combat, while "
            "others pick the styles of some populations; against those that pick their own):" + _worth(fates),
            _PAPER,
        ]
    )


def _for_each(asked: Asked, say: Callable[[Kind], str]) -> str:
    return bullets({kind.name: say(kind) for kind in asked})


def _melee(asked: Mapping[str, Odds], watched: Mapping[str, Strikes]) -> str:
    first, last = (share_of_odds(asked[phase], STRANGER, MELEE, 1) for phase in ("initial", "late"))
    rise = last.less(first).estimate()
    seen = share_of_strikes(watched["late"], MELEE, 1).estimate(_SHARE)
    return (
        f"{answer(rise)}, {percent(last.estimate(_SHARE))} % after {percent(first.estimate(_SHARE))} %, "
        f"{percent(rise)} points more; in play {percent(seen)} %."
    )


def _by_distance(of: Odds) -> str:
    far, near = (odds_at(of, STRANGER, MAGE, distance) for distance in (3, 1))
    more = far.less(near).estimate()
    return f"{answer(more)}, {percent(more)} points more."


def _harm(asked: Mapping[str, Odds], damage: np.ndarray) -> str:
    first, last = (harm_at(asked[phase], STRANGER, damage, 1) for phase in ("initial", "late"))
    more = last.less(first).estimate()
    return f"{answer(more)}, {interval(last.estimate())} a tick, {interval(more)} more than before."


def _kin(of: Odds, reach: np.ndarray) -> str:
    spared = best_odds(of, STRANGER, reach).less(best_odds(of, KIN, reach)).estimate()
    return f"{answer(spared)}, {percent(spared)} points more."


def _worth(fates: Fates) -> str:
    own = lifetime(fates, OWN)
    said = {WAYS[OWN]: f"{interval(own.estimate())} ticks."}
    for way in (BEST, ALWAYS_MELEE, ALWAYS_MAGE):
        more = lifetime(fates, way).less(own).estimate()
        said[WAYS[way]] = f"{answer(more)}, {interval(lifetime(fates, way).estimate())} ticks, {interval(more)} more."
    return bullets(said)


def style_rows(fates: Fates) -> list[dict[str, Any]]:
    """A row for each way to pick styles: how long those lived whose styles were picked so."""
    return [
        {
            "styles": name,
            **columns("lifetime", lifetime(fates, way).estimate()),
            **columns("more_than_own", lifetime(fates, way).less(lifetime(fates, OWN)).estimate()),
            "horizon": int(fates.horizon.max()),
            **columns("reach_horizon", outlived(fates, way).estimate(_SHARE)),
        }
        for way, name in enumerate(WAYS)
    ]


def asked_rows(asked: Asked, reach: np.ndarray, damage: np.ndarray) -> list[dict[str, Any]]:
    """A row for each kind of world, phase, companion and distance: odds of each style, and what harm they make."""
    return [
        {
            **_place(kind, phase),
            "companion": name,
            "distance": distance,
            **_odds_columns(of, companion, distance),
            **columns("damage", harm_at(of, companion, damage, distance).estimate()),
        }
        for kind, phases in asked.items()
        for phase, of in phases.items()
        for companion, name in enumerate(COMPANIONS)
        for distance in range(reach.max() + 1)
    ]


def _odds_columns(of: Odds, companion: int, distance: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for style, name in enumerate(STYLES):
        made |= columns(name, odds_at(of, companion, style, distance).estimate(_SHARE))
    return made


def watched_rows(watched: Watched, reach: np.ndarray) -> list[dict[str, Any]]:
    """A row for each kind of world, phase and distance: the share of each style of the attacks, and all attacks."""
    return [
        {
            **_place(kind, phase),
            "distance": distance,
            "attacks": int(of.counts[..., distances(of.counts.shape[-1]) == distance].sum()),
            **{
                key: value
                for style, name in enumerate(STYLES)
                for key, value in columns(name, share_of_strikes(of, style, distance).estimate(_SHARE)).items()
            },
        }
        for kind, phases in watched.items()
        for phase, of in phases.items()
        for distance in range(reach.max() + 1)
    ]


def map_rows(asked: Asked, watched: Watched) -> list[dict[str, Any]]:
    """The maps, row by row: odds, and attacks a thousand ticks, by style and place of the target."""
    return [
        {**_place(kind, phase), "style": STYLES[style], "what": what, **row}
        for kind, phases in asked.items()
        for phase, of in phases.items()
        for what, maps in _maps(of, watched[kind][phase]).items()
        for style in range(len(STYLES))
        for row in grid_rows(maps[style])
    ]


def _maps(asked: Odds, watched: Strikes) -> dict[str, np.ndarray]:
    return {"odds": asked.maps(STRANGER), "odds against kin": asked.maps(KIN), "in play": watched.maps()}


def _place(kind: Kind, phase: str) -> dict[str, str]:
    return {"rules": kind.rules, "targets": kind.targeting, "phase": phase}


def body(asked: Asked, watched: Watched, fates: Fates, size: Size, reach: np.ndarray, damage: np.ndarray) -> str:
    """The tables to read, and how the numbers were made."""
    rows = [
        _read_row(kind, phase, asked[kind][phase], watched[kind][phase], reach, damage)
        for kind in asked
        for phase in PHASES
    ]
    early, late = (f"{steps / 1e6:g} M" for steps in size.steps)
    far = dict(zip(STYLES, reach.tolist(), strict=True))
    lived = {f"lived_{name}": value for name, value in size.lived._asdict().items()}
    lived["lived_followed"] = size.lived.followed
    method = _METHOD.format(**lived, **size.sites._asdict() | size.play._asdict() | far, early=early, late=late)
    return "\n\n".join([markdown_table(rows), _styles_table(fates), method])


def _styles_table(fates: Fates) -> str:
    own = lifetime(fates, OWN)
    rows = [
        {
            "styles picked": name,
            "lifetime [ticks]": interval(lifetime(fates, way).estimate()),
            "more than by own choice [ticks]": ""
            if way == OWN
            else interval(lifetime(fates, way).less(own).estimate()),
            REACHED: reached(100 * outlived(fates, way).estimate(_SHARE).value, int(fates.horizon.max())),
        }
        for way, name in enumerate(WAYS)
    ]
    return markdown_table(rows)


def _read_row(
    kind: Kind, phase: str, asked: Odds, watched: Strikes, reach: np.ndarray, damage: np.ndarray
) -> dict[str, str]:
    def at(statistic: Statistic) -> str:
        return percent(statistic.estimate(_SHARE))

    return {
        "worlds": kind.name,
        "training": phase,
        "attack at 1 [%]": at(odds_at(asked, STRANGER, None, 1)),
        "of them melee [%]": at(share_of_odds(asked, STRANGER, MELEE, 1)),
        "range at 2 [%]": at(odds_at(asked, STRANGER, RANGE, 2)),
        "mage at 3 [%]": at(odds_at(asked, STRANGER, MAGE, 3)),
        "best attack [%]": at(best_odds(asked, STRANGER, reach)),
        "damage at 1": interval(harm_at(asked, STRANGER, damage, 1).estimate()),
        "in play: attacks [1,000 ticks]": interval(strike_rate(watched).estimate((0, np.inf))),
        "at 1, of them melee [%]": at(share_of_strikes(watched, MELEE, 1)),
    }
