"""Replay files: what was captured comes back, whatever the order of access and whatever happened to the file."""

import json
import struct
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Cause, Chaos, Config, ConfigError, Material, Style, World
from forge.blade.interventions import Give
from forge.blade.recording import replay_file
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.frame_schema import FRAMES, OURS, SECTIONS, UNKNOWN, Field
from forge.blade.recording.replay import Replay, ReplayError, ReplayWriter
from forge.blade.recording.replay_file import VERSION
from forge.blade.recording.replay_interventions import INTERVENTIONS, NOT_GIVEN
from forge.blade.schema.versions import CONFIGURATION, Since
from tests.blade.old_replay import old_replay, raw_chunk
from tests.blade.watching import CHUNK, SMALL, chunks_of, play, record, restarted, same, world_of
from tests.blade.worlds import patchwork

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "old.replay"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a replay of 24 ticks in three chunks lies."""
    record(tmp_path / "a.replay")
    return tmp_path / "a.replay"


# -- what was captured comes back

configs = st.builds(
    lambda side, cap, immunity, learned, hold: Chaos(
        **{
            "terrain.side": side,
            "terrain.border": 2,
            "spawn.cap": cap,
            "spawn.populations": 1 + (cap % 2 == 0),
            "combat.immunity": immunity,
            "combat.targeting": "learned" if learned else "lowest_health",
            "combat.hold": hold,
            "foraging.regrowth": 0.2,
        }
    ),
    st.integers(6, 20),
    st.sampled_from([1, 2, 12, 31]),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=25)
@given(
    config=configs,
    seed=st.integers(0, 2**32),
    ticks=st.integers(0, 60),
    before=st.integers(0, 20),
    ticks_a_chunk=st.integers(1, 40),
    level=st.integers(0, 9),
)
def test_every_tick_comes_back_in_any_order(
    config: Config, seed: int, ticks: int, before: int, ticks_a_chunk: int, level: int
) -> None:
    world = world_of(config, seed)
    for _ in play(world, before, seed):
        pass
    source, frames, maps = FrameSource(world), {}, {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.replay"
        with ReplayWriter(path, world, ticks_a_chunk=ticks_a_chunk, level=level) as writer:
            for tick in play(world, ticks, seed + 1):
                frames[tick], maps[tick] = source.frame(), world.materials()[0].copy()
                assert same(writer.append(), frames[tick])
        replay = Replay(path)
        assert (replay.complete, replay.ticks, len(replay)) == (True, range(before, before + ticks + 1), ticks + 1)
        for tick in np.random.default_rng(seed).permutation(replay.ticks).tolist():
            first = tick == before
            assert np.array_equal(replay.materials(tick), maps[tick])
            assert same(replay.frame(tick, key=first), frames[tick])
            assert same(replay.frame(tick, key=True), frames[tick].with_plane(maps[tick]))
        assert all(same(frame, frames[before + k]) for k, frame in enumerate(replay))


def test_what_comes_back_is_the_readers_own_or_read_only(path: Path) -> None:
    replay = Replay(path)
    materials = replay.materials(5)
    materials[:] = 0
    assert replay.materials(5).any()
    with pytest.raises(ValueError, match="read-only"):
        replay.frame(5).agents["health"][0] = 1


def test_the_header_says_what_the_world_was(tmp_path: Path) -> None:
    config = SMALL.replace(**{"spawn.populations": 4, "vitals.food": 17})
    path = tmp_path / "a.replay"
    told = {"policies": ["forager", "wölfe", None], "run": {"seed": 3, "score": 0.5}}
    with ReplayWriter(path, world_of(config), metadata=told) as writer:
        writer.append()
    replay = Replay(path)
    assert (replay.config, replay.populations, replay.metadata, replay.version) == (config, 4, told, VERSION)
    assert replay.header["config"]["vitals"]["food"] == 17


def test_it_is_smaller_than_its_frames(tmp_path: Path) -> None:
    """Eleven agents playing at random on 16 × 16 tiles take 550 bytes a tick as frames; 120 is twice what they need."""
    world = world_of()
    for _ in play(world, 100):
        pass
    with ReplayWriter(tmp_path / "a.replay", world) as writer:
        for _ in play(world, 511):
            writer.append()
    start = 16 + struct.unpack_from("<I", (tmp_path / "a.replay").read_bytes(), 12)[0]
    assert ((tmp_path / "a.replay").stat().st_size - start) / 512 < 120


def test_a_chunk_is_what_the_page_says(tmp_path: Path) -> None:
    """Against the plain writer of tests/blade/old_replay.py, column by column, for the tables of today."""
    world = world_of()
    with ReplayWriter(tmp_path / "a.replay", world, ticks_a_chunk=50) as writer:
        for tick, _ in enumerate(play(world, 49)):
            if tick == 0:
                world.apply(Give(0, food=-2))
            writer.append()
    data = (tmp_path / "a.replay").read_bytes()
    ((at, end),) = chunks_of(data)
    tables = {s.name: [(f.name, f.type.name, f.coding) for f in s.fields] for s in (*SECTIONS, INTERVENTIONS)}
    ticks = {
        frame.tick: {s.name: list(zip(*(c.tolist() for c in getattr(frame, s.name).values()))) for s in SECTIONS}
        for frame in Replay(tmp_path / "a.replay")
    }
    # tick 0, the fourth kind, agent 0; of population, row, col, health, food, water, freeze, age, material, field,
    # value: food
    ticks[0]["interventions"] = [(0, 3, 0, *[NOT_GIVEN] * 4, -2, *[NOT_GIVEN] * 6)]
    assert zlib.decompress(data[at + CHUNK.size : end - 4]) == raw_chunk(ticks, tables)
    assert struct.unpack("<I", data[end - 4 : end]) == (zlib.crc32(data[at : end - 4]),)
    assert json.loads(data[16:at])["checksum"] == int(data[at - 11 : at - 1]) == zlib.crc32(data[: at - 11])


# -- files of other versions


@pytest.fixture(params=["checked in", "made now"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of a version before the first, by hand: see tests/blade/old_replay.py."""
    if request.param == "checked in":
        return GOLDEN
    (tmp_path / "old.replay").write_bytes(old_replay())
    return tmp_path / "old.replay"


