"""Snapshots: the saved fields of a batch of worlds in one .npz file, without pickle."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from forge.blade.checks import ConfigError
from forge.blade.config import Config
from forge.blade.durable import write_atomic
from forge.blade.events import Recording
from forge.blade.ids import UNKNOWN
from forge.blade.state import SAVED, State

if TYPE_CHECKING:
    from forge.blade.world import World

#: Raised when a snapshot of the old kind can no longer be continued to the same bits.
VERSION = 1

_RECORDS = ("lives", "trails", "visits", "deed_totals")


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
            target = getattr(state, name)
            if array.dtype != target.dtype or array.shape != target.shape:
                raise ConfigError(
                    f"snapshot: {name} is {array.dtype}{array.shape}, wanted {target.dtype}{target.shape}"
                )
            target[...] = array
        for w, alive in enumerate(state.agents["alive"]):
            slots = np.flatnonzero(alive)
            state.living[w, : len(slots)] = slots
            state.living_count[w] = len(slots)
        state.actions[...] = UNKNOWN


def write(world: World, path: Path | None) -> bytes:
    """The snapshot of `world`; also written to `path`, which is never seen half written."""
    header = {
        "version": VERSION,
        "configs": [config.to_dict() for config in world.configs],
        "recording": world.recording._asdict(),
    }
    arrays = {name: getattr(world.state, name) for name in SAVED + _RECORDS}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        header=np.frombuffer(json.dumps(header).encode(), np.uint8),
        seeds=world.seeds,
        maps=world._tiles,
        **arrays,
    )
    if path is not None:
        write_atomic(path, buffer.getvalue())
    return buffer.getvalue()


def read(source: bytes | str | os.PathLike[str]) -> Saved:
    """Reads a snapshot.

    Raises:
        ConfigError: if it is not a snapshot, damaged, or of another version.
        OSError: if the file cannot be read.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    name = "snapshot" if isinstance(source, bytes) else f"snapshot {os.fspath(source)}"
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes())
            arrays = {key: archive[key] for key in archive.files if key != "header"}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(f"{name} is not a snapshot of worlds, or is damaged: {error}") from error
    if header.get("version") != VERSION:
        raise ConfigError(f"{name} is of version {header.get('version')}; this release reads version {VERSION}")
    configs = [Config.from_dict(config) for config in header["configs"]]
    missing = {"seeds", "maps", *SAVED, *_RECORDS} - arrays.keys() - _not_kept(configs)
    if missing:
        raise ConfigError(f"{name} lacks {', '.join(sorted(missing))}")
    return Saved(configs, Recording(**header["recording"]), arrays.pop("seeds"), arrays.pop("maps"), arrays)


def _not_kept(configs: list[Config]) -> set[str]:
    """The arrays that are empty in worlds that reward less, and were not there while survival was all they could."""
    explores = any(config.reward.explore != 0 for config in configs)
    counts_deeds = any(config.reward.counts_deeds for config in configs)
    return {name for name, kept in (("explored", explores), ("deed_totals", counts_deeds)) if not kept}
