"""Snapshots: every one that a world writes is read, and no number gets past that could not be there."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.lib.recfunctions as rfn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Chaos, Config, ConfigError, Material, Recording, World
from forge.blade.world.fork import fork
from tests.blade.watching import play
from tests.blade.worlds import configs, patchwork, wanderer

ALL = Recording(events=True, lives=True, visits=True)
SMALL = {"terrain.side": 12, "terrain.border": 2, "spawn.cap": 8, "spawn.populations": 2, "sight.radius": 3}
GROVE = Chaos(**SMALL, **{"combat.immunity": 3, "foraging.regrowth": 0.1})


def played(config: Config = GROVE, ticks: int = 40, worlds: int = 2) -> World:
    """Worlds in which agents have been born, have eaten and died."""
    maps = [patchwork(config.terrain, number) for number in range(worlds)]
    world = World(config, worlds, seed=4, threads=1, maps=maps, record=ALL)
    world.reset()
    for _ in play(world, ticks, care=0.98):
        pass
    return world


@pytest.fixture(scope="module")
def saved() -> bytes:
    """A snapshot of them: agents live in both populations, but not in slot 1 of world 0."""
    world = played()
    world.cull(np.arange(8) == [[1], [8]])
    return world.snapshot()


def arrays_of(data: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(data)) as archive:
        return dict(archive)


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


def headed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The snapshot with another header."""
    arrays = arrays_of(data)
    header = json.loads(arrays["header"].tobytes())
    change(header)
    return packed(arrays | {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)})


# -- what a world writes is read


@settings(max_examples=60)
@given(
    config=configs(),
    seed=st.integers(0, 2**32),
    ticks=st.integers(0, 50),
    record=st.builds(Recording, st.booleans(), st.booleans(), st.booleans()),
    care=st.sampled_from([0.0, 0.9, 1.0]),
    taken=st.sampled_from([0.0, 0.3]),
    count=st.integers(1, 3),
)
def test_every_snapshot_of_a_world_is_read(
    config: Config, seed: int, ticks: int, record: Recording, care: float, taken: float, count: int
) -> None:
    """Whatever its configuration, map and recordings, before its start, after ticks and culls, and of its forks."""
    maps = [patchwork(config.terrain, seed % 1000 + i) for i in range(count)]
    mixed = [config, config.replace(**{"reward.explore": 0.5}), config][:count]
    world = World(mixed, count, seed=seed, threads=1, maps=maps, record=record)
    assert World.restore(world.snapshot(), threads=1).hash() == world.hash()
    world.reset()
    rng, choose = np.random.default_rng(seed), wanderer(care)
    for _ in range(ticks):
        world.step(choose(rng, world.observe(), config))
        world.cull(rng.random(world.state.agents.shape) < taken)
    twins = [(world, World.restore(world.snapshot(), threads=1))]
    split = fork(world, count - 1, visits=True)
    twins.append((split, World.restore(split.snapshot(), threads=1)))
    for one, other in twins:
        actions = choose(rng, one.observe(), config)
        one.step(actions), other.step(actions)
        assert other.hash() == one.hash()
        assert other.snapshot() == one.snapshot()


def test_crowds_beyond_what_a_tile_counts_are_read() -> None:
    """Eighty agents on a square of two by two tiles: more than 31 on some, the rest in the surplus."""
    crowd = {"terrain.side": 4, "terrain.border": 1, "spawn.cap": 80, "spawn.populations": 2, "sight.radius": 1}
    numbers = {"combat.immunity": 10**6, "vitals.food_loss": 0, "vitals.water_loss": 0}
    world = World(Chaos(**crowd, **numbers), threads=1, maps=[patchwork(Chaos(**crowd).terrain, 0)])
    world.reset()
    for _ in range(80):
        world.step(np.full((1, 80, 2), (0, 0)))
    assert world.state.surplus.any() or world.occupancy().max() <= 31
    assert World.restore(world.snapshot(), threads=1).hash() == world.hash()


def test_worlds_of_many_configurations_name_each_once() -> None:
    law = GROVE.replace(**{"vitals.food": 64})
    world = World([GROVE, law, GROVE, law], 4, threads=1)
    header = json.loads(arrays_of(world.snapshot())["header"].tobytes())
    assert (len(header["configs"]), header["worlds"]) == (2, [0, 1, 0, 1])
    assert World.restore(world.snapshot()).configs == world.configs


