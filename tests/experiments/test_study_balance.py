"""The study `balance`: its figures by hand, fights whose end is known, and a society played for a while."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from forge.blade import Material, Recording, World
from forge.blade.grown.kinds import COUNT, NAMES, TRADES, Skill
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.json_arrays import unpack
from forge.experiments.studies.balance import report
from forge.experiments.studies.balance.duels import Duel, Fighter, fought
from forge.experiments.studies.balance.evidence import (
    apart,
    dearer,
    kinds_in_use,
    last_trade,
    lifetime,
    mean,
    share,
    swing,
    times_as_long,
    windowed,
)
from forge.experiments.studies.balance.households import lived
from forge.experiments.studies.balance.report import Claim, Found
from forge.experiments.studies.balance.sizes import SCALES
from forge.experiments.studies.balance.societies import Company, Society, chronicled, ground
from forge.experiments.studies.balance.study import DUELS, HOUSEHOLDS, SCARCE, SOCIETIES, STUDY, plan

TINY = SCALES["tiny"]
SHRIMP = NAMES.index("shrimp")


def evaluation(lifetimes: list[list[int]], lives: list[list[int]]) -> Evaluation:
    """Of worlds and populations."""
    many = np.array(lives)
    zeros = np.zeros_like(many)
    counts = Counts(many, np.array(lifetimes), zeros, zeros, zeros, np.zeros((*many.shape, 4), int))
    return Evaluation(Settings(len(lives), 100, 0, 1000), 8, counts)


def test_lifetimes_by_hand() -> None:
    one = evaluation([[300, 100], [500, 100]], [[3, 1], [5, 1]])
    # 1,000 ticks of 10 lives, in each world 100 a life
    assert lifetime([one]) == Estimate(100, 100, 100)
    assert lifetime([one], slice(1, None, 2)).value == 100
    other = evaluation([[100, 100], [60, 180]], [[2, 2], [3, 3]])
    # 200 of 4 and 240 of 6: 44 a life; 100 / 44. Without the first world 100 / 40, without the second 100 / 50
    found = times_as_long([one], [other])
    assert found.value == pytest.approx(100 / 44)
    # jackknife of 2 worlds: the variance is 1/2 · 2 · (½ (2.5 − 2))² = 1/16; 12.706 · 1/4 each way, cut at 0
    assert (found.low, found.high) == (0, pytest.approx(100 / 44 + 12.7062 / 4, abs=1e-3))
    assert lifetime([one, other]).value == pytest.approx(1440 / 20)  # two sets of worlds are more worlds


def test_a_share_of_fights_has_the_interval_of_clopper_and_pearson() -> None:
    # none of 10: the high end is 1 − 0.025^(1/10) = 0.3085
    assert share(np.zeros(10, bool)) == Estimate(0, 0, pytest.approx(1 - 0.025**0.1))
    assert share(np.ones(10, bool)) == Estimate(1, pytest.approx(0.025**0.1), 1)
    assert share(np.array([True] * 8 + [False] * 2)) == Estimate(
        0.8, pytest.approx(0.4439, abs=1e-4), pytest.approx(0.9748, abs=1e-4)
    )
    assert mean(np.array([2, 4, 6])).value == 4


def trades(paid: list[int], units: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Of two worlds and one window each."""
    both = np.zeros((2, 2, 1, COUNT), int)
    both[0, :, 0, SHRIMP], both[1, :, 0, SHRIMP] = units, paid
    return both[0], both[1]


def test_prices_of_what_is_scarce_by_hand() -> None:
    units, paid = trades([20, 20], [10, 10])
    scarce_units, scarce_paid = trades([16, 14], [4, 6])
    # 40 gold for 20 units is 2 each; 30 for 10 is 3: 1.5 times
    assert dearer(units, paid, scarce_units, scarce_paid, SHRIMP).value == pytest.approx(1.5)
    assert np.isnan(dearer(units, paid, scarce_units, scarce_paid, SHRIMP + 1).value)


def test_prices_that_differ_by_place_are_told_from_chance() -> None:
    rng, W, V, C = np.random.default_rng(0), 3, 12, 4
    units = np.zeros((W, V, C, COUNT), int)
    units[..., SHRIMP] = 10
    level = rng.integers(5, 15, (W, V, 1))  # what all camps of a world share in a window
    noise = rng.integers(-10, 11, (W, V, C))
    alike, other = np.zeros_like(units), np.zeros_like(units)
    alike[..., SHRIMP] = 10 * level + noise
    other[..., SHRIMP] = 10 * level + noise + 10 * np.arange(C)  # each camp a gold dearer than the one before
    p, more = apart(units, alike, 199, 0)
    assert p > 0.05
    assert more.low < 0 < more.high
    p, more = apart(units, other, 199, 0)
    assert p == 1 / 200
    # the camps' means are -1.5, -0.5, 0.5 and 1.5 from their mean: a standard deviation of 1.12, of which shuffling
    # in 12 windows leaves about 1.12 / √12 = 0.32
    assert more.value == pytest.approx(1.12 - 0.32, abs=0.1)
    assert more.low > 0


