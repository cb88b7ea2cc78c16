"""Scenarios in TOML and in Python, played, and held by replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.blade import ConfigError, Material, World
from forge.blade.interventions import Change, Give, Place, Remove, Tile
from forge.blade.interventions import Move as Put
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.blade.world.scenario import Scenario
from tests.blade.pond import begun, living, rest

#: What the two forms of the same scenario say.
TEXT = """
version = 1

[[interventions]]
tick = 2
kind = "place"
population = 1
row = 3
col = 3
food = 5

[[interventions]]
tick = 0
kind = "tile"
row = 3
col = 4
material = "water"
"""
SCENARIO = Scenario(((0, Tile(3, 4, "water")), (2, Place(1, 3, 3, food=5))))


def test_a_scenario_is_the_same_in_toml_and_in_python(tmp_path: Path) -> None:
    assert Scenario.from_toml(TEXT) == SCENARIO
    assert Scenario.from_toml(SCENARIO.to_toml()) == SCENARIO
    every = [Put(0, 3, 3), Change(0, age=4), Give(0, water=-2), Remove(0), *(s.intervention for s in SCENARIO.steps)]
    path = tmp_path / "all.toml"
    path.write_text(Scenario([(k, entry) for k, entry in enumerate(every)]).to_toml())
    assert [str(step.intervention) for step in Scenario.from_toml(path).steps] == [str(entry) for entry in every]


def test_a_scenario_is_played_at_its_ticks_in_order() -> None:
    world = begun()
    assert SCENARIO.play(world) == []
    assert world.materials()[0, 3, 4] == Material.WATER
    for tick in (1, 2):
        world.step(rest(world))
        placed = SCENARIO.play(world)
        assert len(placed) == (tick == 2)
    assert living(world)[placed[0]]["food"] == 5
    step = (2, Place(1, 3, 3)), (2, Remove(3)), (2, Put(77, 3, 3))
    with pytest.raises(
        ConfigError, match=r"^the scenario at tick 2: interventions\[2\], move\(agent=77, .* no agent 77"
    ):
        Scenario(step).play(world)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version = 2", "text was written in format 2 of scenarios; this release reads up to 1"),
        ("[[intervention]]", "unknown entry 'intervention'; did you mean 'interventions'"),
        ("interventions = 3", "must be a list of tables, not 3"),
        ("[[interventions]]\nkind = 'tile'", r"text: interventions\[0\]: it says no tick"),
        ("[[interventions]]\ntick = -1\nkind = 'remove'\nagent = 1", r"tick = -1"),
        ("[[interventions]]\ntick = 1\nkind = 'plase'", "unknown kind of intervention 'plase'; did you mean 'place'"),
        ("[[interventions]]\ntick = 1\nkind = 'tile'\nrow = 1", "tile needs col and material, which it lacks"),
        ("[[interventions]]\ntick = 1\nkind = 'remove'\nagent = 1\nrow = 1", "unknown field of remove 'row'"),
        ("[[interventions]]\ntick = 1\nkind = 'remove'\nagent = 'x'", "remove.agent = 'x' must be an integer"),
    ],
)
def test_a_scenario_that_cannot_be_is_named(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Scenario.from_toml(text)


@pytest.mark.parametrize("before", [True, False])
def test_a_replay_holds_what_was_done_and_shows_it(tmp_path: Path, before: bool) -> None:
    """Interventions are made before the frame of their tick is taken, or after: either way the replay has them."""
    path, world = tmp_path / "a.replay", begun()
    everything = Scenario((*SCENARIO.steps, (0, Put(0, 4, 4)), (3, Give(0, food=-3)), (3, Remove(0))))
    with ReplayWriter(path, world, ticks_a_chunk=2) as writer:
        for _ in range(6):
            if before:
                everything.play(world)
            writer.append()
            if not before:
                everything.play(world)
            world.step(rest(world))
    replay = Replay(path)
    assert replay.scenario() == everything
    shown = 0 if before else 1
    assert replay.materials(shown)[3, 4] == Material.WATER
    assert 0 in replay.frame(2 + shown).agents["id"]
    assert 0 not in replay.frame(3 + shown).agents["id"]
    assert 5 - shown in replay.frame(2 + shown).agents["food"]
    again = begun()
    for frame in replay:  # the same is played from the replay's own scenario
        if before:
            replay.scenario().play(again)
            assert frame.agents["id"].tolist() == sorted_by_slot(again)
        again.step(rest(again))


def sorted_by_slot(world: World) -> list[int]:
    agents = world.observe().agents[0]
    return agents["id"][agents["alive"] == 1].tolist()


def test_an_older_replay_holds_no_interventions() -> None:
    assert Replay(Path(__file__).parents[1] / "golden" / "old.replay").scenario() == Scenario()
