"""What holds of the saved state of worlds between any two ticks, by the rules; what it does not hold of is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Cause, Material
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of
from forge.blade.state.state import margin
from forge.blade.systems.terrain import ground
from forge.blade.systems.vitals import most_health
from forge.blade.terrain.planting import check_fits
from forge.support.checks import ConfigError

#: Counts of ticks, births and the like stay below this: 280,000 years at a thousand ticks a second.
_MOST = np.int64(2**53)
_PLACES = dict.fromkeys(("agents", "explored", "lives", "trails"), "slot")
_PLACES |= dict.fromkeys(("tally", "visits", "deed_totals"), "population")

Arrays = Mapping[str, np.ndarray]


def check_state(configs: Sequence[Config], maps: np.ndarray, arrays: Arrays) -> None:
    """Checks the saved and recorded arrays of a batch of worlds, whose shapes and types are right.

    Args:
        configs: of the worlds.
        maps: uint8 [W, side, side], as they were at the reset.
        arrays: those of `state.SAVED` and `state.RECORDED`, by name.

    Raises:
        ConfigError: naming the array, the field, the place, what is there and what is allowed.
    """
    _check_maps(configs, maps)
    if not any(_is_set(array) for array in arrays.values()):
        return  # worlds that have not begun
    slots = configs[0].spawn.cap
    _require("agents.alive, of what is no agent,", arrays["agents"]["alive"][:, slots:], 0, 0)
    of_agents = {**arrays, "agents": arrays["agents"][:, :slots]}
    _check_clocks(configs, of_agents)
    _check_agents(configs, of_agents)
    _check_tally(of_agents)
    for w, config in enumerate(configs):
        _check_ground(w, config, of_agents)
        _check_crowds(w, config, of_agents)
    _check_explored(configs, of_agents)
    _check_records(of_agents)
    for system in configs[0].schema.systems:
        if system.check is not None:
            system.check(configs, arrays)


def _is_set(array: np.ndarray) -> bool:
    if array.dtype.names:
        return any(bool(array[name].any()) for name in array.dtype.names)
    return bool(array.any())


def _check_maps(configs: Sequence[Config], maps: np.ndarray) -> None:
    for w, config in enumerate(configs):
        try:
            check_fits(maps[w], config)
        except ConfigError as error:
            raise ConfigError(f"maps, world {w}: {error}") from error


def _check_clocks(configs: Sequence[Config], arrays: Arrays) -> None:
    """One agent is born before the first tick; in later ones at most one is, and interventions place any number."""
    _require("tick", arrays["tick"], 0, _MOST)
    _require("births", arrays["births"], 1, _MOST)
    _require("cap", arrays["cap"], 1, configs[0].spawn.cap)


def _check_agents(configs: Sequence[Config], arrays: Arrays) -> None:
    agents, config = arrays["agents"], configs[0]
    _require("agents.alive", agents["alive"], 0, 1)
    alive = agents["alive"] == 1

    def check(name: str, low: Any, high: Any) -> None:
        """A field lies within these bounds in slots that hold an agent, and is 0 in others."""
        _require(f"agents.{name}", agents[name], np.where(alive, low, 0), np.where(alive, high, 0))

    def limits(section: str, name: str) -> np.ndarray:
        return np.array([[getattr(getattr(c, section), name)] for c in configs])

    check("id", 0, arrays["births"][:, None] - 1)
    for name in ("age", "damage"):  # an age may be given by an intervention
        check(name, 0, np.iinfo(agents[name].dtype).max)
    for axis in ("row", "col"):
        check(axis, config.terrain.low, config.terrain.high)
    check("health", 1, np.array([[most_health(c)] for c in configs]))
    for vital in ("food", "water"):
        check(vital, 0, limits("vitals", vital))
    check("freeze", 0, limits("combat", "mage_freeze"))
    for system in config.schema.guests:  # which check the values of the living themselves
        for column in system.agent:
            if agents[column.name][~alive].any():
                raise ConfigError(f"agents.{column.name} is not 0 in a slot that holds nobody; allowed is 0")
    own = np.arange(config.spawn.cap) // config.quota
    check("population", own, own)
    for w in range(len(configs)):
        ids, counts = np.unique(agents["id"][w, alive[w]], return_counts=True)
        if (counts > 1).any():
            raise ConfigError(f"agents.id of world {w}: {ids[counts > 1][0]} is there twice; allowed is each id once")


def _check_tally(arrays: Arrays) -> None:
    """Who was born died, lives, or was taken out; each lived through as many ticks as its age, and died in one more."""
    tally, agents = arrays["tally"], arrays["agents"]
    for name in tally.dtype.names or ():
        _require(f"tally.{name}", tally[name], 0, _MOST)
    born = tally["births"].sum(1)
    if (wrong := np.flatnonzero(born != arrays["births"])).size:
        w = int(wrong[0])
        raise ConfigError(f"tally.births of world {w} add up to {born[w]}; allowed is births, {arrays['births'][w]}")
    shape = *tally.shape, -1
    living, ages = (agents[name].reshape(shape).sum(2, dtype=np.int64) for name in ("alive", "age"))
    deaths = tally["deaths"].sum(2)
    _require("tally.births", tally["births"], deaths + living, _MOST)
    _require("tally.ticks", tally["ticks"], tally["lifetime"] + deaths + ages, _MOST)


def _check_ground(w: int, config: Config, arrays: Arrays) -> None:
    """The tiles are a map, and nothing beyond it; all scrub is in the list of harvested tiles."""
    tiles = arrays["tiles"][w]
    beyond = tiles.copy()
    _plane(config, beyond)[...] = 0
    if beyond.any():
        place = int(np.flatnonzero(beyond)[0])
        raise ConfigError(f"tiles of world {w}, place {place} is {tiles[place]}; allowed is 0, lava, outside the map")
    try:
        check_fits(materials_of(_plane(config, tiles)), config)
    except ConfigError as error:
        raise ConfigError(f"tiles of world {w}: {error}") from error
    listed = arrays["harvested_count"][w]
    scrub = np.flatnonzero(materials_of(tiles) == Material.SCRUB)
    if listed != len(scrub):
        raise ConfigError(f"harvested_count of world {w} is {listed}; allowed is {len(scrub)}, its tiles of scrub")
    harvested, counts = np.unique(arrays["harvested"][w, :listed], return_counts=True)
    if (wrong := ~np.isin(harvested, scrub) | (counts > 1)).any():
        place = int(harvested[wrong][0])
        raise ConfigError(f"harvested of world {w} lists {place}; allowed is each of its tiles of scrub, once")


def _check_crowds(w: int, config: Config, arrays: Arrays) -> None:
    """A tile counts who stands on it, as far as it can, and `surplus` the others; nobody stands where nobody can go."""
    agents, edge, most = arrays["agents"][w], margin(config), LAYOUTS[arrays["tiles"].dtype].crowd
    living = agents[agents["alive"] == 1]
    pitch = config.terrain.side + 2 * edge
    stood = (living["row"].astype(np.int64) + edge) * pitch + living["col"] + edge
    places, crowds = np.unique(stood, return_counts=True)
    for name, array, counted, expected in (
        ("tiles", crowds_of(arrays["tiles"][w]), "agents", np.minimum(crowds, most)),
        ("surplus", arrays["surplus"][w], "agents more", np.maximum(crowds - most, 0)),
    ):
        there = np.flatnonzero(array)
        if not (np.array_equal(there, places[expected > 0]) and (array[places] == expected).all()):
            rest = array.astype(np.int64)
            rest[places] -= expected
            place = int(np.flatnonzero(rest)[0])
            raise ConfigError(
                f"{name} of world {w}, place {place} counts {array[place]} {counted}; "
                f"allowed is {array[place] - rest[place]}, who is there"
            )
    material, allowed = materials_of(arrays["tiles"][w, stood]), ground(config)
    if (lost := ~np.isin(material, list(allowed))).any():
        found, (*first, last) = living[lost][0], allowed.values()
        name = config.schema.materials[material[lost][0]].name
        raise ConfigError(
            f"agents.row and agents.col of world {w} put agent {found['id']} at row {found['row']}, column "
            f"{found['col']}, on {name}; allowed are {', '.join(first)} and {last}"
        )


def _check_explored(configs: Sequence[Config], arrays: Arrays) -> None:
    """Where exploring is rewarded, the living know the tile they were born on, and others of the map."""
    if arrays["explored"].shape[1]:
        agents, rewarded = arrays["agents"], np.array([[c.reward.explore != 0] for c in configs])
        knows = rewarded & (agents["alive"] == 1)
        known = np.bitwise_count(arrays["explored"]).sum(2, dtype=np.int64)
        _require("explored", known, np.where(knows, 1, 0), np.where(knows, configs[0].terrain.side ** 2, 0))


def _check_records(arrays: Arrays) -> None:
    """The record of a life belongs to who lives in the slot; what an empty slot was left with has no meaning."""
    lives, trails, agents = arrays["lives"], arrays["trails"], arrays["agents"]
    for name in ("visits", "deed_totals"):
        _require(name, arrays[name], 0, _MOST)
    if not lives.shape[1]:
        return
    worlds, populations, alive = *arrays["tally"].shape, agents["alive"] == 1
    for name, most in (("population", populations - 1), ("world", worlds - 1), ("cause", len(Cause) - 1)):
        _require(f"lives.{name}", lives[name], 0, most)
    for name in ("lifetime", "ticks", "tiles"):
        _require(f"lives.{name}", lives[name], 0, np.iinfo(np.int32).max)
    _require("lives.birth", lives["birth"], -1, _MOST)
    if not np.isfinite(lives["reward"]).all():
        raise ConfigError("lives.reward holds a number that is not finite")
    whose = {"id": agents["id"], "lifetime": agents["age"], "population": agents["population"]}
    whose["world"] = np.arange(worlds)[:, None]
    for name, wanted in whose.items():
        _require(f"lives.{name}", lives[name], np.where(alive, wanted, 0), np.where(alive, wanted, _MOST))
    visited = np.bitwise_count(trails).sum(2, dtype=np.int64)
    counted = lives["tiles"].sum(2, dtype=np.int64)
    _require("trails", visited, np.where(alive, counted, 0), np.where(alive, counted, _MOST))


def _plane(config: Config, tiles: np.ndarray) -> np.ndarray:
    """The map's part of one world's tiles: [side, side], a view."""
    edge, side = margin(config), config.terrain.side
    pitch = side + 2 * edge
    return tiles[: pitch * pitch].reshape(pitch, pitch)[edge : edge + side, edge : edge + side]


def _require(name: str, values: np.ndarray, low: Any, high: Any) -> None:
    """Refuses values [W, ...] beyond bounds, which broadcast with them."""
    wrong = (values < low) | (values > high)
    if not wrong.any():
        return
    place = tuple(np.argwhere(wrong)[0].tolist())
    least, most = (np.broadcast_to(bound, values.shape)[place] for bound in (low, high))
    within = f", {_PLACES[name.partition('.')[0]]} {place[1]}" if len(place) > 1 else ""
    allowed = f"allowed is {least}" if least == most else f"allowed are {least} .. {most}"
    raise ConfigError(f"{name} of world {place[0]}{within} is {values[place]}; {allowed}")
