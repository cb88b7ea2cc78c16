"""What an optimiser keeps, in a checkpoint: tensors by parameter, and plain values in its state and parameter groups.

Among the values of the groups are step sizes, which a schedule may have changed.

    optimiser.safetensors    `<parameter>.<name>`, and the tensors that the values refer to
    optimiser.json           `groups`: of each the number of its parameters and its values; `state`: values by parameter
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from forge.ethyr.saving import checkpoint
from forge.support.checks import ConfigError, shown

TENSORS, VALUES = "optimiser.safetensors", "optimiser.json"

_PLAIN = (bool, int, float, str, type(None))


def pack(optimiser: torch.optim.Optimizer) -> dict[str, bytes]:
    """The files that hold what an optimiser keeps, by their names.

    Raises:
        ConfigError: if it keeps something that is neither tensors nor plain values.
    """
    saved, tensors = optimiser.state_dict(), dict[str, Tensor]()
    groups: list[dict[str, Any]] = []
    state: dict[str, dict[str, Any]] = {}
    for number, group in enumerate(saved["param_groups"]):
        named = {name: value for name, value in group.items() if name != "params"}
        packed = {name: _pack(value, f"groups.{number}.{name}", tensors) for name, value in named.items()}
        groups.append({"parameters": len(group["params"]), "values": packed})
    for index, entries in saved["state"].items():
        for name, value in entries.items():
            one = _pack(value, f"{index}.{name}", tensors)
            if not isinstance(value, Tensor):
                state.setdefault(str(index), {})[name] = one
    values = checkpoint.pack_values({"groups": groups, "state": state})
    return {TENSORS: checkpoint.pack_tensors(tensors), VALUES: values}


def read(optimiser: torch.optim.Optimizer, folder: Path) -> dict[str, Any]:
    """What `pack` packed, for `load_state_dict` of an optimiser over the same parameters.

    A checkpoint of release 2.0 has no values: the parameter groups are then those that the optimiser has.

    Raises:
        ConfigError: if a file is missing or damaged, or does not fit the optimiser and its parameters.
    """
    tensors, own = checkpoint.load_tensors(folder / TENSORS), optimiser.state_dict()["param_groups"]
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    groups, state = own, dict[int, dict[str, Any]]()
    try:
        if (folder / VALUES).is_file():
            values = _Values(checkpoint.load_values(folder / VALUES), tensors)
            groups = values.groups(own)
            state = values.state(len(parameters))
            tensors = values.rest
        for key, tensor in tensors.items():
            index, _, name = key.partition(".")
            state.setdefault(_index(index, len(parameters), key), {})[name] = tensor
        for number, entries in state.items():
            group = next(one for one in groups if number in one["params"])
            _check_state(optimiser, group, number, entries, parameters[number])
    except _Misfit as error:
        raise ConfigError(f"checkpoint {folder} does not fit this optimiser: {error}") from error
    return {"state": state, "param_groups": groups}


class _Misfit(ValueError):
    """Something that this optimiser does not keep, or not so."""


def _pack(value: Any, place: str, tensors: dict[str, Tensor]) -> Any:
    """A value for JSON: what JSON does not have is a mapping with one key that says what it is."""
    if isinstance(value, Tensor):
        tensors[place] = value
        return {"tensor": place}
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        packed = [_pack(one, f"{place}.{i}", tensors) for i, one in enumerate(value)]
        return packed if isinstance(value, list) else {"tuple": packed}
    if isinstance(value, Mapping) and all(type(key) is str for key in value):
        return {"values": {key: _pack(one, f"{place}.{key}", tensors) for key, one in value.items()}}
    raise ConfigError(
        f"the optimiser keeps {place} = {shown(value)}: a checkpoint can hold tensors, numbers, texts, None, "
        "and lists, tuples and dicts of these"
    )


class _Values:
    """The values of a checkpoint, and the tensors that they refer to."""

    def __init__(self, values: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        self._values, self._tensors, self.rest = values, tensors, dict(tensors)

    def groups(self, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The parameter groups, with the parameters of `own`."""
        given = self._values.get("groups")
        saved = [group for group in given if isinstance(group, Mapping)] if isinstance(given, list) else []
        counts = [group.get("parameters") for group in saved]
        wanted = [len(group["params"]) for group in own]
        if counts != wanted:
            raise _Misfit(f"it was saved with groups of {shown(counts)} parameters, and has groups of {wanted}")
        return [{**group, **self._group(i, saved[i], group)} for i, group in enumerate(own)]

    def _group(self, number: int, saved: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
        found = self._named(saved.get("values"), f"group {number}")
        for name, value in found.items():
            if name == "params" or (name in own and not _alike(name, value, own[name])):
                raise _Misfit(f"{name} of group {number} is {shown(value)}, where it has {shown(own.get(name))}")
        return found

    def state(self, count: int) -> dict[int, dict[str, Any]]:
        """What is kept by parameter and is no tensor."""
        saved = self._values.get("state")
        if not isinstance(saved, Mapping):
            raise _Misfit(f"its state is {shown(saved)}")
        return {_index(key, count, key): self._named(entries, f"state {key}") for key, entries in saved.items()}

    def _named(self, saved: Any, what: str) -> dict[str, Any]:
        if not isinstance(saved, Mapping):
            raise _Misfit(f"{what} is {shown(saved)}")
        return {name: self._unpack(value) for name, value in saved.items()}

    def _unpack(self, packed: Any) -> Any:
        if isinstance(packed, list):
            return [self._unpack(one) for one in packed]
        if not isinstance(packed, Mapping):
            return packed
        kind, value = next(iter(packed.items()), ("", None))
        if kind == "tensor" and isinstance(value, str) and value in self._tensors:
            self.rest.pop(value, None)
            return self._tensors[value]
        if kind == "tuple" and isinstance(value, list):
            return tuple(self._unpack(one) for one in value)
        if kind == "values" and isinstance(value, Mapping):
            return {key: self._unpack(one) for key, one in value.items()}
        raise _Misfit(f"{shown(packed)} stands for nothing")


def _index(text: str, count: int, key: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < count):
        raise _Misfit(f"{shown(key)} belongs to none of its {count} parameters")
    return int(text)


def _alike(name: str, value: Any, own: Any) -> bool:
    """Whether a value of a parameter group may stand for another: it is of the same kind."""
    if name in ("foreach", "fused"):  # None lets PyTorch choose
        return all(one is None or isinstance(one, bool) for one in (value, own))
    return bool(_kind(value) == _kind(own))


def _kind(value: Any) -> Any:
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, (int, float)) or (isinstance(value, Tensor) and value.numel() == 1):
        return "number"
    if isinstance(value, (list, tuple)):
        return [_kind(one) for one in value]
    return type(value).__name__