def test_an_older_file_is_read_with_what_it_has(old: Path) -> None:
    replay = Replay(old)
    assert (replay.version, replay.ticks, replay.complete, replay.populations) == ((0, 9), range(7, 10), True, 2)
    assert replay.metadata == {"made": "by hand"}
    assert replay.header["config"]["bards"] == {"most": 2}
    with pytest.raises(ConfigError, match="bards"):
        _ = replay.config
    frame = replay.frame(8)
    assert {name: values.tolist() for name, values in frame.agents.items()} == {
        "id": [3, 5], "age": [3, 51], "damage": [0, 0], "slot": [0, 4], "row": [2, 1], "col": [1, 2], "health": [10, 1],
        "food": [32, 19], "water": [30, 20], "freeze": [0, 0], "population": [0, 1], "move": [UNKNOWN] * 2,
        "style": [UNKNOWN] * 2,
    }  # fmt: skip
    assert (frame.world, frame.side, frame.births["id"].size) == (6, 4, 0)
    assert {name: values.tolist() for name, values in replay.frame(9).deaths.items()} == {
        "id": [5], "age": [0], "row": [1], "col": [2], "population": [0], "cause": [Cause.ATTACK],
    }  # fmt: skip
    assert [values.tolist() for values in replay.frame(9).attacks.values()] == [
        [3, 5], [5, 3], [10, 1], [Style.MELEE, Style.MAGE],
    ]  # fmt: skip
    assert replay.frame(9).agents["id"].dtype == np.uint32


def test_the_map_of_an_older_file(old: Path) -> None:
    """Tick 8 harvests row 2, column 1; tick 9 harvests row 1, column 1, and the other grows back."""
    replay = Replay(old)
    forest, scrub = Material.FOREST, Material.SCRUB
    assert [replay.materials(t)[1:3, 1].tolist() for t in (9, 7, 8)] == [[scrub, forest], [forest] * 2, [forest, scrub]]


