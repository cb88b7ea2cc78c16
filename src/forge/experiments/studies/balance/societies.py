"""Societies of scripted agents: how long their lives are, and what becomes of goods, prices and trade in them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forge.agents import scripted
from forge.blade import Config, Guild, Material, Observation, Recording, World
from forge.blade.grown.kinds import COUNT, IN_USE, METALS, TRADES
from forge.blade.grown.packs import Reason
from forge.blade.grown.skills import COMMON
from forge.blade.society.census import GOODS, census
from forge.experiments.evaluation.evaluate import arena, fresh_maps, play
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.statistics.json_arrays import pack
from forge.experiments.studies.framework.store import Measurement, Store

#: Ticks after which a life is counted as over.
HORIZON = 1000
_WEALTH = GOODS.index("wealth")
#: Ticks after which it is looked again at what agents have in use.
_LOOKS = 10


@dataclass(frozen=True)
class Society:
    """Who lives together, and where.

    Args:
        players: scripted agents; population p is played by the one of index p mod their number.
        without: systems of Guild that are left out.
        changes: of the configuration, by dotted name.
        gifts: by population, the trade that it is gifted for in place of that of Guild; None for no trade at all.
        forest: whether there is any: else what was forest is scrub for ever, so that goblins live where they did.
    """

    players: tuple[str, ...] = ("artisan",)
    without: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    gifts: Mapping[int, int | None] = field(default_factory=dict)
    forest: bool = True

    def config(self, base: Mapping[str, Any]) -> Config:
        """Its worlds."""
        barren = {} if self.forest else {"foraging.regrowth": 0.0}
        config = Guild(**{**base, **barren, **self.changes})
        return config.replace(systems=[name for name in config.systems if name not in self.without])

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "players": list(self.players),
            "gifts": {str(population): trade for population, trade in self.gifts.items()},
            "forest": self.forest,
        }


class Company:
    """The agents of a society in a batch of worlds: a policy, which also sees to it that bodies have their gifts."""

    def __init__(self, society: Society, world: World, seed: int) -> None:
        self._world, config = world, world.config
        self._players = [scripted(name, config, seed) for name in society.players]
        own = np.arange(config.spawn.cap) // config.quota
        self._turns = [np.flatnonzero(own % len(self._players) == k) for k in range(len(self._players))]
        self._runs = [_runs(slots) for slots in self._turns]
        self._gifts = {}
        for population, trade in society.gifts.items():
            row = np.full(len(TRADES), config.to_dict()["bodies"]["other"], np.uint8)
            if trade is not None:
                row[trade] = COMMON
            self._gifts[population] = row, 0 if trade is None else 1 + trade
        self._own = own

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick."""
        self._endow()
        actions: np.ndarray | None = None
        for player, runs in zip(self._players, self._runs, strict=True):
            for low, high in runs:
                actions = player.act(observation, actions, slice(low, high))
        assert actions is not None
        return actions

    def _endow(self) -> None:
        """Newborns of some populations are gifted otherwise than the world had it."""
        state, slots = self._world.state, len(self._own)
        for population, (row, trade) in self._gifts.items():
            newborn = (state.agents["age"][:, :slots] == 0) & (self._own == population)
            newborn &= state.agents["alive"][:, :slots] == 1
            state.gifts[newborn] = row
            state.agents["trade"][:, :slots][newborn] = trade


def _runs(slots: np.ndarray) -> list[tuple[int, int]]:
    """Runs of slots that follow one another: first, and the one after the last."""
    cuts = np.flatnonzero(np.diff(slots) > 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(slots, cuts)]


def ground(society: Society, config: Config, worlds: int, seed: int) -> Sequence[np.ndarray]:
    """The maps of its worlds, of the series that nobody trains on; each seed has its own."""
    indices = range(seed * worlds, (seed + 1) * worlds)
    tiles = World(fresh_maps(config), worlds, 0, threads=1, maps=indices).materials()
    if not society.forest:
        tiles[tiles == Material.FOREST] = Material.SCRUB
    return list(tiles)


def lives(name: str, society: Society, base: Mapping[str, Any], settings: Settings, seed: int) -> Measurement:
    """How long a society's lives are, as `forge.experiments.evaluation.evaluate.evaluate` counts: an `Evaluation`."""
    config = society.config(base)

    def measure(_: Store) -> dict[str, Any]:
        world = arena(config, settings, seed, ground(society, config, settings.worlds, seed))
        played = play(world, Company(society, world, seed), settings)
        return Evaluation(played.settings, config.spawn.cap, played.counts, society=played.society).to_dict()

    what = {"measurement": "lives of a society", "settings": settings._asdict(), **_what(society, config, seed)}
    return Measurement(name, what, measure, settings.worlds * (settings.warmup + settings.ticks + HORIZON))


