"""What optimisers keep, in files and back: everything, or one error that names what does not fit."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

from forge.blade import ConfigError
from forge.ethyr.saving import checkpoint, optimiser_state

Make = Callable[[list[torch.Tensor]], Optimizer]

MAKES: dict[str, Make] = {
    "Adam": lambda parameters: Adam(parameters, lr=0.1, fused=True),
    "AdamW with all": lambda parameters: AdamW([{"params": parameters[:1], "lr": 0.3}, {"params": parameters[1:]}]),
    "amsgrad": lambda parameters: Adam(parameters, lr=torch.tensor(0.1), amsgrad=True, betas=(0.5, 0.75)),
    "SGD": lambda parameters: SGD(parameters, lr=0.1),
    "SGD with momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.5),
    "RMSprop": lambda parameters: RMSprop(parameters, lr=0.1, centered=True),
    "Adagrad": lambda parameters: Adagrad(parameters, lr=0.1),
}


def stepped(make: Make, steps: int = 3) -> tuple[list[torch.Tensor], Optimizer]:
    """Two parameters after some steps by fixed gradients."""
    parameters = [torch.ones(2, 3, requires_grad=True), torch.ones(4, requires_grad=True)]
    optimiser = make(parameters)
    for _ in range(steps):
        step(parameters, optimiser)
    return parameters, optimiser


def step(parameters: list[torch.Tensor], optimiser: Optimizer) -> None:
    for number, parameter in enumerate(parameters):
        parameter.grad = torch.arange(parameter.numel()).reshape(parameter.shape).float() - number
    optimiser.step()


def save(optimiser: Optimizer, folder: Path) -> Path:
    for name, data in optimiser_state.pack(optimiser).items():
        (folder / name).write_bytes(data)
    return folder


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            yield key
            yield from leaves(value[key])
    elif isinstance(value, (list, tuple)):
        yield type(value)
        for one in value:
            yield from leaves(one)
    else:
        yield value.tolist() if isinstance(value, torch.Tensor) else value


@pytest.mark.parametrize("name", MAKES)
def test_what_is_restored_is_all_that_was_there(name: str, tmp_path: Path) -> None:
    parameters, optimiser = stepped(MAKES[name])
    for group in optimiser.param_groups:  # as a schedule does
        group["initial_lr"] = group["lr"]
        group["lr"] = group["lr"] * 0.5
        group["weight_decay"] = 0.125
        group["mine"] = {"warm": (1, [2.5, None, "text"], True), "tensor": torch.arange(3)}
    others, other = stepped(MAKES[name], 1)
    for mine, theirs in zip(others, parameters, strict=True):
        mine.data.copy_(theirs)
    other.load_state_dict(optimiser_state.read(other, save(optimiser, tmp_path)))
    assert [*leaves(other.state_dict())] == [*leaves(optimiser.state_dict())]
    for _ in range(2):
        step(parameters, optimiser)
        step(others, other)
    for mine, theirs in zip(others, parameters, strict=True):
        assert torch.equal(mine, theirs)


def test_values_that_are_no_tensors_are_kept_by_parameter(tmp_path: Path) -> None:
    (_, optimiser), (_, other) = stepped(MAKES["SGD"]), stepped(MAKES["SGD"])
    optimiser.state[optimiser.param_groups[0]["params"][1]] = {"count": 7, "past": [torch.ones(2), torch.zeros(1)]}
    read = optimiser_state.read(other, save(optimiser, tmp_path))["state"][1]
    assert (read["count"], [one.tolist() for one in read["past"]]) == (7, [[1, 1], [0]])


def test_release_2_0_kept_no_groups(tmp_path: Path) -> None:
    (_, optimiser), (_, other) = stepped(MAKES["Adam"]), stepped(MAKES["Adam"], 0)
    save(optimiser, tmp_path)
    (tmp_path / optimiser_state.VALUES).unlink()
    optimiser.param_groups[0]["lr"] = 0.7
    other.load_state_dict(optimiser_state.read(other, tmp_path))
    assert other.param_groups[0]["lr"] == 0.1
    assert [*leaves(other.state_dict()["state"])] == [*leaves(optimiser.state_dict()["state"])]


def test_what_cannot_be_kept_is_said_when_it_is_saved() -> None:
    _, optimiser = stepped(MAKES["SGD"])
    optimiser.param_groups[0]["schedule"] = print
    with pytest.raises(ConfigError, match=r"keeps groups\.0\.schedule = <built-in function print>: a checkpoint can"):
        optimiser_state.pack(optimiser)


TENSORS: dict[str, tuple[Callable[[dict[str, torch.Tensor]], Any], str]] = {
    "shape": (
        lambda t: t.update({"0.exp_avg": torch.zeros(3, 2)}),
        r"0.exp_avg is torch.float32 \[3, 2\], and",
    ),
    "type": (lambda t: t.update({"0.exp_avg": torch.zeros(2, 3).double()}), r"0.exp_avg is torch.float64 \[2, 3\]"),
    "missing": (lambda t: t.pop("1.exp_avg_sq"), r"1.exp_avg_sq is missing, and must be torch.float32 \[4\]"),
    "unknown": (lambda t: t.update({"1.velocity": torch.zeros(4)}), "1.velocity is .*, and must be missing"),
    "of no parameter": (lambda t: t.update({"2.step": torch.ones(())}), "'2.step' belongs to none of its 2 parameters"),
    "no number": (lambda t: t.update({"x.step": torch.ones(())}), "'x.step' belongs to none"),
    "negative": (lambda t: t.update({"-1.step": torch.ones(())}), "'-1.step' belongs to none"),
    "steps": (lambda t: t.update({"0.step": torch.tensor(float("nan"))}), "0.step = .*nan.* is no number of steps"),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_are_checked_against_the_parameters(name: str, tmp_path: Path) -> None:
    change, message = TENSORS[name]
    _, optimiser = stepped(MAKES["Adam"])
    before = copy.deepcopy(optimiser.state_dict())
    path = save(optimiser, tmp_path) / optimiser_state.TENSORS
    tensors = checkpoint.load_tensors(path)
    change(tensors)
    checkpoint.save_tensors(path, tensors)
    with pytest.raises(ConfigError, match=f"{tmp_path} does not fit this optimiser: {message}"):
        optimiser_state.read(optimiser, tmp_path)
    assert [*leaves(optimiser.state_dict())] == [*leaves(before)]


def test_tensors_are_checked_against_the_groups_that_come_with_them(tmp_path: Path) -> None:
    # A group of the checkpoint says AMSGrad, which keeps a third tensor; the optimiser's own group does not.
    _, optimiser = stepped(MAKES["Adam"])
    path = save(optimiser, tmp_path) / optimiser_state.VALUES
    values = checkpoint.load_values(path)
    values["groups"][0]["values"]["amsgrad"] = True
    checkpoint.save_values(path, values)
    with pytest.raises(ConfigError, match=r"0\.max_exp_avg_sq is missing, and must be torch\.float32 \[2, 3\]"):
        optimiser_state.read(optimiser, tmp_path)


VALUES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no groups": (lambda v: v.update(groups=[]), r"groups of \[\] parameters, and has groups of \[2\]"),
    "groups of others": (lambda v: v["groups"][0].update(parameters=3), r"groups of \[3\] parameters"),
    "no list": (lambda v: v.update(groups=7), r"groups of \[\] parameters"),
    "a text": (lambda v: v["groups"][0]["values"].update(lr="fast"), "lr of group 0 is 'fast', where it has 0.1"),
    "no switch": (lambda v: v["groups"][0]["values"].update(amsgrad=None), "amsgrad of group 0 is None, where"),
    "another length": (lambda v: v["groups"][0]["values"].update(betas=[0.5]), "betas of group 0 is"),
    "parameters": (lambda v: v["groups"][0]["values"].update(params=[0]), "params of group 0 is"),
    "no values": (lambda v: v["groups"][0].update(values=[]), r"group 0 is \[\]"),
    "nothing there": (
        lambda v: v["groups"][0]["values"].update(lr={"tensor": "9"}),
        "'9'} stands for nothing",
    ),
    "no state": (lambda v: v.update(state=None), "its state is None"),
    "state of none": (lambda v: v.update(state={"5": {}}), "'5' belongs to none"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_checked_against_the_groups(name: str, tmp_path: Path) -> None:
    change, message = VALUES[name]
    _, optimiser = stepped(MAKES["Adam"])
    path = save(optimiser, tmp_path) / optimiser_state.VALUES
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))
    with pytest.raises(ConfigError, match=f"{tmp_path} does not fit this optimiser: .*{message}"):
        optimiser_state.read(optimiser, tmp_path)
