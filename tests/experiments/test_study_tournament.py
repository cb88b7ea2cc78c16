"""The study `tournament`: its statistics and sentences on numbers made by hand, and a tiny one from end to end."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.figures.plotting import save_figure
from forge.experiments.reports.publish import publish
from forge.experiments.studies.framework.conduct import conduct
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Results
from forge.experiments.studies.tournament.report import (
    combat_rows,
    combat_verdict,
    lead_rows,
    lifetime_rows,
    tally,
    verdict,
)
from forge.experiments.studies.tournament.study import (
    ANCHORS,
    SCALES,
    Size,
    all_meetings,
    anchored,
    duel_of,
    findings,
    merged,
    plan,
    runs,
    table_of,
)
from forge.experiments.studies.tournament.table import Duel, Table

SIZES, CAPS, LIVES = (16, 32, 64), (16, 32), 10


def table(gain: tuple[float, ...] = (3, 3), worlds: tuple[float, ...] = (0, 0, 0)) -> Table:
    """Lifetimes 50 + gain · own − 2 · others, in doublings of 16; a gain a seed, and so much more in each world."""
    own, others = np.arange(3)[:, None], np.arange(3)
    lifetimes = (
        np.array([50 + g * own - 2 * others for g in gain])[:, None, None] + np.array(worlds)[:, None, None, None]
    )
    ticks = LIVES * np.repeat(lifetimes, len(CAPS), axis=2)
    outlived = np.broadcast_to(np.array([0, 2])[:, None, None], ticks.shape)  # 2 lives in 10 in worlds of 32
    horizons = np.broadcast_to(np.array([1000, 500])[:, None, None], ticks.shape[2:]).copy()
    horizons[0, 1, 1] = 2000
    return Table(CAPS, SIZES, np.stack([ticks, np.full(ticks.shape, LIVES), outlived], -1), horizons)


def test_lifetimes_leads_and_slopes_by_hand() -> None:
    found = table()
    # 64 in the company of 16: 50 + 3 · 2 − 2 · 0; the other way round 50 + 0 − 2 · 2
    assert found.lifetime(16, 64, 16) == pytest.approx((56, 56, 56))
    assert found.lifetime(32, 16, 64) == pytest.approx((46, 46, 46))
    assert found.lead(16, 64, 16) == pytest.approx((10, 10, 10))
    assert found.lead(16, 16, 64).value == pytest.approx(-10)
    assert found.of_own_size() == pytest.approx((3, 3, 3))
    assert found.of_others_size(32) == pytest.approx((-2, -2, -2))
    assert tally(found) == (6, 0, 6)


def test_how_many_lives_reach_the_horizon() -> None:
    """None at 16, where the equals of 32 were followed for 2,000 ticks and the others for 1,000; a fifth at 32."""
    found = table()
    assert found.outlived(16, 64, 16) == (0, 0, 0)
    assert found.outlived(32, 16, 64) == pytest.approx((0.2, 0.2, 0.2))
    assert [found.horizon(*place) for place in ((16, 32, 32), (16, 32, 64), (32, 16, 16))] == [2000, 1000, 500]
    horizons, share = found.followed(16)
    assert (sorted(set(horizons)), share) == ([1000, 2000], 0)
    assert found.followed(32)[1] == pytest.approx(0.2)


def test_intervals_are_over_seeds() -> None:
    # Slopes 2 and 4: mean 3, and with Student's t of one degree of freedom ± 12.7062 · √(2/2).
    found = table(gain=(2, 4))
    assert found.of_own_size().value == pytest.approx(3)
    assert found.of_own_size(16).high == pytest.approx(3 + 12.7062, abs=1e-3)
    assert tally(found) == (0, 0, 6)


def test_worlds_that_are_good_for_all_do_not_blur_comparisons() -> None:
    found = table(worlds=(-20, 0, 20))
    assert found.lead(16, 32, 16) == pytest.approx((5, 5, 5))
    assert found.of_own_size() == pytest.approx((3, 3, 3))
    assert found.lifetime(16, 32, 16).high > 60


@pytest.mark.parametrize(("gain", "said"), [((3, 3), "yes"), ((2, 4), "undecided"), ((-4, -4), "no")])
def test_verdicts(gain: tuple[float, ...], said: str) -> None:
    text = verdict(table(gain))
    assert text.startswith(f"**Agents trained among more live longer**: **{said}**.")
    assert f"At each test cap: 16: {np.mean(gain):.1f}".replace("-", "−") in text
    if said == "yes":
        assert "Of 6 pairs of sizes and test caps, the larger one lives longer in 6, shorter in 0, and in 0" in text
        assert "merged from runs of 64 and of 16, the former live 56.0 (56.0 to 56.0) ticks, the latter 46.0" in text


def test_the_combat_check_by_hand() -> None:
    # At 16 the one kind lives 60 and the other 50; at 32, 40 and 40.
    sums = np.tile(np.array([[600, 10, 1, 500, 10, 2], [400, 10, 0, 400, 10, 0]], float), (2, 3, 1, 1))
    found = Duel((16, 32), sums, np.array([2000, 1000]))
    assert [e.value for e in found.lifetimes(16)] == [60, 50]
    assert found.lead(16) == pytest.approx((10, 10, 10))
    assert found.lead() == pytest.approx((5, 5, 5))
    # of the 20 lives of both at 16, 3 reach 2,000 ticks
    assert found.outlived(16) == pytest.approx((0.15, 0.15, 0.15))
    assert [(row["horizon"], row["reach_horizon"]) for row in combat_rows(found)] == [(2000, 0.15), (1000, 0)]
    text = combat_verdict(found)
    assert "trained on foraging**: **yes**, by 5.0 (5.0 to 5.0) ticks" in text
    assert "32: 0.0 (0.0 to 0.0), **undecided**" in text


def test_rows() -> None:
    rows = lifetime_rows(table())
    assert len(rows) == 2 * 3 * 3
    assert rows[2] == {
        "test_cap": 16, "size": 16, "company": 64, "lifetime": 46, "lifetime_low": 46, "lifetime_high": 46,
        "horizon": 1000, "reach_horizon": 0, "reach_horizon_low": 0, "reach_horizon_high": 0,
    }  # fmt: skip
    assert lead_rows(table())[0] == {
        "test_cap": 16, "larger": 32, "smaller": 16, "lead": 5, "lead_low": 5, "lead_high": 5,
    }  # fmt: skip


TINY = SCALES["tiny"]


def made_up(size: Size, seeds: int) -> Results:
    """Results in which the lifetime of a run says which it is and whom it met: 10 · cap + company's cap + seed/10."""

    def lifetime(name: str, other: str) -> float:
        if name in ANCHORS["combat"]:
            return 1.0 + ANCHORS["combat"].index(name)
        cap, seed = int(name.split()[1]), int(name.split()[-1])
        company = int(other.split()[1]) if "seed" in other else 0
        return 10 * cap + company + seed / 10

    measured = {}
    for meeting in all_meetings(size, seeds):
        one, other = meeting.names
        settings = size.evaluated(meeting.world.spawn.cap)
        ticks = np.tile(10 * np.array([lifetime(one, other), lifetime(other, one)]), (settings.worlds, 1)).astype(
            np.int64
        )
        zeros, deaths = np.zeros((settings.worlds, 2), np.int64), np.zeros((settings.worlds, 2, 4), np.int64)
        counts = Counts(zeros + 10, ticks, zeros + [1, 3], zeros, zeros, deaths)
        ahead = np.sign(ticks[0, 0] - ticks[0, 1])
        bouts = np.tile(100 * np.array([[0, 1 + ahead], [1 - ahead, 0]]), (settings.worlds, 1, 1))
        measured[meeting.name] = Evaluation(settings, meeting.world.spawn.cap, counts, bouts).to_dict()
    return Results({}, measured)


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_every_life_is_counted_for_the_run_that_lived_it(seeds: int) -> None:
    """Whichever side of a meeting it was on: 10 · own + other + seed/10, by the seed of the run."""
    found = table_of(TINY, seeds, made_up(TINY, seeds))
    lifetimes = found.sums[..., 0] / found.sums[..., 1]
    for seed in range(seeds):
        for i, own in enumerate(TINY.caps):
            for j, other in enumerate(TINY.caps):
                assert lifetimes[seed, :, :, i, j] == pytest.approx(10 * own + other + seed / 10)
    duel = duel_of(TINY, seeds, made_up(TINY, seeds))
    assert duel.lead() == pytest.approx((0, 0, 0))
    # of 10 lives 1 of the first reaches 30 ticks and 3 of the second; the smaller size is first
    if seeds > 1:
        small, large = TINY.caps
        assert found.outlived(small, small, large).value == pytest.approx(0.1)
        assert found.outlived(small, large, small).value == pytest.approx(0.3)
    assert duel.outlived(large_cap := TINY.caps[-1]).value == pytest.approx(0.2)
    assert duel.horizon(large_cap) == found.horizon(large_cap, large_cap, large_cap) == 30