# -- numbers that cannot be

ALIVE, DEAD = "alive", "dead"
NUMBERS: list[tuple[str, str | None, Any, Any, str]] = [
    # array, field, where (a place, or a slot of world 0 that is alive or dead), value, what is said
    ("agents", "row", ALIVE, 30000, r"is 30000; allowed are 2 \.\. 9"),
    ("agents", "row", ALIVE, 1, r"is 1; allowed are 2 \.\. 9"),
    ("agents", "col", ALIVE, -1, r"is -1; allowed are 2 \.\. 9"),
    ("agents", "population", ALIVE, 200, "is 200; allowed is [01]"),
    ("agents", "health", ALIVE, 32000, r"is 32000; allowed are 1 \.\. 10"),
    ("agents", "health", ALIVE, 0, r"is 0; allowed are 1 \.\. 10"),
    ("agents", "food", ALIVE, 33, r"is 33; allowed are 0 \.\. 32"),
    ("agents", "water", ALIVE, -1, r"is -1; allowed are 0 \.\. 32"),
    ("agents", "age", ALIVE, -1, r"is -1; allowed are 0 \.\. 2147483647"),
    ("agents", "age", ALIVE, 10**6, r"tally.ticks of world 0, population [01] is \d+; allowed are 1000\d\d\d"),
    ("agents", "freeze", ALIVE, -1, r"is -1; allowed are 0 \.\. 3"),
    ("agents", "damage", ALIVE, -5, r"is -5; allowed are 0 \.\. 2147483647"),
    ("agents", "id", ALIVE, 2**40, r"is 1099511627776; allowed are 0 \.\. \d+"),
    ("agents", "alive", ALIVE, 2, r"is 2; allowed are 0 \.\. 1"),
    ("agents", "alive", ALIVE, 0, "allowed is 0"),
    ("agents", "food", DEAD, 5, "is 5; allowed is 0"),
    ("cap", None, 0, -1, r"cap of world 0 is -1; allowed are 1 \.\. 8"),
    ("cap", None, 1, 2**31 - 1, r"cap of world 1 is 2147483647; allowed are 1 \.\. 8"),
    ("tick", None, 0, -1, "tick of world 0 is -1"),
    ("births", None, 0, 2**60, r"births of world 0 is 1152921504606846976; allowed are 1 \.\. \d+"),
    ("harvested_count", None, 0, 2**31 - 1, r"harvested_count of world 0 is 2147483647; allowed is \d+"),
    ("harvested", None, (0, 0), -1, r"harvested of world 0 lists -1"),
    ("harvested", None, (0, 0), 10**9, r"harvested of world 0 lists 1000000000"),
    ("tiles", None, (0, 0), 2, "tiles of world 0, place 0 is 2; allowed is 0"),
    ("tiles", None, (1, -1), 8, r"tiles of world 1, place \d+ is 8; allowed is 0"),
    ("surplus", None, (0, 50), 3, "surplus of world 0, place 50 counts 3 agents more; allowed is 0"),
    ("tally", "births", (0, 0), 10**6, "tally.births of world 0 add up to 1000"),
    ("tally", "ticks", (0, 1), 0, "tally.ticks of world 0, population 1 is 0"),
    ("tally", "lifetime", (0, 1), -1, "tally.lifetime of world 0, population 1 is -1"),
    ("visits", None, (0, 1, 3, 3), -1, "visits of world 0, population 1 is -1"),
    ("lives", "id", ALIVE, 10**6, "lives.id of world 0"),
    ("lives", "population", DEAD, 9, r"is 9; allowed are 0 \.\. 1"),
    ("lives", "reward", ALIVE, np.nan, "lives.reward"),
    ("lives", "ticks", ALIVE, -1, "lives.ticks of world 0"),
    ("trails", None, ALIVE, 255, "trails of world 0"),
    ("maps", None, (0, 0, 0), 2, r"maps, world 0: the tile in row 0, column 0 is 2 \(grass\)"),
    ("maps", None, (1, 5, 5), 7, r"maps, world 1: .*which is no material"),
]


