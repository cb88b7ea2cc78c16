"""What systems from outside declare is in frames and replays, and a replay is read without their modules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forge.blade import Chaos, Config, ConfigError
from forge.blade.game.game import GAME
from forge.blade.recording.frame import Frame, decode, encode, typed
from forge.blade.recording.frame_layout import (
    declared_columns,
    frame_layout,
    layout_of,
    put_declared,
    seen_columns,
    shown_columns,
)
from forge.blade.recording.frame_schema import OURS, UNKNOWN, FrameError, FrameLayout, describe
from forge.blade.recording.replay_chunk import Chunk, pack
from forge.blade.recording.replay_file import Header
from forge.blade.recording.replay_interventions import INTERVENTIONS, table_of
from forge.blade.schema.record import Column
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Array, Choice, DeathCause, Feature, System, Tile
from forge.blade.state.state import State
from tests.blade.watching import same

TYPES = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "?")
POISON = System(
    "poison",
    "what berries do",
    agent=(
        Column("poisoned", "i2", "ticks for which it is poisoned", "ticks"),
        Column("immune", "?", "whether berries harm it", "yes or no"),
        Column("bag", "f4", "what it carries", "kg", (2,)),
        Column("slot", "u1", "where it keeps them", "index"),
    ),
    materials=(Tile("berry", "poisons who enters it", "#b01e6b", 0.4),),
    causes=(DeathCause("poison", "was poisoned for too long"),),
    choices=(Choice("eat", "whether it eats what it stands on", lambda c: ("leave", "eat")),),
    features=(_poisoned := Feature("poisoned", lambda c: 0, lambda c: 30, "ticks", "", lambda c: 0, lambda c: 1),),
    own=(Feature("immune", lambda c: 0, lambda c: 1, "", "", lambda c: 0, lambda c: 1),),
)


def with_systems(*systems: System) -> Config:
    """What a layout asks of a configuration of our systems and these."""
    ours = GAME.systems
    schema = Schema(ours, {f"tests:{system.name.upper()}": system for system in systems})
    return cast(Config, _Given(schema))


class _Given(SimpleNamespace):
    def __init__(self, schema: Schema) -> None:
        config = Chaos()
        super().__init__(schema=schema, combat=config.combat, vitals=config.vitals, terrain=config.terrain)
        self.__dict__.update({name: getattr(config, name) for name in (*config.sections(), "populations", "styles")})
        self.learned_targets, self.named = config.learned_targets, config.named

    __hash__ = object.__hash__


CONFIG = with_systems(POISON)
LAYOUT = frame_layout(CONFIG)


def frame_of(layout: FrameLayout, agents: dict[str, np.ndarray], tick: int = 5, key: bool = True) -> Frame:
    """A frame of a map of two tiles square with these columns of agents; what is not given is 0."""
    count = len(next(iter(agents.values())))
    tables: dict[str, Any] = {}
    for section in layout.sections:
        rows = {"agents": count, "plane": 4 * key}.get(section.name, 0)
        tables[section.name] = typed(section, {field.name: np.zeros(rows) for field in section.fields})
    slots = np.arange(count, dtype="<u2")
    known = {name: column.astype(tables["agents"][name].dtype) for name, column in agents.items()}
    return Frame(tick, 0, 2, **(tables | {"agents": tables["agents"] | {"slot": slots} | known}), layout=layout)


def replayed(frames: Sequence[Frame], layout: FrameLayout) -> list[Frame]:
    """Frames written as a chunk, and read by what JSON keeps of their description."""
    described = json.loads(json.dumps(describe([INTERVENTIONS], layout), allow_nan=False))
    read = layout_of(described)
    assert read == layout
    header = Header((2, 0), {}, (*layout.sections, INTERVENTIONS), read, 0, 2, 8)
    packed = pack(frames, [table_of([])] * len(frames), 6)
    chunk = Chunk.unpack(packed, header, frames[0].tick, len(frames))
    return [chunk.frame(frame.tick, frame.key) for frame in frames]


def bits(table: Any) -> dict[str, bytes]:
    """Columns as bytes, so that NaN is like NaN."""
    return {name: column.tobytes() for name, column in table.items()}


# -- what a layout holds


def test_a_world_of_our_own_systems_has_the_frames_that_it_ever_had() -> None:
    assert frame_layout(Chaos()) is OURS
    assert "materials" not in describe()
    assert not any("declared" in field for field in describe()["sections"][0]["fields"])


def test_every_field_and_choice_is_a_column_with_its_unit_and_meaning() -> None:
    """`slot` is the name of a column that every frame has; `immune` is a feature, but "yes or no" has no range."""
    found = [(f.name, f.type.str, f.unit, f.names, f.declared, f.range) for f in LAYOUT.declared]
    assert found == [
        ("poisoned", "<i2", "ticks", (), "field", (0, 30)),
        ("immune", "|u1", "yes or no", ("no", "yes"), "field", (0, 1)),
        ("bag_0", "<f4", "kg", (), "field", None),
        ("bag_1", "<f4", "kg", (), "field", None),
        ("poison.slot", "|u1", "index", (), "field", None),
        ("eat", "|u1", "", ("leave", "eat"), "choice", None),
    ]
    assert [f.meaning for f in LAYOUT.declared][2:4] == ["what it carries, at [0]", "what it carries, at [1]"]
    assert LAYOUT.sections[0].fields[: len(OURS.sections[0].fields)] == OURS.sections[0].fields
    assert LAYOUT.materials[7][:4] == ("berry", "poisons who enters it", "#b01e6b", 0.4)
    names = {(s.name, f.name): f.names for s in LAYOUT.sections for f in s.fields}
    assert names["deaths", "cause"] == ("attack", "lava", "hunger", "thirst", "poison")
    assert names["tiles", "material"] == names["plane", "material"] == (*GAME.names("materials"), "berry")


def test_a_choice_without_options_is_no_column() -> None:
    silent = System("silent", "says nothing", choices=(Choice("word", "what it says", lambda c: ()),))
    assert frame_layout(with_systems(silent)).declared == ()


def test_columns_are_read_from_records_and_actions_and_put_back() -> None:
    agents = np.zeros(2, CONFIG.schema.agent)
    agents["poisoned"], agents["immune"], agents["bag"], agents["slot"] = [3, 0], [1, 0], [[1, 2], [3, 4]], [9, 8]
    table = declared_columns(CONFIG.schema, agents, np.array([[0, 0, 0, 1], [255] * 4], np.uint8))
    assert {name: column.tolist() for name, column in table.items()} == {
        "poisoned": [3, 0],
        "immune": [1, 0],
        "bag_0": [1, 3],
        "bag_1": [2, 4],
        "poison.slot": [9, 8],
        "eat": [1, UNKNOWN],
    }
    assert declared_columns(CONFIG.schema, agents, None)["eat"].tolist() == [UNKNOWN] * 2
    again = np.zeros(2, CONFIG.schema.agent)
    put_declared(CONFIG.schema, table, again)
    assert (again == agents).all()


def test_what_agents_know_of_one_another_and_of_themselves() -> None:
    assert seen_columns(CONFIG.schema) == ({"poisoned"}, {"poisoned", "immune", "eat"})


def test_more_than_frames_have_room_for_is_an_error() -> None:
    huge = System("huge", "carries too much", agent=(Column("bag", "i2", "what it carries", "kg", (25, 10)),))
    with pytest.raises(ConfigError, match="declare 263 columns of agents; frames have room for 255"):
        frame_layout(with_systems(huge))


def held(name: str, array: str, at: int | None) -> Feature:
    """What an agent knows of itself alone, in an array."""
    return Feature(name, lambda c: 0, lambda c: 9, "kg", f"its {name}", lambda c: 0, lambda c: 1, array=array, at=at)


def test_what_is_shown_of_arrays_is_a_column_of_everyone_in_a_frame() -> None:
    """Of salt and flour in one array, and gold in another, flour and gold are shown; of 4 slots, 3 and 1 live."""
    sack = System(
        "sack",
        "what is in it",
        agent=(Column("size", "u1", "how much it holds", "kg"),),
        arrays=(Array("goods", "u1", lambda z: (z.N, 2), ""), Array("gold", "i4", lambda z: (z.N,), "")),
        own=(held("salt", "goods", 0), held("flour", "goods", 1), held("gold", "gold", None)),
        shown=("gold", "flour"),
        choices=(Choice("eat", "what it eats", lambda c: ("nothing", "salt")),),
    )
    config = with_systems(sack)
    told = [(f.name, f.type.str, f.unit, f.meaning, f.declared, f.range) for f in frame_layout(config).declared]
    assert told == [
        ("size", "|u1", "kg", "how much it holds", "field", None),
        ("flour", "|u1", "kg", "its flour", "field", (0, 9)),
        ("gold", "<i4", "kg", "its gold", "field", (0, 9)),
        ("eat", "|u1", "", "what it eats", "choice", None),
    ]
    state = SimpleNamespace(
        goods=np.array([[[0, 1], [2, 3], [4, 5], [6, 7]]], np.uint8), gold=np.array([[8, 9, 10, 11]])
    )
    shown = shown_columns(config.schema, cast(State, state), 0, np.array([3, 1]))
    assert {name: column.tolist() for name, column in shown.items()} == {"flour": [7, 3], "gold": [11, 9]}
    assert seen_columns(config.schema) == (set(), {"flour", "gold", "eat"})


# -- round trips


@given(data=st.data(), types=st.lists(st.sampled_from(TYPES), min_size=1, max_size=4))
def test_any_field_is_written_and_read_to_the_bit(data: st.DataObject, types: list[str]) -> None:
    columns = tuple(Column(f"f{i}", kind, "any", "one") for i, kind in enumerate(types))
    config = with_systems(System("any", "fields of any type", agent=columns))
    layout, frames = frame_layout(config), []
    for tick in range(2):
        records = np.zeros(3, config.schema.agent)
        for column in columns:
            records[column.name] = data.draw(arrays(np.dtype(column.type), 3))
        agents = dict(declared_columns(config.schema, records, None))
        frames.append(frame_of(layout, agents, tick=tick, key=tick == 0))
        assert bits(decode(encode(frames[-1]), layout=layout).agents) == bits(frames[-1].agents)
    for frame, read in zip(frames, replayed(frames, layout), strict=True):
        assert bits(read.agents) == bits(frame.agents)


def test_a_material_from_outside_is_a_tile_of_its_own_world_alone() -> None:
    frame = frame_of(LAYOUT, {"poisoned": np.array([4])})
    frame = frame.with_plane(np.array([[0, 7], [2, 2]], np.uint8))
    assert same(decode(encode(frame), layout=LAYOUT), frame)
    assert same(replayed([frame], LAYOUT)[0], frame)
    ours = frame_of(OURS, {"id": np.zeros(1)}).with_plane(np.array([[0, 7], [2, 2]], np.uint8))
    with pytest.raises(FrameError, match=r"plane.material holds 7; allowed are 0 \.\. 6"):
        encode(ours)


# -- what a file may say


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda f, m: f.update(name="n" * 101), "a column is 'nnn"),
        (lambda f, m: f.update(name="health"), "declares health, a column that every frame has"),
        (lambda f, m: f.update(unit=3), "the unit of poisoned is 3"),
        (lambda f, m: f.update(meaning="m" * 1001), "the meaning of poisoned is 'mmm"),
        (lambda f, m: f.update(names=["a"] * 256), "the names of poisoned are no list of at most 255"),
        (lambda f, m: f.update(names=[None]), "a name of poisoned is None"),
        (lambda f, m: f.update(low=float("nan")), "low of poisoned is nan"),
        (lambda f, m: f.update(low=31), "poisoned lies between 31 and 30"),
        (lambda f, m: f.pop("high"), "high"),
        (lambda f, m: f.update(type="complex64"), "complex64"),
        (lambda f, m: m.append({**m[0], "colour": "red"}), "lava has the colour 'red'; allowed is \"#rrggbb\""),
        (lambda f, m: m.append({**m[0], "height": 10**30}), "the height of lava is 1000"),
        (lambda f, m: m.__delitem__(slice(2, None)), "materials are no list of 7 to 255"),
        (lambda f, m: m.append(7), "not subscriptable"),
    ],
)
def test_a_damaged_description_is_refused(change: Any, error: str) -> None:
    about = json.loads(json.dumps(describe(layout=LAYOUT)))
    (field,) = (f for f in about["sections"][0]["fields"] if f["name"] == "poisoned")
    change(field, about["materials"])
    with pytest.raises((ValueError, KeyError, TypeError), match=error):
        layout_of(about)


def test_differences_of_floats_are_small_where_nothing_changes() -> None:
    """A field that stays as it is costs next to nothing: 64 ticks of 40 agents with two of them have 20 kB."""
    rng = np.random.default_rng(0)
    bags = {name: rng.random(40) for name in ("bag_0", "bag_1")}
    frames = [frame_of(LAYOUT, bags, tick=tick, key=tick == 0) for tick in range(64)]
    nothing = [frame_of(LAYOUT, {"id": np.zeros(40)}, tick=tick, key=tick == 0) for tick in range(64)]
    more = len(pack(frames, [table_of([])] * 64, 6)) - len(pack(nothing, [table_of([])] * 64, 6))
    assert more < 1000
