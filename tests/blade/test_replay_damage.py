"""Replay files that are damaged or made to do harm: they give what is whole, or a clear error, and cost little."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade.replay import Replay, ReplayError
from tests.blade.old_replay import FIELDS, TICKS, chunk, old_replay, raw_chunk
from tests.blade.watching import CHUNK, chunks_of, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a replay of 24 ticks in three chunks lies."""
    record(tmp_path / "a.replay")
    return tmp_path / "a.replay"


def test_a_damaged_chunk_costs_only_its_own_ticks(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at, end = chunks_of(data)[1]
    data[at + CHUNK.size + 40 : end] = bytes(end - at - CHUNK.size - 40)
    path.write_bytes(data)
    replay = Replay(path)
    assert replay.complete
    with pytest.raises(ReplayError, match=r"a\.replay: a chunk cannot be decompressed"):
        replay.frame(8)
    assert [replay.frame(t).tick for t in (7, 16)] == [7, 16]


def test_a_damaged_index_is_made_anew(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-30] ^= 1
    path.write_bytes(data)
    assert not Replay(path).complete
    assert len(list(Replay(path))) == 24


@pytest.mark.parametrize("second", [6, 7, 9, 2**40])
def test_chunks_must_follow_one_another(tmp_path: Path, second: int) -> None:
    """A chunk of tick 7, then one of another tick than 8, which the index says too."""
    start = chunks_of(old_replay())[0][0]
    first = packed(chunk(9)[CHUNK.size :])
    index = struct.pack("<QqQQqQ", start, 7, 1, start + len(first), second, 1)
    end = struct.pack("<QQI4s", start + 2 * len(first), 2, zlib.crc32(index), b"DONE")
    again = packed(chunk(9)[CHUNK.size :], second)
    (tmp_path / "a.replay").write_bytes(old_replay()[:start] + first + again + index + end)
    replay = Replay(tmp_path / "a.replay")
    assert (replay.ticks, replay.complete) == (range(7, 8), False)


def test_a_chunk_without_ticks_is_none(tmp_path: Path) -> None:
    start = chunks_of(old_replay())[0][0]
    first, none = packed(chunk(9)[CHUNK.size :]), CHUNK.pack(b"CHNK", 0, 8, 0)
    index = struct.pack("<QqQQqQ", start, 7, 1, start + len(first), 8, 0)
    end = struct.pack("<QQI4s", start + len(first + none), 2, zlib.crc32(index), b"DONE")
    (tmp_path / "a.replay").write_bytes(old_replay()[:start] + first + none + index + end)
    replay = Replay(tmp_path / "a.replay")
    assert (replay.ticks, replay.complete) == (range(7, 8), False)


@settings(max_examples=200)
@given(data=st.data())
def test_a_changed_byte_gives_frames_or_a_clear_error(data: st.DataObject) -> None:
    changed = bytearray(old_replay())
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.replay"
        path.write_bytes(changed)
        try:
            frames = list(Replay(path))
        except ReplayError:
            return
    assert all(frame.agents["row"].max(initial=0) < frame.side for frame in frames)


def replay_of(*chunks: bytes) -> bytes:
    """The start of the old file with other chunks behind it, each of one tick from 7 on, and an end."""
    file, index = old_replay()[: chunks_of(old_replay())[0][0]], b""
    for tick, packed in enumerate(chunks, 7):
        index += struct.pack("<QqQ", len(file), tick, 1)
        file += packed
    return file + index + struct.pack("<QQI4s", len(file), len(chunks), zlib.crc32(index), b"DONE")


def packed(data: bytes, tick: int = 7) -> bytes:
    """A chunk of one tick."""
    return CHUNK.pack(b"CHNK", 1, tick, len(data)) + data


COUNTS = bytes(24)  # of six tables of one tick: nothing


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ends within its row counts"),
        (zlib.compress(COUNTS[:-1]), "ends within its row counts"),
        (zlib.compress(b"\xff" * 24), "claims to hold .* bytes; the most is 1073741824"),
        (zlib.compress(COUNTS + bytes(10_000_000)), "holds 1 bytes or more, but its tables need 0"),
        (zlib.compress(COUNTS), "must begin with a key frame"),
        (chunk(9)[CHUNK.size : -4], "but its tables need"),
    ],
    ids=["empty", "short", "four billion rows", "never ends", "no map", "no checksum"],
)
def test_a_chunk_that_cannot_be_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    """What it claims costs no memory; the chunk behind it is not touched."""
    (tmp_path / "a.replay").write_bytes(replay_of(packed(data), packed(chunk(9)[CHUNK.size :], 8)))
    replay = Replay(tmp_path / "a.replay")
    with pytest.raises(ReplayError, match=why):
        replay.frame(7)
    assert replay.frame(8).agents["id"].tolist() == [3]


