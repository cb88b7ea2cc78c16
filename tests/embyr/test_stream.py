"""The stream of frames: whatever frames a viewer misses, it sees the map as it is."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.blade.recording.frame import Frame, FrameSource, decode, draw_tiles
from forge.embyr.streaming.stream import FrameStream, Seen
from tests.blade.watching import play, same, world_of


@functools.cache
def played() -> tuple[list[Frame], list[np.ndarray]]:
    """Frames of 40 ticks of random play, the first a key frame, and the map after each."""
    world = world_of()
    source = FrameSource(world)
    taken, maps = [], []
    for _ in play(world, 40):
        taken.append(source.frame())
        maps.append(world.materials()[0].copy())
    assert any(len(frame.tiles["index"]) for frame in taken)  # else there is nothing to miss
    return taken, maps


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(1, 40), max_size=3))
def test_a_viewer_that_misses_frames_sees_the_map_as_it_is(looks: set[int], restarts: set[int]) -> None:
    frames, maps = played()
    stream, seen, materials = FrameStream(), Seen(), np.zeros((16, 16), np.uint8)
    began_anew = False
    for number, frame in enumerate(frames):
        key = number in restarts  # as after a seek
        stream.put(frame.with_plane(maps[number]) if key else frame)
        began_anew |= key
        if number not in looks:
            continue
        news = stream.news(seen)
        assert news is not None
        got = decode(news.frame)
        assert got.key == (seen.number == 0 or began_anew)
        began_anew = False
        if got.key:
            materials = got.plane["material"].reshape(16, 16).copy()
        draw_tiles(materials, got.tiles)
        assert np.array_equal(materials, maps[number])
        assert (got.tick, news.tick) == (frame.tick, frame.tick)
        assert np.array_equal(got.agents["id"], frame.agents["id"])
        seen = news.seen
        assert stream.news(seen) is None


def test_whoever_misses_nothing_gets_the_frame_itself() -> None:
    stream, seen = FrameStream(), Seen()
    for frame in played()[0][:5]:
        stream.put(frame)
        news = stream.news(seen)
        assert news is not None
        assert same(decode(news.frame), frame)
        assert news.earlier == ()
        seen = news.seen


def test_viewers_who_have_seen_the_same_share_one_message() -> None:
    stream = FrameStream()
    stream.put(played()[0][0])
    begun = stream.news(Seen())
    assert begun is not None
    for frame in played()[0][1:5]:
        stream.put(frame)
    first, second = stream.news(begun.seen), stream.news(begun.seen)
    assert first is not None
    assert second is not None
    assert first.frame is second.frame
    assert first.earlier is second.earlier


def test_the_first_frame_must_be_a_key_frame() -> None:
    with pytest.raises(ValueError, match="must be a key frame"):
        FrameStream().put(played()[0][3])
    assert FrameStream().news(Seen()) is None
