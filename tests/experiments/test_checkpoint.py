"""Checkpoints on disk: whole or not there, and every damage found and named."""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from forge.blade import ConfigError
from forge.ethyr.saving import checkpoint
from forge.support import durable


def written(folder: Path, number: int = 1) -> Path:
    with checkpoint.writing(folder) as draft:
        for name in {*checkpoint.EVERY, *checkpoint.TRAINING}:
            (draft / name).write_bytes(b"{}")
        checkpoint.save_tensors(draft / "policy.safetensors", {"w": torch.full((3,), float(number))})
        checkpoint.save_values(draft / "progress.json", {"steps": number})
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    folder = written(tmp_path / "7", 7)
    checkpoint.verify(folder)
    assert checkpoint.load_tensors(folder / "policy.safetensors")["w"].tolist() == [7, 7, 7]
    assert checkpoint.load_values(folder / "progress.json") == {"steps": 7}
    assert names(tmp_path) == ["7"]


def test_the_manifest_names_every_file_with_its_size_and_hash(tmp_path: Path) -> None:
    folder = written(tmp_path / "1")
    (folder / "progress.json").write_bytes(b"abc")
    with checkpoint.writing(tmp_path / "2") as draft:
        (draft / "progress.json").write_bytes(b"abc")
    manifest = json.loads((tmp_path / "2" / "manifest.json").read_text())
    whole = json.loads((folder / "manifest.json").read_text())["files"]
    assert sorted(whole) == [name for name in names(folder) if name != "manifest.json"]
    # the SHA-256 of "abc" is the first example of FIPS 180-2, appendix B.1
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert manifest == {"version": 3, "files": {"progress.json": {"bytes": 3, "sha256": digest}}}


@given(st.sampled_from(["policy.safetensors", "progress.json", "manifest.json"]), st.integers(0), st.integers(1, 255))
def test_any_altered_byte_is_found(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: int, change: int
) -> None:
    folder = written(tmp_path_factory.mktemp("run") / "1")
    data = bytearray((folder / name).read_bytes())
    data[place % len(data)] ^= change
    (folder / name).write_bytes(data)
    if name == "manifest.json" and same_meaning(bytes(data), folder):
        return
    with pytest.raises(ConfigError, match=r"checkpoint .*(damaged|format|version)"):
        checkpoint.verify(folder)


def same_meaning(data: bytes, folder: Path) -> bool:
    """Whether an altered manifest still says the same, as after a blank became a tab."""
    try:
        found = json.loads(data)
    except ValueError:
        return False
    described = {p.name: checkpoint._described(p) for p in folder.iterdir() if p.name != "manifest.json"}
    return bool(found == {"version": checkpoint.FORMAT.newest, "files": described})


@pytest.mark.parametrize("name", ["policy.safetensors", "progress.json", "manifest.json"])
def test_what_is_missing_or_cut_off_is_named(name: str, tmp_path: Path) -> None:
    for number, cut in enumerate((0, 1, 10)):
        folder = written(tmp_path / str(number))
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) - cut] if cut else b"")
        with pytest.raises(checkpoint.DamagedCheckpoint, match=f"{folder}.*{name}"):
            checkpoint.verify(folder)
        with pytest.raises(checkpoint.DamagedCheckpoint, match=name):
            checkpoint.check(folder)
        (folder / name).unlink()
        with pytest.raises(checkpoint.DamagedCheckpoint, match=f"{name} is missing"):
            checkpoint.verify(folder)
        assert not checkpoint.good(folder)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (
            4,
            "was written in format 4 of checkpoints; this release reads up to 3: a newer release of Neural",
        ),
        (1, "was written in format 1 of checkpoints; this release reads them from 2 on"),
    ],
)
def test_another_version_is_no_damage(version: int, message: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "1")
    described(folder, version)
    with pytest.raises(ConfigError, match=f"^checkpoint {folder} {message}") as caught:
        checkpoint.verify(folder)
    assert not isinstance(caught.value, checkpoint.DamagedCheckpoint)


def described(folder: Path, version: int = 3, **changes: Any) -> None:
    """Writes the manifest of the files that are there; None leaves out a file, anything else stands for its entry."""
    files: dict[str, Any] = {p.name: checkpoint._described(p) for p in folder.iterdir() if p.name != "manifest.json"}
    files |= changes
    files = {name: entry for name, entry in files.items() if entry is not None}
    (folder / "manifest.json").write_text(json.dumps({"version": version, "files": files}))


