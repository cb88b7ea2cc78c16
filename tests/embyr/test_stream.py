"""The stream of frames: whatever frames a viewer misses, it sees the map as it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.blade.frame import Frame, FrameSource, decode, draw_tiles
from forge.embyr.stream import FrameStream
from tests.blade.watching import play, same, world_of


def frames(ticks: int = 12) -> tuple[list[Frame], list[np.ndarray]]:
    """Frames of random play, the first a key frame, and the map after each."""
    world = world_of()
    source = FrameSource(world)
    taken, maps = [], []
    for _ in play(world, ticks):
        taken.append(source.frame())
        maps.append(world.materials()[0].copy())
    assert any(len(frame.tiles["index"]) for frame in taken)  # else there is nothing to miss
    return taken, maps


FRAMES, MAPS = frames(40)


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(1, 40), max_size=3))
def test_a_viewer_that_misses_frames_sees_the_map_as_it_is(looks: set[int], restarts: set[int]) -> None:
    stream, seen, materials = FrameStream(), 0, np.zeros((16, 16), np.uint8)
    began_anew = False
    for number, frame in enumerate(FRAMES):
        key = number in restarts  # as after a seek
        stream.put(frame.with_plane(MAPS[number]) if key else frame)
        began_anew |= key
        if number not in looks:
            continue
        message = stream.message(seen)
        assert message is not None
        got = decode(message[0])
        assert got.key == (seen == 0 or began_anew)
        began_anew = False
        if got.key:
            materials = got.plane["material"].reshape(16, 16).copy()
        draw_tiles(materials, got.tiles)
        assert np.array_equal(materials, MAPS[number])
        assert (got.tick, message[2]) == (frame.tick, frame.tick)
        assert np.array_equal(got.agents["id"], frame.agents["id"])
        seen = message[1]
        assert stream.message(seen) is None


def test_whoever_misses_nothing_gets_the_frame_itself() -> None:
    stream = FrameStream()
    for number, frame in enumerate(FRAMES[:5]):
        stream.put(frame)
        message = stream.message(number)
        assert message is not None
        assert same(decode(message[0]), frame)


def test_viewers_who_have_seen_the_same_share_one_message() -> None:
    stream = FrameStream()
    for frame in FRAMES[:5]:
        stream.put(frame)
    first, second = stream.message(2), stream.message(2)
    assert first is not None
    assert second is not None
    assert first[0] is second[0]


def test_the_first_frame_must_be_a_key_frame() -> None:
    with pytest.raises(ValueError, match="must be a key frame"):
        FrameStream().put(FRAMES[3])
    assert FrameStream().message(0) is None
