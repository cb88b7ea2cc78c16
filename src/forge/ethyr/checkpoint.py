"""Checkpoints: tensors as safetensors, everything else as plain JSON; never pickle.

A checkpoint is a folder. It is written under a temporary name and then renamed, so one that has its name is whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from forge.blade.checks import ConfigError

#: Raised when older checkpoints can no longer be read.
VERSION = 1


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder` at the end of the block, or vanishes if the block fails."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        for file in draft.iterdir():
            with file.open("rb+") as handle:
                os.fsync(handle.fileno())
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Writes named tensors."""
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, path)


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Reads named tensors.

    Raises:
        ConfigError: if the file is missing or damaged.
    """
    try:
        return load_file(path)
    except Exception as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {error}") from error


def save_values(path: Path, values: Mapping[str, Any]) -> None:
    """Writes plain values."""
    path.write_text(json.dumps({"version": VERSION, **values}, indent=1), encoding="utf-8")


def load_values(path: Path) -> dict[str, Any]:
    """Reads plain values.

    Raises:
        ConfigError: if the file is missing, damaged or of another version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"checkpoint {path} is missing or damaged: {error}") from error
    if values.get("version") != VERSION:
        raise ConfigError(f"checkpoint {path} is of version {values.get('version')}; this release reads {VERSION}")
    return dict(values)


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