def test_findings_from_made_up_results(tmp_path: Path) -> None:
    found = findings(TINY, 2, made_up(TINY, 2))
    ratings = found.tables["ratings"]
    foraging = [row["name"] for row in ratings if row["worlds"] == "foraging"]
    assert [name for name in foraging if name in ANCHORS["foraging"]] == ["forager", "random"]
    assert foraging[0] == "foraging 8 seed 1"
    assert found.figures.keys() == found.captions.keys()
    for name, draw in found.figures.items():
        assert save_figure(draw(), tmp_path / f"{name}.png").stat().st_size > 5000
    assert "live longer**: **yes**" in found.verdict
    assert "### In worlds of 8" in found.body
    assert "Lives are followed for at most 30 ticks, which 20 % of them reach." in found.body
    assert "| 20.0 (30 ticks) |" in found.body.split("### In worlds with combat")[1]


def test_worlds_of_one_size_alone() -> None:
    size = dataclasses.replace(TINY, tests=(8,))
    assert {m.world.spawn.cap for m in all_meetings(size, 2)} == {8}
    assert len(runs(size, 2)) == len(runs(TINY, 2)) == 6
    found = findings(size, 2, made_up(size, 2))
    assert [*found.figures] == ["company", "combat", "ratings_foraging", "ratings_combat"]
    assert "ticks to a life, over all company. Of 1 pairs" in found.verdict
    assert "ticks in worlds of 8." in found.verdict
    assert "Meetings are in 2 worlds of 8, the same ones for all, on maps" in found.body
    assert "### In worlds of 4" not in found.body


