"""Where the cache folder is, and what is done where it cannot be written."""

import os
import stat
import sys
from pathlib import Path

import pytest

from forge.blade.compiled.jit import outside_cache
from forge.support import cache
from forge.support.cache import cache_dir


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder for temporary files; $FORGE_CACHE lies below a file, so that no folder can be made there."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("FORGE_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    cache._last_resort.cache_clear()
    yield tmp_path / "tmp"
    cache._last_resort.cache_clear()


def test_the_named_folder_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORGE_CACHE", str(tmp_path / "mine"))
    assert cache_dir("a", "b") == tmp_path / "mine" / "a" / "b"
    assert (tmp_path / "mine" / "a" / "b").is_dir()
    assert list((tmp_path / "mine" / "a" / "b").iterdir()) == []
    assert cache_dir() == tmp_path / "mine"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "{home}/xdg"}, "xdg/forge"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache/forge"),
        ("linux", {}, ".cache/forge"),
        ("darwin", {"XDG_CACHE_HOME": "{home}/xdg"}, "Library/Caches/forge"),
        ("win32", {"LOCALAPPDATA": "{home}/local"}, "local/forge"),
        ("win32", {}, "AppData/Local/forge"),
    ],
)
def test_each_platform_has_its_folder(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("FORGE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_dir("x") == tmp_path / expected / "x"


def test_temporary_files_are_next(temporary: Path) -> None:
    folder = cache_dir("x")
    assert folder == temporary / f"forge-{os.getuid()}" / "x"
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_user_without_a_home_gets_temporary_files(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("FORGE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert temporary in cache_dir("x").parents


def link(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    path.symlink_to(elsewhere)


def open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


@pytest.mark.parametrize("squat", [link, open_to_all, Path.touch])
def test_a_folder_that_others_could_fill_is_not_used(squat, temporary: Path) -> None:
    shared = temporary / f"forge-{os.getuid()}"
    squat(shared)
    folder = cache_dir("x")
    assert folder.is_dir()
    assert folder.parent.parent == temporary
    assert folder.parent != shared
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert cache_dir("x") == folder


def test_no_folder_at_all_is_an_error(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(temporary.parent / "file"))
    with pytest.raises(OSError, match="file"):
        cache_dir("x")


def test_modules_of_one_package_do_not_make_each_others_machine_code_old(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Builds of five versions of a module are kept; each of these eight is another module."""
    monkeypatch.setenv("FORGE_CACHE", str(tmp_path / "cache"))
    folders = []
    for name in "abcdefgh":
        (tmp_path / f"{name}.py").write_text(f"{name} = 1")
        folders.append(outside_cache(((f"mine.{name}", tmp_path / f"{name}.py"),)))
    assert all(folder.is_dir() for folder in folders)
    long = outside_cache(tuple((f"mine.{name * 60}", tmp_path / f"{name}.py") for name in "abcdefgh"))
    assert long.is_dir()
    assert len(long.parent.name) <= 150
