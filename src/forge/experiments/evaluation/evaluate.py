"""Evaluation: a policy alone in worlds on maps it was not trained on, measured without bias to short lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from forge.blade import Config, ConfigError, Observation, Recording, World
from forge.blade.config.config import config_of
from forge.experiments.evaluation.evaluation import MARGIN, Counts, Evaluation, Settings
from forge.experiments.evaluation.society import MOMENTS, Looking, Society
from forge.support.checks import shown
from forge.support.numeric import integer

#: Names a series of maps for evaluation: sets it apart from every other use of a terrain seed.
FRESH = 0x4556414C


class Policy(Protocol):
    """Anything that decides for the agents of a batch of worlds."""

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick: integers [W, N, 2], or [W, N, 3] with learned targeting, as `World.step` takes them."""
        ...


def fresh_maps(config: Config, series: int = FRESH) -> Config:
    """The configuration with another, endless series of maps, named by a seed that is a function of the old one.

    The new terrain.seed is the first 64-bit word of numpy.random.SeedSequence((terrain.seed, series)), halved to 63
    bits; terrain.maps is 0, so that every world has a map of its own.

    Args:
        config: whose `terrain.seed` names the series that it replaces.
        series: which other series: that of studies and tournaments by default.

    Raises:
        ConfigError: if the configuration has a map file, and so no other maps.
    """
    if config.terrain.file:
        raise ConfigError(
            f"terrain.file = {config.terrain.file!r} is the only map there is; "
            "to evaluate on it, give maps=range(worlds)"
        )
    word = np.random.SeedSequence((config.terrain.seed, series)).generate_state(1, np.uint64)[0]
    return config.replace(**{"terrain.seed": int(word) >> 1, "terrain.maps": 0})


def evaluate(
    policy: Policy,
    config: Config,
    *,
    worlds: int = 32,
    ticks: int = 1000,
    warmup: int = 500,
    horizon: int = 0,
    seed: int | None = 0,
    maps: Sequence[int] | Sequence[np.ndarray] | None = None,
    threads: int | None = 1,
) -> Evaluation:
    """Plays a policy alone, all populations with it, and measures it once the worlds have filled up.

    *Lifetime* is the restricted mean, E[min(L, horizon)] (Irwin 1949, "The standard error of an estimate of
    expectation of life"), of the lives L that begin in the `ticks` ticks after the warm-up. Play goes on after them
    until each of these lives has ended or has reached the horizon, which nearly always is soon. So none is cut short
    by the end of the play, and their plain mean is unbiased without further assumptions; a product-limit estimate would
    need that censoring tells nothing about lifetimes, and ticks per death that numbers stay constant. `outlived` is
    the share that reaches the horizon: where it is 0, the restricted mean is the mean. Unless a horizon is given, play
    goes on until it is five times the longest mean lifetime of a population, or 8,000 ticks; the result's settings tell
    which it was.

    All other figures are of the `ticks` ticks after the warm-up. Every world has the spawn cap N. Intervals are
    over worlds: see `forge.experiments.statistics.estimate`.

    Args:
        policy: its `act` is called once a tick. For results that repeat, give one that has not played before.
        config: of the worlds, of which `spawn.random_cap` is ignored.
        worlds: number of worlds, at least 2.
        ticks: length of the measurement [ticks].
        warmup: played before it [ticks].
        horizon: a life is followed for so long at most [ticks]; 0 means as long as it takes, at least 1,000: the first
            of `forge.experiments.evaluation.evaluation.HORIZONS` that is five times the longest mean lifetime.
        seed: of the worlds; None draws one, and the figures are then not to be had again.
        maps: of the worlds, in the series of `config` and as `World` takes them. None means the first maps of
            `fresh_maps(config)`.
        threads: to step with; None means all cores, which pays for many or big worlds. Results do not depend on it.

    Raises:
        ConfigError: if an argument is not what it must be.
        TypeError, ValueError: if the policy's actions are none.
    """
    settings = check_settings(Settings(worlds, ticks, warmup, horizon))
    if not callable(getattr(policy, "act", None)):
        raise ConfigError(f"policy = {shown(policy)} must have a method act(observation), as forge.load returns one")
    world = arena(config, settings, seed, maps, threads)
    played = play(world, policy, settings)
    names = config.schema.names("causes")
    return Evaluation(played.settings, config.spawn.cap, played.counts, cause_names=names, society=played.society)


def arena(
    config: Config,
    settings: Settings,
    seed: int | None,
    maps: Sequence[int] | Sequence[np.ndarray] | None = None,
    threads: int | None = 1,
) -> World:
    """The worlds that `evaluate` plays in, before their reset.

    Raises:
        ConfigError: if an argument is not what it must be.
    """
    check_settings(settings)
    config = config_of(config)
    config = (config if maps is not None else fresh_maps(config)).replace(**{"spawn.random_cap": False})
    return World(config, settings.worlds, seed, threads, maps, Recording(lives=True))


