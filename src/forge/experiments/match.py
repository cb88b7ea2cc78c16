"""A match: one world, and who plays each of its populations. Named on a command line by a few words."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge.agents import KINDS, Scripted, scripted
from forge.blade import Config, ConfigError, Recording, World
from forge.blade.config import Chaos, Law
from forge.blade.state import shape_of
from forge.experiments.mixing import Entrant, Mixed, Seat

if TYPE_CHECKING:  # it needs more than is installed with the viewer
    from forge.ethyr.mind import Mind
    from forge.experiments.evaluate import Policy

WORLDS = {"chaos": Chaos, "law": Law}
KINDS_OF_WORDS = (
    f"a preset ({', '.join(WORLDS)}), a scripted agent ({', '.join(KINDS)}), a run, a checkpoint nor a TOML file"
)


@dataclass(frozen=True)
class Match:
    """A world's configuration, and a name and a player for each population."""

    title: str
    config: Config
    names: tuple[str, ...]
    player: Policy

    @property
    def players(self) -> tuple[Policy, ...]:
        """Who takes part: population p is played by the one of index p mod their number."""
        return self.player.players if isinstance(self.player, Mixed) else (self.player,)

    def minds(self) -> list[Mind | None]:
        """Whom to ask what the policy of each population thinks; None where agents follow a script."""
        minds = [None if isinstance(player, Scripted) else _mind(player) for player in self.players]
        return [minds[p % len(minds)] for p in range(self.config.populations)]

    def world(self, seed: int = 0, map_index: int = 0, visits: bool = False) -> World:
        """The world of the match, reset, at its full cap; it records events."""
        world = World(self.config, 1, seed, maps=[map_index], record=Recording(events=True, visits=visits))
        world.reset()
        return world


def in_turn(players: Sequence[Policy], config: Config) -> Mixed:
    """Population p is played by the player of index p mod their number.

    Args:
        players: that each could play all populations.
        config: of the world.
    """
    entrants = [Entrant(type(player).__name__, config.populations, partial(_given, player)) for player in players]
    return Mixed(config, entrants, [Seat(p % len(players), p) for p in range(config.populations)])


def _given(player: Policy, config: Config, seed: int) -> Policy:
    return player


def match_of(words: Sequence[str], seed: int = 0, follow: bool = False) -> Match:
    """The match that words name: at most one world (a preset or a TOML file), and any number of players.

    Players are scripted agents, runs (their last checkpoint) and checkpoints; they take the populations in turn. With
    no world among the words it is that of the first run, or chaos; with no players, scripted agents play: fighters
    where there is combat, else foragers.

    Args:
        words: such as `chaos`, `runs/demo fighter`, `law forager random`.
        seed: of the players' choices.
        follow: whether runs play on with checkpoints that are written meanwhile.

    Raises:
        ConfigError: if a word is nothing of this, or players and world do not fit together.
    """
    worlds = {word: config for word in words if (config := world_named(word)) is not None}
    if len(worlds) > 1:
        raise ConfigError(f"a match has one world, not {len(worlds)}: {', '.join(worlds)}")
    entrants = [word for word in words if word not in worlds]
    trained = {word: _trained(word, seed, follow) for word in entrants if word not in KINDS}
    own = [actor.config for actor in trained.values()]
    config = next(iter([*worlds.values(), *own, Chaos()])).replace(**{"spawn.random_cap": False})
    for word, actor in trained.items():
        _check_fit(word, actor.config, config)
    entrants = entrants or [_default(config)]
    players = [trained[word] if word in trained else scripted(word, config, seed) for word in entrants]
    names = tuple(Path(entrants[p % len(entrants)]).name for p in range(config.populations))
    player = players[0] if len(players) == 1 else in_turn(players, config)
    return Match(" · ".join(words) or "chaos", config, names, player)


def world_named(word: str) -> Config | None:
    """The world's configuration that a preset or a TOML file names (of a world or of a whole run); else None."""
    if word in WORLDS:
        return WORLDS[word]()
    path = Path(word)
    if path.suffix != ".toml" or not path.is_file():
        return None
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    of_run = {"run", "learning", "world"} & data.keys()  # there, the world's tables are below [world]
    return Config.from_dict(data.get("world", {}) if of_run else data)


def _trained(word: str, seed: int, follow: bool) -> Any:
    if not Path(word).is_dir():
        raise ConfigError(f"{word!r} is neither {KINDS_OF_WORDS}")
    # PyTorch: two seconds that scripted agents need not wait for
    from forge.experiments.following import Following
    from forge.experiments.train import load

    return Following(Path(word), seed) if follow and (Path(word) / "config.toml").is_file() else load(word, seed)


def _mind(player: Any) -> Mind:
    from forge.ethyr.mind import Mind  # PyTorch, as for `load`

    return Mind(lambda: getattr(player, "actor", player))


def match_in(config: Config, title: str, player: Policy | None = None, seed: int = 0) -> Match:
    """The match of one player with itself in a world; None means the scripted agent that suits the world."""
    config = config.replace(**{"spawn.random_cap": False})
    names = tuple(f"Population {p}" for p in range(config.populations))
    return Match(title, config, names, player or scripted(_default(config), config, seed))


def _default(config: Config) -> str:
    """The scripted agent that suits a world: one that fights where that does anything."""
    combat = config.combat
    return "fighter" if combat.melee_damage or combat.range_damage or combat.mage_damage else "forager"


def _check_fit(word: str, own: Config, config: Config) -> None:
    wanted = shape_of(config)
    # the map may be of any size: a policy only sees its window
    for name, value in shape_of(own).items():
        if not name.startswith("terrain.") and value != wanted[name]:
            raise ConfigError(f"{word} was trained with {name} = {value!r}; this world has {wanted[name]!r}")
