"""The study `balance`: is the grown world one in which people need one another, arms pay and trade goes on?"""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.grown.kinds import TRADES, Skill
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.reports.findings import Findings
from forge.experiments.statistics.json_arrays import unpack
from forge.experiments.studies.balance import report
from forge.experiments.studies.balance.duels import Duel, Fighter, duels
from forge.experiments.studies.balance.households import households
from forge.experiments.studies.balance.report import Found
from forge.experiments.studies.balance.sizes import SCALES, Size
from forge.experiments.studies.balance.societies import Society, chronicle, lives, speed
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Plan, Results, Study

ARTISANS = Society()
#: Every other population catches, or cooks, and all bodies are gifted for one of the two.
FISHERS_AND_COOKS = {p: p % 2 for p in range(8)}
SOCIETIES = {
    "artisans": ARTISANS,
    "artisans without the exchange": Society(without=("exchange",)),
    "foragers": Society(("forager",)),
    "fishers and cooks": Society(gifts=FISHERS_AND_COOKS),
    "fishers and cooks without forest": Society(gifts=FISHERS_AND_COOKS, forest=False),
    "fishers without forest": Society(gifts=dict.fromkeys(range(8), 0), forest=False),
}
#: Of each trade, half of those who are gifted for it are gifted for nothing: of eight populations, one of two.
SCARCE = {trade: Society(gifts={4 + k: None}) for k, trade in enumerate(TRADES)}
_FISHER, _COOK = Skill.FISHING, Skill.COOKING
#: Members, and their level; the first is a fisher.
HOUSEHOLDS = {
    "a fisher and a cook of level 10": ((_FISHER, _COOK), 10),
    "a fisher and a cook of level 5": ((_FISHER, _COOK), 5),
    "a newborn fisher and cook": ((_FISHER, _COOK), 1),
    "a fisher of level 10 alone": ((_FISHER,), 10),
}
_TIN, _IRON = ("tin_sword", "tin_armour"), ("iron_sword", "iron_armour")
DUELS = {
    "level 5 against a goblin, tin sword and armour": Duel(Fighter(5, _TIN), goblin=True),
    "level 5 against a goblin, tin sword": Duel(Fighter(5, _TIN[:1]), goblin=True),
    "level 5 against a goblin, neither": Duel(Fighter(5), goblin=True),
    "level 1 against its equal": Duel(Fighter(1)),
    "level 10 against its equal, iron swords": Duel(Fighter(10, _IRON[:1])),
    "level 10 against its equal, iron swords and armour": Duel(Fighter(10, _IRON)),
}


def plan(size: Size, seeds: int) -> Plan:
    """Everybody's lives, the fights, and the chronicles, with every set of worlds."""
    return Plan([], [one for seed in range(seeds) for one in _measurements(size, seed)], probe=_probe(size))


def _probe(size: Size) -> Any:
    return lambda seconds: speed(size.base, seconds)


def _measurements(size: Size, seed: int) -> list[Measurement]:
    each = size.worlds, size.prices, size.every, seed
    return [
        *(duels(_name(name, seed), duel, size.times, seed) for name, duel in DUELS.items()),
        *(
            households(_name(name, seed), *household, size.households, seed)
            for name, household in HOUSEHOLDS.items()
        ),
        *(lives(_name(name, seed), society, size.base, size.lives, seed) for name, society in SOCIETIES.items()),
        chronicle(_name("prices", seed), ARTISANS, size.base, *each),
        *(chronicle(_name(_scarce(trade), seed), one, size.base, *each) for trade, one in SCARCE.items()),
        chronicle(_name("a book a camp", seed), Society(changes={"exchange.books": "camp"}), size.base, *each),
        chronicle(
            _name("kinds", seed), Society((*["artisan"] * 7, "hunter")), size.base, size.worlds, size.kinds, size.every,
            seed,
        ),
        chronicle(_name("wealth", seed), ARTISANS, size.base, size.worlds, size.long, size.every, seed),
    ]  # fmt: skip


def _name(name: str, seed: int) -> str:
    return f"{name}, worlds {seed}"


def _scarce(trade: Skill) -> str:
    return f"half of {trade.name.lower()}"


def findings(size: Size, seeds: int, results: Results) -> Findings:
    """Every claim, with what was found and whether it holds."""

    def of(name: str) -> list[Any]:
        return [results.measured[_name(name, seed)] for seed in range(seeds)]

    def chronicled(name: str) -> dict[str, np.ndarray]:
        found = [{key: unpack(value) for key, value in one.items()} for one in of(name)]
        return {key: np.concatenate([one[key] for one in found]) for key in found[0]}

    return report.findings(
        size,
        Found(
            lives={name: [Evaluation.from_dict(one) for one in of(name)] for name in SOCIETIES},
            ticks={name: np.concatenate([one["ticks"] for one in of(name)]) for name in DUELS},
            survives={name: np.concatenate([one["survives"] for one in of(name)]) for name in DUELS},
            households={name: np.concatenate(of(name)) for name in HOUSEHOLDS},
            prices=chronicled("prices"),
            scarce={trade: chronicled(_scarce(trade)) for trade in SCARCE},
            by_camp=chronicled("a book a camp"),
            kinds=chronicled("kinds"),
            wealth=chronicled("wealth"),
        ),
    )


STUDY = Study(
    name="balance",
    question="Is the grown world one in which people need one another, arms pay, and trade goes on?",
    scales=SCALES,
    plan=plan,
    findings=findings,
)