def check_settings(settings: Settings) -> Settings:
    """The settings as plain numbers, if an evaluation can have them.

    Raises:
        ConfigError: naming the first that it cannot have.
    """
    named = zip(settings._asdict().items(), (2, 1, 0, 0), strict=True)
    return Settings(*(integer(name, value, low) for (name, value), low in named))


class Played(NamedTuple):
    """What an evaluation saw."""

    settings: Settings  # with the horizon that it was played to
    counts: Counts
    society: Society | None  # what was told of it in its `ticks` ticks; None in worlds without skills and goods
    visits: np.ndarray  # of its `ticks` ticks, int64 [W, P, side, side], if the world records them
    lives: np.ndarray  # LIFE records of the lives that it measured; those of the horizon's lifetime had not ended


def play(world: World, policy: Policy, settings: Settings) -> Played:
    """Plays an evaluation from a reset of a world that records lives."""
    observation = world.reset()
    for _ in range(settings.warmup):
        observation, *_ = world.step(policy.act(observation))
    before, visits = world.state.tally.copy(), world.state.visits.copy()
    cohort = Cohort(range(settings.warmup, settings.warmup + settings.ticks), settings.horizons)
    looking, between = Looking(world.state), -(-settings.ticks // MOMENTS)
    for tick in range(1, settings.ticks + 1):
        observation, *_ = world.step(policy.act(observation))
        cohort.collect(world)
        if tick % between == 0 or tick == settings.ticks:
            looking.look(world.state)
    society = looking.read()
    after, visits = world.state.tally.copy(), world.state.visits - visits
    born = int((after["births"] - before["births"]).sum())
    for horizon in settings.horizons:
        while cohort.size(horizon) < born:
            observation, *_ = world.step(policy.act(observation))
            cohort.collect(world)
        lives = cohort.lives(horizon)
        if horizon >= MARGIN * longest_mean(lives):
            break
    settings, place = settings._replace(horizon=horizon), world.state.members.shape
    where = lives["world"], lives["population"]
    counts = Counts(
        lives=_sum_at(where, np.ones(len(lives)), place),
        lifetime=_sum_at(where, lives["lifetime"], place),
        outlived=_sum_at(where, lives["lifetime"] == settings.horizon, place),
        tiles=_sum_at(where, lives["tiles"].sum(-1), place),
        ticks=after["ticks"] - before["ticks"],
        deaths=after["deaths"] - before["deaths"],
    )
    return Played(settings, counts, society, visits, lives)


def longest_mean(lives: np.ndarray) -> float:
    """The longest mean lifetime that a population has in LIFE records [ticks]; 0 of no lives."""
    number = np.bincount(lives["population"])
    total = np.bincount(lives["population"], lives["lifetime"])
    return float((total / np.maximum(number, 1)).max(initial=0.0))


def _sum_at(where: tuple[np.ndarray, ...], values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    sums = np.zeros(shape, np.int64)
    np.add.at(sums, where, values.astype(np.int64))
    return sums


class Cohort:
    """The lives that begin in given ticks, each as it is when it ends or reaches a horizon.

    Args:
        births: ticks in which they begin.
        horizons: ticks for which each is followed at most; which of them counts is said when the lives are asked for.
    """

    def __init__(self, births: range, horizons: Sequence[int]) -> None:
        self.births = births
        self._ended: list[np.ndarray] = []
        self._reached: dict[int, list[np.ndarray]] = {horizon: [] for horizon in horizons}
        self._sizes = dict.fromkeys(horizons, 0)

    def collect(self, world: World) -> None:
        """Adds the lives that ended, or reached a horizon, in the last step of a world that records lives."""
        agents = world.state.agents[:, : world.state.lives.shape[1]]  # behind them are bodies that have no lives
        ended = self._chosen(world.lives())
        self._ended.append(ended)
        for horizon, all_reached in self._reached.items():
            reached = self._chosen(world.state.lives[(agents["age"] == horizon) & (agents["alive"] > 0)])
            all_reached.append(reached)
            self._sizes[horizon] += len(reached) + int((ended["lifetime"] < horizon).sum())

    def _chosen(self, lives: np.ndarray) -> np.ndarray:
        chosen: np.ndarray = lives[(lives["birth"] >= self.births.start) & (lives["birth"] < self.births.stop)]
        return chosen

    def size(self, horizon: int) -> int:
        """How many lives have ended before a horizon or reached it so far."""
        return self._sizes[horizon]

    def lives(self, horizon: int) -> np.ndarray:
        """These lives: LIFE records; those with `lifetime` equal to the horizon had not ended."""
        ended = np.concatenate(self._ended)
        return np.concatenate([ended[ended["lifetime"] < horizon], *self._reached[horizon]])