@pytest.mark.parametrize(("major", "minor", "fine"), [(1, 7, True), (2, 3, True), (3, 0, False), (300, 1, False)])
def test_a_newer_format_says_so(path: Path, major: int, minor: int, fine: bool) -> None:
    path.write_bytes(restarted(path.read_bytes(), (major, minor)))
    if fine:
        assert Replay(path).version == (major, minor)
        assert len(list(Replay(path))) == 24
    else:
        with pytest.raises(ReplayError, match=rf"a\.replay.*format {major}\.{minor}.*up to 2.*newer release"):
            Replay(path)


def test_a_configuration_of_a_newer_release_is_refused_by_name(path: Path) -> None:
    """Its frames are shown all the same: they say themselves what they hold."""
    newest = CONFIGURATION.newest
    path.write_bytes(restarted(path.read_bytes(), change=lambda header: header.update(configuration=newest + 1)))
    assert len(list(Replay(path))) == 24
    with pytest.raises(ConfigError, match=rf"a\.replay was written in format {newest + 1} of configurations"):
        _ = Replay(path).config


def test_a_configuration_must_be_that_of_the_frames(path: Path) -> None:
    path.write_bytes(restarted(path.read_bytes(), change=lambda header: header.update(populations=200)))
    with pytest.raises(ConfigError, match="says populations = 200, but its configuration says 2"):
        _ = Replay(path).config


