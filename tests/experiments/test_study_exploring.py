"""The studies `exploration`, `niches`, `randomized`: what they plan, what they say of known visits, and tiny runs."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from forge.blade import Law
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Sample
from forge.experiments.figures.plotting import save_figure
from forge.experiments.measures.exploring import COVERAGE, LIFETIME, PACE, SPREAD, TILES
from forge.experiments.reports.findings import Findings
from forge.experiments.studies.exploration import randomized
from forge.experiments.studies.exploration import report as exploring_report
from forge.experiments.studies.exploration import runs as exploration_runs
from forge.experiments.studies.exploration import study as exploration
from forge.experiments.studies.exploration.cross_surveys import SCRIPTED, Tours
from forge.experiments.studies.exploration.report import Explored
from forge.experiments.studies.framework.conduct import conduct
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan, Results
from forge.experiments.studies.niches import report as niches_report
from forge.experiments.studies.niches import study as niches
from forge.experiments.studies.niches.report import Settled
from forge.experiments.studies.tournament import study as tournament
from tests.experiments.surveys import made, sample

SMALL, TINY = exploration_runs.SCALES["small"], exploration_runs.SCALES["tiny"]


def test_what_exploration_plans() -> None:
    plan = exploration.plan(SMALL, 3)
    assert len(plan.needs) == 5 * 3
    for need in plan.needs:
        world = need.training.world
        assert (world.populations, world.terrain.maps, world.spawn.random_cap) == (1, 1, True)
        assert world.spawn.cap * need.training.run.worlds == 2048
        assert need.milestones == (6_000_000,)
    # Scripted: 2 players at 5 caps. Runs of cap 8, 32 and 128 are surveyed at 3 caps, those of 16 and 64 at 4.
    surveys = [m for m in plan.measurements if m.what["measurement"] == "survey"]
    assert len(surveys) == 2 * 5 + 3 * (3 + 4 + 3 + 4 + 3)
    assert {m.what["seed"] for m in surveys} == {0}
    assert not any(m.what["fresh"] for m in surveys)
    assert len(plan.measurements) - len(surveys) == 5  # value maps of the first seed


def test_what_niches_plans() -> None:
    plan = niches.plan(SMALL, 2)
    # Each population is trained with as many agent steps, and all with 128 agents.
    assert [(n.training.world.populations, n.milestones[-1]) for n in plan.needs[::2]] == [
        (p, p * 6_000_000) for p in (1, 2, 4, 8)
    ]
    assert {n.training.world.spawn.cap for n in plan.needs} == {128}
    assert [n.training.run.worlds for n in plan.needs[::2]] == [16, 32, 64, 128]


def keys(plan: Plan) -> set[str]:
    return {each.key for each in (*plan.needs, *plan.measurements)}


def test_runs_and_surveys_are_shared() -> None:
    # One population among 128: a run and its survey a seed, in both studies.
    assert len(keys(exploration.plan(SMALL, 3)) & keys(niches.plan(SMALL, 3))) == 2 * 3
    size = randomized.SCALES["small"]
    shared = {n.key for n in randomized.plan(size, 2).needs} & {n.key for n in tournament.runs(size.training, 2)}
    assert len(shared) == 2 * 2  # 32 and 128 agents; 8 are too few for a tournament


def test_what_randomized_plans() -> None:
    plan = randomized.plan(randomized.SCALES["small"], 1)
    assert [(n.training.world.spawn.cap, n.training.world.populations) for n in plan.needs] == [
        (8, 1),
        (32, 2),
        (128, 8),
    ]
    worlds = {m.name: m.what["world"]["spawn"] for m in plan.measurements}
    # whatever the cap of the worlds, a run keeps its populations
    assert worlds["foraging 8 seed 0, among 128"] == {"cap": 128, "populations": 1, "random_cap": True}
    assert worlds["foraging 128 seed 0, among 8"] == {"cap": 8, "populations": 8, "random_cap": True}
    assert all(m.what["fresh"] for m in plan.measurements)


def test_larger_worlds_take_longer() -> None:
    ticks = {m.name: m.world_ticks for m in exploration.plan(SMALL, 1).measurements}
    assert ticks["random, among 128"] == 16 * ticks["random, among 8"]


WORLD = Law(**{"terrain.side": 12, "terrain.border": 1})
LAND = np.zeros((12, 12), bool)
LAND[1:11, 1:11] = True
SETTINGS = Settings(worlds=4, ticks=50, warmup=20, horizon=100)


def patch(tiles: int, worlds: int = 4, populations: int = 1) -> np.ndarray:
    """Visits [W, P, S, S] of populations that are evenly on the first so many of the 100 tiles of land."""
    places = np.zeros((worlds, populations, 100), np.int64)
    places[..., :tiles] = 6
    visits = np.zeros((worlds, populations, 12, 12), np.int64)
    visits[..., 1:11, 1:11] = places.reshape(worlds, populations, 10, 10)
    return visits


def explored(learned: dict[tuple[int, int], int], forager: dict[int, int]) -> Explored:
    """Two seeds that visit so many tiles, by caps in training and survey; the random player is always on one tile."""
    seen = {place: sample(patch(t), patch(t), land=LAND, lifetime=400) for place, t in learned.items()}
    scripted = {("forager", at): sample(patch(t), land=LAND) for at, t in forager.items()}
    lost = {("random", at): sample(patch(1), land=LAND) for at in forager}
    return Explored(
        claim="More is more.",
        caps=(4, 8, 16),
        tests=(4, 16),
        samples={**lost, **scripted, **seen},
        quantities=(COVERAGE, SPREAD, LIFETIME, TILES, PACE),
        evenly=(SPREAD, "*Spread* is so."),
        where="all on one map",
        settings=SETTINGS,
    )


def test_effects_by_hand() -> None:
    # Own worlds: 10, 20, 40 tiles: × 2. Among 16: 20, 28, 40: × √2. Foragers: 10, 14, 20: × √2, so beyond them × √2.
    found = explored(
        {(4, 4): 10, (8, 8): 20, (16, 16): 40, (4, 16): 20, (8, 16): 28, (8, 4): 10, (16, 4): 10},
        {4: 10, 8: 14, 16: 20},
    )
    assert found.own(COVERAGE) == pytest.approx((2, 2, 2))
    assert found.own(SPREAD).value == pytest.approx(2)
    assert found.trained(COVERAGE, 16).value == pytest.approx(np.sqrt(2))
    assert found.trained(COVERAGE, 4).value == pytest.approx(1)
    assert found.scripted(COVERAGE, "forager").value == pytest.approx(np.sqrt(2))
    assert found.scripted(COVERAGE, "random").value == pytest.approx(1)
    assert found.beyond(COVERAGE, "forager").value == pytest.approx(np.sqrt(2))


def test_what_exploration_says() -> None:
    tiles = {(4, 4): 10, (8, 8): 20, (16, 16): 40, (4, 16): 10, (8, 16): 20, (8, 4): 8, (16, 4): 6}
    found = exploring_report.findings(explored(tiles, {4: 10, 8: 10, 16: 10}))
    numbers, learned = found.verdict.split("\n\n")[1:]
    assert "cover more of the map:** **yes**. 4 agents cover 10.0 (10.0 to 10.0) % of the land" in numbers
    assert "16 cover 40.0 (40.0 to 40.0) %: × 2.000 (2.000 to 2.000) with each doubling" in numbers
    assert "Beyond the foragers' growth: **yes**" in numbers
    assert "Surveyed among 16: **yes**; each doubling of the agents in training changes coverage by × 2.000" in learned
    assert "Surveyed among 4: **no**; " in learned
    assert "In worlds of 16 agents they cover 10.0 (10.0 to 10.0) % if trained among 4" in learned
    levels, effects = found.tables.values()
    assert len(levels) == 2 * 3 + 7
    assert {(row["trained"], row["surveyed"]): row["coverage"] for row in levels}[16, 16] == 40
    assert {row["surveyed"] for row in effects} == {"own number", "among 4", "among 16", *SCRIPTED}
    check_written(found)


def test_exploration_tells_how_many_lives_reach_the_horizon() -> None:
    """In each of two seeds and four worlds 10 lives, of which 1 reaches 100 ticks among 16 agents: 10 %; else none."""
    tiles = {(4, 4): 10, (8, 8): 20, (16, 16): 40, (4, 16): 10, (8, 16): 20, (8, 4): 8, (16, 4): 6}
    plain = explored(tiles, {4: 10, 8: 10, 16: 10})
    longer = {place: sample(patch(t), patch(t), land=LAND, outlived=1) for place, t in tiles.items() if place[1] == 16}
    found = exploring_report.findings(dataclasses.replace(plain, samples={**plain.samples, **longer}))
    for row in found.tables["levels"]:
        learned = row["surveyed"] == 16 and row["trained"] not in SCRIPTED
        assert (row["reach_horizon"], row["horizon"]) == (0.1 if learned else 0, 100)
        assert row["lives"] == 10 * 4 * (1 if row["trained"] in SCRIPTED else 2)
    own, same = (table.splitlines() for table in found.body.split("\n\n")[1:4:2])
    assert [line.split(" | ")[-2:] for line in (own[0], own[2], own[-1])] == [
        ["lives", "reach the horizon [%] |"], ["40", "0.0 (100 ticks) |"], ["80", "10.0 (100 ticks) |"],
    ]  # fmt: skip
    assert same[-1].startswith("| 16 | 16 |")
    assert same[-1].endswith("| 10.0 (100 ticks) |")


def test_where_nobody_is_born_no_lifetime_is_told() -> None:
    """Among 4 agents nobody dies, so that nobody is born: there is no lifetime, and no factor of lifetimes."""
    tiles = {(4, 4): 10, (8, 8): 20, (16, 16): 40, (4, 16): 10, (8, 16): 20, (8, 4): 8, (16, 4): 6}
    plain = explored(tiles, {4: 10, 8: 10, 16: 10})
    none = {
        p: sample(patch(t), patch(t), land=LAND, lives=0, lifetime=0, tiles=0) for p, t in tiles.items() if p[1] == 4
    }
    found = exploring_report.findings(dataclasses.replace(plain, samples={**plain.samples, **none}))
    rows = {(row["trained"], row["surveyed"]): row for row in found.tables["levels"]}
    assert (rows[4, 4]["lives"], rows[4, 4]["lifetime"], rows[4, 4]["reach_horizon"]) == (0, None, None)
    assert rows[4, 4]["coverage"] == 10
    assert "| 0 | – (100 ticks) |" in found.body
    assert "and lifetime by × –." in found.verdict.split("Surveyed among 4")[1]
    effects = {(row["surveyed"], row["quantity"]): row["factor"] for row in found.tables["effects"]}
    assert (effects["among 4", "lifetime"], effects["among 16", "lifetime"]) == (None, 1)


def check_written(found: Findings) -> None:
    assert found.figures.keys() == found.captions.keys()
    assert all(rows and all(row.keys() == rows[0].keys() for row in rows) for rows in found.tables.values())
    assert "nan" not in found.verdict + found.body


def test_figures_of_exploration(tmp_path: Path) -> None:
    tiles = {(4, 4): 10, (8, 8): 20, (16, 16): 40, (4, 16): 10, (8, 16): 20, (8, 4): 8, (16, 4): 6}
    found = exploring_report.findings(explored(tiles, {4: 10, 8: 12, 16: 15}))
    for name, text in (("agents", "in training and in the survey"), ("training", "surveyed among 16")):
        svg = save_figure(found.figures[name](), tmp_path / f"{name}.svg").read_text()
        assert text in svg
        assert "coverage [% of the land]" in svg


def parted(populations: int, seed: int = 0) -> np.ndarray:
    """Visits of 1, 2 or 4 populations that part the middle 8 × 8 tiles: by rows, by columns, or by quarters."""
    row, col = np.indices((8, 8)) * populations // 8
    down, right = np.indices((8, 8)) // 4
    quarters = 2 * down + right if populations == 4 else (down + right) % populations
    visits = np.zeros((4, populations, 12, 12), np.int64)
    visits[..., 2:10, 2:10] = 5 * (np.arange(populations)[:, None, None] == (row, col, quarters)[seed])
    return visits


def mixed(populations: int) -> np.ndarray:
    """Visits of populations that are all over the middle 8 × 8 tiles."""
    visits = np.zeros((4, populations, 12, 12), np.int64)
    visits[..., 2:10, 2:10] = 5
    return visits


def settled(samples: dict[int, Sample]) -> Settled:
    return Settled(samples, WORLD, np.where(LAND, 2, 0).astype(np.uint8), LAND, SETTINGS)


@pytest.fixture
def apart() -> Settled:
    """Three seeds that part the land in another way each."""
    return settled({many: Sample([made(parted(many, seed)) for seed in range(3)], LAND) for many in (1, 2, 4)})


def test_populations_with_places_of_their_own(apart: Settled) -> None:
    found = niches_report.findings(apart)
    more, mutual, _ = found.verdict.split("\n\n")[1:]
    assert "more niches:** **yes**. Of populations, 2 make 2.00 (2.00 to 2.00), 4 make 4.00 (4.00 to 4.00)" in more
    assert "× 2.000 (2.000 to 2.000) with each doubling" in more
    # Of four, rows of one run and columns of another share a quarter of their tiles: a divergence of 3/4. Rows share
    # half of their tiles with two of the quarters and none with the others: (1/2 + 1)/2, 3/4 as well. So √(3/4), and
    # 1/4 bits.
    assert "of 4, **yes**: two that share their worlds are at a distance of 1.000 (1.000 to 1.000)" in mutual
    assert "two that never met at 0.866 (0.866 to 0.866) (divergence 0.250 (0.250 to 0.250) bits larger)" in mutual
    levels, effects, populations, pairs = found.tables.values()
    assert [row["range"] for row in levels] == [64, 32, 16]
    assert [row["all_ranges"] for row in levels] == [64, 64, 64]
    assert {(row["reach_horizon"], row["horizon"]) for row in levels} == {(0, 100)}
    assert found.body.splitlines()[0].endswith("| reach the horizon [%] |")
    assert found.body.splitlines()[-3].endswith("| 0.0 (100 ticks) |")
    assert {row["quantity"]: row["factor"] for row in effects}["range"] == 0.5
    assert len(populations) == 3 * (1 + 2 + 4)
    assert {row["share_of_time"] for row in populations if row["populations"] == 4} == {0.25}
    assert len(pairs) == 3 * (1 + 6)
    assert {row["distance"] for row in pairs} == {1}
    check_written(found)


def test_populations_that_share_all_places() -> None:
    rng = np.random.default_rng(7)
    chance = {many: Sample([made(rng.poisson(mixed(many))) for _ in range(3)], LAND) for many in (1, 2, 4)}
    found = niches_report.findings(settled(chance))
    apart, mutual, _ = found.verdict.split("\n\n")[1:]
    assert "more niches:** **undecided**. Of populations, 2 make 1.0" in apart
    assert "of 4, **undecided**: two that share their worlds are at a distance of 0.0" in mutual


def test_where_nobody_comes_to_alive_is_nobodys_niche() -> None:
    """Population 0 alone also steps into a pit, in a square of its own."""
    pit = mixed(2)
    pit[:, 0, 10, 10] = 1000
    land = LAND.copy()
    land[10, 10] = False
    both = {1: Sample([made(mixed(1))], land), 2: Sample([made(pit)], land)}
    found = niches_report.findings(dataclasses.replace(settled(both), land=land))
    assert [(row["niches"], row["niches_regions"]) for row in found.tables["levels"]] == [(1, 1), (1, 1)]


def test_depth_of_niches() -> None:
    """Alone in the middle four tiles, 4 from the ring; in company on the ring, 0 from it: 4 less, for certain."""
    middle, ring = np.zeros((4, 1, 12, 12), np.int64), np.zeros((4, 2, 12, 12), np.int64)
    middle[..., 5:7, 5:7], ring[..., 1, 1:11] = 3, 3
    both = {many: Sample([made(v), made(v)], LAND) for many, v in ((1, middle), (2, ring))}
    found = niches_report.findings(settled(both))
    assert "less deep than one alone:** **yes**. Agents of a single population are 4.0 (4.0 to 4.0)" in found.verdict
    assert "those of 2 are 0.0 (0.0 to 0.0): 4.0 (4.0 to 4.0) less" in found.verdict


def test_figures_of_niches(apart: Settled, tmp_path: Path) -> None:
    found = niches_report.findings(apart)
    for name, text in (("niches", "never met"), ("maps", "4 populations")):
        assert text in save_figure(found.figures[name](), tmp_path / f"{name}.svg").read_text()


@pytest.mark.parametrize(("seeds", "strangers"), [(1, None), (2, 0.86603)])
def test_few_seeds_are_enough_for_a_report(apart: Settled, seeds: int, strangers: float | None) -> None:
    few = {many: Sample(each.surveys[:seeds], LAND) for many, each in apart.samples.items()}
    found = niches_report.findings(settled(few))
    assert (
        "of 4, **undecided**: two that share their worlds are at a distance of 1.000 (1.000 to 1.000)" in found.verdict
    )
    check_written(found)
    row = found.tables["levels"][2]
    assert (row["strangers"], row["strangers_low"], row["excess_high"]) == (strangers, None, None)


class Stops:
    """Stops when so many things have begun."""

    def __init__(self, after: int) -> None:
        self.left = after

    def begin(self, name: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def show(self, name: str, line: dict) -> None:
        pass

    def end(self, name: str) -> None:
        pass


QUICK = dataclasses.replace(
    TINY,
    caps=(2, 4),
    tests=(4,),
    populations=(1, 2),
    steps=200,
    settings=Settings(worlds=2, ticks=12, warmup=8, horizon=20),
)
TOURNEY = dataclasses.replace(tournament.SCALES["tiny"], lives=10)
RANDOM = dataclasses.replace(randomized.SCALES["tiny"], caps=(2, 8), training=TOURNEY, settings=QUICK.settings)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Worlds this small are faster without threads that wait for one another."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One for all three studies, which share what they can."""
    return Store(tmp_path_factory.mktemp("experiments"))