def _check_state(
    optimiser: torch.optim.Optimizer,
    group: Mapping[str, Any],
    index: int,
    entries: Mapping[str, Any],
    parameter: Tensor,
) -> None:
    """Refuses what an optimiser cannot keep of a parameter: of Adam all is known, of others that steps are counted.

    The group is the one that the checkpoint brings, which may keep more than the optimiser's own does.
    """
    steps = entries.get("step")
    if steps is not None and not _counts(steps):
        raise _Misfit(f"{index}.step = {shown(steps)} is no number of steps")
    if type(optimiser) not in (torch.optim.Adam, torch.optim.AdamW):
        return
    wanted = dict(_layout(group, parameter))
    found = {
        name: (value.dtype, value.shape) if isinstance(value, Tensor) else type(value)
        for name, value in entries.items()
    }
    for name in sorted({*wanted, *found}):
        if found.get(name) != wanted.get(name):
            given, own = (_described(kept.get(name)) for kept in (found, wanted))
            raise _Misfit(f"{index}.{name} is {given}, and must be {own}")


def _layout(group: Mapping[str, Any], parameter: Tensor) -> Iterator[tuple[str, Any]]:
    """The tensors that Adam keeps of a parameter that it has stepped: their types and shapes."""
    yield "step", (torch.float32, torch.Size([]))
    for name in ("exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else [])):
        yield name, (parameter.dtype, parameter.shape)


def _described(what: Any) -> str:
    if what is None:
        return "missing"
    return f"{what[0]} {list(what[1])}" if isinstance(what, tuple) else f"of type {what.__name__}"


def _counts(steps: Any) -> bool:
    if not isinstance(steps, (int, float, Tensor)) or (isinstance(steps, Tensor) and steps.numel() != 1):
        return False
    number = float(steps)
    return number.is_integer() and number >= 0
