"""Paths as people write them, wherever the library takes one."""

from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, Config, ConfigError, Recording, World
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.blade.terrain.generation import read_map
from forge.blade.terrain.tiled import read_tmx, write_tmx
from forge.blade.terrain.tiles import border
from forge.support.paths import as_by_a_shell, name_of, path_of

TINY = {"spawn.cap": 4, "terrain.side": 32}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder, and another one to stand in."""
    for name in ("home", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "home"


def test_paths_are_read_as_a_shell_would(home: Path) -> None:
    assert path_of("~") == home
    assert path_of("~/runs/") == path_of(Path("~/runs")) == home / "runs"
    assert path_of("./~") == path_of(path_of("./~")) == Path.cwd() / "~"
    assert path_of("~nobody-is-called-that/x") == Path("~nobody-is-called-that/x")
    with pytest.raises(ConfigError, match="a path is empty"):
        path_of("")
    assert [name_of(name) for name in (".", "..", "../home/", "~", "x")] == [
        "elsewhere",
        home.parent.name,
        "home",
        "home",
        "x",
    ]


def test_words_of_a_command_line(home: Path) -> None:
    words = ["--folder=~/run", "~/run", "--steps=3", "--token=a~b", "law", "~nobody-is-called-that", "--out", "a=~/b"]
    read = [f"--folder={home}/run", f"{home}/run", *words[2:]]
    assert [as_by_a_shell(word) for word in words] == read


def test_the_library_reads_them_so(home: Path) -> None:
    world = World(Chaos(**TINY), record=Recording(events=True))
    world.reset()
    world.snapshot("~/world.npz")
    assert World.restore("~/world.npz").hash() == world.hash()
    assert World.restore(Path("~/world.npz")).hash() == world.hash()
    with ReplayWriter("~/a.replay", world) as writer:
        writer.append()
    assert len(Replay("~/a.replay")) == 1
    (home / "world.toml").write_text(world.config.to_toml())
    assert Config.from_toml(Path("~/world.toml")) == world.config
    write_tmx("~/land.tmx", np.full((8, 8), 2))
    assert read_tmx("~/land.tmx").shape == (8, 8)
    visible = sorted(path.name for path in home.iterdir() if path.name != ".cache")  # compiled code may go there
    assert visible == ["a.replay", "land.tmx", "world.npz", "world.toml"]
    assert not [*Path.cwd().iterdir()]


def test_a_map_is_found_beside_the_document_that_names_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiles = np.full((32, 32), 2, np.uint8)
    tiles[border(Chaos(**TINY).terrain)] = 0
    (home / "maps").mkdir()
    write_tmx(home / "maps" / "land.tmx", tiles)
    text = '[terrain]\nside = 32\nfile = "maps/land.tmx"\n[spawn]\ncap = 4\n'
    (home / "world.toml").write_text(text)
    for source in (home / "world.toml", Path("../home/world.toml"), Path("~/world.toml")):
        config = Config.from_toml(source)
        assert (read_map(config.terrain) == tiles).all()
        monkeypatch.chdir(home.parent)
        assert (World(config).materials().shape) == (1, 32, 32)
        monkeypatch.chdir(home.parent / "elsewhere")
    # a text stands nowhere, and a file that is not beside the document is looked for where one is
    assert Config.from_toml(text).terrain.file == "maps/land.tmx"
    monkeypatch.chdir(home)
    (home.parent / "elsewhere" / "world.toml").write_text(text)
    assert (read_map(Config.from_toml(Path("../elsewhere/world.toml")).terrain) == tiles).all()
