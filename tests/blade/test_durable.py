"""Files that are whole or not there, on disks that are full and on file systems that know less than others."""

import errno
import os
import warnings
from pathlib import Path

import pytest

from forge.support import durable
from forge.support.durable import StorageError, StorageWarning, write_atomic


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been told of any file system yet."""
    monkeypatch.setattr(durable, "_told", set())


def test_atomic_write_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"the old one, which is longer")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "room", "said"),
    [
        (errno.ENOSPC, True, "no space left on device (2.5 kB needed, "),
        (errno.EDQUOT, True, "disk quota exceeded (2.5 kB needed, "),
        (errno.EFBIG, True, "file too large (2.5 kB needed, "),
        (errno.EROFS, False, "the file system is read-only"),
        (errno.EACCES, False, "permission denied"),
        (errno.EIO, False, "input/output error"),
    ],
)
def test_room_is_spoken_of_when_it_is_about_room(
    number: int, room: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(StorageError) as caught:
        durable.replace(tmp_path / "file", b"x" * 2500)
    assert str(caught.value).startswith(f"cannot write {tmp_path}/file: {said}")
    assert caught.value.room == room == ("free there" in str(caught.value))
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_fsync_is_told_of_once(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fail)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for data in (b"one", b"two"):
            durable.replace(tmp_path / "file", data)
    assert (tmp_path / "file").read_bytes() == b"two"
    texts = [str(warning.message) for warning in told if warning.category is StorageWarning]
    assert len(texts) == 2
    assert texts[0].startswith(f"{tmp_path}: this file system has no fsync: ")
    assert texts[1].startswith(f"{tmp_path}: this file system has no fsync of folders: ")


def folder(path: Path) -> Path:
    path.mkdir()
    for name in ("whole", "a", "z"):
        (path / name).write_text(name)
    return path


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EXDEV, errno.EPERM])
def test_a_folder_that_cannot_be_renamed_is_copied(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    copied: list[str] = []
    monkeypatch.setattr(Path, "rename", fail)
    monkeypatch.setattr(durable, "sync", lambda path: copied.append(path.name))
    with pytest.warns(StorageWarning, match="no rename of folders in one step"):
        durable.move(folder(tmp_path / "draft"), tmp_path / "new", last="whole")
    assert copied == ["a", "z", "whole"]
    assert {file.name: file.read_text() for file in (tmp_path / "new").iterdir()} == {n: n for n in copied}
    assert not (tmp_path / "draft").exists()


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", unknown)
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        durable.move(folder(tmp_path / "draft"), tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["draft"]


def test_drafts_are_apart_and_known_as_drafts(tmp_path: Path) -> None:
    one, other = (durable.draft_of(tmp_path / "file") for _ in range(2))
    assert one != other
    assert all(path.name.startswith(".file.") and path.name.endswith(durable.DRAFT) for path in (one, other))
