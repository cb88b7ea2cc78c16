"""The map of a run that was drawn by hand: it is copied into the run's folder, so that the run needs no other file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forge.blade import snapshot
from forge.blade.config.config import Config
from forge.blade.terrain.generation import read_map
from forge.blade.terrain.tiled import tmx_bytes
from forge.support.checks import ConfigError
from forge.support.durable import StorageError, replace
from forge.support.paths import path_of

#: The copy's name in the run's folder.
NAME = "map.tmx"


def drawn(world: Config) -> bytes | None:
    """The copy of a world's map; None if maps are generated.

    Raises:
        ConfigError: if `terrain.file` cannot be read, or is no map for this world.
    """
    return tmx_bytes(read_map(world.terrain, world.schema), world.schema) if world.terrain.file else None


def inside(world: Config, run: Path) -> Config:
    """The configuration as a run's folder keeps it: with the copy's name, whose place is where the folder is."""
    own = world.terrain.file and Path(world.terrain.file) == (run / NAME).absolute()
    return world.replace(**{"terrain.file": NAME}) if own else world


def restored(world: Config, run: Path, checkpoint: Path | None) -> Config:
    """The configuration of a run, with its map in place.

    Runs of release 2.0 have no copy, only a path. Where nothing is there any more, the copy is made from a checkpoint,
    whose snapshot holds the map.
    """
    if not world.terrain.file or path_of(world.terrain.file).is_file():
        return world
    copy = (run / NAME).absolute()
    if not copy.is_file():
        tiles = None if checkpoint is None else tiles_of(checkpoint)
        if tiles is None:
            return world
        try:
            replace(copy, tmx_bytes(tiles, world.schema))
        except StorageError:  # a run can be listed, at least; who needs the map is told that it is not there
            return world
    return world.replace(**{"terrain.file": str(copy)})


def check_same(world: Config, checkpoint: Path) -> None:
    """Refuses a checkpoint with another map than the one that a run's configuration names.

    Raises:
        ConfigError: if it has another.
    """
    if not world.terrain.file:
        return
    if not np.array_equal(read_map(world.terrain, world.schema), tiles_of(checkpoint)):  # type: ignore[arg-type]
        raise ConfigError(
            f"checkpoint {checkpoint} does not fit the run: its worlds have another map than {world.terrain.file}"
        )


def tiles_of(checkpoint: Path) -> np.ndarray | None:
    """The map of the first world of a checkpoint, uint8 [side, side]; None if it holds no readable snapshot."""
    for name in ("world.npz", "realm-0.npz"):
        if (checkpoint / name).is_file():
            try:
                return np.asarray(snapshot.read(checkpoint / name).tiles[0])
            except ConfigError:
                return None
    return None
