"""Observe: the window, the agents in view and the masks of everyone alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import LANES, copy16, count_bits, lowest_bit, within64
from forge.blade.mechanics.grid import first_lanes, tile_index
from forge.blade.mechanics.tile import tile_type
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Array, Feature, Number, Size, System, shared
from forge.blade.systems.movement import valid_moves

_ONE = np.uint64(1)
_NOTHING = np.uint64(0)
_WORD = np.uint64(63)


@dataclass(frozen=True)
class Sight(Section):
    """What an agent sees."""

    radius: int = number(7, 0, 15, "half width of the window: it is (2 radius + 1) tiles square [tiles]")
    agents: int = number(32, 1, 255, "most agents listed in view, the observer included")


def row_length(config: Any) -> int:
    """Tiles of a window row, C: padded so that it is copied as whole vectors."""
    return -(-(2 * int(config.sight.radius) + 1) // 16) * 16


@inline
def _row_offset(agent, me):
    return np.int64(agent.row) - me.row


@inline
def _col_offset(agent, me):
    return np.int64(agent.col) - me.col


def _offset(name: str, column: int, axis: str, read: Any) -> Feature:
    return Feature(
        name,
        lambda c: -c.sight.radius,
        lambda c: c.sight.radius,
        "tiles",
        f"{axis} less the observer's",
        lambda c: 0.0,
        lambda c: 1.0,
        read,
        column,
    )


@inline
def observe(state, w):
    """Fills the observation of every living agent."""
    rules, slots, cols = state.rules[w], state.slots[w], state.cols[w]
    agents, tiles, moves = state.agents[w], state.tiles[w], state.moves[w]
    nowhere = cols.dtype.type(-1)
    for q in range(state.indexed[w]):
        slot = np.int64(slots[q])
        if cols[q] == nowhere or slot >= moves.shape[0]:  # dead, or no agent
            continue
        look_around(state, w, slot)
        list_view(state, w, q)
        moves[slot] = valid_moves(tiles, rules, agents[slot])


@inline
def mark_all_targets(state, w):
    """Where targets are learned, marks those of everyone alive."""
    rules, living = state.rules[w], state.living[w]
    if rules.learned:
        for k in range(state.living_count[w]):
            mark_targets(state, w, np.int64(living[k]))


@inline
def look_around(state, w, slot):
    """Copies the tiles around an agent into its window, 16 at a time; those beyond 2 radius + 1 mean nothing."""
    rules, agent, window, tiles = state.rules[w], state.agents[w, slot], state.window[w], state.tiles[w]
    height, width = window.shape[1], window.shape[2]  # width is 16 or 32: the radius is at most 15
    radius = np.int64(rules.radius)
    source = tile_index(rules, agent.row, agent.col) - radius * rules.pitch - radius
    target = slot * height * width
    pitch = np.int64(rules.pitch)
    if height == 15:  # the default, unrolled
        for line in range(15):
            copy16(window, target + line * 16, tiles, source + line * pitch)
    elif width == 16:
        for line in range(height):
            copy16(window, target + line * 16, tiles, source + line * pitch)
    else:
        for line in range(height):
            copy16(window, target + line * 32, tiles, source + line * pitch)
            copy16(window, target + line * 32 + 16, tiles, source + line * pitch + 16)


@inline
def list_view(state, w, q):
    """Lists the agents in the window of the agent at place q of the index: itself, then the others by row and slot."""
    slot = np.int64(state.slots[w, q])
    seen, room = state.seen[w, slot], np.int64(state.rules[w].listed)
    seen[0] = slot
    count = list_others(state, w, q, seen, 1, room)
    if count > room:
        count = keep_nearest(state, w, slot, q)
    state.seen_count[w, slot] = count


@inline
def list_others(state, w, q, into, count, room):
    """Appends those in view of the agent at place q of the index to a list with 8 places to spare.

    Returns:
        The length of the list; more than `room` if there is no room for all, and then the list is not complete.
    """
    slots, cols, row_start, rules = state.slots[w], state.cols[w], state.row_start[w], state.rules[w]
    me = state.agents[w, slots[q]]
    last, radius = np.int64(rules.side) - 1, np.int64(rules.radius)
    row, col = np.int64(me.row), np.int64(me.col)
    low, high = cols.dtype.type(max(0, col - radius)), cols.dtype.type(min(last, col + radius))
    at, end = np.int64(row_start[max(0, row - radius)]), np.int64(row_start[min(last, row + radius) + 1])
    while at < end:
        found = within64(cols, at, low, high) & first_lanes(end - at)
        if at <= q < at + LANES:
            found &= ~(_ONE << np.uint64(q - at))
        listed = count + count_bits(found)
        if listed > room:
            return listed
        while found != _NOTHING:
            found = list_eight(into, count, slots, at, found)
            count += 8
        count = listed
        at += LANES
    return count


@inline
def list_eight(seen, count, slots, at, found):
    """Lists the slots of the first eight lanes found, returns the others. Always writes eight: fewer branches."""
    for k in range(8):
        seen[count + k] = slots[at + lowest_bit(found)]
        found &= found - _ONE
    return found


@inline
def keep_nearest(state, w, slot, q):
    """Lists again where more are in view than there is room: the nearest, by distance and rotating order.

    Returns:
        The length of the list.
    """
    slots, marks, row_start = state.slots[w], state.marks[w], state.row_start[w]
    seen, room, me = state.seen[w, slot], np.int64(state.rules[w].listed), state.agents[w, slot]
    edge = np.int64(state.rules[w].radius)  # the distance at which not all fit any more
    nearer = count_within(state, w, me, edge - 1)
    while nearer > room:
        edge -= 1
        nearer = count_within(state, w, me, edge - 1)
    first, end = rows_within(state, w, me, edge)
    at, last = np.int64(row_start[first]), np.int64(row_start[end])
    begin = at
    marks[:] = _NOTHING
    while at < last:
        found = at_edge(state, w, me, edge, at, q)
        while found != _NOTHING:
            other = np.uint64(slots[at + lowest_bit(found)])
            marks[other >> np.uint64(6)] |= _ONE << (other & _WORD)
            found &= found - _ONE
        at += LANES
    keep_first_in_rotation(marks, max(0, state.tick[w]) % state.rules[w].slots, room - nearer)
    at, count = begin, np.int64(1)
    while at < last:
        found = all_but(within(state, w, me, edge - 1, at), at, q) | marked(
            slots, marks, at_edge(state, w, me, edge, at, q), at
        )
        others = count_bits(found)
        for k in range(0, others, 8):
            found = list_eight(seen, count + k, slots, at, found)
        count += others
        at += LANES
    return count


@inline
def rows_within(state, w, me, reach):
    """The first row within reach of somebody, and the one after the last."""
    row = np.int64(me.row)
    return max(0, row - reach), min(np.int64(state.rules[w].side) - 1, row + reach) + 1


@inline
def within(state, w, me, reach, at):
    """Bit b: whether who is at place at + b of the index is within reach of an agent; nobody is within less than 0."""
    cols, row_start = state.cols[w], state.row_start[w]
    if reach < 0:
        return _NOTHING
    last, col = np.int64(state.rules[w].side) - 1, np.int64(me.col)
    first, end = rows_within(state, w, me, reach)
    low, high = cols.dtype.type(max(0, col - reach)), cols.dtype.type(min(last, col + reach))
    before, after = max(0, np.int64(row_start[first]) - at), max(0, np.int64(row_start[end]) - at)
    return within64(cols, at, low, high) & first_lanes(after) & ~first_lanes(before)


@inline
def count_within(state, w, me, reach):
    """How many are within reach of an agent, itself included, even within less than 0."""
    if reach < 0:
        return np.int64(1)
    first, end = rows_within(state, w, me, reach)
    at, last, count = np.int64(state.row_start[w, first]), np.int64(state.row_start[w, end]), np.int64(0)
    while at < last:
        count += count_bits(within(state, w, me, reach, at))
        at += LANES
    return count


@inline
def all_but(found, at, q):
    """Found lanes from a place of the index on, without the place q."""
    return found & ~(_ONE << np.uint64(q - at)) if at <= q < at + LANES else found


@inline
def at_edge(state, w, me, edge, at, q):
    """Bit b: whether somebody else, at place at + b of the index, is at just that distance of the agent at place q."""
    return all_but(within(state, w, me, edge, at) & ~within(state, w, me, edge - 1, at), at, q)


@inline
def marked(slots, marks, found, at):
    """Those of the found lanes from a place of the index on whose slots are marked."""
    kept = found
    while found != _NOTHING:
        lane = np.uint64(lowest_bit(found))
        other = np.uint64(slots[at + np.int64(lane)])
        if (marks[other >> np.uint64(6)] >> (other & _WORD)) & _ONE == _NOTHING:
            kept &= ~(_ONE << lane)
        found &= found - _ONE
    return kept


@inline
def keep_first_in_rotation(marks, first, spare):
    """Unmarks all but the `spare` first of the marked slots, in the rotating order that begins with slot `first`."""
    words, word = marks.shape[0], first >> 6
    below = first_lanes(first & 63)
    spare = keep_lowest(marks, word, ~below, spare)
    for turn in range(1, words):
        spare = keep_lowest(marks, (word + turn) % words, ~_NOTHING, spare)
    keep_lowest(marks, word, below, spare)


@inline
def keep_lowest(marks, word, part, spare):
    """Unmarks all but the `spare` lowest of the marked slots in a part of a word; returns how many more may stay."""
    surplus = marks[word] & part
    kept = min(spare, count_bits(surplus))
    for _ in range(kept):
        surplus &= surplus - _ONE
    marks[word] &= ~surplus
    return spare - kept


@inline
def mark_targets(state, w, slot):
    """For each entry of the view: bit s is set if an attack with style s could still land after everyone has moved."""
    rules, me = state.rules[w], state.agents[w, slot]
    seen, targets = state.seen[w, slot], state.targets[w, slot]
    targets[:] = 0
    targets[0] = (1 << rules.styles) - 1
    for entry in range(1, state.seen_count[w, slot]):
        targets[entry] = target_bits(rules, me, state.agents[w, np.int64(seen[entry])])


@inline
def target_bits(rules, me, other):
    """Bit s is set if an attack of one agent on another with style s could still land after everyone has moved."""
    return reach_bits(rules, me, other) if other.age >= rules.immunity else 0


@inline
def reach_bits(rules, me, other):
    """Bit s is set if two agents can be within the reach of style s after everyone has moved."""
    bits = 0
    movers = (me.freeze == 0) + (other.freeze == 0)
    rows, cols = abs(np.int64(me.row) - other.row), abs(np.int64(me.col) - other.col)
    for style in range(3):
        reach = rules.reach[style]
        if max(0, rows - reach) + max(0, cols - reach) <= movers:
            bits |= 1 << style
    return bits


SYSTEM = System(
    "sight",
    "what agents see: the tiles around them, and one another",
    section=Sight,
    shared=shared("sight", "radius", "agents"),
    numbers=(Number("radius"), Number("listed", value=lambda c, edge: c.sight.agents)),  # K
    sizes=(
        Size("R", lambda z: 2 * z.config.sight.radius + 1),
        Size("C", lambda z: row_length(z.config)),
        Size("K", lambda z: z.config.sight.agents),
    ),
    arrays=(
        Array(
            "window",
            lambda z: tile_type(len(z.schema.materials)),
            lambda z: (z.N, z.R, z.C),
            "tiles around the agent",
            emptied=True,
        ),
        Array("seen", "u2", lambda z: (z.N, z.K + 8), "slots of the agents in view, the observer first", emptied=True),
        Array("seen_count", "i2", lambda z: (z.N,), "how many there are", emptied=True),
        Array("marks", "u8", lambda z: (z.B // 64 + 1,), "a set of slots"),
    ),
    verbs=(
        Verb(
            Phase.OBSERVE,
            observe,
            "Everyone alive observes the tiles around, the agents in view, and which choices are valid.",
        ),
        Verb(
            Phase.OBSERVE,
            mark_all_targets,
            "Where agents choose their targets, they know which ones they could still reach after everyone has moved.",
        ),
    ),
    features=(_offset("row_offset", 6, "row", _row_offset), _offset("col_offset", 7, "column", _col_offset)),
)
