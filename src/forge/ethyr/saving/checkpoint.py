"""Checkpoints: folders of tensors as safetensors and of plain JSON, never pickle, each with a manifest of its files.

A checkpoint is written under a draft's name and then renamed, so one that has its name is whole; its manifest holds the
size and the SHA-256 of every file, so damage that comes later is found before anything is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import safetensors.torch
import torch

from forge.blade.schema.versions import Format, Since, lacking
from forge.support import durable
from forge.support.checks import ConfigError, shown
from forge.support.documents import LARGEST, read_json

FORMAT = Format("checkpoints", 3, oldest=2)

MANIFEST = "manifest.json"

#: The files of every checkpoint, those that `forge train` adds, and those that realms add besides two for each realm.
EVERY = {
    **{name: Since() for name in ("policy.safetensors", "optimiser.safetensors", "progress.json")},
    "optimiser.json": Since(3),
}
TRAINING = {"learner.safetensors": Since(), "world.npz": Since(), "configuration.json": Since(3)}
REALMS = {"native.json": Since(), "pantheon.safetensors": Since()}
_OF_REALMS = re.compile(r"realm-\d+\.(npz|safetensors)|configuration\.json", re.ASCII)

_COUNTS = ("steps", "updates", "lives", "rounds")
_LARGEST_MANIFEST = 16 * LARGEST  # of a hundred thousand realms' files


class DamagedCheckpoint(ConfigError):
    """A checkpoint that is not what was written."""


@contextlib.contextmanager
def writing(folder: Path, needed: int = 0) -> Iterator[Path]:
    """A draft folder to write files into; at the end of the block it gets a manifest, and becomes `folder`.

    The checkpoint is then whole and on the disk. If anything fails, what stood there before is still there.

    Args:
        folder: of the checkpoint.
        needed: bytes that will be written, for the message of a disk that is full.

    Raises:
        StorageError: if it cannot be written, for want of room above all.
    """
    draft, old = durable.draft_of(folder), durable.draft_of(folder.with_name(f"{folder.name}.old"))
    try:
        draft.mkdir(parents=True)
        yield draft
        _seal(draft)
        if folder.exists():
            durable.move(folder, old)
        durable.move(draft, folder, last=MANIFEST)
        durable.sync_folder(folder.parent)
    except OSError as error:
        raise durable.explain(error, folder, needed) from error
    finally:
        durable.discard(draft)
        if folder.exists():
            durable.discard(old)
        elif old.exists():
            durable.move(old, folder, last=MANIFEST)


def _seal(draft: Path) -> None:
    """Waits until the disk has all files of a folder, and writes their manifest."""
    described = {}
    for path in sorted(p for p in draft.rglob("*") if p.is_file() and p != draft / MANIFEST):
        durable.sync(path)
        described[path.relative_to(draft).as_posix()] = _described(path)
    manifest = json.dumps({"version": FORMAT.newest, "files": described}, indent=1)
    (draft / MANIFEST).write_text(manifest, encoding="utf-8")
    durable.sync(draft / MANIFEST)
    durable.sync_folder(draft)


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def check(folder: Path) -> dict[str, Any]:
    """Checks that a checkpoint has the files it needs, and each its size; returns the manifest's entry of each.

    Raises:
        DamagedCheckpoint: naming the file that does not.
        ConfigError: if a newer release wrote it, or one before 2.0.
    """
    try:
        manifest = read_json(folder / MANIFEST, _LARGEST_MANIFEST)
        given, files = manifest["version"], manifest["files"]
        entries = {name: (entry["bytes"], entry["sha256"]) for name, entry in files.items()}
    except (ConfigError, KeyError, TypeError, AttributeError) as error:
        raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {MANIFEST} is missing or cut off") from error
    version = FORMAT.version(given, f"checkpoint {folder}")
    for name, (size, digest) in entries.items():
        if type(size) is not int or type(digest) is not str:
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {MANIFEST} says nothing of {shown(name)}")
    _check_names(folder, files, version)
    for name, (size, _) in entries.items():
        path = folder / name
        if not path.is_file():
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {name} is missing")
        if path.stat().st_size != size:
            raise DamagedCheckpoint(
                f"checkpoint {folder} is damaged: {name} has {path.stat().st_size:,} bytes "
                f"and was written with {size:,}"
            )
    return dict(files)


def _check_names(folder: Path, names: Collection[str], version: int) -> None:
    """Refuses a manifest that leaves out a file that such a checkpoint needs, or names one that none has."""
    realms = "native.json" in names
    known = EVERY | (REALMS if realms else TRAINING)
    for name in names:
        if _leaves(folder, name):
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {shown(name)} in {MANIFEST} is not a file in it")
        if name not in known and not (realms and _OF_REALMS.fullmatch(name)):
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {shown(name)} in {MANIFEST} is no part of one")
    if missing := lacking(known, names, version):
        raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {MANIFEST} does not name {', '.join(missing)}")


def _leaves(folder: Path, name: str) -> bool:
    """Whether a name of a manifest leads out of its folder, also by a link."""
    if name in ("", MANIFEST) or "\0" in name:
        return True
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.is_absolute() or path.drive or ".." in path.parts:
            return True
    return not (folder / name).resolve().is_relative_to(folder.resolve())


def verify(folder: Path) -> set[str]:
    """Checks every byte of a checkpoint against its manifest; returns the names of its files.

    Raises:
        DamagedCheckpoint: naming the file that is missing, cut off or altered.
        ConfigError: if a newer release wrote it, or one before 2.0.
    """
    files = check(folder)
    for name, entry in files.items():
        try:
            found = _described(folder / name)
        except OSError as error:
            raise DamagedCheckpoint(f"checkpoint {folder}: {name} cannot be read ({error.strerror})") from error
        if found != entry:
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {name} is not what was written (SHA-256 differs)")
    return set(files)


def good(folder: Path) -> bool:
    """Whether `verify` has nothing to say against a checkpoint."""
    try:
        verify(folder)
    except ConfigError:
        return False
    return True


def pack_tensors(tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Named tensors as the bytes of a safetensors file."""
    return safetensors.torch.save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Writes named tensors as a safetensors file.

    Raises:
        OSError: if it cannot be written.
    """
    path.write_bytes(pack_tensors(tensors))


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Reads the named tensors of a safetensors file, on the CPU.

    Raises:
        ConfigError: if the file is missing or damaged.
    """
    try:
        return safetensors.torch.load_file(path)
    # besides its own errors those of types that this PyTorch does not have, and of shapes that it cannot have
    except (OSError, safetensors.SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {str(error)[:300]}") from error


def pack_values(values: Mapping[str, Any]) -> bytes:
    """Plain values as the bytes of a JSON file."""
    return json.dumps(values, indent=1).encode()


def save_values(path: Path, values: Mapping[str, Any]) -> None:
    """Writes plain values."""
    path.write_bytes(pack_values(values))


def load_values(path: Path) -> dict[str, Any]:
    """Reads plain values.

    Raises:
        ConfigError: if the file is missing or damaged.
    """
    try:
        found = read_json(path, nan=True)
    except ConfigError as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"checkpoint {path} is damaged: it holds {shown(found)}, no values by name")
    return found


