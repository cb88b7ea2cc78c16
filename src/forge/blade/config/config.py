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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from forge.blade.config.tables import systems_toml, toml_version, version_toml, world_tables
from forge.blade.game.game import GAME, check_rewards, from_outside, named_systems, schema_of
from forge.blade.mechanics.events import Recording
from forge.blade.schema import versions
from forge.blade.schema.schema import Schema
from forge.blade.schema.section import Section, section_toml
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
from forge.support.plugins import require_trust, trust


@dataclass(frozen=True)
class Config:
    """Everything that defines a world, apart from its seed.

    `Config(systems=["my_world:POISON"])` is of a class with further fields: the sections of those systems.

    Attributes:
        systems: from outside, by the names of their modules and in them. They are imported.

    Raises:
        ConfigError: if a field has the wrong type, is out of range or contradicts another; if there is no such system,
            or one declares what cannot be.
    """

    terrain: Terrain = Terrain()
    spawn: Spawn = Spawn()
    vitals: Vitals = Vitals()
    foraging: Foraging = Foraging()
    combat: Combat = Combat()
    sight: Sight = Sight()
    reward: Reward = Reward()
    if TYPE_CHECKING:
        systems: Sequence[str] = ()
    else:  # an attribute of the class: its fields are sections
        systems: dataclasses.InitVar[Sequence[str]] = ()

    #: What the systems declare, ours and those from outside.
    schema: ClassVar[Schema] = GAME

    def __new__(cls, *sections: Any, systems: Sequence[str] | None = None, **named: Any) -> Self:
        """Of the class that has the sections of these systems."""
        return super().__new__(cls if systems is None else cls.of(named_systems(systems)))

    def __post_init__(self, *systems: Any) -> None:
        for name, kind in self.sections().items():
            _check_section(name, getattr(self, name), kind)
        if self.spawn.cap % self.populations:
            raise ConfigError(
                f"spawn.cap = {self.spawn.cap} must be a multiple of the number of populations, {self.populations}"
            )
        check_rewards(self.reward, self.schema)
        if self.systems:
            self.schema.layout([self], Recording())  # refuses arrays that are not of their shape

    def named(self, *systems: str) -> bool:
        """Whether all of these systems, which not every world has, are part of this one."""
        return set(systems) <= set(self.systems)

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

    @classmethod
    def of(cls, systems: tuple[str, ...], beside: Path | None = None) -> type[Self]:
        """The class of configurations with these systems from outside, which are imported and trusted from now on.

        Args:
            systems: `module:NAME`, or names of ours that not every world has.
            beside: a folder to look for modules in, besides the Python path and the working folder.

        Raises:
            ConfigError: if there is no such system, or one declares what cannot be.
        """
        if systems == getattr(cls, "systems", ()):
            return cls
        made = cast("type[Self]", _class_of(systems, beside))
        trust(*from_outside(systems))
        return made

    @classmethod
    def sections(cls) -> dict[str, type[Section]]:
        """The class of each section, by its name."""
        return {f.name: cast("type[Section]", type(f.default)) for f in dataclasses.fields(cls)}

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.systems, {name: getattr(self, name) for name in self.sections()})

    def replace(self, **changes: Any) -> Self:
        """A copy with fields changed by dotted name, `config.replace(**{"spawn.cap": 64})`, or by whole sections.

        `systems=[...]` makes it one of those systems: the sections that it shares with this one are kept, further ones
        have their defaults.

        Raises:
            ConfigError: as of a configuration, or naming the section or field that there is not.
        """
        kind = self.of(named_systems(changes.pop("systems", self.systems)))
        kinds = kind.sections()
        sections: dict[str, Any] = {name: section() for name, section in kinds.items()}
        sections |= {name: getattr(self, name) for name in kinds if kinds[name] is self.sections().get(name)}
        leaves: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            section, _, leaf = name.partition(".")
            if section not in kinds:
                raise ConfigError(did_you_mean("section", section, [*kinds, "systems"]))
            if leaf:
                leaves.setdefault(section, {})[leaf] = value
            else:
                _check_section(section, value, kinds[section])
                sections[section] = value
        # The fields of a section change at once: one by one, they could contradict each other on the way.
        for section, values in leaves.items():
            sections[section] = _replace_leaves(section, sections[section], values)
        changed = kind(**sections)
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
        systems = {"systems": list(self.systems)} if self.systems else {}
        return systems | dataclasses.asdict(self)

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        version: int | None = None,
        whole: bool = False,
        asked: bool = False,
        beside: Path | None = None,
    ) -> Self:
        """The configuration of a nested mapping.

        Args:
            data: sections of fields. What it leaves out keeps its default, unless it is newer than `version`: it then
                means what stood for it before. What it adds is an error.
            version: of configurations that `data` was written in; None means this release's.
            whole: refuse what leaves out a field of its version, as nothing that a program wrote does.
            asked: the user gave it as the configuration, so that the systems that it names are imported. Else they are
                only if they are trusted: see `forge.support.plugins`.
            beside: a folder to look for their modules in, besides the Python path and the working folder.

        Raises:
            Untrusted: if it names systems that are not.
            ConfigError: naming what is wrong in it.
        """
        written = versions.CONFIGURATION.newest if version is None else version
        if not isinstance(data, Mapping):
            raise ConfigError(f"a configuration must be a table of sections, not {shown(data)}")
        names = named_systems(data.get("systems", ()))
        if not asked:
            require_trust(from_outside(names), "the configuration")
        kind = cls.of(names, beside)
        return kind._read({name: value for name, value in data.items() if name != "systems"}, written, whole)

    @classmethod
    def without_systems(cls, data: Mapping[str, Any], version: int | None = None) -> Config:
        """What a whole configuration says of our own systems; of those from outside it imports and keeps nothing.

        Args:
            data: as `to_dict` gave it. Where it names systems, other sections than ours are passed over.
            version: as of `from_dict`.

        Raises:
            ConfigError: naming what is wrong in it.
        """
        if isinstance(data, Mapping) and named_systems(data.get("systems", ())):
            data = {name: value for name, value in data.items() if name in Config.sections()}
        return Config.from_dict(data, version, whole=True)

    @classmethod
    def _read(cls, data: Mapping[str, Any], written: int, whole: bool) -> Self:
        kinds = cls.sections()
        for section in data:
            if section not in kinds:
                table, dot, field = section.partition(".") if isinstance(section, str) else (section, "", "")
                nested = (
                    f"; fields lie in their sections: {{{table!r}: {{{field!r}: …}}}}" if dot and table in kinds else ""
                )
                raise ConfigError(did_you_mean("section", section, list(kinds)) + nested)
        sections: Mapping[str, Any] = {
            name: kind.read(data.get(name, {}), written, name) for name, kind in kinds.items()
        }
        config = cls(**sections)
        if "populations" not in data.get("spawn", {}):
            config.tell_populations()
        if whole and (missing := cls.lacking(data, written)):
            raise ConfigError(f"{', '.join(missing)} missing in a configuration of version {written}")
        return config

    @classmethod
    def lacking(cls, data: Mapping[str, Any], version: int) -> list[str]:
        """The dotted names of the fields that a whole configuration of this version has, and `data` has not."""
        found = []
        for section, kind in cls.sections().items():
            given = data.get(section)
            missing = lacking(kind.since(), given if isinstance(given, Mapping) else (), version)
            found += [f"{section}.{name}" for name in missing]
        return found

    def to_toml(self) -> str:
        """The configuration as TOML text, each field with its description."""
        parts = [section_toml(name, getattr(self, name)) for name in self.sections()]
        return "\n".join([version_toml(), *systems_toml(self.systems), *parts])

    @classmethod
    def from_toml(cls, source: str | Path, asked: bool = True) -> Self:
        """Reads a configuration from TOML: a `Path` names a file, a `str` is the text itself.

        The sections are the tables of the document, or lie below [world], as in a run's. What a document leaves out
        keeps its default; one that says which version it was written in means by it what that did. A relative
        `terrain.file` is found from the folder of the document, or else from the working folder; so are modules of
        `systems`.

        Args:
            source: of the text.
            asked: as of `from_dict`. A run's own file, which says its release, is never the user's configuration.

        Raises:
            Untrusted: if it names systems that nobody trusts.
            ConfigError: naming the file, and what is wrong in it.
        """
        name, data = str(source) if isinstance(source, Path) else "text", read_toml(source)
        beside = source.absolute().parent if isinstance(source, Path) else None
        try:
            world = world_tables(data, list(cls.sections()))
            ours = "release" in data or not cls.lacking(world, 1)
            asked = asked and "release" not in data
            config = cls.from_dict(world, toml_version(data, ours), asked=asked, beside=beside if asked else None)
            return config.beside(source) if isinstance(source, Path) else config
        except ConfigError as error:
            raise type(error)(f"{name}: {error}") from error

    def beside(self, document: Path) -> Self:
        """The same, with a `terrain.file` that stands beside the document that names it found from anywhere."""
        place = path_of(document).absolute().parent / path_of(self.terrain.file or ".")
        return self.replace(**{"terrain.file": str(place)}) if self.terrain.file and place.is_file() else self

    def digest(self) -> str:
        """A short name of this configuration: equal configurations, and only they, share it.

        It is the same in all releases: a field that holds what stood for it before it was there is not counted.
        """
        parts: dict[str, Any] = {name: getattr(self, name).as_before() for name in self.sections()}
        parts["systems"] = list(self.systems)
        text = json.dumps({name: part for name, part in parts.items() if part}, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _class_of(systems: tuple[str, ...], beside: Path | None) -> type[Config]:
    """A subclass of Config with the sections of these systems; one for each list of names."""
    if systems not in _CLASSES:
        schema = schema_of(systems, beside)
        sections: dict[str, Any] = {
            system.name: system.section
            for system in schema.systems
            if system.section and system.name not in Config.sections()
        }
        for name in sections:
            if hasattr(Config, name):
                raise ConfigError(f"system {name!r} has a section, but {name} of a configuration is something else")
        made = dataclasses.make_dataclass(
            "Config",
            [
                *((name, kind, field(default=kind())) for name, kind in sections.items()),
                ("systems", dataclasses.InitVar[Sequence[str]], systems),
            ],
            bases=(Config,),
            namespace={"schema": schema, "__doc__": Config.__doc__, "__module__": Config.__module__},
            frozen=True,
        )
        _CLASSES[systems] = made
    return _CLASSES[systems]


_CLASSES: dict[tuple[str, ...], type[Config]] = {(): Config}


def _made(systems: tuple[str, ...], sections: Mapping[str, Any]) -> Config:
    """What a copy or pickle of a configuration becomes again."""
    return Config.of(systems)(**sections)


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