def test_who_meets_whom() -> None:
    small = SCALES["small"]
    needs = runs(small, 3)
    assert len(needs) == 15
    assert len({need.key for need in needs}) == 15
    assert {need.training.world.populations: need.lives for need in needs} == {p: 100_000 * p for p in (1, 2, 4, 8)}
    assert all(need.training.world.quota == 16 for need in needs)
    meetings = list(all_meetings(small, 3))
    # at each cap 6 pairs of sizes and 4 of equals, and the combat check; 12 runs meet 2 anchors, 6 meet 3
    assert len(meetings) == 4 * (10 + 1) * 3 + (24 + 1) + (18 + 3)
    assert len({m.name for m in meetings}) == len(meetings)
    for meeting in meetings:
        assert meeting.world.spawn.cap % (2 * small.share) == 0
        assert not meeting.world.spawn.random_cap
    assert merged(small, 3, 16, 64, 64, 2).names == ("foraging 64 seed 2", "foraging 64 seed 0")
    assert {m.world.combat.melee_damage for m in anchored(small, 3, "foraging")} == {0}
    assert len({m.key for m in plan(small, 3).measurements}) == len(meetings)


class Stops:
    """Stops at the n-th thing it is told."""

    def __init__(self, stop: int) -> None:
        self.left = stop

    def begin(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def show(self, name: str, line: dict[str, object]) -> None:
        self.begin("")

    def end(self, name: str) -> None:
        self.begin("")


def test_a_tiny_one_stopped_and_gone_on_with_says_the_same(tmp_path: Path) -> None:
    size = Size(
        about="", seeds=1, lives=20, caps=(4, 8), slots=4, changes={"terrain.side": 30}, worlds=2,
        evaluation=Settings(worlds=2, ticks=10, warmup=5, horizon=15),
    )  # fmt: skip
    whole, broken = Store(tmp_path / "whole"), Store(tmp_path / "broken")
    results = conduct(plan(size, 1), whole)
    with pytest.raises(KeyboardInterrupt):
        conduct(plan(size, 1), broken, Stops(15))
    again = conduct(plan(size, 1), broken)
    assert again.measured == results.measured
    for need in runs(size, 1):
        assert need.lives <= whole.steps_left(need) + need.lives
        steps, seconds = list(results.seconds[need.name].items())[-1]
        assert steps > 0
        assert seconds > 0
    origin = {"command": "forge", "seeds": [0], "runs": []}
    reports = [
        publish(tmp_path / name, "t", "q", findings(size, 1, found), origin)[0].read_text()
        for name, found in (("one", results), ("two", again))
    ]
    assert reports[0] == reports[1]
    assert "Combat check" in reports[0]
