"""Maps drawn by hand: found beside the file that names them, and kept in the run, which can then be anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from forge import cli
from forge.blade import Config, Terrain
from forge.blade.terrain.generation import read_map
from forge.blade.terrain.tiled import read_tmx, write_tmx
from forge.blade.terrain.tiles import border
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from tests.experiments.children import end, start

SIDE = 32
SMALL = f"""
[run]
worlds = 2
steps = 300
threads = 1
[world.spawn]
cap = 8
[world.terrain]
side = {SIDE}
file = "land.tmx"
"""


def land(material: int = 2) -> np.ndarray:
    """Grass and nothing else, or something else, in its frame of lava."""
    tiles = np.full((SIDE, SIDE), material, np.uint8)
    tiles[border(Terrain(side=SIDE))] = 0
    return tiles


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a map and a configuration below maps/."""
    (tmp_path / "maps").mkdir()
    write_tmx(tmp_path / "maps" / "land.tmx", land())
    (tmp_path / "maps" / "land.toml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def forge(*arguments: str) -> str:
    """Runs a command from the folder one stands in; returns its exit code and what it said, in one line."""
    output = Path.cwd() / "said"
    code = end(start(list(arguments), output, directory=Path.cwd()))
    return f"{code}: {' '.join(output.read_text().split())}"


@pytest.mark.parametrize("command", ["train", "realms"])
def test_a_run_with_a_map_needs_nothing_else(command: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert forge(command, "maps/land.toml", "--folder", "first").startswith("0: ")
    assert 'file = "map.tmx"' in (desk / "first" / "config.toml").read_text()
    # the original, the folder one began in and the folder of the run: none is where it was
    shutil.rmtree(desk / "maps")
    (desk / "other").mkdir()
    (desk / "first").rename(desk / "other" / "moved")
    monkeypatch.chdir(desk / "other")
    said = forge(command, "--resume", "moved", "--steps", "600")
    assert said.startswith("0: "), said
    assert 'file = "map.tmx"' in (desk / "other" / "moved" / "config.toml").read_text()
    monkeypatch.chdir("/")
    run = Run(desk / "other" / "moved")
    assert (read_map(run.training.world.terrain) == land()).all()
    assert (read_map(load(run.path).config.terrain) == land()).all()
    replay = str(desk / "a.replay")
    assert cli.main(["record", str(run.path), "--ticks", "2", "--out", replay]) == 0
    # a run of its own from the same configuration has a copy of its own
    assert cli.main(["train", str(run.path), "--folder", str(desk / "second"), "--steps", "100"]) == 0
    assert (read_tmx(desk / "second" / "map.tmx") == land()).all()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "cannot read the file"),
        (lambda path: path.write_text("<map"), "not XML"),
        (lambda path: write_tmx(path, land()[:-1]), "31"),
    ],
)
def test_a_map_that_cannot_be_read_leaves_no_folder(
    damage: object, said: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(desk / "maps" / "land.tmx")  # type: ignore[operator]
    for command in ("train", "realms"):
        assert cli.main([command, "maps/land.toml", "--folder", "run"]) == 1
        error = capsys.readouterr().err
        assert "terrain.file = " in error
        assert said in error
        assert len(error.splitlines()) == 1
    assert [path.name for path in desk.iterdir()] == ["maps"]


@pytest.mark.parametrize("option", [("--learning.network", "nowhere:Net"), ("--threads", "4096")])
def test_whatever_keeps_a_run_from_beginning_leaves_no_folder(option: tuple[str, str], desk: Path) -> None:
    for command in ("train", "realms"):
        assert cli.main([command, "law", "--folder", "run", *option]) == 1
    assert not (desk / "run").exists()


def old(desk: Path, file: str) -> Path:
    """A run as release 2.0 left it: the map is where the configuration says, seen from where the run began."""
    run = desk / "old"
    assert forge("train", "maps/land.toml", "--folder", "old").startswith("0: ")
    text = (run / "config.toml").read_text()
    (run / "config.toml").write_text(text.replace('file = "map.tmx"', f'file = "{file}"'))
    (run / "map.tmx").unlink()
    return run


def test_runs_of_release_2_0_find_their_map_where_it_was(desk: Path) -> None:
    for file in ("maps/land.tmx", str(desk / "maps" / "land.tmx")):
        run = old(desk, file)
        assert forge("train", "--resume", "old", "--steps", "600").startswith("0: ")
        assert not (run / "map.tmx").exists()
        assert f'file = "{file}"' in (run / "config.toml").read_text()
        shutil.rmtree(run)


def test_runs_of_release_2_0_whose_map_is_gone_get_it_from_a_checkpoint(desk: Path) -> None:
    run = old(desk, "maps/land.tmx")
    shutil.rmtree(desk / "maps")
    assert (read_map(load(run).config.terrain) == land()).all()
    assert forge("train", "--resume", "old", "--steps", "600").startswith("0: ")
    assert (read_tmx(run / "map.tmx") == land()).all()


def test_another_map_is_not_gone_on_with(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forge("train", "maps/land.toml", "--folder", "run").startswith("0: ")
    other = land()
    other[16, 16] = 4
    write_tmx(desk / "run" / "map.tmx", other)
    assert cli.main(["train", "--resume", "run", "--steps", "600"]) == 1
    assert "does not fit the run: its worlds have another map than" in capsys.readouterr().err


def test_a_run_that_never_began_is_written_over_but_no_map_of_the_users(desk: Path) -> None:
    run = desk / "run"
    assert forge("train", "maps/land.toml", "--folder", "run").startswith("0: ")
    for path in [*run.iterdir()]:
        if path.name != "map.tmx":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert forge("train", "maps/land.toml", "--folder", "run").startswith("0: ")
    shutil.rmtree(run)
    run.mkdir()
    write_tmx(run / "map.tmx", land(4))
    assert cli.main(["train", "maps/land.toml", "--folder", "run"]) == 1
    assert (read_tmx(run / "map.tmx") == land(4)).all()


def test_a_world_alone_finds_its_map_too(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Config().replace(**{"terrain.side": SIDE, "terrain.file": "land.tmx", "spawn.cap": 8}).to_toml()
    (desk / "maps" / "world.toml").write_text(text)
    (desk / "x").mkdir()
    monkeypatch.chdir(desk / "x")
    assert cli.main(["record", "../maps/world.toml", "random", "--ticks", "2"]) == 0
    assert cli.main(["record", "../maps/land.toml", "random", "--ticks", "2", "--out", "other.replay"]) == 0