@pytest.mark.parametrize(
    ("table", "row", "why"),
    [
        ("tiles", (16, 3), r"tiles\.index holds 16; allowed are 0 \.\. 15"),
        ("tiles", (3, 7), r"tiles\.material holds 7"),
        ("deaths", (1, 4, 1, 0), r"deaths\.row holds 4"),
    ],
)
def test_places_off_the_map_are_refused(tmp_path: Path, table: str, row: tuple[int, ...], why: str) -> None:
    data = zlib.compress(raw_chunk({7: {**TICKS[7], table: [row]}}, FIELDS))
    (tmp_path / "a.replay").write_bytes(replay_of(packed(data)))
    with pytest.raises(ReplayError, match=why):
        Replay(tmp_path / "a.replay").frame(7)


def test_numbers_too_large_for_today_are_refused(tmp_path: Path) -> None:
    """A column of health as wide as 32 bits is read as long as its numbers fit 16."""
    fields = {**FIELDS, "agents": [(n, "int32" if n == "health" else t, c) for n, t, c in FIELDS["agents"]]}
    start = old_replay()[: chunks_of(old_replay())[0][0]]
    text = start[16:].replace(b'"health", "type": "int16"', b'"health", "type": "int32"')
    for health, fine in ((32767, True), (32768, False)):
        rows = [(3, 0, 0, 1, 1, health, 30, 31, 2, 0)]
        data = zlib.compress(raw_chunk({7: {**TICKS[7], "agents": rows}}, fields))
        (tmp_path / "a.replay").write_bytes(start[:16] + text + packed(data))
        replay = Replay(tmp_path / "a.replay")
        if fine:
            assert replay.frame(7).agents["health"].tolist() == [32767]
        else:
            assert len(replay) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda h: h.pop("side"), "side"),
        (lambda h: h.update(side=10**9), "side = 1000000000 is out of range"),
        (lambda h: h.update(world="six"), "world is 'six'"),
        (lambda h: h.update(metadata=[]), r"metadata is \[\]"),
        (lambda h: h["frame"].update(sections=[]), "the sections are none"),
        (lambda h: h["frame"]["sections"][0]["fields"][0].update(type="object"), "object"),
        (lambda h: h["frame"]["sections"][0]["fields"][0].update(coding="magic"), "magic.*known are plain, row, slot"),
        (lambda h: h["frame"]["sections"][0]["fields"][2].update(coding="slot"), "no slots that can be read first"),
        (lambda h: h["frame"]["sections"][0]["fields"][1].update(name="id"), "fields of agents are id, id, slot"),
    ],
)
def test_a_header_that_cannot_be_is_refused(tmp_path: Path, change: Callable[[dict], object], why: str) -> None:
    data = old_replay()
    (length,) = struct.unpack_from("<I", data, 12)
    header = json.loads(data[16 : 16 + length])
    change(header)
    text = json.dumps(header).encode()
    (tmp_path / "a.replay").write_bytes(data[:12] + struct.pack("<I", len(text)) + text + data[16 + length :])
    with pytest.raises(ReplayError, match=rf"a\.replay: the header of the replay is damaged: .*{why}"):
        Replay(tmp_path / "a.replay")
