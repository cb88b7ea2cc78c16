"""What a training run is made of: the world, the learner, and how long and where it runs. In TOML, in and out."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from forge.blade import PRESETS, ConfigError
from forge.blade.config.config import Chaos, Config
from forge.blade.config.tables import systems_toml, toml_version, version_toml, world_tables
from forge.blade.game.game import from_outside, named_systems
from forge.blade.schema.section import Section, choice, number, plain, section_toml
from forge.blade.schema.versions import CONFIGURATION, lacking
from forge.ethyr.learning.settings import ENGINES, Learning, named_networks
from forge.experiments.configuration import among
from forge.experiments.configuration.among import Guest, guests_of, shared
from forge.experiments.configuration.schedule import Schedule, checked, schedule_of, text_of
from forge.experiments.runs import release
from forge.support.documents import read_toml
from forge.support.paths import path_of
from forge.support.plugins import require_trust, trust

#: Fields of [run] that end a run, and the unit of each.
LIMITS = {"minutes": "minutes of training", "steps": "agent steps", "lives": "lives"}

#: Fields of [run] that do not touch what is computed: they may change when a run goes on, and be left out of its file.
FREE = ("minutes", "steps", "lives", "threads", "log_seconds", "save_seconds", "milestones", "evaluate_every")


#: Systems of ours that tell agents more, in worlds that are trained in unless they name their own.
SIGHT = ("paths", "reach")


def to_train_in(config: Config) -> Config:
    """The worlds of a configuration as populations are trained in them unless something else is asked for.

    Agents see the ways to food and water and whom attacks can harm, and every world draws how many live in it.
    """
    systems = [*config.systems, *(name for name in SIGHT if name not in config.systems)]
    return config.replace(systems=systems, **{"spawn.random_cap": True})


class Moment(NamedTuple):
    """A moment of training."""

    unit: str  # "steps" or "seconds"
    value: float  # agent steps, or seconds of training

    def reached(self, steps: int, seconds: float) -> bool:
        """Whether training has come so far."""
        return (steps if self.unit == "steps" else seconds) >= self.value


def moment(word: str) -> Moment:
    """The moment that a word means: agent steps as in "1e6", or minutes of training as in "2m".

    Raises:
        ValueError: if it is neither.
    """
    minutes = word.endswith("m")
    value = float(word.removesuffix("m"))
    if not (math.isfinite(value) and value >= 0 and (minutes or value.is_integer())):
        raise ValueError(word)
    return Moment("seconds", 60 * value) if minutes else Moment("steps", value)


@dataclass(frozen=True)
class Session(Section):
    """How long a run trains, on what, and how often it says and saves something."""

    _table = "run"  # what errors call this section

    worlds: int = number(32, 1, 100_000, "worlds trained in at once, each with its own map (the paper: 100)")
    seed: int = number(0, 0, 2**63 - 1, "of everything that is drawn: weights, maps' worlds, actions")
    minutes: float = number(2.0, 0, 1e9, "stop after this many minutes of training; 0 means no limit of time")
    steps: int = number(0, 0, 2**62, "stop after this many agent steps; 0 means no limit of steps")
    lives: int = number(0, 0, 2**62, "stop once this many lives have ended in all worlds; 0 means no limit of lives")
    threads: int = number(0, 0, 4096, "threads to compute with; 0 means all cores")
    engine: str = choice(
        "auto", ENGINES, "what computes: our kernels alone, PyTorch with them, or auto: the kernels wherever they can"
    )
    device: str = choice("cpu", ("cpu", "cuda"), "where the policy is computed and learns")
    log_seconds: float = number(1.0, 0.01, 1e6, "seconds between two lines of metrics")
    save_seconds: float = number(60.0, 0.1, 1e9, "seconds between two checkpoints; one is always written at the end")
    milestones: str = plain(
        "", "when a checkpoint is kept for ever: after so many agent steps, or minutes of training, as in '0 1e6 1m 2m'"
    )
    evaluate_every: int = number(
        0, 0, 2**62, "agent steps between two small held-out evaluations, kept in the metrics; 0 means none",
        since=2, before=0,
    )  # fmt: skip
    init_from: str = plain(
        "", "begin with the weights of this run or checkpoint: what fits by name and shape is taken, the rest is new",
        since=2, before="",
    )  # fmt: skip
    among: str = plain(
        "",
        "players that share the worlds and do not learn, with commas between: random, forager, fighter, module:Class, "
        "runs, checkpoints; each plays as many populations as learn, or as it says: forager=4",
        since=2, before="",
    )  # fmt: skip

    schedule: str = plain(
        "",
        "what changes while the run trains, as TOML: the text itself, or the file that has it, which is copied here",
        since=2, before="",
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        self.milestone_steps()
        schedule_of(self.schedule)
        trust(*self.modules)

    @property
    def guests(self) -> tuple[Guest, ...]:
        """The players of `among`."""
        return guests_of(self.among)

    @property
    def modules(self) -> tuple[str, ...]:
        """Those of them that are classes of one's own."""
        return tuple(guest.word for guest in self.guests if guest.module)

    def milestone_steps(self) -> list[int]:
        """The agent steps of `milestones`, rising."""
        return [int(m.value) for m in self.moments() if m.unit == "steps"]

    def milestone_seconds(self) -> list[float]:
        """The times of `milestones`, rising [s]."""
        return [m.value for m in self.moments() if m.unit == "seconds"]

    def moments(self) -> list[Moment]:
        """The moments of `milestones`."""
        try:
            return sorted({moment(word) for word in self.milestones.replace(",", " ").split()})
        except ValueError:
            raise ConfigError(
                f"run.milestones = {self.milestones!r} must be whole numbers of agent steps or minutes of training, as "
                "in '1e6 2e7' or '1m 2m'"
            ) from None


