"""The study `attacks`: what is asked and counted, and the verdicts on numbers made by hand."""

from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, Config, Observation
from forge.blade.recording.scene import Scene
from forge.ethyr.insight.insight import Insight
from forge.experiments.figures.plotting import save_figure
from forge.experiments.measures.aggression import Odds, Strikes
from forge.experiments.measures.styling import Fates
from forge.experiments.statistics.rings import distances
from forge.experiments.studies.attacks.study import ask, findings, plan, watch
from forge.experiments.studies.dependencies.runs import COMBAT, KINDS, PHASES, SCALES, Play, by_seed, name_of
from forge.experiments.studies.dependencies.sites import Site
from forge.experiments.studies.framework.study import Results
from tests.ethyr.hand import CONFIG, LEARNED, STYLES, Hand, at

TINY = SCALES["tiny"]
AWAY = distances(7)
REACH = np.array([1, 2, 3])


@pytest.mark.parametrize(("config", "aims", "kin"), [(CONFIG, None, 1.0), (LEARNED, True, 0.0)])
def test_what_is_asked(config: Config, aims: object, kin: float) -> None:
    """Styles have the odds STYLES; with learned targets all strangers in view are struck, and no kin."""

    def target(seen: np.ndarray, style: int) -> list[float]:
        stranger = seen[1:, 9] == 0
        return [1.0 - float(stranger.any()), *stranger.astype(float)]

    sites = [
        Site(0, Scene.flat(config), at(10, 10, config=config)),
        Site(1, Scene.flat(config), at(4, 8, config=config)),
    ]
    found = ask(Insight(Hand(aims=target if aims else None)), config, sites)
    assert found.odds.shape == (2, 2, 2, 3, 7, 7)
    expected = (REACH[:, None, None] >= AWAY) * np.array(STYLES)[:, None, None]
    for p in range(2):
        assert found.odds[0, 0, p] == pytest.approx(expected, abs=1e-6)
        assert found.odds[0, 1, p] == pytest.approx(kin * expected, abs=1e-6)
    assert found.places[0].min() == 1
    assert found.places[1, :3].max() == 0  # lava north of the shore
    assert found.odds[1, :, :, :, :3].max() == 0


class Melee:
    """Strikes with melee, and never moves."""

    def act(self, observation: Observation) -> np.ndarray:
        return np.zeros((*observation.agents.shape, 2), np.uint8)


def test_what_is_counted_in_play() -> None:
    """Agents that stay where they are born, on a ring of 12 tiles, and strike each other with melee alone."""
    crowded = Chaos(
        **{
            "terrain.side": 22,
            "terrain.border": 9,
            "spawn.cap": 64,
            "spawn.populations": 2,
            "spawn.random_cap": True,
            "combat.melee_damage": 0,
            "combat.immunity": 0,
        }
    )
    play = Play(worlds=2, warmup=10, ticks=15, seed=3)
    found = watch(Melee(), crowded, play)
    assert found.counts.shape == (2, 2, 3, 7, 7)
    assert found.counts[:, :, 1:].sum() == 0
    assert found.counts[:, :, 0, 3, 3].sum() > 0
    assert found.counts[..., AWAY > 1].sum() == 0
    # One is born before the first tick and one after each, and nobody dies within 25: 11 live when the count begins.
    assert found.ticks.sum(1).tolist() == [sum(range(11, 26))] * 2
    assert found.counts.sum() <= found.ticks.sum()
    assert watch(Melee(), crowded, play).counts.tolist() == found.counts.tolist()
    assert watch(Melee(), crowded, play._replace(seed=4)).counts.tolist() != found.counts.tolist()


def odds(melee: tuple[float, float], mage: tuple[float, float], kin: float, seed: int) -> dict:
    """The odds of melee and of mage within one tile and farther, the rest is range; two maps that hardly differ."""
    styles = np.stack([np.where(AWAY <= 1, *melee), np.zeros((7, 7)), np.where(AWAY <= 1, *mage)])
    styles[1] = 1 - styles.sum(0)
    reached = np.where(REACH[:, None, None] >= AWAY, styles, 0)
    both = np.stack([np.stack([reached] * 2), kin * np.stack([reached] * 2)])
    maps = np.stack([both * (1 - 0.001 * m - 0.002 * seed) for m in range(2)])
    return Odds(maps, np.ones((2, 7, 7), np.int64)).to_dict()


def strikes(melee: int, mage: int) -> dict:
    counts = np.zeros((3, 2, 3, 7, 7), np.int64)
    counts[:, :, 0, 3, 4], counts[:, :, 2, 3, 4] = melee, mage
    return Strikes(counts, np.full((3, 2), 1000)).to_dict()


