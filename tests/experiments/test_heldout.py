"""Held-out evaluation: worlds of its own, figures by hand, groups of runs, and the command as its users type it."""

import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Chaos, ConfigError, Law
from forge.blade.terrain.generation import maps
from forge.cli import main
from forge.experiments.evaluation.evaluate import fresh_maps
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.evaluation.mixing import Entrant
from forge.experiments.heldout.players import players_of
from forge.experiments.heldout.protocol import Protocol
from forge.experiments.heldout.report import to_latex
from forge.experiments.heldout.score import Player, Score, score
from forge.experiments.statistics.estimate import ratio

RUNS = Path(__file__).parents[1] / "fixtures/release-2.0/runs"
SMALL = {"terrain.side": 32, "spawn.cap": 16}
SETTINGS = Settings(worlds=2, ticks=30, warmup=10, horizon=40)


def test_maps_and_seeds_are_kept_apart_from_training_and_studies() -> None:
    config = Law(**SMALL)
    held = Protocol(SETTINGS).world(config)
    series = [maps(c.terrain, range(3)) for c in (config, fresh_maps(config), held)]
    everywhere = np.concatenate(series)
    assert len({one.tobytes() for one in everywhere}) == 9
    assert Protocol(seed=0).world_seed not in (0, Protocol(seed=1).world_seed)
    assert held == Protocol(SETTINGS).world(config.replace(**{"spawn.random_cap": True}))


