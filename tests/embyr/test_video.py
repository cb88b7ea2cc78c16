"""`forge video`: the file has the pictures, the size and the time that were asked for, and shows the world."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from forge.agents import scripted
from forge.blade import ConfigError, Recording, World
from forge.blade.recording.replay import ReplayWriter
from forge.cli import main
from forge.embyr.video import chromium
from forge.embyr.video.encode import Encoder
from forge.embyr.video.video import Shot
from tests.blade.watching import SMALL


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven ticks of a small world."""
    path = tmp_path_factory.mktemp("video") / "small.replay"
    world, player = World(SMALL, record=Recording(events=True)), scripted("fighter", SMALL)
    world.reset()
    for _ in range(20):
        world.step(player.act(world.observe()))
    with ReplayWriter(path, world) as writer:
        writer.append()
        for _ in range(10):
            world.step(player.act(world.observe()))
            writer.append()
    return path


def pictures(path: Path) -> np.ndarray:
    """Of a video, uint8 [number, height, width, 3]."""
    if path.suffix == ".webp":
        with Image.open(path) as image:
            return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)])
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def test_moments_pass_through_the_ticks() -> None:
    shot = Shot(fps=4, seconds=1.5, ticks_a_second=2)
    assert list(shot.moments()) == [(0, 0, 0), (0, 0.5, 0.25), (1, 0, 0.5), (1, 0.5, 0.75), (2, 0, 1.0), (2, 0.5, 1.25)]


def test_a_replay_becomes_a_video(replay: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "small.mp4"
    words = ["--out", str(out), "--size", "160x120", "--fps", "5", "--seconds", "9", "--tick-seconds", "0.25"]
    assert main(["video", str(replay), *words, "--start", "26", "--overlay", "visits", "--turn", "20"]) == 0
    assert f"{out}: 5 pictures, 1.0 s" in capsys.readouterr().out  # the replay's last four ticks
    with av.open(str(out)) as file:
        assert file.streams.video[0].codec.name == "h264"
        assert file.streams.video[0].average_rate == 5
    shown = pictures(out).astype(int)
    assert shown.shape == (5, 120, 160, 3)
    assert all(len(np.unique(picture // 16)) > 6 for picture in shown)  # neither blank nor of few colours
    assert all(np.abs(after - before).mean() > 0.5 for before, after in itertools.pairwise(shown))
    assert main(["video", str(replay), "--out", str(out)]) == 1  # it is there already
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["made.mp4", "made.webp"])
def test_an_encoder_keeps_pictures_and_their_order(name: str, tmp_path: Path) -> None:
    path, greys = tmp_path / name, (20, 120, 220)
    with Encoder(path, (96, 64), 10) as encoder:
        for grey in greys:
            encoder.add(np.full((64, 96, 3), grey, np.uint8))
        assert not path.exists()
    shown = pictures(path)
    assert shown.shape == (3, 64, 96, 3)
    assert [round(float(picture.mean()), -1) for picture in shown] == [20, 120, 220]


@pytest.mark.parametrize("name", ["made.mp4", "made.webp"])
def test_the_same_pictures_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    height, width = 120, 160  # few blocks wide, and not of whole ones
    places = np.add.outer(np.arange(height + 80) ** 2, np.arange(width + 80) * 3)
    ground = np.stack([places, places // 7, places // 3], axis=-1).astype(np.uint8)
    made = []
    for number in range(3):
        path = tmp_path / f"{number}{name}"
        with Encoder(path, (width, height), 12) as encoder:
            for step in range(40):  # the ground moves; memory that is free again differs from run to run
                encoder.add(np.ascontiguousarray(ground[2 * step :, step:][:height, :width]))
                np.full(100_000 * (number + 1), 37 * number + step, np.uint8)
        made.append(path.read_bytes())
    assert made[1:] == made[:1] * 2


def test_what_goes_wrong_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ndim"), Encoder(tmp_path / "made.mp4", (64, 64), 10) as encoder:
        encoder.add(np.zeros((64, 64), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "a.gif"], "a.gif: a video's name ends in .mp4 or .webp"),
        (["--out", "no/a.mp4"], "there is no folder"),
        (["--size", "big"], "--size 'big' must be width x height"),
        (["--size", "641x360"], "width and height must be even, 64 to 4096"),
        (["--fps", "0"], "0 pictures a second is out of range"),
        (["--seconds", "0"], "--seconds 0.0 must be above 0"),
        (["--start", "30"], "can be drawn from ticks 20 to 29 on"),
        (["--overlay", "value"], "--overlay value needs a trained policy"),
        (["--overlay", "visits", "--population", "9"], "--population 9: there are 2"),
        (["law"], "it is drawn alone"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str],
    message: str,
    replay: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["video", str(replay), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_chromium_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert chromium.find() is None
    with pytest.raises(ConfigError, match="CHROMIUM=/nowhere/chromium is no program"), chromium.launch():
        pass
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setenv("PATH", "")
    if chromium.find() is None:  # but for a Mac's applications
        with pytest.raises(ConfigError, match="apt-get install chromium"), chromium.launch():
            pass


def test_without_a_camera_the_director_has_it_and_repeats_itself(replay: Path, tmp_path: Path) -> None:
    words = ["--size", "160x120", "--fps", "4", "--seconds", "1", "--tick-seconds", "0.1"]  # 2.5 ticks a picture
    shown = []
    for name in ("one.mp4", "two.mp4"):
        assert main(["video", str(replay), "--out", str(tmp_path / name), *words]) == 0
        shown.append(pictures(tmp_path / name))
    assert len(shown[0]) == len(shown[1]) == 4
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert main(["video", str(replay), "--out", str(tmp_path / "whole.mp4"), *words, "--turn", "0.001"]) == 0
    assert np.abs(pictures(tmp_path / "whole.mp4").astype(int) - shown[0]).mean() > 8  # not the whole map
