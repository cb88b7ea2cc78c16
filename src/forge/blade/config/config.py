"""The configuration of a world: one frozen dataclass a system, every number with its unit and its range.

A configuration is checked when it is made, so a `Config` that exists is valid. It is written to and read from TOML, and
`Config.replace` changes single fields by their dotted names.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from forge.blade.config.tables import toml_version, version_toml, world_tables
from forge.blade.schema import versions
from forge.blade.schema.section import section_toml
from forge.blade.schema.versions import lacking
from forge.blade.systems.combat import Combat as Combat
from forge.blade.systems.foraging import Foraging as Foraging
from forge.blade.systems.reward import Reward as Reward
from forge.blade.systems.sight import Sight as Sight
from forge.blade.systems.spawn import MAX_POPULATIONS
from forge.blade.systems.spawn import Spawn as Spawn
from forge.blade.systems.terrain import Terrain as Terrain
from forge.blade.systems.vitals import Vitals as Vitals
from forge.support.checks import ConfigError, ConfigWarning, did_you_mean, shown
from forge.support.documents import read_toml
from forge.support.paths import path_of


@dataclass(frozen=True)
class Config:
    """Everything that defines a world, apart from its seed.

    Raises:
        ConfigError: if a field has the wrong type, is out of range or contradicts another.
    """

    terrain: Terrain = Terrain()
    spawn: Spawn = Spawn()
    vitals: Vitals = Vitals()
    foraging: Foraging = Foraging()
    combat: Combat = Combat()
    sight: Sight = Sight()
    reward: Reward = Reward()

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            _check_section(f.name, getattr(self, f.name), type(f.default))
        if self.spawn.cap % self.populations:
            raise ConfigError(
                f"spawn.cap = {self.spawn.cap} must be a multiple of the number of populations, {self.populations}"
            )

    @property
    def populations(self) -> int:
        """Number of populations, P."""
        return self.spawn.populations or _usual_populations(self.spawn.cap)

    @property
    def quota(self) -> int:
        """Most agents of one population alive at once; population p owns slots p·quota .. (p+1)·quota − 1."""
        return self.spawn.cap // self.populations

    @property
    def learned_targets(self) -> bool:
        """Whether actions carry a target."""
        return self.combat.targeting == "learned"

    @property
    def styles(self) -> int:
        """Number of attack styles to choose from."""
        return 4 if self.combat.hold else 3

    def replace(self, **changes: Any) -> Self:
        """A copy with fields changed by dotted name, `config.replace(**{"spawn.cap": 64})`, or by whole sections."""
        sections: dict[str, Any] = {}
        leaves: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            section, _, leaf = name.partition(".")
            if section not in (f.name for f in dataclasses.fields(self)):
                raise ConfigError(did_you_mean("section", section, [f.name for f in dataclasses.fields(self)]))
            if leaf:
                leaves.setdefault(section, {})[leaf] = value
            else:
                _check_section(section, value, type(getattr(self, section)))
                sections[section] = value
        # The fields of a section change at once: one by one, they could contradict each other on the way.
        for section, values in leaves.items():
            sections[section] = _replace_leaves(section, sections.get(section, getattr(self, section)), values)
        changed = dataclasses.replace(self, **sections)
        if changed.spawn.cap != self.spawn.cap:
            changed.tell_populations()
        return changed

    def tell_populations(self) -> None:
        """Warns whoever set `spawn.cap` alone, if it is not divided into one population per 16 agents."""
        cap = self.spawn.cap
        if self.spawn.populations == 0 and self.populations != (usual := max(1, cap // 16)):
            why = (
                "do not divide it evenly"
                if cap % usual
                else f"are more than the {MAX_POPULATIONS} that can be told apart"
            )
            warnings.warn(
                f"spawn.cap = {cap} is divided into {self.populations} population{'s' * (self.populations > 1)} of "
                f"{self.quota} agents: {usual}, one per 16 agents, {why}. spawn.populations sets another number",
                ConfigWarning,
                stacklevel=3,
            )

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Sections and their fields as plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], version: int | None = None, whole: bool = False) -> Self:
        """The configuration of a nested mapping.

        Args:
            data: sections of fields. What it leaves out keeps its default, unless it is newer than `version`: it then
                means what stood for it before. What it adds is an error.
            version: of configurations that `data` was written in; None means this release's.
            whole: refuse what leaves out a field of its version, as nothing that a program wrote does.

        Raises:
            ConfigError: naming what is wrong in it.
        """
        written = versions.CONFIGURATION.newest if version is None else version
        kinds = cls._kinds()
        if not isinstance(data, Mapping):
            raise ConfigError(f"a configuration must be a table of sections, not {shown(data)}")
        for section in data:
            if section not in kinds:
                table, dot, field = section.partition(".") if isinstance(section, str) else (section, "", "")
                nested = (
                    f"; fields lie in their sections: {{{table!r}: {{{field!r}: …}}}}" if dot and table in kinds else ""
                )
                raise ConfigError(did_you_mean("section", section, list(kinds)) + nested)
        config = cls(**{name: kind.read(data.get(name, {}), written, name) for name, kind in kinds.items()})
        if "populations" not in data.get("spawn", {}):
            config.tell_populations()
        if whole and (missing := cls.lacking(data, written)):
            raise ConfigError(f"{', '.join(missing)} missing in a configuration of version {written}")
        return config

    @classmethod
    def lacking(cls, data: Mapping[str, Any], version: int) -> list[str]:
        """The dotted names of the fields that a whole configuration of this version has, and `data` has not."""
        found = []
        for section, kind in cls._kinds().items():
            given = data.get(section)
            missing = lacking(kind.since(), given if isinstance(given, Mapping) else (), version)
            found += [f"{section}.{name}" for name in missing]
        return found

    @classmethod
    def _kinds(cls) -> dict[str, Any]:
        return {f.name: type(f.default) for f in dataclasses.fields(cls)}

    def to_toml(self) -> str:
        """The configuration as TOML text, each field with its description."""
        parts = [section_toml(f.name, getattr(self, f.name)) for f in dataclasses.fields(self)]
        return "\n".join([version_toml(), *parts])

    @classmethod
    def from_toml(cls, source: str | Path) -> Self:
        """Reads a configuration from TOML: a `Path` names a file, a `str` is the text itself.

        The sections are the tables of the document, or lie below [world], as in a run's. What a document leaves out
        keeps its default; one that says which version it was written in means by it what that did. A relative
        `terrain.file` is found from the folder of the document, or else from the working folder.

        Raises:
            ConfigError: naming the file, and what is wrong in it.
        """
        name, data = str(source) if isinstance(source, Path) else "text", read_toml(source)
        try:
            world = world_tables(data, list(cls._kinds()))
            ours = "release" in data or not cls.lacking(world, 1)
            config = cls.from_dict(world, toml_version(data, ours))
            return config.beside(source) if isinstance(source, Path) else config
        except ConfigError as error:
            raise ConfigError(f"{name}: {error}") from error

    def beside(self, document: Path) -> Self:
        """The same, with a `terrain.file` that stands beside the document that names it found from anywhere."""
        place = path_of(document).absolute().parent / path_of(self.terrain.file or ".")
        return self.replace(**{"terrain.file": str(place)}) if self.terrain.file and place.is_file() else self

    def digest(self) -> str:
        """A short name of this configuration: equal configurations, and only they, share it.

        It is the same in all releases: a field that holds what stood for it before it was there is not counted.
        """
        sections = {f.name: getattr(self, f.name).as_before() for f in dataclasses.fields(self)}
        text = json.dumps({name: fields for name, fields in sections.items() if fields}, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@functools.cache
def _usual_populations(cap: int) -> int:
    """One population per 16 agents, or the most below that which divide the agents evenly and can be told apart."""
    usual = max(1, cap // 16)
    if usual == MAX_POPULATIONS + 1 and cap % usual == 0:  # 4,096 slots: as ever, for worlds that were saved
        return usual
    return next(p for p in range(min(usual, MAX_POPULATIONS), 0, -1) if cap % p == 0)


def _check_section(name: str, section: Any, kind: type) -> None:
    if type(section) is not kind:
        single = f"; its fields are changed by dotted names: Config().replace(**{{'{name}.FIELD': VALUE}})"
        raise ConfigError(
            f"{name} = {shown(section)} must be a {kind.__name__}, not {type(section).__name__}"
            f"{single if isinstance(section, Mapping) else ''}"
        )


def _replace_leaves(section: str, current: Any, values: Mapping[str, Any]) -> Any:
    names = [f.name for f in dataclasses.fields(current)]
    for leaf in values:
        if leaf not in names:
            raise ConfigError(did_you_mean(f"field of [{section}]", leaf, names))
    return dataclasses.replace(current, **values)


def config_of(given: Any, name: str = "config") -> Config:
    """What was given, if it is a configuration.

    Raises:
        ConfigError: naming what else it is, and how a configuration is made of that.
    """
    if isinstance(given, Config):
        return given
    hints = {
        Mapping: "; Config.from_dict makes one of tables such as {'spawn': {'cap': 64}}, "
        "Config().replace(**{'spawn.cap': 64}) of dotted names",
        str: "; forge.make takes the name of a preset, of a TOML file or of a run",
        os.PathLike: "; Config.from_toml reads one from the Path of a file",
    }
    hint = next((text for kind, text in hints.items() if isinstance(given, kind)), "")
    raise ConfigError(f"{name} = {shown(given)} must be a forge.blade.Config, not {type(given).__name__}{hint}")


def Law(**changes: Any) -> Config:
    """Foraging only: attacks do nothing. `changes` as in `Config.replace`."""
    peace = Combat(melee_damage=0, range_damage=0, mage_damage=0, mage_freeze=0)
    return Config(combat=peace).replace(**changes)


def Chaos(**changes: Any) -> Config:
    """Foraging and combat: every default. `changes` as in `Config.replace`."""
    return Config().replace(**changes)