@dataclass(frozen=True)
class Training:
    """A whole training run.

    Raises:
        ConfigError: if a part contradicts another.
    """

    run: Session = Session()
    learning: Learning = dataclasses.field(default_factory=Learning)
    world: Config = dataclasses.field(default_factory=lambda: to_train_in(Chaos()))

    def __post_init__(self) -> None:
        shared(self.world, self.run.guests)
        _ = self.schedule

    @property
    def schedule(self) -> Schedule:
        """What changes while it trains, the values as their fields hold them."""
        return checked(schedule_of(self.run.schedule), self.learning, self.world, self.measured)

    @property
    def measured(self) -> list[str]:
        """The metrics that what is scheduled can wait for."""
        died = [f"died_{name}" for name in self.world.schema.names("causes")]
        return ["lifetime", *(f"lifetime_{guest.name}" for guest in self.run.guests), *died]

    @property
    def shared_world(self) -> Config:
        """The worlds that are played: those of `world`, whose populations learn, with further ones of `run.among`."""
        return shared(self.world, self.run.guests)

    def share(self, steps: int, seconds: float, lives: int = 0) -> float | None:
        """The share of the run that is done, by the limit that is nearest; None without a limit."""
        run = self.run
        limits = ((steps, run.steps), (seconds, 60 * run.minutes), (lives, run.lives))
        shares = [done / limit for done, limit in limits if limit]
        return min(1.0, max(shares)) if shares else None

    def finished(self, steps: int, seconds: float, lives: int = 0) -> bool:
        """Whether so many agent steps, seconds of training, or lives that have ended, are a limit of the run."""
        return self.limit(steps, seconds, lives) is not None

    def limit(self, steps: int, seconds: float, lives: int = 0) -> str | None:
        """The limit that is reached with so much done, such as "4,000 agent steps"; None if none is."""
        reached = {"minutes": seconds >= 60 * self.run.minutes, "steps": steps >= self.run.steps}
        reached["lives"] = lives >= self.run.lives
        for name, unit in LIMITS.items():
            value = getattr(self.run, name)
            if value and reached[name]:
                return f"{value:,g} {unit}" if name == "minutes" else f"{value:,} {unit}"
        return None

    def to_toml(self) -> str:
        """The run's configuration as TOML text, each field with its description."""
        parts = [f'release = "{release.current()}"  # of Neural MMO, which wrote this file']
        parts += [version_toml(), section_toml("run", self.run), section_toml("learning", self.learning)]
        if self.world.systems:
            parts += ["[world]", *systems_toml(self.world.systems)]
        parts += [section_toml(f"world.{name}", getattr(self.world, name)) for name in self.world.sections()]
        return "\n".join(parts)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules from outside that systems, networks and players are of, which who reads its file must trust."""
        return tuple(sorted({name.partition(":")[0] for name in self._outside()}))

    def _outside(self) -> list[str]:
        return [*from_outside(self.world.systems), *self.learning.modules, *self.run.modules]

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The tables of the run, with those of its world, as plain values."""
        return {
            "run": dataclasses.asdict(self.run),
            "learning": dataclasses.asdict(self.learning),
            "world": self.world.to_dict(),
        }

    @classmethod
    def from_toml(cls, source: str | Path, whole: bool = False) -> Self:
        """Reads a run's configuration from TOML: a `Path` names a file, a `str` is the text itself.

        A document with the tables of a world alone is a run's in that world. A relative `terrain.file` is found from
        the folder of the file, or else from the working folder.

        Args:
            source: of the text. What it leaves out keeps its default, or, if the field is newer than the version that
                the document says, what stood for it before.
            whole: refuse a text that leaves out a field of its version, but FREE: that of a run, which must go on as it
                began.

        Raises:
            Untrusted: if it is of a run, which says its release, and names a network or a system that nobody trusts.
            ConfigError: naming the file, what is wrong in it, and the release that wrote it if that is not this one.
        """
        name, data = str(source) if isinstance(source, Path) else "text", read_toml(source)
        asked = not (whole or "release" in data)
        beside = source.absolute().parent if asked and isinstance(source, Path) else None
        try:
            training = cls.from_dict(data, toml_version(data, not asked), whole, asked, beside)
            if not isinstance(source, Path):
                return training
            session = dataclasses.replace(training.run, among=among.beside(training.run.among, source.parent))
            return dataclasses.replace(training, world=training.world.beside(source), run=session)
        except ConfigError as error:
            other = data.get("release", release.current()) != release.current()
            written = f" (the file is of release {data['release']}, this is {release.current()})" if other else ""
            raise type(error)(f"{name}: {error}{written}") from error

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        version: int | None = None,
        whole: bool = False,
        asked: bool = False,
        beside: Path | None = None,
    ) -> Self:
        """The configuration of a nested mapping with the keys run, learning and world; the rest keeps its default.

        Where [run] names a limit of another kind, but not `minutes`, there is no limit of time.

        Args:
            data: that mapping, or one with the sections of a world. Its key `release` names the release that wrote it.
            version: of configurations that it was written in; None means this release's.
            whole: refuse what leaves out a field of its version, but FREE.
            asked: the user gave it as the configuration, so that the systems and the network that it names are
                imported. Else they are only if they are trusted: see `forge.support.plugins`.
            beside: a folder to look for the systems' modules in, besides the Python path and the working folder.

        Raises:
            Untrusted: if it names what is not trusted.
            ConfigError: naming what is wrong in it.
        """
        written = CONFIGURATION.newest if version is None else version
        if "release" in data:
            release.check(data["release"])
        world = world_tables(data, list(Config.sections()))
        if not asked:
            require_trust(_outside(data, world), "the configuration")
        parts: dict[str, Any] = {
            "run": Session.read(_limited(_scheduled(data.get("run", {}), asked, beside)), written, "run"),
            "learning": Learning.read(data.get("learning", {}), written, asked=asked),
        }
        if world or "world" in data:
            parts["world"] = Config.from_dict(world, written, asked=asked, beside=beside)
        if whole:
            _check_whole(data, written, type(parts.get("world", Config())))
        return cls(**parts)

    @classmethod
    def named(cls, name: str) -> Self:
        """The configuration that a word of the command line means: a preset of the world, a TOML file, or a run."""
        if name in PRESETS:
            return cls(world=to_train_in(PRESETS[name]()))
        path = path_of(name)
        if path.is_dir():
            path /= "config.toml"
        if not path.is_file():
            raise ConfigError(f"{name!r} is neither a preset ({', '.join(PRESETS)}) nor a TOML file")
        return cls.from_toml(path)


