"""`forge bench` as a user runs it: what it writes is whole and can be true, on a machine of any speed."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from forge.blade.threads.cores import cores
from forge.commands.bench import NAMED_ONLY, SECTIONS, Name
from tests.forked import forge

SPREAD = {"median", "low", "high", "least", "most", "rounds"}
THREADS = sorted({1, cores()})


def measure(folder: Path, kind: str, *more: str) -> dict[str, Any]:
    file, page = folder / f"{kind}.json", folder / f"{kind}.md"
    done = forge("bench", kind, "--quick", "--json", file, "--markdown", page, *more)
    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())
    for section in found["sections"].values():
        assert section["title"] in done.stdout
        assert f"## {section['title']}" in page.read_text()
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return measure(tmp_path_factory.mktemp("world"), "world")


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return measure(tmp_path_factory.mktemp("train"), "train", "--engine", "both")


def spreads(data: Any) -> Iterator[dict[str, float]]:
    if isinstance(data, dict):
        if set(data) >= SPREAD:
            yield data
        for value in data.values():
            yield from spreads(value)
    elif isinstance(data, list):
        for value in data:
            yield from spreads(value)


def rows(found: dict[str, Any], section: str) -> list[dict[str, Any]]:
    return found["sections"][section]["rows"]


def test_every_section_can_be_named() -> None:
    assert set(get_args(Name)) == set(SECTIONS)


def test_world_measures_every_section(world: dict[str, Any]) -> None:
    assert world["benchmark"] == "world"
    assert list(world["sections"]) == [name for name in SECTIONS if name not in NAMED_ONLY]
    assert world["settings"] == {"quick": True, "seed": 0, "rounds": 2}
    assert world["machine"]["cpu"]


@pytest.mark.parametrize("kind", ["world", "train"])
def test_every_spread_is_in_order(kind: str, request: pytest.FixtureRequest) -> None:
    found = list(spreads(request.getfixturevalue(kind)))
    assert found
    for spread in found:
        ordered = [spread[part] for part in ("least", "low", "median", "high", "most")]
        assert ordered == sorted(ordered)
        assert ordered[0] > 0
        assert math.isfinite(ordered[-1])


def test_speed_has_every_kind_of_play_on_every_number_of_threads(world: dict[str, Any]) -> None:
    found = rows(world, "speed")
    wanted = [(r, p, n) for r in ("Law", "Chaos") for p in ("forager", "random") for n in THREADS]
    assert [(row["rules"], row["play"], row["threads"]) for row in found] == wanted
    for row in found:
        assert (row["slots"], row["side"]) == (128, 80)
        assert 1 <= row["in_view"] <= row["alive"] <= 128
        assert row["undisturbed"]["cost_ns"] <= row["cost_ns"]["least"]
        assert row["undisturbed"]["steps_per_second"] == pytest.approx(1e9 / row["undisturbed"]["cost_ns"])
        if row["threads"] == 1:
            assert row["ratio"]["median"] == row["undisturbed"]["ratio"] == 1


def test_foragers_outlive_who_acts_at_random(world: dict[str, Any]) -> None:
    alive = {(row["rules"], row["play"]): row["alive"] for row in rows(world, "speed")}
    assert alive["Law", "forager"] > 2 * alive["Law", "random"]


def test_the_same_scene_is_played_on_all_threads(world: dict[str, Any]) -> None:
    lives = {(row["rules"], row["play"], row["alive"], row["in_view"]) for row in rows(world, "speed")}
    assert len(lives) == 4


def test_scaling_compares_sizes_with_128_agents_on_80(world: dict[str, Any]) -> None:
    found = rows(world, "scaling")
    assert [(row["slots"], row["side"]) for row in found] == [
        (128, 80),
        (1, 32),
        (512, 160),
        (1024, 256),
        (4096, 512),
        (256, 80),
        (512, 80),
    ]
    assert found[0]["ratio"]["median"] == 1
    for row in found:
        assert row["undisturbed"]["ratio"] == pytest.approx(
            row["undisturbed"]["cost_ns"] / found[0]["undisturbed"]["cost_ns"]
        )


def test_options_are_compared_with_a_world_without_them(world: dict[str, Any]) -> None:
    found = rows(world, "options")
    names = [row["rules"] for row in found]
    assert names[0] == "Law"
    assert {"learned targeting", "events", "lives", "visits"} <= set(names)
    # none of them changes who lives, so that only their cost is compared
    assert len({(row["alive"], row["in_view"]) for row in found}) == 1
    assert found[0]["ratio"]["median"] == 1


def test_compiling_tells_the_stations_up_to_the_first_step(world: dict[str, Any]) -> None:
    found = rows(world, "compile")
    # quick runs leave out the cold start, which takes as long as a whole test suite may
    assert [(row["cache"], row["worlds"]) for row in found] == [("warm", 1), ("warm", 16)]
    for row in found:
        stations = [row[name]["median"] for name in ("import_s", "make_s", "reset_s", "step_s", "process_s")]
        assert stations == sorted(stations)
        assert row["cpu_s"]["median"] > 0


def test_memory_is_told_with_the_life_it_held(world: dict[str, Any]) -> None:
    (row,) = rows(world, "memory")
    assert 0 < row["interpreter_bytes"] < row["start_bytes"]
    assert row["growth"] == pytest.approx(row["end_bytes"] / row["start_bytes"] - 1)
    assert row["agent_steps"] >= 10_000
    assert row["births"] > 0
    assert row["deaths"] > 0
    assert 0 < row["alive"] <= row["slots"]


def test_terrain_is_timed_new_and_cached(world: dict[str, Any]) -> None:
    (row,) = rows(world, "terrain")
    assert (row["maps"], row["side"]) == (4, 80)
    assert row["cold_s"]["rounds"] == row["cached_s"]["rounds"] == 2


def test_training_is_measured_on_one_thread_and_on_all(train: dict[str, Any]) -> None:
    assert train["benchmark"] == "train"
    found = rows(train, "train")
    wanted = [(engine, n) for engine in ("compiled", "torch") for n in THREADS]
    assert [(row["engine"], row["threads"]) for row in found] == wanted
    for row in found:
        assert row["world_threads"] == row["torch_threads"] == row["threads"]
        assert (row["slots"], row["populations"], row["hidden"]) == (128, 8, 32)
        assert row["agent_steps"] > 0
        assert 0 < row["alive"] <= 128
        assert row["lifetime"] > 0
        shares = row["shares"]
        assert 0.5 < shares["playing"] + shares["learning"] + shares["optimising"] <= 1
        if row["engine"] == "torch":
            assert 0 < shares["world"] < shares["playing"]
        if row["threads"] == 1:
            assert row["ratio"]["median"] == 1


def test_only_the_named_sections_are_measured(tmp_path: Path) -> None:
    assert list(measure(tmp_path, "world", "terrain")["sections"]) == ["terrain"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("world", "spede"), 2, "'spede'"),
        (("train", "speed"), 2, "speed"),
        (("wrld",), 2, "wrld"),
        ((), 2, "{world, train, viewer}"),
        (("world", "--rounds", "0"), 1, "--rounds 0 must be at least 1"),
        (("world", "--seed", "-1"), 1, "--seed -1 must not be negative"),
        (("train", "--seconds", "0"), 1, "--seconds 0.0 must be above 0"),
        (("train", "--worlds", "0"), 1, "run.worlds = 0 is out of range; allowed are 1"),
        (("train", "--quick", "--hidden", "33"), 1, "must be a multiple of 16"),
        (("train", "--quick", "--engine", "all", "--network", "both"), 1, "default network, not 'recurrent'"),
        (("world", "--quick", "--json", "no/such/folder/found.json"), 1, "no/such/folder"),
    ],
)
def test_what_is_asked_wrongly_is_named(arguments: tuple[str, ...], status: int, message: str) -> None:
    done = forge("bench", *arguments)
    assert done.returncode == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr
