"""The protocol of held-out evaluation: on which maps, from which seeds, in whose company, and for how long.

Its maps and seeds are functions of a constant of its own, so neither training nor any study, tournament or demo plays
on them, whatever seeds they are given. A digest names a protocol in a world: figures with the same digest are of the
same worlds, and the same player scores the same to the last digit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from forge.agents import KINDS, kinds_for
from forge.blade import Config, ConfigError
from forge.blade.terrain.generation import maps as load_maps
from forge.experiments.evaluation.evaluate import check_settings, fresh_maps
from forge.experiments.evaluation.evaluation import Settings
from forge.support.checks import did_you_mean
from forge.support.numeric import integer

#: Raised whenever the same options no longer give the same worlds or figures.
VERSION = 2

# Sets maps and seeds apart from every other use of a seed.
_HELD_OUT = 0x48454C44

#: How long and in how many worlds, unless something else is asked for.
USUAL = Settings(worlds=32, ticks=1000, warmup=500)


@dataclass(frozen=True)
class Protocol:
    """How players are evaluated.

    Args:
        settings: number of worlds, and for how long they are played.
        seed: names the worlds' random streams and the players' choices.
        company: scripted players with whom worlds are shared; none means that players are measured alone only, and None
            all that can play in a world, see `company_in`.
        cap: most agents alive at once in a world; 0 means as many as the world says.
        contests: whether trained players share worlds half and half with each scripted opponent, one at a time.

    Raises:
        ConfigError: if one of them is not what it must be.
    """

    settings: Settings = USUAL
    seed: int = 0
    company: tuple[str, ...] | None = None
    cap: int = 0
    contests: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", check_settings(self.settings))
        for name in ("seed", "cap"):
            object.__setattr__(self, name, integer(name, getattr(self, name), 0))
        given = self.company or ()
        for kind in given:
            if kind not in KINDS:
                raise ConfigError(did_you_mean("scripted agent", kind, list(KINDS)))
        if len(set(given)) < len(given):
            raise ConfigError(f"company must be different scripted agents, not {', '.join(given)}")

    def company_in(self, config: Config) -> tuple[str, ...]:
        """The scripted players with whom worlds of a configuration are shared."""
        return kinds_for(config) if self.company is None else self.company

    def world(self, config: Config) -> Config:
        """A world as it is played: on held-out maps, at its full cap. One with a map file keeps its only map."""
        held = config if config.terrain.file else fresh_maps(config, _HELD_OUT)
        return held.replace(**{"spawn.random_cap": False, "spawn.cap": self.cap or config.spawn.cap})

    @property
    def maps(self) -> Sequence[int]:
        """Of the worlds, in the series of `world`."""
        return range(self.settings.worlds)

    @property
    def world_seed(self) -> int:
        """From which the worlds' random streams are derived."""
        return int(np.random.SeedSequence((self.seed, _HELD_OUT)).generate_state(1, np.uint64)[0]) >> 1

    def digest(self, config: Config) -> str:
        """Names this protocol in a world: equal digests mean equal worlds, company and lengths."""
        parts: dict[str, Any] = {**asdict(self), "settings": self.settings._asdict(), "version": VERSION}
        parts["company"] = self.company_in(config)
        parts["world"] = world_name(self.world(config))
        return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=8).hexdigest()


def world_name(config: Config) -> str:
    """Names a world by its configuration, and by what is on its map file, wherever that lies.

    Raises:
        ConfigError: if the map file cannot be read.
    """
    if not config.terrain.file:
        return config.digest()
    ground = hashlib.blake2b(load_maps(config.terrain, [0], config.schema).tobytes(), digest_size=8).hexdigest()
    return f"{config.replace(**{'terrain.file': ''}).digest()} {ground}"