@pytest.mark.parametrize(("name", "field", "where", "value", "why"), NUMBERS)
def test_a_number_that_cannot_be_is_named(
    saved: bytes, name: str, field: str | None, where: Any, value: Any, why: str
) -> None:
    arrays = arrays_of(saved)
    slots = arrays["agents"]["alive"][0] == (where == ALIVE)
    place = (0, int(np.flatnonzero(slots)[0])) if where in (ALIVE, DEAD) else where
    (arrays[name][field] if field else arrays[name])[place] = value
    with pytest.raises(ConfigError, match=rf"^snapshot: .*{why}") as caught:
        World.restore(packed(arrays))
    assert len(str(caught.value).splitlines()) == 1


def test_places_that_contradict_one_another_are_named(saved: bytes) -> None:
    arrays = arrays_of(saved)
    one, other = np.flatnonzero(arrays["agents"]["alive"][0])[:2]
    twice, moved, lonely = (arrays["agents"].copy() for _ in range(3))
    twice["id"][0, one] = twice["id"][0, other]
    moved["row"][0, one] = 2 + (moved["row"][0, one] - 1) % 8
    grown = arrays["tiles"].copy()
    grass = np.flatnonzero((grown[0] & 7) == Material.GRASS)[0]
    grown[0, grass] += Material.FOREST - Material.GRASS
    for name, changed, why in (
        ("agents", twice, "agents.id of world 0: .* is there twice"),
        ("agents", moved, "tiles of world 0, place .* counts"),
        ("tiles", grown, r"tiles of world 0: the tile in row 2, column 2 is 4 \(forest\), but .* must be grass"),
    ):
        with pytest.raises(ConfigError, match=why):
            World.restore(packed(arrays | {name: changed}))
    assert World.restore(packed(arrays | {"agents": lonely})).hash() == World.restore(saved).hash()


def test_only_worlds_that_have_not_begun_are_empty(saved: bytes) -> None:
    empty = {name: np.zeros_like(array) for name, array in arrays_of(saved).items()}
    kept = {name: arrays_of(saved)[name] for name in ("header", "maps", "seeds")}
    assert World.restore(packed(empty | kept)).observe().alive.sum() == 0
    with pytest.raises(ConfigError, match="births of world 0 is 0"):
        World.restore(packed(empty | kept | {"tick": np.array([5, 5])}))


# -- files that are no snapshots