def test_kinds_wealth_and_trade_by_hand() -> None:
    made, used, worn = (np.zeros((2, COUNT), int) for _ in range(3))
    made[:, [0, 1, 2]] = 5
    used[0, 0], used[1, [0, 1]], worn[1, 3] = 1, 1, 1  # 3 is worn, but nobody made it
    many, nowhere = kinds_in_use(made, used, worn)
    assert many.value == 1.5
    assert np.flatnonzero(~nowhere).tolist() == [0, 1]
    wealth = np.array([[1.0, 3, 4, 8], [3.0, 1, 0, 4]])
    assert windowed(wealth, 2).tolist() == [[2, 6], [2, 2]]
    assert swing(windowed(wealth, 2)).value == 2  # means over worlds 2 and 4
    units = np.zeros((3, 4, COUNT), int)
    units[0, 1, 5] = units[1, 3, 0] = units[1, 0, 0] = 1
    assert last_trade(units, 10).tolist() == [20, 40, 0]


@pytest.mark.parametrize(
    ("found", "holds"),
    [((1.7, 1.5, 1.9), "yes"), ((1.6, 1.4, 1.8), "undecided"), ((1.2, 1.0, 1.4), "no"), ((1.6, np.nan, np.nan), "yes")],
)
def test_a_claim_holds_where_the_whole_interval_says_so(found: tuple[float, ...], holds: str) -> None:
    assert Claim("", "≥ 1.5", 1.5, np.inf, Estimate(*found)).holds == holds


def test_a_fight_ends_as_the_numbers_say() -> None:
    # a goblin hits level 5 in tin armour in 5 · 64 of 2 · (5 · (90 + 64) + 1) blows, 21 %, for 1
    # point each, and without armour in 320 of 642, 50 %
    ticks, survives = fought(DUELS["level 5 against a goblin, tin sword and armour"], 60, 3)
    assert survives.mean() > 0.9
    bare_ticks, bare = fought(DUELS["level 5 against a goblin, neither"], 60, 3)
    assert bare.mean() < 0.7
    assert ticks.mean() < bare_ticks.mean() * 2
    again = fought(DUELS["level 5 against a goblin, neither"], 60, 3)
    assert again[0].tolist() == bare_ticks.tolist()
    # two who hit in every other tick for 1 need some 20 ticks for 10 health, and neither is favoured
    ticks, survives = fought(Duel(Fighter(1)), 100, 0)
    assert 12 < ticks.mean() < 30
    assert 0.25 < survives.mean() < 0.75
    ticks, survives = fought(Duel(Fighter(1), changes={"levels.agents": False}), 2, 0)
    assert ticks.tolist() == [500, 500]
    assert survives.all()


def test_a_fisher_needs_a_cook() -> None:
    alone = lived((Skill.FISHING,), 10, 3, 0)
    # 32 food last 32 ticks, and 10 health 8 more: in the tick in which food is 0 the first of it is lost
    assert alone.tolist() == [[40]] * 3
    both = lived((Skill.FISHING, Skill.COOKING), 10, 6, 0)
    assert both.mean() > 500
    assert both.tolist() == lived((Skill.FISHING, Skill.COOKING), 10, 6, 0).tolist()


def test_a_society_is_played_as_it_is_described() -> None:
    society = Society(("artisan", "hunter"), gifts={0: None, 1: 3}, forest=False)
    config = society.config(TINY.base)
    maps = ground(society, config, 2, 0)
    assert not any((tiles == Material.FOREST).any() for tiles in maps)
    assert all(not np.array_equal(a, b) for a, b in zip(maps, ground(society, config, 2, 1), strict=True))
    world = World(config, 2, 0, threads=1, maps=maps, record=Recording(lives=True))
    company, observation = Company(society, world, 0), world.reset()
    for _ in range(30):
        observation, *_ = world.step(company.act(observation))
    company.act(observation)
    gifts, own, alive = world.state.gifts, np.arange(32) // 4, world.state.agents["alive"][:, :32] == 1
    assert (gifts[alive & (own == 0)] == 10).all()
    assert (gifts[alive & (own == 1)] == [10, 10, 10, 100]).all()
    assert (gifts[alive & (own == 2)] == [10, 10, 100, 10]).all()
    assert not (world.materials() == Material.FOREST).any()  # what is scrub stays scrub


