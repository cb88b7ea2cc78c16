"""What is saved of worlds with systems from outside: read again where it is trusted, and compared with the module."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import Config, ConfigError, Material, World, snapshot
from forge.blade.state.state import clear
from forge.experiments.runs import trained_as
from forge.experiments.runs.settings import Session, Training
from forge.options import read_training
from forge.support import plugins, sources
from forge.support.checks import ConfigWarning

MODULE = """
from dataclasses import dataclass
import doses_of_mine
from forge.blade.extend import Column, Section, System, number, plain

@dataclass(frozen=True)
class Poison(Section):
    \"\"\"Poison in the air.\"\"\"
    strength: int = number(1, 0, 9, "health lost a tick [points]")
    smells: bool = plain(True, "whether one can smell it")

POISON = System(
    "poison", "in the air", section=Poison, agent=(Column("padding", "i4", "poison breathed in", "points"),)
)
"""
NAME = "poisons_of_mine:POISON"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """Of a small world with a system of a module that nothing else knows."""
    (tmp_path / "poisons_of_mine.py").write_text(MODULE)
    (tmp_path / "doses_of_mine.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "_trusted", set())
    monkeypatch.setattr(plugins, "_told", set())
    small = {"terrain.side": 32, "spawn.cap": 16, "spawn.populations": 1}
    sources._digest.cache_clear()
    plugins.load("systems", NAME)  # the schema of one test is known in the next, which loads a module of its own
    yield Config(systems=[NAME]).replace(**{**small, "poison.strength": 2})
    for name in ("poisons_of_mine", "doses_of_mine"):
        sys.modules.pop(name, None)


def begun(config: Config, kind: type[World] = World) -> World:
    """A world with its first agent, which can be saved, made by hand: so the tick of its systems is not compiled."""
    world = kind(config)
    state, first = world.state, world.state.agents[0, 0]
    clear(state, world.configs)
    state.births[:] = state.cap[:] = 1
    state.tally["births"] = 1
    for name, value in {"alive": 1, "health": 9, "food": 9, "water": 9, "row": 16, "col": 16}.items():
        first[name] = value
    world._plane(state.tiles)[...] = world._tiles
    world._plane(state.tiles)[0, 16, 16] = 8 + Material.GRASS
    return world


def changed(data: bytes, **arrays: np.ndarray) -> bytes:
    """A snapshot with other arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, **(dict(np.load(io.BytesIO(data))) | arrays))
    return buffer.getvalue()


def headed(data: bytes, **header: Any) -> bytes:
    """A snapshot with something else in its header."""
    values = json.loads(np.load(io.BytesIO(data))["header"].tobytes()) | header
    return changed(data, header=np.frombuffer(json.dumps(values).encode(), np.uint8))


def test_a_field_called_padding_is_kept_and_what_fills_records_up_is_not(config: Config) -> None:
    world = begun(config)
    agents = world.state.agents
    assert {"padding", "pad", "pad1"} <= {*agents.dtype.names}
    for name in ("padding", "pad", "pad1"):
        agents[name][0, 0] = 7
    filled = {"pad": "<u4", "pad1": "|u1", "pad2": "<u8"}  # as a release with other fields has it
    kept = [(name, agents.dtype[name]) for name in agents.dtype.names if name not in filled]
    other = np.full(agents.shape, 7, [*kept, *filled.items()])
    for name, _ in kept:
        other[name] = agents[name]
    for data in (world.snapshot(), changed(world.snapshot(), agents=other)):
        found = snapshot.read(data).arrays["agents"]
        assert found["padding"].tolist() == [[7, *[0] * 15]]
        assert not found["pad"].any()
        assert not found["pad1"].any()


def changes_told(data: bytes) -> list[str]:
    """What is said when a snapshot is read by another process."""
    sources._digest.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        snapshot.read(data)
    assert all(warning.category is ConfigWarning for warning in told)
    return [str(warning.message) for warning in told]


def test_a_snapshot_says_once_that_a_module_of_its_systems_has_changed(config: Config, tmp_path: Path) -> None:
    data = begun(config).snapshot()
    assert changes_told(data) == []
    (tmp_path / "doses_of_mine.py").write_text("much = 1\n")
    assert changes_told(data) == ["module poisons_of_mine has changed since snapshot was written"]
    assert changes_told(data) == []
    assert changes_told(headed(data, sources={})) == []
    (tmp_path / "doses_of_mine.py").write_text("")
    assert changes_told(begun(config).snapshot()) == []
    for wrong in ([], {NAME: 1}, {"../up": "0"}):
        with pytest.raises(ConfigError, match="source"):
            snapshot.read(headed(data, sources=wrong))


def test_what_a_process_writes_is_of_what_it_loaded(config: Config, tmp_path: Path) -> None:
    (tmp_path / "doses_of_mine.py").write_text("edited = 'while it runs'\n")
    data = begun(config).snapshot()
    assert changes_told(data) == ["module poisons_of_mine has changed since snapshot was written"]


class Read(World):
    """Comes out of a snapshot as what is in it, for which the tick of its systems need not be compiled."""

    saved: snapshot.Saved

    @classmethod
    def restore(cls, source: bytes | str | os.PathLike[str], threads: int | None = None) -> Read:
        world = cls.__new__(cls)
        world.saved = snapshot.read(source)
        return world


def test_a_pickle_of_a_world_brings_its_trust_and_a_snapshot_does_not(config: Config) -> None:
    world = begun(config, Read)
    pickled, saved = pickle.dumps(world), world.snapshot()
    plugins._trusted.clear()
    with pytest.raises(ConfigError, match=rf"'{NAME}'.*--trust poisons_of_mine"):
        World.restore(saved)
    assert pickle.loads(pickled).saved.configs == [config]
    assert plugins.trusted() == (NAME,)


def test_a_run_keeps_the_systems_of_its_world_and_their_options(config: Config, tmp_path: Path) -> None:
    training = Training(Session(worlds=1), world=config)
    assert training.modules == ("poisons_of_mine",)
    assert Training.from_toml(training.to_toml(), whole=True) == training
    (tmp_path / trained_as.NAME).write_bytes(trained_as.pack(training))
    assert trained_as.read(tmp_path) == training
    wanted = read_training(["--world.poison.strength", "3", "--world.poison.no-smells"], "forge train", training)
    assert wanted.world == config.replace(**{"poison.strength": 3, "poison.smells": False})
    assert trained_as.differences(training, wanted) == [
        "world.poison.strength was 2 and is 3",
        "world.poison.smells was true and is false",
    ]
    without = dataclasses.replace(training, world=Config.without_systems(config.to_dict()))
    assert trained_as.differences(without, training) == [f'world.systems was [] and is ["{NAME}"]']
    text = training.to_toml().replace("strength = 2", "")
    with pytest.raises(ConfigError, match=r"world\.poison\.strength missing.*such as strength = 1 below"):
        Training.from_toml(text, whole=True)


def test_what_a_configuration_says_without_its_systems_imports_nothing(config: Config) -> None:
    values = config.to_dict()
    values["systems"] = ["nowhere.at_all:THING"]
    values["thing"] = {"size": 3}
    rest = Config.without_systems(values)
    assert (type(rest), rest.systems, rest.terrain, rest.spawn) == (Config, (), config.terrain, config.spawn)
    with pytest.raises(ConfigError, match="unknown section 'poison'"):
        Config.without_systems({**config.to_dict(), "systems": []})
