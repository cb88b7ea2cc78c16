"""`forge cache`: what is kept and where, and that nothing but caches is deleted."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from forge import cli


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with two files of machine code, a map, and something of the user's own; no other cache is there."""
    folder = tmp_path / "cache"
    for name, length in (("kernels/blade/a.nbi", 1500), ("kernels/ethyr/b.nbi", 500), ("terrain/c/0.npy", 7)):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(length))
    (folder / "mine.txt").write_text("mine")
    monkeypatch.setenv("FORGE_CACHE", str(folder))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return folder


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_caches_are_named_with_their_size(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cache"]) == 0
    where, kernels, maps = lines(capsys)
    assert where == str(cache)
    assert kernels.startswith("kernels 2.0 kB in 2 files: machine code")
    assert maps == "terrain 7 bytes in 1 files: maps"
    assert (cache / "kernels/blade/a.nbi").exists()


def test_emptying_deletes_what_can_be_made_again_and_nothing_else(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["cache", "--empty"]) == 0
    assert "kernels 2.0 kB in 2 files deleted" in lines(capsys)[1]
    assert [path.name for path in cache.iterdir()] == ["mine.txt"]
    assert cli.main(["cache", "--empty"]) == 0
    assert lines(capsys)[1].startswith("kernels 0 bytes in 0 files:")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the folder is named by the user's number")
def test_a_cache_that_is_not_in_use_is_listed_and_emptied_too(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "temporary" / f"forge-{os.getuid()}"
    (other / "terrain").mkdir(mode=0o700, parents=True)
    other.chmod(0o700)
    (other / "terrain" / "d.npy").write_bytes(bytes(3))
    assert cli.main(["cache", "--empty"]) == 0
    shown = lines(capsys)
    assert shown[3] == f"{other} (not in use)"
    assert shown[5] == "terrain 3 bytes in 1 files deleted: maps"
    assert [*other.iterdir()] == []
