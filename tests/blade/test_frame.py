"""Frames: what is captured of tiny worlds, how it is encoded, and what is refused."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.blade import Chaos, ConfigError, Material, Move, Style, World
from forge.blade.mechanics.ids import Cause
from forge.blade.recording.frame import Frame, FrameSource, capture, decode, encode
from forge.blade.recording.frame_schema import (
    MAGIC,
    NAMES,
    OURS,
    SECTIONS,
    UNKNOWN,
    FrameError,
    describe,
    field_tables,
    section_table,
)
from forge.blade.recording.replay_interventions import INTERVENTIONS
from forge.blade.terrain.generation import from_text
from tests.blade.watching import EVENTS, SMALL, play, same, world_of
from tests.blade.worlds import patchwork

# The playable square is rows and columns 1..4, its ring of grass leaves four tiles of forest.
TINY = {"terrain.side": 6, "terrain.border": 1, "spawn.populations": 1, "foraging.regrowth": 0.0}
GROVE = from_text("""
    ######
    #....#
    #.ff.#
    #.ff.#
    #....#
    ######
""")


#: A column of each table.
FIRST = {section.name: section.fields[0].name for section in SECTIONS}


def grove(**changes: object) -> World:
    """A world on the grove, started."""
    world = World(Chaos(**TINY, **changes), seed=3, threads=1, maps=[GROVE], record=EVENTS)
    world.reset()
    return world


def act(world: World, move: Move = Move.PASS, style: Style = Style.MELEE) -> None:
    """One step in which everyone does the same."""
    shape = world.state.agents.shape
    world.step(np.stack([np.full(shape, move), np.full(shape, style)], -1))


def column(frame: Frame, section: str) -> dict[str, list[int]]:
    """A table as lists."""
    return {name: values.tolist() for name, values in getattr(frame, section).items()}


def played(ticks: int = 40) -> list[Frame]:
    """Frames of random play, the first a key frame."""
    world = world_of()
    source = FrameSource(world)
    return [source.frame() for _ in play(world, ticks)]


# -- what is captured


def test_the_first_frame_is_the_whole_map_and_the_first_agent() -> None:
    world = grove(**{"spawn.cap": 1})
    frame = FrameSource(world).frame()
    assert (frame.tick, frame.world, frame.side, frame.key) == (0, 0, 6, True)
    assert np.array_equal(frame.plane["material"].reshape(6, 6), GROVE)
    row, col = int(world.state.agents[0, 0]["row"]), int(world.state.agents[0, 0]["col"])
    assert column(frame, "agents") == {
        "id": [0], "age": [0], "damage": [0], "slot": [0], "row": [row], "col": [col], "health": [10], "food": [32],
        "water": [32], "freeze": [0], "population": [0], "move": [UNKNOWN], "style": [UNKNOWN],
    }  # fmt: skip
    assert column(frame, "births") == {"id": [0], "row": [row], "col": [col], "population": [0]}
    assert not frame.tiles["index"].size
    assert not frame.attacks["attacker"].size
    assert not frame.deaths["id"].size


def test_a_harvest_is_a_tile_that_became_scrub() -> None:
    """One agent walks from the ring into the grove: towards column 2 or 3 first, then towards row 2 or 3."""
    world = grove(**{"spawn.cap": 1})
    source = FrameSource(world)
    frame = source.frame()
    while not frame.tiles["index"].size:
        row, col = int(frame.agents["row"][0]), int(frame.agents["col"][0])
        sideways = {1: Move.EAST, 4: Move.WEST}.get(col)
        move = sideways or {1: Move.SOUTH, 4: Move.NORTH}[row]
        assert frame.tick < 3
        act(world, move, Style.MAGE)
        frame = source.frame()
        assert not frame.key
        assert column(frame, "agents")["move"] == [move]
        assert column(frame, "agents")["style"] == [Style.MAGE]
    row, col = int(frame.agents["row"][0]), int(frame.agents["col"][0])
    assert column(frame, "tiles") == {"index": [6 * row + col], "material": [Material.SCRUB]}
    assert source.materials is not None
    assert source.materials[row, col] == Material.SCRUB
    assert (source.materials != GROVE).sum() == 1


def test_attacks_and_deaths_of_one_tick() -> None:
    """Tick 1 brings a second agent, tick 2 both strike with 10 points, tick 3 shows one newborn alone."""
    world = grove(**{"spawn.cap": 2, "combat.immunity": 0, "combat.melee_reach": 15})
    source = FrameSource(world)
    source.frame()
    act(world)
    before = source.frame()
    assert column(before, "births")["id"] == [1]
    assert column(before, "agents")["style"] == [Style.MELEE, UNKNOWN]
    assert not before.attacks["attacker"].size  # the newborn came after the attacks
    act(world)
    after = source.frame()
    attacks, deaths = column(after, "attacks"), column(after, "deaths")
    assert sorted(zip(*attacks.values())) == [(0, 1, 10, Style.MELEE), (1, 0, 10, Style.MELEE)]
    places = {name: column(before, "agents")[name] for name in ("row", "col")}
    order = [deaths["id"].index(i) for i in (0, 1)]
    assert {name: [deaths[name][k] for k in order] for name in deaths} == {
        "id": [0, 1], "age": [1, 0], **places, "population": [0, 0], "cause": [Cause.ATTACK] * 2,
    }  # fmt: skip
    assert column(after, "agents")["id"] == column(after, "births")["id"] == [2]


def test_a_survivor_shows_its_damage_and_freeze() -> None:
    """Mage hits take 1 point and set freeze to 3, of which the same tick takes 1; health heals by 1."""
    world = grove(**{"spawn.cap": 2, "combat.immunity": 0, "combat.mage_reach": 15})
    act(world, style=Style.MAGE)
    act(world, style=Style.MAGE)
    agents = column(capture(world), "agents")
    assert (agents["damage"], agents["freeze"], agents["health"]) == ([1, 1], [2, 2], [10, 10])


def test_tiles_are_those_that_changed_since_the_previous_frame_of_the_source() -> None:
    """Frames of every third tick only still follow the map, and events are those of the last tick alone."""
    world = World(SMALL, count=2, seed=5, threads=1, maps=[patchwork(SMALL.terrain, i) for i in (1, 2)], record=EVENTS)
    world.reset()
    source = FrameSource(world, 1)
    shown = source.frame().plane["material"].copy()
    changes = 0
    for tick in play(world, 90, care=1.0):
        if tick % 3 == 0:
            frame = source.frame()
            shown[frame.tiles["index"]] = frame.tiles["material"]
            changes += frame.tiles["index"].size
            assert frame.world == 1
            assert np.array_equal(shown.reshape(16, 16), world.materials()[1])
            events = world.events()
            mine = events[(events["world"] == 1) & (events["kind"] == 2)]
            assert frame.attacks["attacker"].tolist() == mine["agent"].tolist()
    assert changes > 20


def test_a_key_frame_on_demand_has_the_map_and_the_changes() -> None:
    world = grove(**{"spawn.cap": 1})
    source, twin = FrameSource(world), FrameSource(world)
    source.frame(), twin.frame()
    for move in (Move.NORTH, Move.EAST, Move.EAST, Move.SOUTH, Move.WEST):
        act(world, move)
        key, plain = source.frame(key=True), twin.frame()
        assert key.key
        assert not plain.key
        assert np.array_equal(key.plane["material"].reshape(6, 6), world.materials()[0])
        assert same(key.with_plane(None), plain)


def test_frames_keep_what_they_saw() -> None:
    world = grove(**{"spawn.cap": 2})
    source = FrameSource(world)
    frames = [source.frame(key=True)]
    before = [encode(frame) for frame in frames]
    for _ in range(5):
        act(world, Move.EAST)
        frames.append(source.frame(key=True))
        before.append(encode(frames[-1]))
    assert [encode(frame) for frame in frames] == before


def test_nobody_has_acted_in_a_restored_world() -> None:
    world = grove(**{"spawn.cap": 2})
    act(world, Move.PASS, Style.RANGE)
    act(world, Move.PASS, Style.RANGE)
    restored = World.restore(world.snapshot(), threads=1)
    assert column(capture(restored), "agents")["move"] == [UNKNOWN, UNKNOWN]
    assert column(capture(restored), "agents")["style"] == [UNKNOWN, UNKNOWN]
    act(restored, Move.PASS, Style.RANGE)
    assert column(capture(restored), "agents")["move"] == [Move.PASS, Move.PASS]
    assert column(capture(restored), "agents")["style"] == [Style.RANGE, Style.RANGE]


def test_ids_wrap_at_2_to_the_32() -> None:
    world = grove(**{"spawn.cap": 2})
    world.state.births[0] = 2**32 + 7
    act(world)
    assert column(capture(world), "births")["id"] == [7]


def test_the_living_the_dead_and_strangers_are_looked_up() -> None:
    """Whoever attacked, was hit or died in a tick is somewhere in its frame."""
    frames, columns = played(), ("row", "col", "population", "age")
    assert sum(len(frame.deaths["id"]) for frame in frames) > 0
    for frame in frames:
        for table in (frame.agents, frame.deaths):
            told = frame.lookup(table["id"], *columns)
            assert [column.tolist() for column in told] == [table[name].tolist() for name in columns]
        for name in ("attacker", "target"):
            assert (frame.lookup(frame.attacks[name], "row")[0] >= 0).all()
        assert [axis.tolist() for axis in frame.lookup(np.array([2**32 - 1, 10**6]), "row", "col")] == [[-1, -1]] * 2


def test_a_world_must_record_events() -> None:
    world = World(Chaos(**TINY, **{"spawn.cap": 1}), threads=1, maps=[GROVE])
    world.reset()
    for attempt in (capture, FrameSource):
        with pytest.raises(ConfigError, match=r"events are not recorded.*Recording\(events=True\)"):
            attempt(world)


@pytest.mark.parametrize("w", [-1, 1])
def test_a_source_needs_a_world_of_the_batch(w: int) -> None:
    with pytest.raises(IndexError, match=rf"w = {w}.*0 \.\. 0"):
        FrameSource(grove(**{"spawn.cap": 1}), w)


# -- how it is encoded


def test_decode_undoes_encode() -> None:
    frames = played()
    assert {name for f in frames for name in NAMES if getattr(f, name)[FIRST[name]].size} == set(NAMES)
    for frame in frames:
        message = encode(frame)
        for data in (message, bytearray(message), memoryview(message)):
            assert same(decode(data), frame)
        assert encode(decode(message)) == message


def test_a_client_decodes_by_the_description_alone() -> None:
    """Follows the description as JSON, with nothing of forge: every column starts at a multiple of 8 bytes."""
    about = json.loads(json.dumps(describe()))
    for frame in played(ticks=10):
        message = encode(frame)
        assert len(message) % about["alignment"] == 0
        header = {
            s["name"]: int(np.frombuffer(message, np.dtype(s["type"]).newbyteorder("<"), 1, s["offset"])[0])
            for s in about["header"]
        }
        assert (header["magic"], header["bytes"], header["tick"]) == (about["magic"], len(message), frame.tick)
        offset = about["header_bytes"]
        for section in about["sections"]:
            for field in section["fields"]:
                dtype = np.dtype(field["type"]).newbyteorder("<")
                assert offset % 8 == 0
                found = np.frombuffer(message, dtype, header[section["name"]], offset)
                assert np.array_equal(found, getattr(frame, section["name"])[field["name"]])
                offset += -(-found.nbytes // about["alignment"]) * about["alignment"]
        assert offset == len(message)


def test_decoding_copies_nothing() -> None:
    message = bytearray(encode(played(ticks=3)[-1]))
    frame = decode(message)
    base = np.frombuffer(message, np.uint8)
    columns = [getattr(frame, s.name)[f.name] for s in SECTIONS for f in s.fields]
    assert all(np.shares_memory(base, values) for values in columns if values.size)
    assert columns[0].ctypes.data % 8 == base.ctypes.data % 8


def test_the_description_names_values() -> None:
    (agents,) = (s for s in describe()["sections"] if s["name"] == "agents")
    fields = {field["name"]: field for field in agents["fields"]}
    assert fields["style"]["names"] == ["melee", "range", "mage", "hold"]
    assert (fields["style"]["default"], fields["health"]["unit"], fields["row"]["type"]) == (
        UNKNOWN,
        "points",
        "uint16",
    )
    assert [f.name for f in dataclasses.fields(Frame)][3:] == [*NAMES, "layout", "creatures", "deeds"]


# -- what is refused


def test_every_shorter_message_is_refused() -> None:
    message = encode(played(ticks=6)[-1])
    for length in range(len(message)):
        with pytest.raises(FrameError, match=r"header of 48 bytes|the message has"):
            decode(message[:length])
    with pytest.raises(FrameError, match=rf"the message has {len(message) + 1} bytes"):
        decode(message + b"\0")


@pytest.fixture(scope="module")
def message() -> bytes:
    """A frame in which every table but the map has rows."""
    names = set(NAMES) - {"plane"}
    return next(encode(f) for f in played() if all(len(getattr(f, n)[FIRST[n]]) for n in names))


@given(data=st.data())
def test_a_changed_byte_gives_a_frame_or_a_clear_error(message: bytes, data: st.DataObject) -> None:
    changed = bytearray(message)
    changed[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = decode(changed)
    except FrameError:
        return
    assert frame.tiles["index"].max() < frame.side**2
    assert encode(frame)[: OURS.header.itemsize] == changed[: OURS.header.itemsize]


@pytest.mark.parametrize("name", NAMES)
def test_a_count_is_no_promise(name: str) -> None:
    """A table of four billion rows in a message of a few hundred bytes."""
    message = bytearray(encode(played(ticks=2)[-1]))
    header = np.frombuffer(message, OURS.header, 1)
    header[name] = 2**32 - 1
    with pytest.raises(FrameError, match="its tables need"):
        decode(message)


def test_another_kind_of_message_is_refused() -> None:
    message = bytearray(encode(played(ticks=2)[-1]))
    message[3:4] = b"9"
    with pytest.raises(FrameError, match=r"the message was written in format 9 of frames; this release reads up to 1"):
        decode(message)
    for mark in (b"NMF0", b"NMFx", b"NMO1", bytes(4)):
        message[:4] = mark
        with pytest.raises(FrameError, match=f"begins with the number {MAGIC:#x}|says version 0"):
            decode(message)
    with pytest.raises(TypeError):
        decode("frame")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("section", "name", "value", "why"),
    [
        ("agents", "row", 16, r"agents\.row holds 16; allowed are 0 \.\. 15"),
        ("births", "col", 99, r"births\.col holds 99; allowed are 0 \.\. 15"),
        ("tiles", "index", 256, r"tiles\.index holds 256; allowed are 0 \.\. 255"),
        ("tiles", "material", 7, r"tiles\.material holds 7; allowed are 0 \.\. 6"),
    ],
)
def test_what_a_viewer_uses_as_an_index_is_in_range(section: str, name: str, value: int, why: str) -> None:
    frame = next(f for f in played() if f.tiles["index"].size and f.births["id"].size)
    table = {key: values.copy() for key, values in getattr(frame, section).items()}
    table[name][0] = value
    with pytest.raises(FrameError, match=why):
        encode(dataclasses.replace(frame, **{section: table}))


def test_columns_that_do_not_fit_the_schema_are_refused() -> None:
    frame = played(ticks=3)[-1]
    narrow = frame.agents | {"health": frame.agents["health"].astype(np.int8)}
    with pytest.raises(FrameError, match=r"agents\.health is int8 .*wanted is int16"):
        encode(dataclasses.replace(frame, agents=narrow))
    short = frame.agents | {"food": frame.agents["food"][:-1]}
    with pytest.raises(FrameError, match=r"agents\.food .*wanted is int16 of shape"):
        encode(dataclasses.replace(frame, agents=short))
    with pytest.raises(FrameError, match="plane has 3 tiles; a map of side 16 has 256"):
        encode(dataclasses.replace(frame, plane={"material": np.zeros(3, np.uint8)}))


def test_the_documentation_lists_the_fields() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "replays.md"
    assert field_tables() in page.read_text("utf-8")
    assert section_table(INTERVENTIONS) in page.read_text("utf-8")