def measured(seeds: int = 2) -> dict[str, dict]:
    """In combat agents come to use melee on neighbours and mage on others, less on kin; in foraging nothing changes."""
    chance = ((1 / 3, 1 / 3), (1 / 3, 1 / 3), 1.0)
    made = {}
    for kind in KINDS:
        for seed, need in enumerate(by_seed(TINY, kind, seeds)):
            for phase in PHASES:
                learned = kind.rules == "combat" and phase == "late"
                made[f"{name_of(need, phase)}, asked"] = odds(
                    *(((0.8, 0.1), (0.1, 0.7), 0.5) if learned else chance), seed
                )
                made[f"{name_of(need, phase)}, watched"] = strikes(*((9, 1) if learned else (1, 1)))
    for need in by_seed(TINY, COMBAT, seeds):
        # 10 lives each way in each of four worlds: 50, 60, 40 and 50 ticks; with the w-th world a little longer
        lives = np.full((4, 4), 10)
        ticks = lives * np.array([50, 60, 40, 50]) + np.arange(4)[:, None]
        reach = np.broadcast_to([0, 1, 0, 0], (4, 4))  # of the second way 1 life in 10
        made[f"{name_of(need, 'late')}, restyled"] = Fates(ticks, lives, reach, np.full(4, 1000)).to_dict()
    return made


def test_verdicts(tmp_path: Path) -> None:
    found = findings(TINY, 2, Results({}, measured()))
    melee, by_distance, harm, kin, worth = found.verdict.split("\n\n**")
    assert "combat, automatic targets: **yes**, 80.0 (80.0 to 80.0) % after 33.3 (33.3 to 33.3) %" in melee
    assert "in play 90.0 (90.0 to 90.0) %." in melee
    assert [melee.count(word) for word in ("**yes**", "**undecided**")] == [2, 1]
    assert [by_distance.count(word) for word in ("**yes**", "**no**", "**undecided**")] == [2, 0, 1]
    # 10 · 0.8 + 2 · 0.1 + 0.1 = 8.3 where there was (10 + 2 + 1) / 3 = 4.3, less the 0.1 to 0.2 % of seeds and maps
    assert "combat, learned targets: **yes**, 8.3" in harm
    assert [kin.count(word) for word in ("**yes**", "**undecided**")] == [2, 1]
    assert "own choice: 50.1" in worth  # (0 + 1 + 2 + 3)/40 = 0.15 more, written 50.1 or 50.2
    assert "best: **yes**" in worth
    assert "10.0 (10.0 to 10.0) more" in worth
    assert "always melee: **no**" in worth
    assert "always mage: **undecided**" in worth
    assert [(row["reach_horizon"], row["horizon"]) for row in found.tables["styles"]] == [
        (0, 1000), (0.1, 1000), (0, 1000), (0, 1000),
    ]  # fmt: skip
    read = found.body.split("\n\n")[1].splitlines()
    assert read[0].endswith("| reach the horizon [%] |")
    assert [line.split(" | ")[-1] for line in read[2:4]] == ["0.0 (1,000 ticks) |", "10.0 (1,000 ticks) |"]
    assert "1903.00784" in found.verdict
    assert [len(rows) for rows in found.tables.values()] == [3 * 3 * 2 * 4, 3 * 3 * 4, 4, 3 * 3 * 3 * 3 * 7]
    row = next(r for r in found.tables["maps"] if (r["rules"], r["phase"], r["row"]) == ("combat", "late", -1))
    assert (row["style"], row["what"]) == ("melee", "odds")
    assert row["-1"] == pytest.approx(0.8, rel=0.01)
    assert row["2"] == 0
    watched = [row for row in found.tables["watched"] if row["distance"] == 1]
    assert {row["attacks"] for row in watched} == {2 * 3 * 2 * 10, 2 * 3 * 2 * 2}
    assert "melee up to 1 tile, range up to 2, mage up to 3" in found.body
    assert found.figures.keys() == found.captions.keys()
    for name, draw in found.figures.items():
        assert "mage -->" in save_figure(draw(), tmp_path / f"{name}.svg").read_text()


def test_every_policy_is_asked_and_watched() -> None:
    done = plan(TINY, 2)
    assert len(done.measurements) == 2 * 3 * len(done.needs) + 2
    assert len({m.key for m in done.measurements}) == len(done.measurements)
    assert {m.what["measurement"] for m in done.measurements} == {
        "odds of attacks",
        "attacks",
        "styles picked by others",
    }
