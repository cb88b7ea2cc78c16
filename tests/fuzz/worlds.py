"""Readers of Blade: snapshots, replays, frames, configurations and maps."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from forge.blade import Chaos, Config, ConfigError, Law, Material, Recording, World
from forge.blade.recording.frame import FrameSource, decode, encode
from forge.blade.recording.frame_schema import FrameError
from forge.blade.recording.replay import Replay, ReplayError
from forge.blade.terrain.tiled import read_tmx, write_tmx
from forge.experiments.evaluation.match import world_named
from tests.blade.old_replay import old_replay
from tests.blade.watching import play, record, same, world_of
from tests.blade.worlds import patchwork
from tests.fuzz.containers import mutate_array, mutate_zip
from tests.fuzz.damage import any_of, damaged
from tests.fuzz.maps import mutate_xml
from tests.fuzz.readers import Reader
from tests.fuzz.replays import mutate_replay
from tests.fuzz.values import mutate_toml

_SIZES = {"terrain.side": 12, "terrain.border": 2, "spawn.cap": 8, "spawn.populations": 2, "sight.radius": 3}
_TICKS = 8  # played on from a snapshot


def _snapshot(config: Config, recording: Recording, folder: Path) -> None:
    """Two worlds in which agents have been born, have walked, eaten and died."""
    maps = [patchwork(config.terrain, number) for number in range(2)]
    world = World(config, 2, seed=4, threads=1, maps=maps, record=recording)
    world.reset()
    for _ in play(world, 30, care=0.98):
        pass
    world.snapshot(folder / "world.npz")


def _plain(folder: Path) -> None:
    _snapshot(Chaos(**_SIZES, **{"combat.immunity": 3}), Recording(), folder)


def _rich(folder: Path) -> None:
    more = {"combat.targeting": "learned", "combat.hold": True, "sight.agents": 4, "spawn.random_cap": True}
    _snapshot(Chaos(**_SIZES, **more), Recording(events=True, lives=True, visits=True), folder)


def _play_on(folder: Path) -> None:
    world = World.restore(folder / "world.npz", threads=1)
    _check(world)
    for _ in play(world, _TICKS):
        _check(world)
    again = World.restore(world.snapshot(), threads=1)
    assert again.hash() == world.hash()


def _check(world: World) -> None:
    """Agents are where agents can be, and as healthy as they can be."""
    for w, config in enumerate(world.configs):
        agents, terrain = world.state.agents[w], config.terrain
        living = agents[agents["alive"] != 0]
        assert world.state.living_count[w] == len(living) == world.state.members[w].sum() <= config.spawn.cap
        for name in ("row", "col"):
            assert (living[name] >= terrain.low).all(), name
            assert (living[name] <= terrain.high).all(), name
        for name in ("health", "food", "water"):
            assert (living[name] >= (name == "health")).all(), name
            assert (living[name] <= getattr(config.vitals, name)).all(), name
        assert 1 <= world.state.cap[w] <= config.spawn.cap
        assert np.isin(world.materials()[w], [*Material]).all()


SNAPSHOT = Reader(
    "snapshot",
    (_plain, _rich),
    {"*": any_of(mutate_array, mutate_array, mutate_array, mutate_zip, damaged)},
    _play_on,
    (ConfigError, OSError),
)


def _watch(folder: Path) -> None:
    replay = Replay(folder / "a.replay")
    assert replay.populations >= 0
    assert isinstance(replay.metadata, dict)
    for frame in replay:
        assert frame.agents["row"].max(initial=0) < frame.side
        assert frame.tiles["material"].max(initial=0) < len(Material)
    if replay.ticks:
        assert replay.materials(replay.ticks[-1]).max() < len(Material)
    with contextlib.suppress(ConfigError):  # one that this release does not know, as that of the old file
        assert isinstance(replay.config, Config)


REPLAY = Reader(
    "replay",
    (lambda folder: record(folder / "a.replay", 15, 6), lambda folder: _file(folder / "a.replay", old_replay())),
    {"*": any_of(mutate_replay, mutate_replay, damaged)},
    _watch,
    (ReplayError, OSError),
)


def _file(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _frames(folder: Path) -> None:
    world = world_of()
    source = FrameSource(world)
    (folder / "key").write_bytes(encode(source.frame()))
    for _ in play(world, 12):
        source.frame()
    (folder / "plain").write_bytes(encode(source.frame()))


def _decode(folder: Path) -> None:
    for path in folder.iterdir():
        frame = decode(path.read_bytes())
        assert same(decode(encode(frame)), frame)


FRAME = Reader("frame", (_frames,), {"*": damaged}, _decode, (FrameError,))


def _configuration(folder: Path) -> None:
    (folder / "world.toml").write_text(Law(**_SIZES).to_toml())


def _configure(folder: Path) -> None:
    path = folder / "world.toml"
    config = Config.from_toml(path)
    assert Config.from_toml(config.to_toml()) == config
    assert world_named(str(path)) == config


CONFIG = Reader(
    "config", (_configuration,), {"*": any_of(mutate_toml, mutate_toml, damaged)}, _configure, (ConfigError, OSError)
)

_TILESET = """<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" name="land" tilewidth="16" tileheight="16" tilecount="3" columns="0">
 <tile id="0" type="lava"/>
 <tile id="1"><image width="16" height="16" source="tiles/grass.png"/></tile>
 <tile id="2"><properties><property name="material" value="forest"/></properties></tile>
</tileset>
"""
_MAP = """<?xml version="1.0" encoding="UTF-8"?>
<map version="1.10" orientation="orthogonal" width="3" height="2" tilewidth="16" tileheight="16" infinite="0">
 <tileset firstgid="1" source="land.tsx"/>
 <layer id="1" name="terrain" width="3" height="2">
  <data encoding="base64" compression="zlib">eJxjZGBgYAJiZigNwoxADAAAtAAM</data>
 </layer>
</map>
"""


def _embedded(folder: Path) -> None:
    write_tmx(folder / "a.tmx", patchwork(Law(**_SIZES).terrain, 1))


def _referred(folder: Path) -> None:
    (folder / "a.tmx").write_text(_MAP)
    (folder / "land.tsx").write_text(_TILESET)


def _read_map(folder: Path) -> None:
    tiles = read_tmx(folder / "a.tmx")
    assert tiles.dtype == np.uint8
    assert tiles.ndim == 2
    assert np.isin(tiles, [*Material]).all()


MAP = Reader("map", (_embedded, _referred), {"*": any_of(mutate_xml, mutate_xml, damaged)}, _read_map, (ConfigError,))
