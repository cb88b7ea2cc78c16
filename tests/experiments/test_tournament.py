"""Tournaments: fair shares, a known order that is found, and the command as its users type it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, ConfigError, Law
from forge.cli import main
from forge.experiments.evaluation.bouts import Met
from forge.experiments.evaluation.entrants import entrant
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.evaluation.meeting import lead, meet, seat
from forge.experiments.evaluation.mixing import Entrant, Seat
from forge.experiments.evaluation.tournament import Tournament, hold

SMALL = {"terrain.side": 40, "spawn.cap": 16}
SETTINGS = Settings(worlds=8, ticks=150, warmup=50, horizon=200)


def some(name: str, populations: int) -> Entrant:
    return Entrant(name, populations, entrant("random").make)


def test_shares_are_even() -> None:
    # One and two populations: two of the world each, and the one plays both of its own.
    config, seats = seat(Law(**SMALL), [some("one", 1), some("two", 2)])
    assert config.populations == 4
    assert seats == [Seat(0, 0), Seat(0, 0), Seat(1, 0), Seat(1, 1)]
    config, seats = seat(Law(**SMALL), [some("one", 1), some("two", 2)], populations=4)
    assert config.quota == 2
    assert seats[4:] == [Seat(1, 0), Seat(1, 1)] * 2


@pytest.mark.parametrize(
    ("populations", "share", "message"),
    [
        ((1, 3), 0, "2 entrants with 3 populations each need a spawn cap that is a multiple of 6"),
        ((1, 2), 3, "two has 2 populations, which 3 is no multiple of"),
    ],
)
def test_shares_that_cannot_be_even(populations: tuple[int, int], share: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        seat(Law(**SMALL), [some("one", populations[0]), some("two", populations[1])], share)


def test_equals_fare_alike_and_births_are_shared() -> None:
    found = meet([entrant("random"), entrant("random")], Law(**SMALL), SETTINGS)
    assert found.counts.lives.shape == (8, 2)
    difference = lead(found)
    assert difference.low < 0 < difference.high
    births = found.counts.lives.sum(0)
    assert abs(births[0] - births[1]) < 4 * np.sqrt(births.sum())


@pytest.fixture(scope="module")
def held() -> Tournament:
    return hold([], Chaos(**{**SMALL, "spawn.cap": 48}), SETTINGS, seed=2)


def test_scripted_agents_come_in_their_known_order(held: Tournament) -> None:
    """Foragers know how to live, fighters also how to kill them; random agents know nothing."""
    assert list(held.ratings) == ["fighter", "forager", "random"]
    assert held.won("random") == (0, 16)
    lifetime, ahead = held.against("forager", "random")
    assert lifetime.low > 2 * held.lifetime("random").high
    assert ahead.low > 0
    assert held.against("random", "forager")[1].value == pytest.approx(-ahead.value)
    assert held.against("random", "random") is None


def test_worlds_are_won_by_the_mean_of_all_lives() -> None:
    """Of six worlds: won by 10/2 to 12/3; lost by 6/2 to 12/3; drawn; and three in which one, or none, lived."""
    lives = np.array([[2, 3], [2, 3], [1, 1], [0, 3], [2, 0], [0, 0]])
    ticks = np.array([[10, 12], [6, 12], [5, 5], [0, 9], [9, 0], [0, 0]])
    zeros, deaths = np.zeros((6, 2), np.int64), np.zeros((6, 2, 4), np.int64)
    found = Evaluation(Settings(6, 1, 1, 1), 4, Counts(lives, ticks, zeros, zeros, zeros, deaths))
    whole = Tournament(Law(), 0, ("a", "b"), (), (Met(("a", "b"), found),))
    assert whole.won("a") == whole.won("b") == (1, 3)


def test_bouts_are_of_the_lives_that_were_measured(held: Tournament) -> None:
    for meeting in held.meetings:
        lives, bouts = meeting.evaluation.counts.lives, meeting.evaluation.bouts
        assert (bouts[:, 0, 1] + bouts[:, 1, 0] == 2 * lives.prod(1)).all()
        one, other = (held.ratings[name].value for name in meeting.names)
        share = bouts[:, 0, 1].sum() / (2 * lives.prod(1).sum())
        assert 1 / (1 + 10 ** ((other - one) / 400)) == pytest.approx(share, abs=0.06)


def test_intervals_cover_what_many_more_worlds_say(held: Tournament) -> None:
    settings = SETTINGS._replace(worlds=64)
    players = [entrant("random"), entrant("forager")]
    truth = meet(players, held.config, settings, seed=11)
    found = held.against("random", "forager")[0], held.against("forager", "random")[0]
    for estimate, true in zip(found, truth.lifetimes, strict=True):
        assert estimate.low <= true.value <= estimate.high


def test_a_tournament_repeats(held: Tournament) -> None:
    again = hold([], Chaos(**{**SMALL, "spawn.cap": 48}), SETTINGS, seed=2)
    assert again.ratings == held.ratings
    for one, other in zip(again.meetings, held.meetings, strict=True):
        assert all(map(np.array_equal, one.evaluation.counts, other.evaluation.counts))


def test_all_together() -> None:
    """Five entrants of one and two populations: ten populations of the world, so 40 of the 44 slots are played."""
    entrants = [some("a", 1), some("b", 2), some("c", 1), some("d", 2), entrant("forager")]
    small = Settings(worlds=4, ticks=60, warmup=20, horizon=60)
    found = hold(
        entrants, Law(**{**SMALL, "spawn.cap": 44, "spawn.populations": 1}), small, together=True, anchored=False
    )
    assert found.config.spawn.cap == 40
    assert len(found.meetings) == 1
    assert next(iter(found.ratings)) == "forager"
    assert found.won("forager")[1] == 4


@pytest.mark.parametrize(
    ("entrants", "options", "message"),
    [
        ([some("a", 1), some("a", 1)], {}, "different names, not a, a"),
        ([some("a", 1)], {"anchored": False}, "needs two entrants at least, not 1"),
        ([some("a", 7), some("b", 5)], {}, "no room for 70 populations"),
        ([some("a", 1)], {"together": True}, "two by two: not together"),
    ],
)
def test_tournaments_that_cannot_be(entrants: list[Entrant], options: dict[str, bool], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        hold(entrants, Law(**SMALL), SETTINGS, **options)


TINY = ["--worlds", "2", "--ticks", "30", "--warmup", "20", "--horizon", "60"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "world.toml").write_text("[world.terrain]\nside = 40\n[world.spawn]\ncap = 16\n")
    given = ["tournament", "fighter", "--world", str(tmp_path / "world.toml"), *TINY, "--cap", "12"]
    for name in ("one", "two"):
        assert main([*given, "--folder", str(tmp_path / name)]) == 0
    said = capsys.readouterr().out
    assert "3 meetings, 2 worlds with room for 12, seed 0" in said
    assert "frozen" in said
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["data.json", "meetings.csv", "ratings.png", "ratings.svg", "report.md", "standings.csv"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    report = (tmp_path / "one" / "report.md").read_text()
    assert "--cap 12" in report
    assert "frozen, at what the bouts among them say with random at 1000" in report
    assert "each followed to its end or for 60 ticks, which " in report
    with (tmp_path / "one" / "meetings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * 2
    data = json.loads((tmp_path / "one" / "data.json").read_text())
    assert {row["name"] for row in data["tables"]["standings"]} == {"random", "forager", "fighter"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name at least one entrant"),
        (["figther"], "'figther' is neither a scripted agent"),
        (["random", "random"], "different names"),
        (["random", "--cap", "-1"], "--cap -1 must not be negative"),
        (["random", "--worlds", "1"], "worlds = 1 must be an integer of at least 2"),
    ],
)
def test_wrong_use_is_one_clear_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tournament", *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