def test_what_is_no_archive_says_so(saved: bytes, tmp_path: Any) -> None:
    for data in (b"", b"PK\3\4", b"NMREPLAY" + bytes(100), saved[:-40], saved[: len(saved) // 2]):
        with pytest.raises(ConfigError, match=r"^snapshot: it is not a snapshot of worlds, or is damaged"):
            World.restore(data)
    (tmp_path / "a.npz").write_bytes(b"other")
    with pytest.raises(ConfigError, match=r"^snapshot .*a\.npz: it is not a snapshot"):
        World.restore(tmp_path / "a.npz")
    with pytest.raises(FileNotFoundError):
        World.restore(tmp_path / "b.npz")


def test_arrays_must_be_those_of_the_worlds(saved: bytes) -> None:
    arrays = arrays_of(saved)
    for changed, why in (
        ({"cap": arrays["cap"][:1]}, r"cap claims .* bytes|cap has shape \(1,\); wanted is \(2,\)"),
        ({"cap": arrays["cap"].astype(">i4")}, "cap is '>i4'; wanted is int32"),
        ({"tick": arrays["tick"].astype(np.float64)}, "tick is '<f8'; wanted is int64"),
        ({"cap": arrays["cap"][:, None]}, r"cap has shape \(2, 1\)"),
        ({"mood": arrays["cap"]}, r"unknown array 'mood' \(known: "),
        ({"agents": arrays["agents"]["row"]}, "agents is '<i2'; wanted are records of id, age"),
        ({"agents": narrow(arrays["agents"], "row", "id")}, "agents lacks the field age, damage"),
    ):
        with pytest.raises(ConfigError, match=why):
            World.restore(packed(arrays | changed))
    wide = np.dtype([(n, "i8" if n == "row" else t[0]) for n, t in (arrays["agents"].dtype.fields or {}).items()])
    with pytest.raises(ConfigError, match=r"agents has a field \('row', '<i8'\); known are"):
        World.restore(packed(arrays | {"agents": arrays["agents"].astype(wide)}))
    del arrays["surplus"]
    with pytest.raises(ConfigError, match="it lacks surplus"):
        World.restore(packed(arrays))


def narrow(records: np.ndarray, *names: str) -> np.ndarray:
    """The same records, with these fields only."""
    return rfn.repack_fields(records[[*names]])


def npy(descr: str, shape: str = "(2,)") -> bytes:
    """An array with this description, and no data."""
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY\x01\x00\xff\xff" + bytes(100),
        b"\x93NUMPY\x03\x00" + npy("'<i4'")[8:] + bytes(8),
        npy("'|O'") + bytes(8),
        npy("[" * 4000) + bytes(8),
        npy("'<i4'", "(2,") + bytes(8),
        npy("'<i4'", "(-2,)") + bytes(8),
        npy("'<i4'", "(10**99,)") + bytes(8),
        npy("'<i4'", "((),)") + bytes(8),
        npy("'\x00'") + bytes(8),
        npy("__import__('os').abort()") + bytes(8),
        npy("'<i4'") + bytes(7),
        npy("'<i4'") + bytes(9),
    ],
)
def test_an_array_must_say_what_it_is(saved: bytes, member: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^snapshot: cap "):
        World.restore(zipped(members_of(saved) | {"cap.npy": member}))


def test_members_are_plain_and_there_once(saved: bytes) -> None:
    members = members_of(saved)
    for kind in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(ConfigError, match="compressed in another way than deflated"):
            World.restore(zipped(members, kind))
    buffer = io.BytesIO(zipped(members))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("cap.npy", members["cap.npy"])
    with pytest.raises(ConfigError, match="it holds 'cap' twice"):
        World.restore(buffer.getvalue())
    hidden = bytearray(zipped(members, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        hidden[hidden.index(mark) + at] |= 1  # says that the member is encrypted
    with pytest.raises(ConfigError, match="is encrypted"):
        World.restore(bytes(hidden))


def test_nothing_is_inflated_beyond_its_size(saved: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty million zeros: in an array of their own, in one that is smaller, and as a header."""
    read = []
    plain = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        data = plain(self, n)
        read.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    arrays, bomb = arrays_of(saved), np.zeros(30_000_000, np.uint8)
    del read[:]
    for changed, why in (
        ({"bomb": bomb}, "unknown array 'bomb'"),
        ({"tick": bomb}, "tick claims 30000128 bytes"),
        ({"agents": bomb}, "agents claims 30000128 bytes"),
        ({"header": bomb}, "header claims 30000128 bytes"),
        ({"seeds": bomb}, "seeds claims 30000128 bytes"),
    ):
        data = packed(arrays | changed)
        assert len(data) < 50_000
        with pytest.raises(ConfigError, match=why):
            World.restore(data)
    assert sum(read) < 100_000


# -- headers


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda h: h.pop("recording"), "its header lacks recording"),
        (lambda h: h.update(recording={"events": 1, "lives": True, "visits": True}), "events are recorded: 1"),
        (lambda h: h.update(recording={"events": True}), "does not say whether lives, visits are recorded"),
        (lambda h: h.update(recording={"moods": True}), "known are events, lives, visits"),
        (lambda h: h.update(configs=[]), "no list of configurations"),
        (lambda h: h.update(worlds=[0, 1]), r"world 1 has configuration 1; there are 0 \.\. 0"),
        (lambda h: h.update(worlds=[0, -1]), "world 1 has configuration -1"),
        (lambda h: h.update(worlds=[]), "no list of worlds"),
        (lambda h: h.update(worlds=[0] * 3), r"claims|has shape"),
        (lambda h: h["configs"][0].pop("sight"), "sight.radius, sight.agents missing"),
        (lambda h: h["configs"][0]["spawn"].update(cap=10**30), "integer of 100 bits"),
        (lambda h: h["configs"][0]["spawn"].update(cap=16), "claims .* bytes"),
        (lambda h: h["configs"][0].update(weather={}), "unknown section 'weather'"),
        (lambda h: h.update(version="2"), "version '2'"),
        (lambda h: h.update(configuration=0), "version 0"),
    ],
)
def test_a_header_that_cannot_be_is_refused(saved: bytes, change: Callable[[Any], object], why: str) -> None:
    with pytest.raises(ConfigError, match=f"^snapshot.*{why}"):
        World.restore(headed(saved, change))


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"[" * 10**6, b'{"a":' * 10**5, b"1" * 10**4, b"\xff", b"null"])
def test_a_header_that_is_none_is_refused(saved: bytes, text: bytes) -> None:
    with pytest.raises(ConfigError, match=r"^snapshot: its header "):
        World.restore(packed(arrays_of(saved) | {"header": np.frombuffer(text, np.uint8)}))
