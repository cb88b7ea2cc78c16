"""Systems declare; a schema takes what they declare together, and refuses what cannot be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forge.blade import AGENT, FEATURES, Config, ConfigError, Law, Recording
from forge.blade.game.game import GAME
from forge.blade.schema.record import PAD, Column
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Array, Feature, Number, Size, System, shared
from forge.blade.systems import spawn

MUSIC = System(
    "music",
    "agents sing",
    shared=shared("sight", "radius"),
    numbers=(
        Number("loudest", value=lambda c, edge: c.sight.radius + edge),
        Number("pitch_of", "f8", (2,), lambda c, e: (1, 2)),
    ),
    agent=(
        Column("song", "u1", "what it sings", "index"),
        Column("breath", "i8", "how long it can", "ticks"),
        Column("key", "i2", "of it", "index"),
    ),
    tally=(Column("songs", "i8", "sung", "songs"),),
    sizes=(Size("X", lambda z: len(z.configs) + z.config.spawn.cap),),
    arrays=(
        Array("echo", "i2", lambda z: (z.X, 3), "of what was sung", saved=True),
        Array("heard", lambda z: "u1" if z.X < 99 else "u2", lambda z: (), "by whom"),
    ),
)


def named(name: str, **parts: object) -> System:
    return dataclasses.replace(System(name, "for a test"), **parts)  # type: ignore[arg-type]


def test_records_hold_the_widest_first_and_are_filled_up() -> None:
    """8 + 2 + 1 bytes, and 1 + 4 that fill them up to 16."""
    music = Schema([MUSIC])
    assert music.agent.names == ("breath", "key", "song", PAD, f"{PAD}1")
    assert music.agent.itemsize == 16
    assert music.rules.names == ("pitch_of", "loudest", PAD)


def test_numbers_and_arrays_of_a_batch_by_hand() -> None:
    config = Law(**{"spawn.cap": 6, "spawn.populations": 2, "sight.radius": 3})
    music = Schema([spawn.SYSTEM, MUSIC])
    numbers = music.numbers_of(config, 4)
    assert (numbers["loudest"], numbers["pitch_of"].tolist()) == (3 + 4, [1, 2])
    layout = music.layout([config, config], Recording())
    assert {name: array.shape for name, array in layout.items() if name in ("rules", "echo", "heard")} == {
        "rules": (2,),
        "echo": (2, 8, 3),
        "heard": (2,),
    }
    assert layout["heard"].dtype == np.uint8


def test_a_number_without_a_value_is_the_field_of_that_name() -> None:
    config = Law(**{"vitals.food": 77})
    assert GAME.numbers_of(config, 0)["food"] == 77


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"numbers": (Number("food", value=lambda c, edge: 1),)},
            "number 'food' is declared twice: by system 'vitals' and by system 'more'",
        ),
        (
            {"agent": (Column("age", "i4", "again", "ticks"),)},
            "field of agents 'age' .* by system 'life' and by system 'more'",
        ),
        (
            {"tally": (Column("births", "i8", "again", "agents"),)},
            "total 'births' .* by system 'life' and by system 'more'",
        ),
        (
            {"arrays": (Array("tiles", "u1", lambda z: (), ""),)},
            "array 'tiles' .* by system 'terrain' and by system 'more'",
        ),
        ({"sizes": (Size("N", lambda z: 1),)}, "size 'N' .* by system 'spawn' and by system 'more'"),
        ({"name": "sight"}, "system 'sight' is declared twice"),
        (
            {"features": (Feature("age", int, int, "", "again", float, float),)},
            "feature 'age' is declared twice: by system 'life' and by system 'more'",
        ),
        (
            {"features": (Feature("song", int, int, "", "sung", float, float, number=12),)},
            r"numbers of features must be 0 \.\. 11, each once, not \[0, 1, .* 10, 12\]",
        ),
        (
            {"features": (Feature("song", int, int, "", "sung", float, float),)},
            "feature 'song' of system 'more' is no field of agents, and does not say how it is read",
        ),
    ],
)
def test_what_cannot_be_is_named(more: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Schema([*GAME.systems, named(**{"name": "more", **more})])


def test_the_array_of_all_agents_is_nobodys() -> None:
    with pytest.raises(ConfigError, match="array 'agents' is declared twice: by system 'schema' and by system 'more'"):
        Schema([*GAME.systems, named("more", arrays=(Array("agents", "u1", lambda z: (), ""),))])


def test_a_configuration_has_a_table_for_each_system_that_declares_one() -> None:
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Config)}
    assert list(kinds.items()) == [(s.name, s.section) for s in GAME.systems if s.section]


def test_the_game_is_what_files_and_policies_know() -> None:
    """Offsets of a saved agent, and the columns that learned weights belong to: neither may ever change."""
    assert {name: AGENT.fields[name][1] for name in AGENT.names} == dict(
        zip(
            ("id", "age", "damage", "row", "col", "health", "food", "water", "freeze", "population", "alive", PAD),
            (0, 8, 12, 16, 18, 20, 22, 24, 26, 28, 29, 30),
            strict=True,
        )
    )
    names = "age health food water row col row_offset col_offset damage same_population freeze"
    assert [feature.name for feature in FEATURES] == names.split()