def load_progress(folder: Path, *counted: str) -> dict[str, Any]:
    """How far a checkpoint is: `steps`, `updates`, `lives` and `rounds` where they were counted, and `seconds`.

    Args:
        folder: of the checkpoint.
        counted: names that have to be there, besides steps and seconds.

    Raises:
        ConfigError: if it is missing or damaged, or something in it is no count.
    """
    path = folder / "progress.json"
    counts = load_values(path)
    for name in ("steps", "seconds", *counted):
        if name not in counts:
            raise ConfigError(f"checkpoint {path} is damaged: it does not say {name}")
    for name, value in counts.items():
        known = type(value) is int if name in _COUNTS else type(value) in (int, float) and math.isfinite(value)
        if not known or not 0 <= value < 2**63:
            raise ConfigError(f"checkpoint {path} is damaged: {shown(name)} = {shown(value)} is no count")
    return counts


def read_module(module: torch.nn.Module, path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file that hold a module's parameters, for its `load_state_dict`.

    Raises:
        ConfigError: naming the parameters that are missing, unknown, or of another shape or type.
    """
    given, wanted = load_tensors(path), module.state_dict()
    wrong = [
        name
        for name in {*given, *wanted}
        if name not in given
        or name not in wanted
        or (given[name].shape, given[name].dtype) != (wanted[name].shape, wanted[name].dtype)
    ]
    if wrong:
        raise ConfigError(f"checkpoint {path} does not fit this network in {', '.join(sorted(wrong))[:1000]}")
    return given


def load_module(module: torch.nn.Module, path: Path) -> None:
    """Fills a module's parameters from a file of tensors; see `read_module`."""
    module.load_state_dict(read_module(module, path))