def test_a_digest_names_worlds_company_and_lengths() -> None:
    config, usual = Law(**SMALL), Protocol(SETTINGS)
    others = [Protocol(SETTINGS._replace(ticks=31)), Protocol(SETTINGS, seed=1), Protocol(SETTINGS, company=())]
    others.append(Protocol(SETTINGS, contests=False))
    names = [protocol.digest(config) for protocol in (usual, *others)]
    assert len({*names, usual.digest(Chaos(**SMALL))}) == 6
    assert usual.digest(config) == Protocol(SETTINGS).digest(config.replace(**{"spawn.random_cap": True}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": -1}, "seed = -1 must be an integer that is not negative"),
        ({"company": ("farmer",)}, "unknown scripted agent 'farmer'"),
        ({"company": ("random", "random")}, "company must be different scripted agents"),
        ({"settings": SETTINGS._replace(worlds=1)}, "worlds = 1 must be an integer of at least 2"),
    ],
)
def test_protocols_that_cannot_be(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Protocol(**change)  # type: ignore[arg-type]


def evaluation(lives: list[int], lifetime: list[int], bouts: np.ndarray | None = None) -> Evaluation:
    """Two worlds, one population (or entrants, where there are bouts); nothing but lives and lifetimes counted."""
    shape = np.array(lives).reshape(2, -1)
    zero = np.zeros_like(shape)
    counts = Counts(shape, np.array(lifetime).reshape(2, -1), zero, zero, zero + 10, np.stack([zero + 1] * 4, -1))
    return Evaluation(SETTINGS, 16, counts, bouts)


def some(name: str, group: str) -> Player:
    return Player(Entrant(name, 1, partial(scripted, "random")), Law(**SMALL), group, {"seed": 0})


def test_figures_by_hand() -> None:
    # Alone: (20 + 40) ticks in (2 + 2) lives. Among: the first of two entrants, 6 + 9 ticks in 3 + 3 lives. It wins
    # 3 of 4 bouts in the first world and 1 of 4 in the second, each counted twice.
    bouts = np.array([[[0, 6], [2, 0]], [[0, 2], [6, 0]]])
    among = evaluation([3, 1, 3, 1], [6, 9, 9, 9], bouts)
    one = Score("one", "", (some("one", "a"),), ("random",), (evaluation([2, 2], [20, 40]),), (among,))
    assert one.figures["lifetime"] == ratio(np.array([20, 40]), np.array([2, 2]), 1, (0, 40))
    assert one.figures["lifetime"].value == 15
    assert one.figures["among"].value == 2.5
    assert one.figures["outlives_random"].value == 50
    assert [one.figures[f"died_{cause}"].value for cause in ("lava", "attack", "hunger", "thirst")] == [25] * 4
    assert one.figures["mortality"].value == 400  # 4 deaths in 10 agent ticks of each world
    double = Score("two", "", (some("two", "b"),), (), (evaluation([2, 2], [40, 80]),), ())
    assert double.relative(one) == (2, 2, 2)  # twice as long in every world
    assert "among" not in double.figures


def test_runs_of_one_configuration_are_one_row_with_an_interval_over_runs() -> None:
    players = [some("one", "a"), some("other", "b"), some("two", "a")]
    found = score(players, Protocol(SETTINGS, company=()))
    assert [s.name for s in found] == ["one and 1 more", "other"]
    assert [[c.opponent for c in s.contests] for s in found] == [["forager"]] * 2  # nobody fights in Law
    assert len(found[0].contests[0].meetings) == 2
    assert found[0].figures["ratio_to_forager"] == found[0].contests[0].ratio
    # the same player in the same worlds: the same counts, and nothing between runs
    assert found[0].figures["lifetime"].value == found[1].figures["lifetime"].value
    assert (found[0].alone[0].counts.lives == found[0].alone[1].counts.lives).all()


def test_words_name_runs_and_bring_the_scripted_players_of_their_worlds() -> None:
    pg, recurrent = str(RUNS / "pg-compiled"), str(RUNS / "ppo-recurrent")
    found = players_of([pg, f"{pg}/checkpoints/000000000000118", recurrent])
    trained = [player for player in found if player.trained]
    assert [player.origin["steps"] for player in trained] == [305, 118, 320]
    assert len({player.group for player in trained}) == 3
    worlds = len({player.config for player in trained})
    assert [player.entrant.name for player in found if not player.trained] == ["random", "forager", "fighter"] * worlds


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody"], "'nobody' is neither a scripted agent"),
        (["forager", "forager"], "each player can be named once"),
        (["forager"], "scripted players alone need a world"),
    ],
)
def test_words_that_name_nobody(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        players_of(words)


def test_latex_is_escaped() -> None:
    made = to_latex([{"player": "a_b & c", "outlives [%]": "50 (−1 to 3)"}])
    assert r"a\_b \& c" in made
    assert r"outlives [\%] & 50 ($-$1 to 3) \\" in made


def test_the_command_writes_tables_that_repeat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", str(RUNS / "pg-compiled"), "--worlds", "2", "--ticks", "20", "--warmup", "5"]
    words += ["--horizon", "30", "--cap", "16"]
    assert main([*words, "--folder", str(tmp_path / "one")]) == 0
    printed = capsys.readouterr().out
    assert "pg-compiled" in printed
    assert "held-out maps" in printed
    data = json.loads((tmp_path / "one/evaluation.json").read_text())
    assert [each["player"] for each in data["scores"]] == ["random", "forager", "fighter", "pg-compiled"]
    run = data["scores"][-1]
    assert run["runs"][0] | {"folder": ""} == {"folder": "", "seed": 0, "steps": 305}
    assert run["relative"]["value"] == pytest.approx(
        run["lifetime"]["value"] / data["scores"][0]["lifetime"]["value"], rel=1e-3
    )
    rows = list(csv.DictReader((tmp_path / "one/evaluation.csv").read_text().splitlines()))
    assert float(rows[-1]["outlives_forager"]) == run["outlives_forager"]["value"]
    assert [row["ratio_to_fighter"] == "" for row in rows] == [True, True, True, False]
    assert run["contests"].keys() == {"forager", "fighter"}
    # headings, a line, and two contests; headings, a line, and four players
    assert (tmp_path / "one/evaluation.md").read_text().count("\n| ") == 4 + 6
    assert printed.index("against the") < printed.index("lifetime alone")
    assert main([*words, "--folder", str(tmp_path / "two")]) == 0
    for kind in ("md", "tex", "csv", "json"):
        texts = [(tmp_path / name / f"evaluation.{kind}").read_text() for name in ("one", "two")]
        assert texts[0] == texts[1]
