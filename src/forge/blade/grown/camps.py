"""Camps: fires on the map, who is in a camp, and the way to the nearest. Only where a configuration names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.grown.packs import list_as_changed, look_again
from forge.blade.grown.sites import fires_of, sites
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import Material
from forge.blade.mechanics.tile import material
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number, plain
from forge.blade.schema.system import Array, Feature, Number, Size, System, Tile, shared
from forge.support.checks import ConfigError

FIRE = "fire"
_FAR = np.uint16(0xFFFF)


@dataclass(frozen=True)
class Camps(Section):
    """Fires, and the camps around them."""

    count: int = number(4, 1, 1000, "fires for each 62 × 62 tiles of playable land; there is one at least")
    radius: int = number(5, 1, 64, "how far a camp reaches around its fire [tiles, Chebyshev]")
    truce: bool = plain(True, "nobody in a camp is harmed, and nobody there can strike")


def plant(tiles: np.ndarray, config: Any, rng: np.random.Generator) -> None:
    """Puts the fires of a generated map on cleared land, in place; nothing is drawn for it.

    Args:
        tiles: uint8 [side, side] of materials.
        config: of the world.
        rng: is not used.

    Raises:
        ConfigError: if there is no site for one.
    """
    for row, col in sites(tiles, config):
        tiles[row - 1 : row + 2, col - 1 : col + 2] = Material.GRASS
        tiles[row, col] = _fire(config)


def check_fires(tiles: np.ndarray, config: Any) -> None:
    """Refuses a map that has not just as many fires as its configuration asks for.

    Args:
        tiles: uint8 [side, side] of materials.
        config: of the world.

    Raises:
        ConfigError: naming both numbers.
    """
    found, wanted = int((tiles == _fire(config)).sum()), fires_of(config)
    if found != wanted:
        raise ConfigError(
            f"it has {found} tiles of {FIRE}; allowed is {wanted}, by camps.count = {config.camps.count} for its size"
        )


def _fire(config: Any) -> int:
    return int(config.schema.names("materials").index(FIRE))


@inline
def chart_camps(state, w):
    """Finds the nearest fire of every tile, of equal ones the first by row and column.

    Two sweeps carry (steps, number of the fire) from neighbour to neighbour; for steps to all eight neighbours, two
    sweeps find the shortest.
    """
    list_fires(state, w)
    side = np.int64(state.rules[w].side)
    for place in range(side * side):
        row, col = place // side, place % side
        nearer(state, w, place, row > 0 and col > 0, -side - 1)
        nearer(state, w, place, row > 0, -side)
        nearer(state, w, place, row > 0 and col < side - 1, -side + 1)
        nearer(state, w, place, col > 0, -1)
    for place in range(side * side - 1, -1, -1):
        row, col = place // side, place % side
        nearer(state, w, place, row < side - 1 and col < side - 1, side + 1)
        nearer(state, w, place, row < side - 1, side)
        nearer(state, w, place, row < side - 1 and col > 0, side - 1)
        nearer(state, w, place, col < side - 1, 1)


@inline
def list_fires(state, w):
    """Lists all fires by row and column, each of which is its own nearest; all other tiles are far from any."""
    rules, tiles, places = state.rules[w], state.tiles[w], state.camp_places[w]
    steps, nearest = state.camp_steps[w], state.nearest_camp[w]
    side, found = np.int64(rules.side), 0
    for row in range(side):
        for col in range(side):
            place = row * side + col
            steps[place] = _FAR
            nearest[place] = 0
            if material(tiles[tile_index(rules, row, col)]) == rules.material_fire and found < places.shape[0]:
                places[found, 0], places[found, 1] = row, col
                steps[place] = 0
                nearest[place] = found
                found += 1


@inline
def nearer(state, w, place, there, step):
    """Takes over what a neighbour knows, if that is nearer."""
    if there:
        steps, nearest = state.camp_steps[w], state.nearest_camp[w]
        theirs = np.int64(steps[place + step])
        mine = np.int64(steps[place])
        if theirs < mine and (theirs + 1 < mine or nearest[place + step] < nearest[place]):
            steps[place] = theirs + 1
            nearest[place] = nearest[place + step]


@inline
def come_and_go(state, w):
    """After the moves: who is in a camp."""
    agents, living = state.agents[w], state.living[w]
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        agent = agents[slot]
        here = in_camp_at(state, w, agent.row, agent.col)
        if agent.in_camp != here:
            agent.in_camp = here
            look_again(state, w, slot)


@inline
def find_camp(state, w):
    """Tells everyone alive whether it is in a camp, and the way to the nearest fire."""
    agents, living, ways, radius = state.agents[w], state.living[w], state.camp_way[w], state.rules[w].camp_radius
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        agent = agents[slot]
        rows, cols = way_to_camp(state, w, agent.row, agent.col)
        ways[slot, 0], ways[slot, 1] = rows, cols
        here = max(abs(rows), abs(cols)) <= radius
        if agent.in_camp != here:  # somebody was put elsewhere after the moves
            agent.in_camp = here
            list_as_changed(state, w, slot)


@inline
def way_to_camp(state, w, row, col):
    """Rows and columns from a place of the map to the nearest fire."""
    places = state.camp_places[w]
    fire = np.int64(state.nearest_camp[w, np.int64(row) * state.rules[w].side + col])
    return np.int64(places[fire, 0]) - row, np.int64(places[fire, 1]) - col


def _in_no_camp(state, w, row, col):
    return False


@where_kept("nearest_camp", otherwise=_in_no_camp)
def in_camp_at(state, w, row, col):
    """Whether a place of the map lies in a camp; where there are none, it does not."""
    rows, cols = way_to_camp(state, w, row, col)
    return max(abs(rows), abs(cols)) <= state.rules[w].camp_radius


def _exposed(state, w, slot):
    return False


@where_kept("nearest_camp", otherwise=_exposed)
def sheltered(state, w, slot):
    """Whether the truce of a camp protects and binds who is in a slot."""
    return (state.rules[w].truce != 0) & (state.agents[w, slot].in_camp != 0)


def _way(name: str, place: int, axis: str) -> Feature:
    return Feature(
        name,
        lambda c: 1 - c.terrain.side,
        lambda c: c.terrain.side - 1,
        "tiles",
        f"{axis} of the nearest fire less its own",
        lambda c: 0.0,
        lambda c: 16.0,
        array="camp_way",
        at=place,
    )


SYSTEM = System(
    "camps",
    "fires, and the camps around them",
    section=Camps,
    shared=shared("camps", "count"),
    numbers=(Number("camp_radius", value=lambda c, edge: c.camps.radius), Number("truce")),
    agent=(Column("in_camp", "u1", "1 within the radius of a fire", "flag", names=("no", "yes")),),
    sizes=(Size("camps", lambda z: fires_of(z.config)),),
    arrays=(
        Array("camp_way", "i2", lambda z: (z.N, 2), "rows and columns to the nearest fire", saved=True, emptied=True),
        Array("camp_places", "i2", lambda z: (z.camps, 2), "row and column of each fire, in that order"),
        Array("nearest_camp", "u2", lambda z: (z.S * z.S,), "of each tile of the map, which fire is the nearest"),
        Array("camp_steps", "u2", lambda z: (z.S * z.S,), "of each tile of the map, how far that is, in tiles"),
    ),
    materials=(Tile(FIRE, "the middle of a camp", "#d9722e", 0.4, enterable=False, lasting=True),),
    plants=plant,
    fits=check_fires,
    verbs=(
        Verb(Phase.READY, chart_camps, "It is found which fire is the nearest of each tile."),
        Verb(Phase.MOVE, come_and_go, "It is known who is in a camp: no further from a fire than its radius."),
        Verb(Phase.OBSERVE, find_camp, "Everyone knows whether it is in a camp, and the way to the nearest fire."),
    ),
    own=(
        Feature("in_camp", lambda c: 0, lambda c: 1, "", "whether it is in a camp", lambda c: 0.0, lambda c: 1.0),
        _way("camp_rows", 0, "row"),
        _way("camp_cols", 1, "column"),
    ),
)
