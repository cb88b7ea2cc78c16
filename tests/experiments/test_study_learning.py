"""The study `learning`: budgets, arithmetic and verdicts on evaluations made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.figures.plotting import save_figure
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import interval
from forge.experiments.studies.framework.study import Results
from forge.experiments.studies.learning.curve import Point
from forge.experiments.studies.learning.report import lifetime_rows, population_rows, verdict
from forge.experiments.studies.learning.study import ALGORITHMS, RATES, SCALES, STUDY, findings, plan, runs

WORLDS, LIVES = 4, 10


def evaluation(*lifetimes: float, worlds: tuple[float, ...] = (0, 0, 0, 0)) -> Evaluation:
    """Populations of these mean lifetimes, ten lives each in four worlds, in which all live longer by `worlds`."""
    lives = np.full((WORLDS, len(lifetimes)), LIVES)
    ticks = (np.array(lifetimes) + np.array(worlds)[:, None]) * LIVES
    deaths = np.zeros((WORLDS, len(lifetimes), 4), np.int64)
    deaths[..., 1] = LIVES
    counts = Counts(lives, ticks.astype(np.int64), 0 * lives, 3 * lives, ticks.astype(np.int64), deaths)
    return Evaluation(Settings(WORLDS, 500, 500, 1000), 128, counts)


def contest(lifetime: float, theirs: float, odds: int) -> Evaluation:
    """A meeting of two who live so long, where the first wins so many bouts for each that it loses."""
    found = evaluation(lifetime, theirs)
    bouts = np.zeros((WORLDS, 2, 2), np.int64)
    bouts[:, 0, 1], bouts[:, 1, 0] = odds, 1
    return replace(found, bouts=bouts)


#: A world in which random players live 10 ticks and foragers 60.
SCRIPTED = {"random": evaluation(10, 10), "forager": evaluation(60, 60), "fighter": evaluation(50, 50)}


def point(steps: int, seconds: float, *evaluations: Evaluation) -> Point:
    return Point(steps, [seconds] * len(evaluations), evaluations)


def test_a_point_by_hand() -> None:
    # Two seeds, 50 and 70 ticks (populations 40 and 60, 70 and 70): mean 60. Over seeds: 60 ± 12.706205 · √(200/2).
    found = point(5, 1.0, evaluation(40, 60), evaluation(70, 70))
    assert found.lifetime.value == 60
    assert found.lifetime.high == pytest.approx(60 + 127.06205, abs=1e-4)
    assert found.lifetime.low == 0
    assert found.times(SCRIPTED["random"]).value == 6
    assert found.above(SCRIPTED["forager"]).value == 0
    assert found.by_population.tolist() == [[40, 60], [70, 70]]


def test_worlds_that_are_good_for_all_do_not_blur_a_comparison() -> None:
    # Worlds differ by ±8 for both: the lifetime is uncertain, and the difference from the forager is 5 without a doubt.
    better = (8, -8, 8, -8)
    found = point(5, 1.0, *[evaluation(65, 65, worlds=better)] * 2)
    forager = evaluation(60, 60, worlds=better)
    assert found.above(forager) == pytest.approx((5, 5, 5))
    assert found.lifetime.high > 66


@pytest.mark.parametrize(
    ("lifetimes", "times", "above"),
    [
        ((71.0, 72.0, 73.0), "**yes**", "**yes**"),
        ((55.0, 56.0, 57.0), "**yes**", "**no**"),
        ((59.0, 60.0, 61.0), "**yes**", "**undecided**"),
        ((47.0, 50.0, 53.0), "**undecided**", "**no**"),
        ((30.0, 31.0, 32.0), "**no**", "**no**"),
    ],
)
def test_answers(lifetimes: tuple[float, ...], times: str, above: str) -> None:
    curve = [point(300_000_000, 170.0, *(evaluation(x, x) for x in lifetimes))]
    text = verdict("pg", curve, SCRIPTED)
    assert f"at least 5 × random within 180 s of training: {times}" in text
    assert f"above the forager by then: {above}" in text
    assert "After 300 M agent steps and 170 s of training" in text
    assert "At the end" not in text


def test_only_what_was_reached_in_time_counts_as_in_time() -> None:
    early, late = (point(s, t, evaluation(x, x), evaluation(x, x)) for s, t, x in ((10**8, 100, 40), (10**9, 900, 80)))
    text = verdict("pg", [early, late], SCRIPTED)
    assert "After 100 M agent steps and 100 s of training, agents live 40.0 (40.0 to 40.0) ticks" in text
    assert "within 180 s of training: **no**" in text
    assert "At the end: After 1,000 M agent steps and 900 s" in text
    assert text.endswith(
        "Its 4 populations then live 80.0 to 80.0 ticks, half of them 80.0 or more, and 0 of them less than 50."
    )
    slow = verdict("pg", [late], SCRIPTED)
    assert "No milestone lies within 180 s of training on this machine." in slow


def test_stuck_populations_are_counted() -> None:
    text = verdict("pg", [point(10, 1.0, evaluation(45, 80, 90), evaluation(49, 70, 75))], SCRIPTED)
    assert (
        "Its 6 populations then live 45.0 to 90.0 ticks, half of them 72.5 or more, and 2 of them less than 50." in text
    )


def test_rows() -> None:
    curves = {"pg": [point(10, 1.26, evaluation(40, 60), evaluation(70, 70))]}
    (row,) = lifetime_rows(curves, SCRIPTED)
    assert (row["algorithm"], row["steps"], row["seconds"], row["seeds"]) == ("pg", 10, 1.3, 2)
    assert (row["lifetime"], row["times_random"], row["above_forager"]) == (60, 6, 0)
    rows = population_rows(curves)
    assert [(r["seed"], r["population"], r["lifetime"]) for r in rows] == [
        (0, 0, 40),
        (0, 1, 60),
        (1, 0, 70),
        (1, 1, 70),
    ]


def test_intervals_in_words() -> None:
    assert interval(Estimate(71.24, 68.0, 74.26)) == "71.2 (68.0 to 74.3)"
    assert interval(Estimate(-1.5, -3.0, 0.04)) == "−1.5 (−3.0 to 0.0)"
    assert interval(Estimate(*[float("nan")] * 3)) == "–"


def test_budgets_stand_for_time() -> None:
    small = SCALES["small"]
    needs = runs(small, small.seeds)
    assert len(needs) == 6
    assert {need.training.learning.algorithm: need.milestones[-1] for need in needs} == {
        a: 180 * RATES[a] for a in ALGORITHMS
    }
    assert len({need.key for need in needs}) == 6
    done = plan(small, 3)
    contests = [m.what["players"] for m in done.measurements if "players" in m.what]
    assert [pair[1]["scripted"] for pair in contests[:2]] == ["forager", "fighter"]
    assert len(contests) == 2 * sum(len(need.milestones) for need in needs)
    players = [m.what["player"] for m in done.measurements if "player" in m.what]
    assert players[:3] == [{"scripted": "random"}, {"scripted": "forager"}, {"scripted": "fighter"}]
    assert len(players) == 3 + sum(len(need.milestones) for need in needs)
    assert all(m.what["settings"] == done.measurements[0].what["settings"] for m in done.measurements)
    assert STUDY.scales["medium"].confirm
    assert STUDY.scales["paper"].confirm


def test_findings_from_stored_results(tmp_path) -> None:
    size = SCALES["tiny"]
    done = plan(size, 2)
    lifetimes = {name: each.to_dict() for name, each in SCRIPTED.items()}
    trained = {m.name: evaluation(40, 50).to_dict() for m in done.measurements if m.name not in SCRIPTED}
    trained |= {m.name: contest(66, 60, 3).to_dict() for m in done.measurements if "players" in m.what}
    seconds = {need.name: dict(zip(need.milestones, (1.0, 2.0), strict=True)) for need in done.needs}
    found = findings(size, 2, Results(seconds, {**lifetimes, **trained}))
    assert found.verdict.count("within 180 s of training: **no**") == len(ALGORITHMS)
    assert found.verdict.count("ticks to their 60.0 (60.0 to 60.0): 1.10 (1.10 to 1.10) times as long") == 4
    assert found.verdict.count("odds of 3.00 (3.00 to 3.00) to 1 to outlive one. Longer than the fighter: **yes**") == 2
    assert [len(rows) for rows in found.tables.values()] == [2 * 2 * 2, 2 * 2, 3 + 2 * 2 * 2, 2 * 2 * 2 * 2]
    assert "share 3 worlds half and half" in found.body
    assert found.figures.keys() == found.captions.keys()
    for name, draw in found.figures.items():
        path = save_figure(draw(), tmp_path / f"{name}.png", also=(".svg",))
        assert path.stat().st_size > 5000
        said = "pg against the forager" if name == "contests" else "forager 60.0"
        assert said in "".join(path.with_suffix(".svg").read_text().split("<!--")[1:]).replace("-->", "")


def test_milestones_are_evaluated_as_themselves() -> None:
    done = plan(SCALES["tiny"], 1)
    steps = {m.name: m.what["player"] for m in done.measurements if "steps" in m.what.get("player", ())}
    need = done.needs[0]
    assert steps[f"{need.name} at {need.milestones[-1] / 1e6:g} M"] == {"run": need.key, "steps": need.milestones[-1]}
