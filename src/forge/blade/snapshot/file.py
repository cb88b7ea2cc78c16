"""What a snapshot holds: a header in JSON, the worlds' seeds and maps, the saved arrays of their state."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import from_outside
from forge.blade.mechanics.events import Recording
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.schema import versions
from forge.blade.schema.record import annotated_since
from forge.blade.schema.versions import Since, lacking, stood_for
from forge.blade.snapshot.invariants import check_state
from forge.blade.snapshot.npz import Archive
from forge.blade.state.state import State, check_alike, check_memory, layout, list_bodies, origins, recorded, saved
from forge.support.checks import ConfigError, did_you_mean
from forge.support.documents import parse_json
from forge.support.durable import write_atomic
from forge.support.paths import path_of
from forge.support.plugins import SOURCES, tell_changes, written_with

#: Since which version of snapshots the header says something.
HEADER = {
    "configs": Since(),  # the configurations of the worlds; from version 2 on each once
    "recording": Since(),  # fields of `Recording`
    "configuration": Since(2, before=1),  # version of the configurations
    "worlds": Since(
        2, before=None
    ),  # for each world the place of its configuration in `configs`; None: they are in turn
}
_LONGEST = 24 * 2**20  # bytes of a header: 20,000 worlds of version 1, each of which has its configuration there
_TOLD = 1000  # characters of an error at most: it may quote a value of the file


class Saved(NamedTuple):
    """The contents of a snapshot."""

    configs: list[Config]
    recording: Recording
    seeds: np.ndarray  # uint64 [W]
    tiles: np.ndarray  # uint8 [W, side, side]: the maps as they were at the reset
    arrays: dict[str, np.ndarray]

    def fill(self, state: State) -> None:
        """Puts the saved arrays into an allocated state, and lists its living."""
        for name, array in self.arrays.items():
            getattr(state, name)[...] = array
        list_bodies(state)
        state.actions[...] = UNKNOWN


class Batch(Protocol):
    """What is written: a batch of worlds."""

    recording: Recording
    state: State
    _tiles: np.ndarray  # uint8 [W, side, side]: the maps as they were at the reset

    @property
    def configs(self) -> list[Config]:
        """The configuration of each world."""
        ...

    @property
    def seeds(self) -> np.ndarray:
        """The seeds of the worlds, uint64 [W]."""
        ...


def write(world: Batch, path: Path | None) -> bytes:
    """The snapshot of `world`; also written to `path`, which is never seen half written.

    Raises:
        ConfigError: if its worlds have more configurations than a header holds.
    """
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        header=np.frombuffer(_header(world), np.uint8),
        seeds=world.seeds,
        maps=world._tiles,
        **{name: getattr(world.state, name) for name in _names(world.configs[0])},
    )
    if path is not None:
        write_atomic(path, buffer.getvalue())
    return buffer.getvalue()


def _names(config: Config) -> tuple[str, ...]:
    """Of the arrays that a snapshot holds."""
    return saved(config.schema) + recorded(config.schema)


def _header(world: Batch) -> bytes:
    places: dict[Config, int] = {}
    worlds = [places.setdefault(config, len(places)) for config in world.configs]
    values = {
        "version": versions.SNAPSHOTS.newest,
        "configuration": versions.CONFIGURATION.newest,
        "configs": [config.to_dict() for config in places],
        "worlds": worlds,
        "recording": world.recording._asdict(),
    }
    if written := written_with(from_outside(world.configs[0].systems)):
        values[SOURCES] = written
    text = json.dumps(values).encode()
    if len(text) > _LONGEST:
        raise ConfigError(f"{len(places)} configurations need {len(text)} bytes of a snapshot; {_LONGEST} are allowed")
    return text


def read(source: bytes | str | os.PathLike[str]) -> Saved:
    """Reads a snapshot, and checks every number in it.

    Raises:
        Untrusted: if it names systems that nobody trusts.
        ConfigError: if it is not a snapshot, is damaged, is not one of worlds that can be, or has a format newer than
            this release knows; also if there is not enough memory for it.
        OSError: if the file cannot be read.
    """
    data = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else path_of(source).read_bytes()
    name = f"snapshot {os.fspath(source)}" if isinstance(source, (str, os.PathLike)) else "snapshot"
    try:
        with Archive(data) as archive:
            return _read(archive, name)
    except ConfigError as error:
        text = str(error)
        told = text if len(text) <= _TOLD else f"{text[:_TOLD]}…"
        raise type(error)(told if told.startswith(name) else f"{name}: {told}") from error
    except MemoryError as error:
        raise ConfigError(f"{name} needs more memory than there is") from error


def _read(archive: Archive, name: str) -> Saved:
    header = parse_json(archive.vector("header", np.dtype(np.uint8), _LONGEST).tobytes(), "its header", _LONGEST)
    if not isinstance(header, dict):
        raise ConfigError("its header is not a table")
    version = versions.SNAPSHOTS.version(header.get("version"), name)
    if missing := lacking(HEADER, header, version):
        raise ConfigError(f"its header lacks {', '.join(missing)}")
    header = stood_for(HEADER, header, version) | header
    configs, recording = _configs(header), _recording(header["recording"], version)

    count, side = len(configs), configs[0].terrain.side
    check_memory(configs, count, recording)
    wanted = {name: array for name, array in layout(configs, recording).items() if name in _names(configs[0])}
    since = {array.name: array.since for array in configs[0].schema.arrays if array.name in wanted}
    if missing := lacking(since, archive.names, version):
        raise ConfigError(f"it lacks {', '.join(missing)}")
    before = stood_for(since, archive.names, version)
    there = {name: array for name, array in wanted.items() if name not in before}
    there |= origins(count, side)
    if unknown := archive.names - there.keys() - {"header"}:
        raise ConfigError(did_you_mean("array", min(unknown)[:100], sorted(there)))
    archive.check_sizes(there)

    arrays = {name: archive.array(name, array, version) for name, array in there.items()}
    arrays |= {name: np.full(wanted[name].shape, value, wanted[name].dtype) for name, value in before.items()}
    found = Saved(configs, recording, arrays.pop("seeds").copy(), arrays.pop("maps").copy(), arrays)
    check_state(found.configs, found.tiles, found.arrays)
    tell_changes(header.get(SOURCES, {}), name)
    return found


def _configs(header: Mapping[str, Any]) -> list[Config]:
    version = versions.CONFIGURATION.version(header["configuration"], "its configuration")
    given, worlds = header["configs"], header["worlds"]
    if not isinstance(given, list) or not given:
        raise ConfigError("its header has no list of configurations")
    if worlds is None:
        worlds = list(range(len(given)))
    if not isinstance(worlds, list) or not worlds:
        raise ConfigError("its header has no list of worlds")
    for w, place in enumerate(worlds):
        if type(place) is not int or not 0 <= place < len(given):
            raise ConfigError(f"world {w} has configuration {place!r}; there are 0 .. {len(given) - 1}")
    distinct = [Config.from_dict(values, version, whole=True) for values in given]
    configs = [distinct[place] for place in worlds]
    check_alike(configs)
    return configs


def _recording(given: Any, version: int) -> Recording:
    since = annotated_since(Recording)
    if not isinstance(given, dict) or not given.keys() <= since.keys():
        raise ConfigError(f"its header says of recordings {given!r:.200}; known are {', '.join(since)}")
    if missing := lacking(since, given, version):
        raise ConfigError(f"its header does not say whether {', '.join(missing)} are recorded")
    for name, value in given.items():
        if type(value) is not bool:
            raise ConfigError(f"its header says that {name} are recorded: {value!r:.100}; allowed are true and false")
    return Recording(**stood_for(since, given, version), **given)
