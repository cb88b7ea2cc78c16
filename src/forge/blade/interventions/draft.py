"""A draft of a world: interventions are made on a copy, one after another, and reach the world all at once or never."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from forge.blade.config.config import Config
from forge.blade.engine.engine import Engine
from forge.blade.engine.stepping import Ticks
from forge.blade.interventions.kinds import (
    QUANTITIES,
    Change,
    Give,
    Intervention,
    Move,
    Place,
    Remove,
    Set,
    Tile,
    outside_fields,
)
from forge.blade.mechanics.ids import UNKNOWN, Material
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of
from forge.blade.state.state import State, list_bodies
from forge.blade.systems.terrain import ground
from forge.support.checks import ConfigError


class Draft:
    """One world of a batch as it will be.

    Args:
        state: of the batch; it is as it was until `commit`.
        w: index of the world.
        config: of the world.
        engine: whose verbs say what newborns are given, and what is lost with those who leave.
    """

    def __init__(self, state: State, w: int, config: Config, engine: Engine) -> None:
        self.config, self._w = config, w
        self._world = type(state)(*(array[w : w + 1] for array in state))
        self._state = type(state)(*(array.copy() for array in self._world))
        self._ticks = Ticks(engine, self._state)
        self._agents, self._tally, self._lives = self._state.agents[0], self._state.tally[0], self._state.lives[0]
        self._tiles, self._surplus = self._state.tiles[0], self._state.surplus[0]
        self._layout = LAYOUTS[self._tiles.dtype]
        self._ground = ground(config)
        self._harvested: list[int] = state.harvested[w, : state.harvested_count[w]].tolist()
        self._emptied: set[int] = set()

    def make(self, entries: Iterable[Intervention]) -> list[int | None]:
        """Makes interventions, each on what those before it left.

        Returns:
            for each the id of the agent it is about, also of one it has placed; None for a tile.

        Raises:
            ConfigError: naming the first that cannot be made, and why.
        """
        made = []
        for i, entry in enumerate(entries):
            try:
                made.append(self._make(entry))
            except ConfigError as error:
                raise ConfigError(f"interventions[{i}], {entry}: {error}") from error
        return made

    def _make(self, entry: Intervention) -> int | None:
        differences = ("health", "food", "water") if isinstance(entry, Give) else ()
        for name, value in entry.given().items():
            low, high = QUANTITIES[name].allowed(self.config)
            if name not in differences and not low <= value <= high:
                raise ConfigError(f"{name} = {value} is out of range in this world; allowed are {low} .. {high}")
        match entry:
            case Place():
                return self._place(entry)
            case Tile():
                self._tile(entry)
                return None
            case Move(agent, row, col):
                self._move(self._slot(agent), row, col)
            case Change(agent):
                self._change(self._slot(agent), entry)
            case Give(agent):
                self._give(self._slot(agent), entry)
            case Set(agent, int(field), value):
                self._set(self._slot(agent), field, value)
            case Remove(agent):
                self._remove(self._slot(agent))
            case _:
                raise ConfigError(f"{type(entry).__name__} is no kind of intervention that worlds know")
        return entry.agent

    # -- agents

    def _slot(self, ident: int) -> int:
        """Where an agent is."""
        found = np.flatnonzero((self._agents["alive"] == 1) & (self._agents["id"] == ident))
        if not len(found):
            raise ConfigError(f"no agent {ident} lives in the world; {self._living()}")
        return int(found[0])

    def _living(self) -> str:
        ids = np.sort(self._agents["id"][self._agents["alive"] == 1]).tolist()
        return (
            f"those who do: {', '.join(map(str, ids[:20]))}{', …' if len(ids) > 20 else ''}" if ids else "nobody does"
        )

    def _place(self, entry: Place) -> int:
        slot, ident = self._free_slot(entry.population), int(self._state.births[0])
        self._enter(entry.row, entry.col)
        agent, tally = self._agents[slot], self._tally[entry.population]
        placed = entry.given() | {"id": ident, "alive": 1}
        for name, value in placed.items():
            agent[name] = value
        self._state.births[0] += 1
        tally["births"] += 1
        tally["ticks"] += agent["age"]  # as if it had lived them here
        self._open_life(slot)
        self._ticks.put_in(slot)
        for name, value in placed.items():  # what is given goes before what newborns have
            agent[name] = value
        self._emptied.add(slot)
        return ident

    def _free_slot(self, population: int) -> int:
        first, quota = population * self.config.quota, self.config.quota
        free = np.flatnonzero(self._agents["alive"][first : first + quota] == 0)
        if not len(free):
            raise ConfigError(f"population {population} is full: at most {quota} of its agents live at once")
        return first + int(free[0])

    def _open_life(self, slot: int) -> None:
        if len(self._lives):
            self._lives[slot] = np.zeros((), self._lives.dtype)
            agent, life = self._agents[slot], self._lives[slot]
            life["id"], life["population"], life["lifetime"] = agent["id"], agent["population"], agent["age"]
            life["birth"], life["world"] = self._state.tick[0] - 1, self._w
            self._state.trails[0, slot] = 0

    def _move(self, slot: int, row: int, col: int) -> None:
        agent = self._agents[slot]
        self._leave(int(agent["row"]), int(agent["col"]))
        self._enter(row, col)
        agent["row"], agent["col"] = row, col

    def _change(self, slot: int, entry: Change) -> None:
        agent, before = self._agents[slot], int(self._agents[slot]["age"])
        for name, value in entry.given().items():
            if name != "agent":
                agent[name] = value
        self._tally[agent["population"]]["ticks"] += int(agent["age"]) - before
        if len(self._lives):
            self._lives[slot]["lifetime"] = agent["age"]

    def _set(self, slot: int, field: int, value: int) -> None:
        column = outside_fields(self.config)[field]
        limits = np.iinfo(column.type)
        if not limits.min <= value <= limits.max:
            raise ConfigError(
                f"{column.name} = {value} is out of range; allowed in {column.type} are {limits.min} .. {limits.max}"
            )
        self._agents[slot][column.name] = value

    def _give(self, slot: int, entry: Give) -> None:
        agent = self._agents[slot]
        for name, amount in entry.given().items():
            if name != "agent":
                low, high = QUANTITIES[name].allowed(self.config)
                agent[name] = min(high, max(low, int(agent[name]) + amount))

    def _remove(self, slot: int) -> None:
        self._ticks.take_out(slot)
        self._emptied.add(slot)

    # -- ground

    def _index(self, row: int, col: int) -> int:
        """Of a place in the tiles, which have a margin around the map."""
        rules = self._state.rules[0]
        return int(rules["origin"]) + row * int(rules["pitch"]) + col

    def _enter(self, row: int, col: int) -> None:
        """One more agent stands on a tile."""
        place = self._index(row, col)
        material = int(materials_of(self._tiles[place]))
        if material not in self._ground:
            name = self.config.schema.materials[material].name
            raise ConfigError(f"row {row}, column {col} is {name}; agents stand on {self._stood_on()}")
        if crowds_of(self._tiles[place]) < self._layout.crowd:
            self._tiles[place] += self._layout.one_agent
        else:
            self._surplus[place] += 1

    def _leave(self, row: int, col: int) -> None:
        """One agent fewer stands on a tile."""
        place = self._index(row, col)
        if self._surplus[place]:
            self._surplus[place] -= 1
        else:
            self._tiles[place] -= self._layout.one_agent

    def _tile(self, entry: Tile) -> None:
        place, terrain = self._index(entry.row, entry.col), self.config.terrain
        before, now = int(materials_of(self._tiles[place])), int(entry.material)
        if {entry.row, entry.col} & {terrain.low, terrain.high} and now != Material.GRASS:
            raise ConfigError(
                f"row {entry.row}, column {entry.col} lies on the ring on which agents enter, which stays grass; other "
                f"materials are allowed in rows and columns {terrain.low + 1} .. {terrain.high - 1}"
            )
        for material in (self.config.schema.materials[m] for m in (before, now) if before != now):
            if material.lasting:
                raise ConfigError(
                    f"row {entry.row}, column {entry.col} is {self.config.schema.materials[before].name}; tiles of "
                    f"{material.name} are where the map has them, and are neither made nor changed"
                )
        crowd = int(crowds_of(self._tiles[place])) + int(self._surplus[place])
        if crowd and now not in self._ground:
            raise ConfigError(
                f"{crowd} agents stand on row {entry.row}, column {entry.col}; with somebody on it a tile may be "
                f"{self._stood_on()}"
            )
        if before == Material.SCRUB != now:
            self._harvested.remove(place)
        elif now == Material.SCRUB != before:
            self._harvested.append(place)
        self._tiles[place] = int(self._tiles[place]) - before + now

    def _stood_on(self) -> str:
        *first, last = self._ground.values()
        return f"{', '.join(first)} or {last}"

    # -- the end

    def commit(self) -> State:
        """Makes the world what the draft is, but for what is derived from it.

        Returns:
            the state of this world alone, which shares its memory with that of the batch.
        """
        world = self._world
        for array, changed in zip(world, self._state, strict=True):
            array[...] = changed
        world.harvested[0, : len(self._harvested)] = self._harvested
        world.harvested_count[0] = len(self._harvested)
        list_bodies(world)
        for slot in self._emptied:
            world.actions[0, slot] = UNKNOWN
        return world