def test_a_manifest_names_what_is_needed(tmp_path: Path) -> None:
    folder = written(tmp_path / "1")
    for name in (path.name for path in folder.iterdir() if path.name != "manifest.json"):
        described(folder, **{name: None})
        with pytest.raises(checkpoint.DamagedCheckpoint, match=f"manifest.json does not name {name}"):
            checkpoint.verify(folder)
    (folder / "manifest.json").write_text('{"version": 3, "files": {}}')
    with pytest.raises(checkpoint.DamagedCheckpoint, match=r"does not name policy.safetensors, .*configuration.json"):
        checkpoint.verify(folder)
    # release 2.0 wrote fewer
    described(folder, 2, **{"optimiser.json": None, "configuration.json": None})
    checkpoint.verify(folder)


def test_a_manifest_names_nothing_outside(tmp_path: Path) -> None:
    folder, outside = written(tmp_path / "1"), tmp_path / "secret"
    outside.write_text("{}")
    (folder / "link").symlink_to(outside)
    entry = checkpoint._described(outside)
    for name in ("../secret", str(outside), "link", "a/../../secret", "", ".", "..", "C:secret", "..\\secret", "a\0"):
        described(folder, **{"link": None, name: entry})
        with pytest.raises(checkpoint.DamagedCheckpoint, match=r"in manifest\.json is (not a file in|no part of) "):
            checkpoint.verify(folder)
    (folder / "policy.safetensors").unlink()
    (folder / "policy.safetensors").symlink_to(outside)
    described(folder, link=None)
    with pytest.raises(checkpoint.DamagedCheckpoint, match=r"'policy\.safetensors' in manifest\.json is not a file"):
        checkpoint.verify(folder)
    folder = written(tmp_path / "2")
    described(folder, **{"realm-0.npz": entry})
    with pytest.raises(checkpoint.DamagedCheckpoint, match=r"'realm-0.npz' in manifest.json is no part of one"):
        checkpoint.verify(folder)


@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.rename"])
def test_a_write_that_fails_leaves_what_was_there(
    call: str, failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path / "1")
    before = contents(folder)
    # the first rename moves the old one away, the second puts the new one in its place
    works: Any = {"os.fsync": os.fsync, "pathlib.Path.rename": Path.rename}[call]
    calls = itertools.count()

    def full(*arguments: Any) -> Any:
        if next(calls) == failing:
            raise OSError(28, "No space left on device")
        return works(*arguments)

    monkeypatch.setattr(call, full)
    with pytest.raises(durable.StorageError, match=r"cannot write .*1: no space left on device \(.* free there\)"):
        written(folder, 2)
    monkeypatch.undo()
    assert contents(folder) == before
    assert names(tmp_path) == ["1"]
    assert contents(written(folder, 2)) != before


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "checkpoints").write_text("no folder")
    with pytest.raises(durable.StorageError, match=r"cannot write .*1: not a directory"):
        written(tmp_path / "checkpoints" / "1")
    assert (tmp_path / "checkpoints").read_text() == "no folder"


def test_replacing_a_file_leaves_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    durable.replace(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(durable.StorageError, match=r"config.toml: no space left on device \(2.5 kB needed"):
        durable.replace(path, b"x" * 2500)
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["config.toml"]
    durable.replace(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_manifest_that_says_no_sizes_is_damaged(tmp_path: Path) -> None:
    written(tmp_path / "1")
    manifest = tmp_path / "1" / checkpoint.MANIFEST
    manifest.write_text(manifest.read_text().replace('"bytes"', '"cytes"'))
    with pytest.raises(checkpoint.DamagedCheckpoint, match=r"manifest\.json"):
        checkpoint.verify(tmp_path / "1")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "does not say steps"),
        ({"steps": 1}, "does not say seconds"),
        ({"steps": 1, "seconds": 2.5}, "does not say updates"),
        ({"steps": None, "seconds": 1, "updates": 1}, "'steps' = None is no count"),
        ({"steps": 1.5, "seconds": 1, "updates": 1}, "'steps' = 1.5 is no count"),
        ({"steps": True, "seconds": 1, "updates": 1}, "'steps' = True is no count"),
        ({"steps": 1, "seconds": float("nan"), "updates": 1}, "'seconds' = nan is no count"),
        ({"steps": 1, "seconds": -1.0, "updates": 1}, "'seconds' = -1.0 is no count"),
        ({"steps": 1, "seconds": 1, "updates": 2**63}, "'updates' = 9223372036854775808 is no count"),
        ([1], r"it holds \[1\], no values by name"),
    ],
)
def test_how_far_a_checkpoint_is_are_counts(values: Any, message: str, tmp_path: Path) -> None:
    checkpoint.save_values(tmp_path / "progress.json", values)
    with pytest.raises(ConfigError, match=f"progress.json is damaged: .*{message}"):
        checkpoint.load_progress(tmp_path, "updates")
    checkpoint.save_values(tmp_path / "progress.json", {"steps": 3, "seconds": 1, "updates": 2})
    assert checkpoint.load_progress(tmp_path, "updates") == {"steps": 3, "seconds": 1, "updates": 2}