def _outside(data: Mapping[str, Any], world: Mapping[str, Any]) -> list[str]:
    """What a configuration names that is not ours, to be said all at once."""
    run = data.get("run")
    among = run.get("among") if isinstance(run, Mapping) else None
    players = [guest.word for guest in guests_of(among) if guest.module] if isinstance(among, str) else []
    return [*named_networks(data.get("learning")), *from_outside(named_systems(world.get("systems", ()))), *players]


def _scheduled(run: Any, asked: bool, beside: Path | None) -> Any:
    """The table [run] with the text of the schedule in the place of its file, where a user named one."""
    given = run.get("schedule") if isinstance(run, Mapping) else None
    return {**run, "schedule": text_of(given, beside)} if asked and isinstance(given, str) else run


def _limited(run: Any) -> Any:
    """The table [run], without a limit of time if it names another limit alone."""
    another = isinstance(run, Mapping) and "minutes" not in run and (run.get("steps") or run.get("lives"))
    return {**run, "minutes": 0.0} if another else run


def _check_whole(data: Mapping[str, Any], version: int, world: type[Config]) -> None:
    """Refuses a configuration with a field missing: its default now need not be what it meant."""
    missing = [("run", name) for name in lacking(Session.since(), data.get("run", {}), version) if name not in FREE]
    missing += [("learning", name) for name in lacking(Learning.since(), data.get("learning", {}), version)]
    for name in world.lacking(data.get("world", {}), version):
        section, _, field = name.partition(".")
        missing.append((f"world.{section}", field))
    if missing:
        wanted: Any = Training(world=world()).to_dict()
        table, field = missing[0]
        for key in table.split("."):
            wanted = wanted[key]
        raise ConfigError(
            f"{', '.join(f'{table}.{field}' for table, field in missing)} missing. A run goes on with every number "
            f"it began with: use the release that began it, or write down what it meant, "
            f"such as {field} = {json.dumps(wanted[field])} below [{table}], the default now"
        )
