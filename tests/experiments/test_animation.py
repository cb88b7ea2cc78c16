"""Films: every frame is in the file, at its size, and shows what it should."""

import numpy as np
import pytest
from PIL import Image

from forge.blade import Chaos, ConfigError, Recording, World
from forge.experiments.pictures.animation import Animation, record_last
from forge.experiments.pictures.caption import Caption
from forge.experiments.pictures.palette import colours

CONFIG = Chaos(**{"terrain.side": 16, "terrain.border": 3, "spawn.cap": 8, "spawn.populations": 2})


class Stayer:
    def act(self, observation):
        return np.zeros((*observation.alive.shape, 2), np.uint8)


def blocks(count: int) -> list[np.ndarray]:
    """Grey pictures with a white block that moves down."""
    frames = [np.full((48, 32, 3), 90, np.uint8) for _ in range(count)]
    for k, frame in enumerate(frames):
        frame[8 * k : 8 * k + 8, 8:16] = 255
    return frames


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_frames_read_back(tmp_path, suffix) -> None:
    path = tmp_path / f"blocks{suffix}"
    with Animation(path, milliseconds=80) as animation:
        for frame in blocks(5):
            animation.add(frame)
    assert animation.frames == 5
    with Image.open(path) as film:
        assert (film.n_frames, film.size) == (5, (32, 48))
        for k, frame in enumerate(blocks(5)):
            film.seek(k)
            shown = np.asarray(film.convert("RGB")).astype(int)
            assert film.info["duration"] == 80
            assert np.abs(shown - frame).mean() < 4
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_frames_give_the_same_file(tmp_path) -> None:
    for name in ("one.webp", "other.webp"):
        with Animation(tmp_path / name) as animation:
            for frame in blocks(3):
                animation.add(frame)
    assert (tmp_path / "one.webp").read_bytes() == (tmp_path / "other.webp").read_bytes()


def test_nothing_is_written_after_an_error(tmp_path) -> None:
    def interrupted() -> None:
        with Animation(tmp_path / "film.webp") as animation:
            animation.add(blocks(1)[0])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_film(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"film.mp4 must end in .webp or .gif"):
        Animation(tmp_path / "film.mp4")
    with pytest.raises(ValueError, match="milliseconds = 0 must be positive"):
        Animation(tmp_path / "film.webp", 0)
    with pytest.raises(ValueError, match="needs at least one frame"), Animation(tmp_path / "film.webp"):
        pass
    with Animation(tmp_path / "film.webp") as animation:
        animation.add(blocks(1)[0])
        with pytest.raises(ValueError, match=r"\(48, 32, 3\) first, and now \(48, 30, 3\)"):
            animation.add(blocks(1)[0][:, :30])
        with pytest.raises(ValueError, match=r"uint8 of shape \[h, w, 3\], not float64"):
            animation.add(np.zeros((4, 4, 3)))


def test_a_world_is_filmed(tmp_path) -> None:
    world = World(CONFIG, 2, record=Recording(events=True))
    world.reset()
    path = record_last(world, Stayer(), 7, tmp_path / "world.webp", w=1, scale=8)
    assert world.state.tick.tolist() == [7, 7]
    with Image.open(path) as film:
        # A playable square of 10 tiles and a margin of 1 on each side; the caption is 18 pixels high.
        assert (film.n_frames, film.size) == (7, (96, 96 + 18))
        film.seek(6)
        frame = np.asarray(film.convert("RGB")).astype(float)
    assert frame[:96].std() > 20
    assert frame[96:].max() > 120  # the caption's text
    assert frame[96:].mean() < 80  # on a dark ground


def test_only_worlds_that_record_events_are_filmed(tmp_path) -> None:
    world = World(CONFIG)
    world.reset()
    with pytest.raises(ConfigError, match="events are not recorded"):
        record_last(world, Stayer(), 3, tmp_path / "world.webp")
    recording = World(CONFIG, record=Recording(events=True))
    with pytest.raises(IndexError, match="w = 1 is out of range"):
        record_last(recording, Stayer(), 3, tmp_path / "world.webp", w=1)
    with pytest.raises(ValueError, match="ticks = 0 must be positive"):
        record_last(recording, Stayer(), 0, tmp_path / "world.webp")


def test_captions_show_every_population_if_there_is_room() -> None:
    wide, narrow = (Caption(width, 18, 8).draw(1234, [3] * 8) for width in (512, 200))
    assert wide.shape == (18, 512, 3)
    assert narrow.shape == (18, 200, 3)
    for colour in colours(8):
        assert (wide == colour).all(-1).any()
        assert not (narrow == colour).all(-1).any()
    assert not np.array_equal(wide, Caption(512, 18, 8).draw(1234, [4] + [3] * 7))
    assert not np.array_equal(narrow, Caption(200, 18, 8).draw(1235, [3] * 8))
