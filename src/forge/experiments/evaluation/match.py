"""A match: one world, and who plays each of its populations. Named on a command line by a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from forge.agents import KINDS, Scripted, kinds_for, scripted
from forge.blade import PRESETS, Chaos, Config, ConfigError, Recording, World
from forge.blade.world.scenario import Scenario
from forge.experiments.evaluation.mixing import Entrant, Mixed, Seat, View
from forge.support.paths import name_of, path_of

if TYPE_CHECKING:  # it needs more than is installed with the viewer
    from forge.ethyr.insight.mind import Mind
    from forge.experiments.evaluation.evaluate import Policy
    from forge.experiments.runs.following_policy import Following

KINDS_OF_WORDS = (
    f"a preset ({', '.join(PRESETS)}), a scripted agent ({', '.join(KINDS)}), a run, a checkpoint nor a TOML file"
)


@dataclass(frozen=True)
class Match:
    """A world's configuration, a name and a player for each population, and what is done to the world when."""

    title: str
    config: Config
    names: tuple[str, ...]
    player: Policy
    scenario: Scenario = Scenario()  # noqa: RUF009 - it cannot be changed

    @property
    def players(self) -> tuple[Policy, ...]:
        """Who takes part: population p is played by the one of index p mod their number."""
        return self.player.players if isinstance(self.player, Mixed) else (self.player,)

    def minds(self) -> list[Mind | None]:
        """Whom to ask what the policy of each population thinks; None where agents follow a script."""
        views = self.player.views if isinstance(self.player, Mixed) else (None,)
        pairs = zip(self.players, views, strict=True)
        minds = [None if isinstance(player, Scripted) else _mind(player, view) for player, view in pairs]
        return [minds[p % len(minds)] for p in range(self.config.populations)]

    def followed(self) -> Following | None:
        """The one player who keeps up with a run; None if there is none, or several."""
        if all(isinstance(player, Scripted) for player in self.players):
            return None
        from forge.experiments.runs.following_policy import Following  # PyTorch, as below

        found = [player for player in self.players if isinstance(player, Following)]
        return found[0] if len(found) == 1 else None

    def world(self, seed: int = 0, map_index: int = 0, visits: bool = False) -> World:
        """The world of the match, reset, at its full cap, with what is done to it at tick 0; it records events."""
        world = World(self.config, 1, seed, maps=[map_index], record=Recording(events=True, visits=visits))
        world.reset()
        self.scenario.play(world)
        return world

    def advance(self, world: World) -> None:
        """Plays a tick, and what is done to the world after it."""
        world.step(self.player.act(world.observe()))
        self.scenario.play(world)

    def with_scenario(self, path: Path | None) -> Self:
        """The same match with the scenario of a TOML file; without a path as it is.

        Raises:
            ConfigError: if the file is no scenario.
        """
        return self if path is None else replace(self, scenario=Scenario.from_toml(path_of(path)))


def in_turn(entrants: Sequence[Entrant], config: Config, seed: int = 0) -> Policy:
    """Population p is played by the entrant of index p mod their number, by whose own populations in turn.

    Args:
        entrants: who takes part.
        config: of the world.
        seed: of all choices.

    Raises:
        ConfigError: if somebody cannot play here, or there are more players than populations.
    """
    n = len(entrants)
    if n > config.populations:
        raise ConfigError(
            f"{n} players were named for a world of {config.populations} populations: name no more than those"
        )
    if n == 1 and entrants[0].populations == config.populations:
        return entrants[0].make(config, seed)
    seats = [Seat(p % n, p // n % entrants[p % n].populations) for p in range(config.populations)]
    return Mixed(config, entrants, seats, seed)


def match_of(words: Sequence[str], seed: int = 0, follow: bool = False) -> Match:
    """The match that words name: at most one world (a preset or a TOML file), and any number of players.

    Players are scripted agents, runs (their last checkpoint) and checkpoints; they take the populations in turn. With
    no world among the words it is that of the first run, or chaos; with no players, scripted agents play: artisans
    where there is work, else fighters where there is combat, else foragers. Runs may have been trained with other
    numbers of agents and populations.

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
    players = [word for word in words if word not in worlds]
    own = [_world_of_run(word) for word in players if word not in KINDS]
    config = next(iter([*worlds.values(), *own, Chaos()])).replace(**{"spawn.random_cap": False})
    players = players or [_default(config)]
    names = tuple(name_of(players[p % len(players)]) for p in range(config.populations))
    entrants = [_entrant(word, config, follow) for word in players]
    return Match(" · ".join(words) or "chaos", config, names, in_turn(entrants, config, seed))


def world_named(word: str) -> Config | None:
    """The world's configuration that a preset or a TOML file names (of a world or of a whole run); else None."""
    if word in PRESETS:
        return PRESETS[word]()
    path = path_of(word)
    if path.suffix != ".toml" or not path.is_file():
        return None
    return Config.from_toml(path)


def _world_of_run(word: str) -> Config:
    if not path_of(word).is_dir():
        raise ConfigError(f"{word!r} is neither {KINDS_OF_WORDS}")
    # PyTorch: two seconds that scripted agents need not wait for
    from forge.experiments.runs.run import found

    return found(word)[0].training.world


def _entrant(word: str, config: Config, follow: bool) -> Entrant:
    if word in KINDS:
        return Entrant(word, config.populations, partial(scripted, word))
    from forge.experiments.evaluation.entrants import trained_entrant  # PyTorch, as above

    return trained_entrant(word, follow)


def _mind(player: Any, view: View | None) -> Mind:
    from forge.ethyr.insight.mind import Mind  # PyTorch, as above
    from forge.experiments.evaluation.translation import seen_through

    return Mind(lambda: getattr(player, "actor", player), seen_through(player, view))


def match_in(config: Config, title: str, player: Policy | None = None, seed: int = 0) -> Match:
    """The match of one player with itself in a world; None means the scripted agent that suits the world."""
    config = config.replace(**{"spawn.random_cap": False})
    names = tuple(f"Population {p}" for p in range(config.populations))
    return Match(title, config, names, player or scripted(_default(config), config, seed))


def _default(config: Config) -> str:
    """The scripted agent that suits a world: one that works where there is work, else one that fights if that harms."""
    if "artisan" in kinds_for(config):
        return "artisan"
    return "fighter" if attacks_harm(config) else "forager"


def attacks_harm(config: Config) -> bool:
    """Whether agents can harm one another by any style of attack."""
    if config.named("levels"):
        return bool(config.to_dict()["levels"]["agents"])
    combat = config.combat
    return bool(combat.melee_damage or combat.range_damage or combat.mage_damage)
