"""What a training run is made of: the world, the learner, and how long and where it runs. In TOML, in and out."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from forge.blade.checks import ConfigError, did_you_mean
from forge.blade.config import Chaos, Config, Law, Section, choice, number, section_toml
from forge.ethyr.learning import ENGINES, Learning

PRESETS = {"chaos": Chaos, "law": Law}


@dataclass(frozen=True)
class Session(Section):
    """How long a run trains, on what, and how often it says and saves something."""

    _table = "run"  # what errors call this section

    worlds: int = number(32, 1, 100_000, "worlds trained in at once, each with its own map (the paper: 100)")
    seed: int = number(0, 0, 2**63 - 1, "of everything that is drawn: weights, maps' worlds, actions")
    minutes: float = number(2.0, 0, 1e9, "stop after this many minutes of training; 0 means no limit of time")
    steps: int = number(0, 0, 2**62, "stop after this many agent steps; 0 means no limit of steps")
    threads: int = number(0, 0, 4096, "threads to compute with; 0 means all cores")
    engine: str = choice(
        "auto", ENGINES, "what computes: our kernels alone, PyTorch with them, or auto: the kernels wherever they can"
    )
    device: str = choice("cpu", ("cpu", "cuda"), "where the policy is computed and learns")
    log_seconds: float = number(1.0, 0.01, 1e6, "seconds between two lines of metrics")
    save_seconds: float = number(60.0, 0.1, 1e9, "seconds between two checkpoints; one is always written at the end")


@dataclass(frozen=True)
class Training:
    """A whole training run.

    Raises:
        ConfigError: if a part contradicts another.
    """

    run: Session = Session()
    learning: Learning = dataclasses.field(default_factory=Learning)
    world: Config = dataclasses.field(default_factory=lambda: Chaos(**{"spawn.random_cap": True}))

    def to_toml(self) -> str:
        """The run's configuration as TOML text, each field with its description."""
        parts = [section_toml("run", self.run), section_toml("learning", self.learning)]
        parts += [section_toml(f"world.{f.name}", getattr(self.world, f.name)) for f in dataclasses.fields(self.world)]
        return "\n".join(parts)

    @classmethod
    def from_toml(cls, source: str | Path) -> Self:
        """Reads a run's configuration from TOML: a `Path` names a file, a `str` is the text itself."""
        name = str(source) if isinstance(source, Path) else "text"
        try:
            text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
            return cls.from_dict(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{name} is not TOML: {error}") from error
        except OSError as error:
            raise ConfigError(f"{name} cannot be read: {error}") from error

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The configuration of a nested mapping with the keys run, learning and world; the rest keeps its default."""
        parts: dict[str, Any] = {}
        for name, values in data.items():
            if name == "world":
                parts[name] = Config.from_dict(values)
            elif name in ("run", "learning"):
                parts[name] = _section(Session if name == "run" else Learning, name, values)
            else:
                raise ConfigError(did_you_mean("table", name, ["run", "learning", "world"]))
        return cls(**parts)

    @classmethod
    def named(cls, name: str) -> Self:
        """The configuration that a word of the command line means: a preset of the world, or a TOML file."""
        if name in PRESETS:
            return cls(world=PRESETS[name](**{"spawn.random_cap": True}))
        path = Path(name)
        if path.is_dir():
            path /= "config.toml"
        if not path.is_file():
            raise ConfigError(f"{name!r} is neither a preset ({', '.join(PRESETS)}) nor a TOML file")
        return cls.from_toml(path)


def _section(kind: Any, name: str, values: Mapping[str, Any]) -> Any:
    known = [f.name for f in dataclasses.fields(kind)]
    if not isinstance(values, Mapping):
        raise ConfigError(f"[{name}] must be a table of fields, not {values!r}")
    for field in values:
        if field not in known:
            raise ConfigError(did_you_mean(f"field of [{name}]", field, known))
    return kind(**values)
