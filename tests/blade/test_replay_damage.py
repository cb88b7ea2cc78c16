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

from forge.blade.recording.frame import encode
from forge.blade.recording.replay import Replay, ReplayError
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
    with pytest.raises(ReplayError, match=r"a\.replay: the replay is damaged: the chunk of the ticks from 8 on has"):
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


#: A table of one narrow column.
TABLE = {"name": "agents", "fields": [{"name": "population", "type": "uint8", "coding": "plain"}]}
COUNTS = bytes(24)  # of six tables of one tick: nothing


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "ends within its row counts"),
        (zlib.compress(COUNTS[:-1]), "ends within its row counts"),
        (zlib.compress(b"\xff" * 24), "claims to hold .* bytes; the most is 268435456"),
        (zlib.compress(COUNTS + bytes(10_000_000)), "holds more than its tables need"),
        (zlib.compress(COUNTS), "must begin with a key frame"),
        (chunk(9)[CHUNK.size : -4], "or does not end where they do"),
        (chunk(9)[CHUNK.size :] + bytes(5), "or does not end where they do"),
        (zlib.compress(struct.pack("<6I", 9, 0, 0, 0, 0, 0)[0::4] + bytes(18)), "it lacks 18 bytes"),
    ],
    ids=["empty", "short", "four billion rows", "never ends", "no map", "no checksum", "goes on", "no columns"],
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


def test_no_flipped_bit_of_a_start_goes_unseen(path: Path) -> None:
    """Nor of the start of a chunk, also where there is no index to compare it with."""
    data, frames = path.read_bytes(), [encode(frame) for frame in Replay(path)]
    begin, end = chunks_of(data)[0]
    cut = data[: chunks_of(data)[-1][1]]
    for at in [*range(16), *range(16, begin, 61), *range(begin - 30, begin + CHUNK.size), end - 1]:
        for bit in range(8) if at < 16 or at >= begin else (at % 8,):
            changed = bytearray(cut)
            changed[at] ^= 1 << bit
            path.write_bytes(changed)
            try:
                replay = Replay(path)
                found = [encode(frame) for frame in replay]
            except ReplayError:
                continue
            assert at >= begin, f"bit {bit} of byte {at}"
            assert found == frames[: len(found)]
            assert len(found) < len(frames)


@pytest.mark.parametrize(
    ("values", "text", "why"),
    [
        (None, b"[" * 100_000, "nested too deep"),
        (None, b'{"a":' * 100_000, "nested too deep"),
        (None, b"1" * 10_000, "digits"),
        (None, b"\xff", "UnicodeDecodeError|utf-8"),
        ({"side": 10**400}, None, "side = a number of many digits is out of range"),
        ({"populations": 0}, None, r"populations = 0 is out of range; allowed are 1 \.\. 255"),
        ({"world": -1}, None, r"world = -1 is out of range"),
        ({"frame": {"sections": [{"name": str(n), "fields": []} for n in range(9)]}}, None, "are none"),
        ({"frame": {"sections": [TABLE | {"name": str(n)} for n in range(300)]}}, None, "there are 300 sections"),
    ],
)
def test_a_header_without_end_is_refused(tmp_path: Path, values: dict | None, text: bytes | None, why: str) -> None:
    header = {"config": {}, "populations": 1, "world": 0, "side": 4, "metadata": {}, "frame": {"sections": [TABLE]}}
    text = text or json.dumps(header | (values or {})).encode()
    (tmp_path / "a.replay").write_bytes(b"NMREPLAY" + struct.pack("<HHI", 0, 9, len(text)) + text)
    with pytest.raises(ReplayError, match=rf"a\.replay: the header of the replay is damaged: .*({why})"):
        Replay(tmp_path / "a.replay")


def test_a_header_that_claims_more_than_any_has_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.replay").write_bytes(b"NMREPLAY" + struct.pack("<HHI", 1, 0, 2**32 - 1) + b"{}")
    with pytest.raises(ReplayError, match="claims 4294967295 bytes; the most is 8388608"):
        Replay(tmp_path / "a.replay")


@pytest.mark.parametrize(
    ("ticks", "first", "length"),
    [(2**32 - 1, 7, None), (257, 7, None), (1, -1, None), (1, 2**62, None), (1, 7, 2**63), (1, 7, 2**64 - 1)],
)
def test_a_chunk_that_claims_more_than_any_has_is_none(
    tmp_path: Path, ticks: int, first: int, length: int | None
) -> None:
    """With an index that says the same, and without one."""
    start = old_replay()[: chunks_of(old_replay())[0][0]]
    data = zlib.compress(bytes(20_000_000), 9)
    chunk = CHUNK.pack(b"CHNK", ticks, first, length or len(data)) + data
    index = struct.pack("<QqQ", len(start), first, ticks)
    end = index + struct.pack("<QQI4s", len(start + chunk), 1, zlib.crc32(index), b"DONE")
    for behind in (b"", end):
        (tmp_path / "a.replay").write_bytes(start + chunk + behind)
        try:
            replay = Replay(tmp_path / "a.replay")
        except ReplayError:
            continue
        with pytest.raises(ReplayError, match=r"holds no tick|no chunk of 1 ticks"):
            replay.frame(7)


def test_columns_that_the_file_has_narrow_are_counted_as_wide_as_they_become(tmp_path: Path) -> None:
    """A table of one column of a byte: its rows would take 34 bytes each here."""
    header = {"config": {}, "populations": 1, "world": 0, "side": 4, "metadata": {}, "frame": {"sections": [TABLE]}}
    text, rows = json.dumps(header).encode(), 2**24
    data = zlib.compress(struct.pack("<I", rows) + bytes(rows), 1)
    start = b"NMREPLAY" + struct.pack("<HHI", 0, 9, len(text)) + text
    (tmp_path / "a.replay").write_bytes(start + packed(data))
    with pytest.raises(ReplayError, match=r"claims to hold 587202560 bytes; the most is 268435456|holds no tick"):
        Replay(tmp_path / "a.replay").frame(7)


def test_who_is_of_no_population_is_refused(tmp_path: Path) -> None:
    rows = [(3, 0, 0, 1, 1, 9, 30, 31, 2, 2)]
    data = zlib.compress(raw_chunk({7: {**TICKS[7], "agents": rows}}, FIELDS))
    (tmp_path / "a.replay").write_bytes(replay_of(packed(data)))
    with pytest.raises(ReplayError, match=r"agents\.population holds 2; allowed are 0 \.\. 1"):
        Replay(tmp_path / "a.replay").frame(7)