def test_a_column_to_come_is_read_from_a_file_of_today(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release to come shows moods; in a file of today nobody has any, in one of its own it must be there."""
    mood = Field("mood", np.dtype("<i2"), "", "how it feels", "slot", since=Since(FRAMES.newest + 1, before=-3))
    later = (SECTIONS[0]._replace(fields=(*SECTIONS[0].fields, mood)), *SECTIONS[1:])
    monkeypatch.setattr(replay_file, "SECTIONS", later)
    monkeypatch.setattr(replay_file, "OURS", OURS._replace(sections=later))
    frames = list(Replay(path))
    assert sum(len(frame.agents["mood"]) for frame in frames) > 0
    assert all(set(frame.agents["mood"].tolist()) <= {-3} for frame in frames)
    newer = restarted(path.read_bytes(), change=lambda header: header["frame"].update(version=FRAMES.newest + 1))
    path.write_bytes(newer)
    with pytest.raises(ReplayError, match="the columns mood of agents are missing"):
        Replay(path)


def test_a_file_without_a_column_of_its_version_is_damaged(path: Path) -> None:
    data = restarted(path.read_bytes(), change=lambda header: header["frame"]["sections"][0]["fields"].pop())
    path.write_bytes(data)
    with pytest.raises(ReplayError, match="the columns style of agents are missing"):
        Replay(path)


# -- writers that are stopped


def test_a_replay_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    """Chunks of 8 ticks: after 19 appends two of them are in the file."""
    path, world = tmp_path / "a.replay", world_of()
    with ReplayWriter(path, world, ticks_a_chunk=8) as writer:
        assert list(Replay(path)) == []
        for tick in play(world, 18):
            writer.append()
            replay = Replay(path)
            assert not replay.complete
            assert len(replay) == (tick + 1) // 8 * 8
    assert Replay(path).complete
    assert len(Replay(path)) == 19


def test_a_file_cut_anywhere_is_read_up_to_its_last_whole_chunk(path: Path, tmp_path: Path) -> None:
    data, whole, cut = path.read_bytes(), list(Replay(path)), tmp_path / "cut.replay"
    places = chunks_of(data)
    assert len(places) == 3
    start = places[0][0]
    for length in [*range(0, start, 97), start - 1]:
        cut.write_bytes(data[:length])
        with pytest.raises(ReplayError, match=r"cut\.replay: (not a replay|the header of the replay is damaged)"):
            Replay(cut)
    ends = [end + shift for _, end in places for shift in range(-30, 31)]
    for length in sorted({*range(start, len(data), 29), *ends, len(data) - 1} & {*range(start, len(data))}):
        cut.write_bytes(data[:length])
        replay = Replay(cut)
        assert not replay.complete
        assert len(replay) == 8 * sum(end <= length for _, end in places)
    assert all(same(a, b) for a, b in zip(replay, whole, strict=True))


def test_room_that_was_never_filled_is_no_chunk(path: Path) -> None:
    """What a loss of power may leave: the last chunk has its start and its length, but not its data."""
    data = path.read_bytes()
    at, end = chunks_of(data)[-1]
    path.write_bytes(data[: at + CHUNK.size] + bytes(end - at - CHUNK.size) + bytes(100))
    assert Replay(path).ticks == range(16)


def test_an_error_in_the_block_still_closes_the_file(tmp_path: Path) -> None:
    path, world = tmp_path / "a.replay", world_of()
    writers = []

    def fail() -> None:
        with ReplayWriter(path, world) as writer:
            writers.append(writer)
            writer.append()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert Replay(path).complete
    assert len(Replay(path)) == 1
    with pytest.raises(ValueError, match=r"a\.replay is closed"):
        writers[0].append()


def test_a_full_disk_keeps_what_was_written(tmp_path: Path) -> None:
    """Chunks of 4 ticks; of the third only the first 20 bytes are written."""
    path, world = tmp_path / "a.replay", world_of()

    def fill_disk() -> None:
        with ReplayWriter(path, world, ticks_a_chunk=4) as writer:
            for tick in play(world, 20):
                if tick == 9:
                    writer._file = FullDisk(writer._file)  # type: ignore[assignment]
                writer.append()

    with pytest.raises(OSError, match="no space left"):
        fill_disk()
    assert Replay(path).ticks == range(8)
    assert not Replay(path).complete


class FullDisk:
    """A file on a disk with room for 20 more bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.close = file, file.close

    @property
    def closed(self) -> bool:
        return self.file.closed

    def write(self, data: bytes) -> None:
        self.file.write(data[:20])
        raise OSError(28, "No space left on device")


# -- misuse


def test_a_tick_that_is_not_there(path: Path, tmp_path: Path) -> None:
    for tick in (-1, 24):
        with pytest.raises(ReplayError, match=rf"a\.replay holds the ticks 0 \.\. 23; {tick} was asked for"):
            Replay(path).frame(tick)
    with ReplayWriter(tmp_path / "empty.replay", world_of()):
        pass
    empty = Replay(tmp_path / "empty.replay")
    assert (len(empty), list(empty), empty.complete) == (0, [], True)
    with pytest.raises(ReplayError, match="holds no tick; 0 was asked for"):
        empty.materials(0)


def test_another_file_is_no_replay(tmp_path: Path) -> None:
    for content in (b"", b"PK\3\4" + bytes(100), b"NMREPLAY"):
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(ReplayError, match=r"a\.zip: not a replay"):
            Replay(tmp_path / "a.zip")
    with pytest.raises(FileNotFoundError):
        Replay(tmp_path / "b.zip")


def test_a_replay_holds_every_tick(tmp_path: Path) -> None:
    world = world_of()
    with ReplayWriter(tmp_path / "a.replay", world) as writer:
        writer.append()
        with pytest.raises(ValueError, match="1 comes next, but the world is at tick 0"):
            writer.append()
        for _ in play(world, 2):
            pass
        with pytest.raises(ValueError, match="1 comes next, but the world is at tick 2"):
            writer.append()


def test_the_writer_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    path, world = tmp_path / "a.replay", world_of()
    path.write_bytes(b"mine")
    with pytest.raises(ConfigError, match=r"ticks_a_chunk = 0 .* 1 \.\. 256"):
        ReplayWriter(path, world, ticks_a_chunk=0)
    with pytest.raises(ConfigError, match=r"level = 10 .* 0 \.\. 9"):
        ReplayWriter(path, world, level=10)
    with pytest.raises(TypeError, match="JSON"):
        ReplayWriter(path, world, metadata={"policy": object()})
    with pytest.raises(ValueError, match="JSON"):
        ReplayWriter(path, world, metadata={"score": float("nan")})
    with pytest.raises(ValueError, match=r"the header has \d+ bytes as JSON; the most is 8388608"):
        ReplayWriter(path, world, metadata={"novel": "a" * 2**23})
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deep"):
        ReplayWriter(path, world, metadata={"nested": nested})
    with pytest.raises(ConfigError, match="events are not recorded"):
        ReplayWriter(path, World(SMALL, maps=[patchwork(SMALL.terrain, 0)]))
    with pytest.raises(IndexError, match="w = 1"):
        ReplayWriter(path, world, 1)
    assert path.read_bytes() == b"mine"
    ReplayWriter(path, world).close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.replay"]
    assert len(Replay(path)) == 0
