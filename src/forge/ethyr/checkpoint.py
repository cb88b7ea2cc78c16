"""Checkpoints: folders of tensors as safetensors and of plain JSON, never pickle, each with a manifest of its files.

A checkpoint is written under a draft's name and then renamed, so one that has its name is whole; its manifest holds the
size and the SHA-256 of every file, so damage that comes later is found before anything is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

from forge.blade import durable
from forge.blade.checks import ConfigError

#: Raised when older checkpoints can no longer be read.
VERSION = 2

MANIFEST = "manifest.json"


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
    manifest = json.dumps({"version": VERSION, "files": described}, indent=1)
    (draft / MANIFEST).write_text(manifest, encoding="utf-8")
    durable.sync(draft / MANIFEST)
    durable.sync_folder(draft)


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def check(folder: Path) -> dict[str, Any]:
    """Checks that every file of a checkpoint is there and has its size; returns the manifest's entry of each.

    Raises:
        DamagedCheckpoint: naming the file that does not.
        ConfigError: if another release wrote the checkpoint in a form of its own.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        version, files = manifest["version"], dict(manifest["files"])
        sizes = {name: int(entry["bytes"]) for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {MANIFEST} is missing or cut off") from error
    if version != VERSION:
        raise ConfigError(f"checkpoint {folder} is of version {version}; this release reads version {VERSION}")
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file():
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {name} is missing")
        if path.stat().st_size != size:
            raise DamagedCheckpoint(
                f"checkpoint {folder} is damaged: {name} has {path.stat().st_size:,} bytes "
                f"and was written with {size:,}"
            )
    return files


def verify(folder: Path) -> None:
    """Checks every byte of a checkpoint against its manifest.

    Raises:
        DamagedCheckpoint: naming the file that is missing, cut off or altered.
        ConfigError: if another release wrote the checkpoint in a form of its own.
    """
    for name, entry in check(folder).items():
        try:
            found = _described(folder / name)
        except OSError as error:
            raise DamagedCheckpoint(f"checkpoint {folder}: {name} cannot be read ({error.strerror})") from error
        if found != entry:
            raise DamagedCheckpoint(f"checkpoint {folder} is damaged: {name} is not what was written (SHA-256 differs)")


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
    """Writes named tensors."""
    path.write_bytes(pack_tensors(tensors))


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Reads named tensors.

    Raises:
        ConfigError: if the file is missing or damaged.
    """
    try:
        return safetensors.torch.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {error}") from error


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
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {error}") from error


def load_module(module: torch.nn.Module, path: Path) -> None:
    """Fills a module's parameters from a file of tensors.

    Raises:
        ConfigError: naming the parameters that are missing, unknown or of another shape.
    """
    given, wanted = load_tensors(path), module.state_dict()
    wrong = [
        name
        for name in {*given, *wanted}
        if name not in given or name not in wanted or given[name].shape != wanted[name].shape
    ]
    if wrong:
        raise ConfigError(f"checkpoint {path} does not fit this network in {', '.join(sorted(wrong))}")
    module.load_state_dict(given)


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """The state of an optimiser as named tensors: `<parameter index>.<name>`."""
    state = optimiser.state_dict()["state"]
    return {f"{index}.{name}": value for index, values in state.items() for name, value in values.items()}


def load_optimiser(optimiser: torch.optim.Optimizer, path: Path) -> None:
    """Fills the state of an optimiser that has the same parameters as the one that was saved."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, tensor in load_tensors(path).items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
