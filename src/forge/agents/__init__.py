"""Scripted agents: the frozen anchors that every learner can be compared with.

They see what a policy sees: their own window, the agents in view with the `FEATURES` of the observation, and their
masks; and they know the numbers of the configuration. Each decides for any run of slots, so that several kinds can
share a world::

    forager, fighter = Forager(config), Fighter(config)
    actions = forager.act(observation, slots=slice(0, 64))
    fighter.act(observation, out=actions, slots=slice(64, 128))
"""

from __future__ import annotations

from forge.agents.artisan import Artisan
from forge.agents.base import Scripted
from forge.agents.fighter import Fighter
from forge.agents.forager import Forager
from forge.agents.hunter import Hunter
from forge.agents.random import Random
from forge.agents.trader import Trader
from forge.blade import Config
from forge.support.checks import ConfigError, did_you_mean

__all__ = [
    "ANYWHERE",
    "KINDS",
    "Artisan",
    "Fighter",
    "Forager",
    "Hunter",
    "Random",
    "Scripted",
    "Trader",
    "kinds_for",
    "scripted",
]

#: The scripted agents by name.
KINDS: dict[str, type[Scripted]] = {
    "random": Random,
    "forager": Forager,
    "fighter": Fighter,
    "artisan": Artisan,
    "hunter": Hunter,
    "trader": Trader,
}


#: Those that can play in any world.
ANYWHERE = tuple(name for name, kind in KINDS.items() if not kind.needs)


def kinds_for(config: Config) -> tuple[str, ...]:
    """The names of the scripted agents that can play in worlds of a configuration."""
    return tuple(name for name, kind in KINDS.items() if config.named(*kind.needs))


def scripted(name: str, config: Config, seed: int | None = 0) -> Scripted:
    """Makes a scripted agent by its name in `KINDS`.

    Raises:
        ConfigError: if no kind has that name, or an argument of the agent is wrong.
    """
    if not isinstance(name, str) or name not in KINDS:
        raise ConfigError(did_you_mean("scripted agent", name, list(KINDS)))
    return KINDS[name](config, seed)