def chronicle(
    name: str, society: Society, base: Mapping[str, Any], worlds: int, ticks: int, every: int, seed: int
) -> Measurement:
    """What becomes of a society, from its first tick on, in windows of `every` ticks: a `Chronicle`."""
    config = society.config(base)

    def measure(_: Store) -> dict[str, Any]:
        return chronicled(society, config, worlds, ticks, every, seed)

    what = {
        "measurement": "chronicle of a society", "worlds": worlds, "ticks": ticks, "every": every,
        **_what(society, config, seed),
    }  # fmt: skip
    return Measurement(name, what, measure, worlds * ticks)


def _what(society: Society, config: Config, seed: int) -> dict[str, Any]:
    return {"society": society.to_dict(), "world": config.to_dict(), "seed": seed}


def chronicled(
    society: Society, config: Config, worlds: int, ticks: int, every: int, seed: int
) -> dict[str, dict[str, Any]]:
    """Plays a society and writes down what `chronicle` says.

    Returns:
        arrays as JSON holds them, by name. Of the windows V, [W, V] at their ends: `living`, `median` and `mean` of the
        wealth of the living; [W, V, kinds] in them: `units` traded, `paid` for them [gold]; and by camp
        [W, V, camps, kinds] the same with a book a camp, as `units_by_camp` and `paid_by_camp`, else without camps. Of
        all ticks, [W, kinds]: `made` (or found), `used` up, and `worn`: agents that had it in use, summed over every
        tenth tick.
    """
    maps = ground(society, config, worlds, seed)
    world = World(config, worlds, seed, threads=1, maps=maps, record=Recording(events=True))
    windows, observation = ticks // every, world.reset()
    company, state = Company(society, world, seed), world.state
    camps = state.exchange_last.shape[1] // COUNT
    camps = camps if camps > 1 else 0
    trade = config.schema.names("events").index("trade")
    at_ends = {name: np.zeros((worlds, windows)) for name in ("living", "median", "mean")}
    counted = {name: np.zeros((worlds, windows, COUNT), np.int64) for name in ("units", "paid")}
    by_camp = {f"{name}_by_camp": np.zeros((worlds, windows, camps, COUNT), np.int64) for name in counted}
    worn = np.zeros((worlds, COUNT), np.int64)
    for window in range(windows):
        for tick in range(every):
            observation, *_ = world.step(company.act(observation))
            if tick % _LOOKS == 0:
                worn += _in_use(state)
            found = world.events()
            found = found[found["kind"] == trade]
            w, kind, paid = found["world"], found["detail"], found["value"]
            for name, value in (("units", np.ones_like(paid)), ("paid", paid)):
                np.add.at(counted[name], (w, window, kind), value)
                if camps:
                    camp = state.nearest_camp[w, found["row"].astype(np.int64) * config.terrain.side + found["col"]]
                    np.add.at(by_camp[f"{name}_by_camp"], (w, window, camp, kind), value)
        now = census(state)
        at_ends["living"][:, window] = now.members.sum(1)
        at_ends["median"][:, window] = np.nan_to_num(now.median[:, 0])
        at_ends["mean"][:, window] = now.goods[..., _WEALTH].sum(1) / np.maximum(now.members.sum(1), 1)
    ledger = state.ledger[..., :COUNT]
    arrays = {
        **at_ends, **counted, **by_camp, "worn": worn, "used": ledger[:, Reason.USED],
        "made": ledger[:, [Reason.MADE, Reason.FOUND]].sum(1),
    }  # fmt: skip
    return {name: pack(array) for name, array in arrays.items()}


def _in_use(state: Any) -> np.ndarray:
    """How many agents have each kind in use: int64 [W, kinds]."""
    found = np.zeros((len(state.tick), COUNT), np.int64)
    for place, (copper, _) in enumerate(IN_USE):
        for metal in range(len(METALS)):
            found[:, copper + metal] = (state.in_use[..., place] == metal + 1).sum(1)
    return found


def speed(base: Mapping[str, Any], seconds: float) -> float:
    """Ticks of a world a second, of artisans in Guild on this machine: for the estimate of a study's time."""
    society = Society()
    config = society.config(base)
    world = World(config, 2, 0, threads=1, record=Recording(lives=True))
    company, observation, ticks = Company(society, world, 0), world.reset(), 0
    for _ in range(2):
        observation, *_ = world.step(company.act(observation))  # compiles
    started = time.perf_counter()
    while ticks < 200 or time.perf_counter() - started < seconds:
        observation, *_ = world.step(company.act(observation))
        ticks += 1
    return world.count * ticks / (time.perf_counter() - started)
