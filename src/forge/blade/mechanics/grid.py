"""Where agents are: occupancy of tiles, the index of the living by row, and walks over neighbourhoods."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.ids import Material
from forge.blade.mechanics.tile import crowd, material, material_bits, most_counted, one_agent

_LAVA, _SCRUB = int(Material.LAVA), int(Material.SCRUB)
_ALL_LANES = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)
#: Tiles with no more bits for the material have none beyond the first 31.
FEW = 4


@inline
def tile_index(rules, row, col):
    """Index of a map place in `State.tiles`."""
    return np.int64(rules.origin) + np.int64(row) * rules.pitch + np.int64(col)


@inline
def may_be_entered(rules, number):
    """Whether agents may enter tiles of a material: 0 or 1."""
    return np.int64(rules.enterable[number >> 6] >> np.uint64(number & 63)) & 1


@inline
def lasts(rules, number):
    """Whether tiles of a material are only where the map has them: 0 or 1."""
    return np.int64(rules.lasting[number >> 6] >> np.uint64(number & 63)) & 1


@inline
def enterable(rules, tile):
    """Whether agents may enter a tile: 0 or 1."""
    if material_bits(tile) <= FEW:  # a constant
        return (np.int64(rules.first_enterable) >> np.int64(material(tile))) & 1
    return may_be_entered(rules, np.int64(material(tile)))


@inline
def enter(tiles, surplus, place):
    """One more agent stands on a tile."""
    if crowd(tiles[place]) < most_counted(tiles[place]):
        tiles[place] += one_agent(tiles[place])
    else:
        surplus[place] += 1


@inline
def leave(tiles, surplus, place):
    """One agent fewer stands on a tile."""
    if crowd(tiles[place]) == most_counted(tiles[place]) and surplus[place] > 0:
        surplus[place] -= 1
    else:
        tiles[place] -= one_agent(tiles[place])


@inline
def material_at(state, w, place):
    """The material of the tile at index `place` of `State.tiles`, as `tile_index` gives it, of world w."""
    return np.int64(material(state.tiles[w, place]))


@inline
def set_material(state, w, place, now):
    """Makes a tile of another material, `now`; who stands on it stays there.

    What could not be in a world is not done: the border stays lava and the ring on which agents enter stays grass, a
    tile that agents stand on does not become one that they could not enter, and what lasts is neither made nor unmade.
    Scrub is harvested forest: it is listed, and regrows.

    Returns:
        Whether the tile is of that material now.
    """
    rules, tiles = state.rules[w], state.tiles[w]
    tile = tiles[place]
    before, row, col = np.int64(material(tile)), place // rules.pitch, place % rules.pitch
    edge = rules.low + 1 + (rules.pitch - rules.side) // 2  # the first row and column within the ring
    within = (row >= edge) & (row <= edge + rules.ring - 2) & (col >= edge) & (col <= edge + rules.ring - 2)
    trapped = (crowd(tile) > 0) & ((now == _LAVA) | (may_be_entered(rules, now) == 0))
    if before == now or not within or trapped or lasts(rules, before) or lasts(rules, now):
        return before == now
    harvested, count = state.harvested[w], np.int64(state.harvested_count[w])
    if now == _SCRUB:
        harvested[count] = place
        state.harvested_count[w] = count + 1
    elif before == _SCRUB:
        at = np.int64(0)
        while harvested[at] != place:
            at += 1
        harvested[at] = harvested[count - 1]
        state.harvested_count[w] = count - 1
    tiles[place] = np.int64(tile) - before + now
    return True


@inline
def index_by_row(state, w):
    """Sorts all that is on the map by (row, slot): a counting sort of lists that are already in the order of slots."""
    agents, row_start = state.agents[w], state.row_start[w]
    row_start[:] = 0
    count_rows(agents, state.living[w], np.int64(state.living_count[w]), row_start)
    count_rows(agents, state.beasts[w], np.int64(state.beasts_count[w]), row_start)
    for row in range(2, row_start.shape[0]):
        row_start[row] += row_start[row - 1]
    place_in_rows(state, w, state.living[w], np.int64(state.living_count[w]))
    place_in_rows(state, w, state.beasts[w], np.int64(state.beasts_count[w]))
    state.indexed[w] = state.living_count[w] + state.beasts_count[w]


@inline
def count_rows(agents, listed, count, row_start):
    """Adds how many of those listed are in each row."""
    for k in range(count):
        row_start[np.int64(agents[listed[k]].row) + 2] += 1


@inline
def place_in_rows(state, w, listed, count):
    """Puts those listed into their rows of the index, in their order."""
    agents, slots, cols, row_start = state.agents[w], state.slots[w], state.cols[w], state.row_start[w]
    for k in range(count):
        slot = listed[k]
        agent = agents[slot]
        row = np.int64(agent.row) + 1
        q = np.int64(row_start[row])
        row_start[row] = q + 1
        slots[q] = slot
        cols[q] = agent.col


@inline
def insert_in_index(state, w, slot):
    """Adds a newborn to the index, behind those of its row with lower slots."""
    slots, cols, row_start = state.slots[w], state.cols[w], state.row_start[w]
    agent = state.agents[w, slot]
    row, end = np.int64(agent.row), np.int64(state.indexed[w])
    q = np.int64(row_start[row + 1])
    while q > row_start[row] and slots[q - 1] > slot:
        q -= 1
    for k in range(end, q, -1):
        slots[k] = slots[k - 1]
        cols[k] = cols[k - 1]
    slots[q] = slot
    cols[q] = agent.col
    for r in range(row + 1, row_start.shape[0]):
        row_start[r] += 1
    state.indexed[w] = end + 1


@inline
def first_lanes(count):
    """A uint64 with the lowest `count` bits set, all of them from 64 on."""
    if count >= 64:
        return _ALL_LANES
    return (_ONE << np.uint64(count)) - _ONE


@inline
def distance(one, other):
    """Chebyshev distance of two agents [tiles]."""
    return max(abs(np.int64(one.row) - other.row), abs(np.int64(one.col) - other.col))


@inline
def tread(trail, rules, agent):
    """Marks the tile an agent stands on in a bit set of tiles; returns whether it was new there."""
    place = np.int64(agent.row) * rules.side + agent.col
    bit = np.uint8(1 << (place & 7))
    new = not trail[place >> 3] & bit
    trail[place >> 3] |= bit
    return new


@inline
def first_in_rotation(living, count, first):
    """Position in the list of the living of the first slot from `first` on."""
    low, high = np.int64(0), count
    while low < high:
        middle = (low + high) >> 1
        if living[middle] < first:
            low = middle + 1
        else:
            high = middle
    return low


@inline
def rotation(slot, first, slots):
    """Place of a slot in the rotating order that begins with slot `first`: 0 is first."""
    return slot - first if slot >= first else slot - first + slots