def test_a_chronicle_counts_what_the_ledger_says() -> None:
    society = Society(changes={"exchange.books": "camp"})
    found = chronicled(society, society.config(TINY.base), 2, 120, 20, 0)
    arrays = {name: unpack(value) for name, value in found.items()}
    assert arrays["units"].shape == (2, 6, COUNT)
    assert arrays["units_by_camp"].sum(2).tolist() == arrays["units"].tolist()
    assert arrays["paid_by_camp"].sum(2).tolist() == arrays["paid"].tolist()
    assert arrays["units"].sum() > 10
    assert (arrays["paid"] >= arrays["units"]).all()  # the least price is 1
    assert arrays["made"].sum() > 0
    assert (arrays["used"] <= arrays["made"]).all()
    assert (arrays["living"][:, -1] > 5).all()
    again = chronicled(society, society.config(TINY.base), 2, 120, 20, 0)
    assert again == found


def made_up() -> Found:
    """Results in which every claim holds but two: nobody trades in the end, and wealth grows tenfold."""
    long = evaluation([[800] * 8] * 3, [[2] * 8] * 3)
    short = evaluation([[100] * 8] * 3, [[2] * 8] * 3)
    lives = {name: [short] for name in SOCIETIES} | {
        name: [long] for name in ("artisans", "fishers and cooks", "fishers and cooks without forest")
    }
    ticks = dict(zip(DUELS, ([20, 21], [9, 9], [9, 9], [18, 19], [10, 11], [24, 25]), strict=True))
    outcome = dict(zip(DUELS, (1, 1, 0, 1, 1, 1), strict=True))
    reached = {name: np.full((50, 2), 1000) for name in HOUSEHOLDS}
    V = TINY.windows(TINY.prices)
    units = np.full((3, V, COUNT), 5)
    prices: dict[str, np.ndarray] = {"units": units, "paid": units * 2}
    camps = np.repeat(units[:, :, None], 4, 2)
    paid = camps * (1 + np.arange(4))[:, None]
    wealth = {
        "units": np.full((3, TINY.windows(TINY.long), COUNT), 1),
        **{name: np.linspace(1, 200, 20)[None].repeat(3, 0) for name in ("median", "mean")},
    }
    wealth["units"][:, -3:] = 0
    every = np.ones((3, COUNT), int)
    return Found(
        lives=lives,
        ticks={name: np.array(values * 100) for name, values in ticks.items()},
        survives={name: np.full(200, bool(value)) for name, value in outcome.items()},
        households=reached,
        prices=prices,
        scarce={trade: {"units": units // 2, "paid": units // 2 * 3} for trade in TRADES},
        by_camp={"units_by_camp": camps, "paid_by_camp": paid},
        kinds={"made": every, "used": every, "worn": every, "units": units},
        wealth=wealth,
    )


def test_what_is_said_of_results() -> None:
    found = report.findings(TINY, made_up())
    rows = {row["claim"]: row for row in found.tables["claims"]}
    assert len(rows) == 18
    failed = {claim for claim, row in rows.items() if row["holds"] != "yes"}
    assert failed == {
        "median wealth, its most as a multiple of its least between ticks 40 and 200",
        "mean wealth, its most as a multiple of its least between ticks 40 and 200",
        "tick of the last trade of 200",
    }
    assert found.verdict.startswith("Of 18 claims 15 hold, 3 do not, and 0 are undecided.")
    assert rows["lives of artisans, as a multiple of those of foragers"]["found"] == 8
    assert "| artisans | 400 (400 to 400) |" in found.body
    for draw in found.figures.values():
        assert draw().axes


def test_plans_name_everything_once() -> None:
    for size in SCALES.values():
        for seeds in (1, 2):
            names = [one.name for one in plan(size, seeds).measurements]
            keys = [one.key for one in plan(size, seeds).measurements]
            assert (
                len(set(names))
                == len(names)
                == seeds * (len(DUELS) + len(HOUSEHOLDS) + len(SOCIETIES) + len(SCARCE) + 4)
            )
            assert len(set(keys)) == len(keys)
    assert STUDY.plan(TINY, 1).needs == []


def test_a_plan_without_runs_is_estimated_by_its_probe(tmp_path: Any) -> None:
    from forge.experiments.studies.framework.cost import estimate_cost
    from forge.experiments.studies.framework.store import Store

    told = []

    def probe(seconds: float) -> float:
        told.append(seconds)
        return 50.0

    made = dataclasses.replace(plan(TINY, 1), probe=probe)
    cost = estimate_cost(made, Store(tmp_path), 0.5)
    assert told == [0.5]
    assert cost.needs == {}
    assert cost.measurements["wealth, worlds 0"] == 2 * 200 / 50
