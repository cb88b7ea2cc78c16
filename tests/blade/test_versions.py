"""Configurations of older and newer releases: what a file could not know yet means what stood for it then."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest

from forge.blade import Chaos, Config, ConfigError
from forge.blade.config import config as sections
from forge.blade.schema import versions
from forge.blade.schema.section import Section, choice, number, plain
from forge.blade.schema.versions import Format, Since, lacking, stood_for
from forge.experiments.runs import settings
from forge.experiments.runs.settings import Training

SNAPSHOTS = Format("snapshots", 3)


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> type[Config]:
    """Configurations of a release to come: version 3, with a reward for food (2) and one for water (3)."""
    monkeypatch.setattr(versions, "CONFIGURATION", Format("configurations", 3))

    @dataclass(frozen=True)
    class Reward(sections.Reward):
        food: float = number(0.5, 0, 1, "for food", since=2, before=0.0)
        water: str = choice("much", ("none", "much"), "for water", since=3, before="none")

    @dataclass(frozen=True)
    class Weather(Section):
        rain: bool = plain(True, "whether it rains", since=3, before=False)

    @dataclass(frozen=True)
    class Newer(Config):
        reward: Reward = Reward()  # type: ignore[assignment]
        weather: Weather = Weather()

    monkeypatch.setattr(settings, "Config", Newer)
    return Newer


def new_values(config: Config) -> tuple[object, ...]:
    fields = config.to_dict()
    return fields["reward"]["food"], fields["reward"]["water"], fields["weather"]["rain"]


BEFORE, TODAY = (0.0, "none", False), (0.5, "much", True)


def test_an_older_configuration_means_what_it_meant(newer: type[Config]) -> None:
    old = Chaos().to_dict()
    assert new_values(newer.from_dict(old, version=1, whole=True)) == BEFORE
    old["reward"]["food"] = 0.25
    assert new_values(newer.from_dict(old, version=2, whole=True)) == (0.25, "none", False)
    assert new_values(newer.from_dict(old)) == (0.25, "much", True)
    with pytest.raises(ConfigError, match=r"^reward\.water, weather\.rain missing in a configuration of version 3"):
        newer.from_dict(old, whole=True)


def test_what_people_write_means_what_it_says_today(newer: type[Config]) -> None:
    assert new_values(newer.from_toml("[spawn]\ncap = 16")) == TODAY
    assert new_values(newer.from_toml("[world.spawn]\ncap = 16")) == TODAY
    assert new_values(newer.from_toml("version = 2\n[spawn]\ncap = 16")) == (0.5, "none", False)


def test_what_release_2_0_0_wrote_has_no_version_and_lacks_nothing(newer: type[Config]) -> None:
    world = without_version(Chaos(**{"spawn.cap": 16}).to_toml())
    assert new_values(newer.from_toml(world)) == BEFORE
    run = without_version(without_new_fields(Training(world=Chaos()).to_toml()))
    assert "release" in run
    for read in (Training.from_toml(run), Training.from_toml(run, whole=True)):
        assert new_values(read.world) == BEFORE
    assert new_values(newer.from_toml(run)) == BEFORE
    assert new_values(Training.from_toml(run.partition("\n")[2], whole=True).world) == BEFORE


def without_version(text: str) -> str:
    lines = text.splitlines(keepends=True)
    assert sum(line.startswith("version = ") for line in lines) == 1
    return "".join(line for line in lines if not line.startswith("version = "))


def without_new_fields(text: str) -> str:
    """A run's TOML as it was in version 1."""
    text = text.partition("[world.weather]")[0]
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("food = 0.0 ", 'water = "')))


def test_what_is_written_now_says_its_version_and_is_read_again(newer: type[Config]) -> None:
    config = newer().replace(**{"reward.food": 0.75, "weather.rain": False})
    assert config.to_toml().startswith("version = 3 ")
    assert newer.from_toml(config.to_toml()) == config
    training = Training(world=config)
    assert "\nversion = 3 " in training.to_toml()
    assert Training.from_toml(training.to_toml(), whole=True) == training


def test_a_run_lacks_only_what_was_not_there(newer: type[Config]) -> None:
    text = Training(world=newer()).to_toml().replace('water = "much"', "# water")
    with pytest.raises(ConfigError, match=r"world\.reward\.water missing.*such as water = \"much\" below"):
        Training.from_toml(text, whole=True)
    older = text.replace("version = 3", "version = 2")
    assert new_values(Training.from_toml(older, whole=True).world) == (0.5, "none", True)


def test_the_digest_outlives_new_fields(newer: type[Config]) -> None:
    old = Chaos(**{"spawn.cap": 16})
    assert newer.from_dict(old.to_dict(), version=1).digest() == old.digest()
    assert newer.from_dict(old.to_dict()).digest() != old.digest()
    # as release 2.0.0 has it
    assert Chaos().digest() == "30b6f376113d01e9"


def test_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "world.toml"
    newest = versions.CONFIGURATION.newest
    path.write_text(f"version = {newest + 1}\n[spawn]\ncap = 16")
    message = (
        f"{path}: this file was written in format {newest + 1} of configurations; this release reads up to {newest}: "
        "a newer release of Neural MMO reads it"
    )
    for kind in (Config, Training):
        with pytest.raises(ConfigError) as caught:
            kind.from_toml(path)
        assert str(caught.value) == message


@pytest.mark.parametrize("given", [0, -1, True, "2", 2.0, [1]])
def test_what_is_no_version(given: object) -> None:
    with pytest.raises(ConfigError, match=r"w says version .*; a version of snapshots is a whole number from 1 on"):
        SNAPSHOTS.version(given, "w")


def test_versions_of_a_format() -> None:
    assert [SNAPSHOTS.version(given, "w") for given in (None, 1, 2, 3)] == [1, 1, 2, 3]
    with pytest.raises(KeyError, match="w was written in format 4 of snapshots; this release reads up to 3"):
        SNAPSHOTS._replace(error=KeyError).version(4, "w")
    with pytest.raises(ConfigError, match="w was written in format 1 of snapshots; this release reads them from 2 on"):
        SNAPSHOTS._replace(oldest=2).version(None, "w")
    fields = {"a": Since(), "b": Since(2, 7), "c": Since(3, 8)}
    assert stood_for(fields, ["a"], 1) == {"b": 7, "c": 8}
    assert stood_for(fields, ["a", "c"], 1) == {"b": 7}
    assert stood_for(fields, ["a"], 3) == {}
    assert lacking(fields, ["b"], 1) == ["a"]
    assert lacking(fields, ["a"], 2) == ["b"]


def test_a_new_field_says_since_when_and_what_stood_for_it() -> None:
    with pytest.raises(TypeError, match="the newest version of configurations is"):
        number(1, 0, 2, "x", since=versions.CONFIGURATION.newest + 1, before=0)
    with pytest.raises(TypeError, match="what stood for it before"):
        plain(True, "x", before=False)
    for f in dataclasses.fields(Config):
        for name, since in getattr(Config(), f.name).since().items():
            assert since.version <= versions.CONFIGURATION.newest, name