@pytest.mark.parametrize(
    ("study", "size"),
    [(exploration.STUDY, QUICK), (niches.STUDY, QUICK), (randomized.STUDY, RANDOM)],
    ids=["exploration", "niches", "randomized"],
)
def test_a_tiny_study_from_training_to_figures(study, size, store: Store, tmp_path: Path) -> None:
    found = study.findings(size, 2, conduct(study.plan(size, 2), store))
    check_written(found)
    for name, draw in found.figures.items():
        assert save_figure(draw(), tmp_path / f"{name}.png").stat().st_size > 5000


def test_a_study_that_was_stopped_says_the_same(store: Store, tmp_path: Path) -> None:
    plan, other = niches.plan(QUICK, 1), Store(tmp_path)
    for after in (1, 2):  # before the second run, and before the second survey
        with pytest.raises(KeyboardInterrupt):
            conduct(plan, other, Stops(after))
    one, two = (niches.findings(QUICK, 1, conduct(plan, each)) for each in (store, other))
    assert (one.verdict, one.tables, one.body) == (two.verdict, two.tables, two.body)


def test_results_are_found_by_player_and_place() -> None:
    """Each place's sample holds the surveys of that player in those worlds, and of no other."""
    made_tours = Tours({4: [exploration_runs.run(TINY, 4, 1, s) for s in (0, 1)]}, (2, 4), SETTINGS, fresh=False)
    measured = {m.name: made(patch(k + 1)).to_dict() for k, m in enumerate(made_tours.measurements())}
    found = made_tours.samples(Results({}, measured), LAND)
    counts = {place: [int((s.visits[0] > 0).sum()) for s in each.surveys] for place, each in found.items()}
    assert counts == {
        ("random", 2): [1],
        ("random", 4): [2],
        ("forager", 2): [3],
        ("forager", 4): [4],
        (4, 2): [5, 6],
        (4, 4): [7, 8],
    }
