"""Snapshots of older and newer releases: what an old one could not hold means what stood for it; newer are refused."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
import pytest

from forge.blade import Config, ConfigError, World, snapshot
from forge.blade.game.game import GAME
from forge.blade.schema import versions
from forge.blade.schema.record import PAD, Column, fields_since, record
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Array, System
from forge.blade.schema.versions import Format, Since
from forge.blade.snapshot import file
from forge.blade.state import state
from tests.blade.test_snapshot import arrays_of, headed, packed, played

SAVED = state.saved(GAME)
TODAY = versions.SNAPSHOTS.newest
LATER = TODAY + 1
#: Arrays that came with version 2.
SECOND = {"explored", "deed_totals"}


class NewRecording(NamedTuple):
    """Recordings of a release to come: songs, which nobody recorded before."""

    events: bool = False
    lives: bool = False
    visits: bool = False
    songs: Annotated[bool, Since(LATER, before=False)] = False


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release to come, whose worlds have weather, and whose agents a mood in place of their padding."""
    monkeypatch.setattr(versions, "SNAPSHOTS", Format("snapshots", LATER))
    mood = Column("mood", "u1", "how it feels", "index", since=Since(LATER, before=7))
    sky = Array("weather", "i2", lambda z: (4,), "of the day", saved=True, since=Since(LATER, before=3))
    later = Schema([*GAME.systems, System("weather", "what the sky does", agent=(mood,), arrays=(sky,))])
    monkeypatch.setattr(Config, "schema", later)
    monkeypatch.setattr(file, "Recording", NewRecording)


@pytest.fixture(scope="module")
def saved() -> bytes:
    """A snapshot of today."""
    return played().snapshot()


def test_a_snapshot_of_today_is_read_by_a_release_to_come(newer: None, saved: bytes) -> None:
    found, agents = snapshot.read(saved), arrays_of(saved)["agents"]
    assert found.arrays["weather"].tolist() == [[3] * 4] * 2
    assert (found.arrays["agents"]["mood"] == 7).all()
    assert not found.arrays["agents"][PAD].any()
    for name in fields_since(state.AGENT):
        assert np.array_equal(found.arrays["agents"][name], agents[name])
    assert found.recording == NewRecording(True, True, True, songs=False)
    assert found.arrays.keys() == {*SAVED, *state.recorded(GAME), "weather"}


def test_what_a_version_has_it_must_hold(newer: None, saved: bytes) -> None:
    later = headed(saved, lambda header: header.update(version=LATER))
    with pytest.raises(ConfigError, match="its header does not say whether songs are recorded"):
        snapshot.read(later)
    later = headed(later, lambda header: header["recording"].update(songs=True))
    with pytest.raises(ConfigError, match="it lacks weather"):
        snapshot.read(later)
    later = packed(arrays_of(later) | {"weather": np.zeros((2, 4), np.int16)})
    with pytest.raises(ConfigError, match="agents lacks the field mood"):
        snapshot.read(later)


def test_snapshots_of_a_newer_release_are_refused_by_name(saved: bytes) -> None:
    for key, name, newest in (
        ("version", "snapshots", TODAY),
        ("configuration", "configurations", versions.CONFIGURATION.newest),
    ):
        newer = headed(saved, lambda header: header.update({key: newest + 1}))  # noqa: B023 - called at once
        with pytest.raises(
            ConfigError, match=rf"^snapshot.* in format {newest + 1} of {name}; .* up to {newest}: a newer"
        ):
            World.restore(newer)


def test_the_first_version_had_a_configuration_for_each_world(saved: bytes) -> None:
    def older(header: dict) -> None:
        header["version"] = 1
        header["configs"] *= 2
        del header["configuration"], header["worlds"]

    first = {name: array for name, array in arrays_of(headed(saved, older)).items() if name not in SECOND}
    world, again = World.restore(saved, threads=1), World.restore(packed(first), threads=1)
    assert again.hash() == world.hash()
    assert again.snapshot() == world.snapshot()


def test_every_saved_field_says_since_when_it_exists() -> None:
    for kind in (state.AGENT, state.TALLY, state.LIFE):
        assert {*fields_since(kind), PAD} == {*kind.names, PAD}
    known = {array.name: array.since for array in GAME.arrays}
    first = {"agents", "tiles", "surplus", "harvested", "harvested_count", "stream", "tick", "births", "cap", "tally"}
    assert {name for name in SAVED if known[name].version == 1} == first
    assert {name for name, since in known.items() if since.version == 2} == SECOND
    with pytest.raises(TypeError, match=rf"mood exists since version {LATER}, but the newest .* is {TODAY}"):
        record([Column("mood", "u1", "how it feels", "index", since=Since(LATER, before=0))])
    sky = Array("weather", "i2", lambda z: (4,), "of the day", saved=True, since=Since(LATER, before=0))
    with pytest.raises(TypeError, match=rf"weather exists since version {LATER}, but the newest .* is {TODAY}"):
        Schema([System("weather", "what the sky does", arrays=(sky,))])
