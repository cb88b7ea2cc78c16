"""What agents that are not there would see: samples of hypothetical observers in a scene, as a policy reads them.

An observer sees what the engine would show it if it stood there: tests compare the two byte by byte. Observers do not
see one another, so one call asks about many places at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW, Material
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of, tile_type
from forge.blade.recording.scene import Scene
from forge.blade.state.rules import rules_record
from forge.blade.state.state import row_length
from forge.ethyr.experience.gathering import gathering_of
from forge.ethyr.insight.telling import more_of
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks.samples import Samples


class Sight(NamedTuple):
    """What n observers of one population p would see."""

    samples: Samples  # of which population p has n, from row 0 on, and the others none
    entry: np.ndarray  # int64 [n]: which of the agents in its view an observer's companion is; 0 if it sees none


class View(NamedTuple):
    """Pairs of an observer and somebody in its view, ordered by observer, row and slot."""

    observer: np.ndarray  # int64 [pairs]
    other: np.ndarray  # int64 [pairs]: place among the scene's agents, the companions behind them


def look(
    scene: Scene,
    observers: np.ndarray,
    companions: np.ndarray | None = None,
    told: Mapping[str, np.ndarray] | None = None,
) -> Sight:
    """What agents would see if each of them, and its companion if it has one, were added to a scene.

    Args:
        scene: without the observers.
        observers: AGENT [n], of one population, on the map.
        companions: AGENT [n], one for each observer, which no other observer sees; None for none.
        told: what every observer is told alone, as `Scene.told_to` has it; None for agents that are made up, which have
            no rows of systems from outside, and may choose every option of these.

    Raises:
        ValueError: if the observers are of several populations, or there is not one companion for each, or the scene
            does not say what is told in it.
    """
    observers = np.atleast_1d(observers)
    n, p, P = len(observers), int(observers["population"][0]), scene.config.populations
    if (observers["population"] != p).any():
        raise ValueError("the observers are of several populations; ask about one at a time")
    if companions is not None and companions.shape != observers.shape:
        raise ValueError(f"{n} observers with {len(companions)} companions; give one for each, or None")
    others = scene.agents if companions is None else np.concatenate([scene.agents, companions])
    view = _nearest(scene, observers, others, _in_view(scene, observers, companions))
    seen = np.bincount(view.observer, minlength=n)
    first = np.concatenate([[0], np.cumsum(1 + seen)]).astype(np.int32)
    within = np.arange(len(view.observer)) - np.repeat(np.cumsum(seen) - seen, seen)

    layout = layout_of(scene.config)
    entities = np.zeros((P, first[-1], layout.columns), np.int16)
    rules = rules_record(scene.config, margin=0)
    describe_view = gathering_of(layout).describe_view
    describe_view(rules, observers, others, *view, first[view.observer] + 1 + within, first, entities[p])
    entry = np.zeros(n, np.int64)
    beside = view.other >= len(scene.agents)
    entry[view.observer[beside]] = within[beside] + 1

    plane = _plane(scene)
    windows = np.zeros((P, n, 2 * scene.config.sight.radius + 1, row_length(scene.config)), plane.dtype)
    windows[p] = _windows(scene, plane, observers, companions)
    moves = np.zeros((P, n), np.uint8)
    moves[p] = _moves(scene, plane, observers)
    starts, counts, firsts = np.zeros(P, np.int64), np.zeros(P, np.int64), np.zeros((P, n + 1), np.int32)
    counts[p], firsts[p] = n, first
    more = more_of(scene, layout, observers, told)
    return Sight(Samples(windows, entities, firsts, starts, counts, moves, more), entry)


def _in_view(scene: Scene, observers: np.ndarray, companions: np.ndarray | None) -> View:
    """Everyone in the windows of the observers."""
    radius, agents = scene.config.sight.radius, scene.agents
    near = np.flatnonzero(
        (agents["row"] >= observers["row"].min() - radius) & (agents["row"] <= observers["row"].max() + radius)
    )
    near = near[np.argsort(agents["row"][near], kind="stable")]  # by row and, as they came by slot, by slot
    close = gap(observers[:, None], agents[near]) <= radius
    observer, found = np.nonzero(close)
    other = near[found]
    if companions is None:
        return View(observer, other)
    beside = np.flatnonzero(gap(observers, companions) <= radius)
    view = View(np.append(observer, beside), np.append(other, len(agents) + beside))
    row = np.append(agents["row"][other], companions["row"][beside])
    order = np.lexsort((view.other, row, view.observer))
    return View(*(column[order] for column in view))


def _nearest(scene: Scene, observers: np.ndarray, others: np.ndarray, view: View) -> View:
    """The view without those for whom there is no room: the nearest stay, by distance and rotating order."""
    room, slots = scene.config.sight.agents - 1, scene.config.spawn.cap
    seen = np.bincount(view.observer, minlength=len(observers))
    if not (seen > room).any():
        return view
    turn = np.full(len(others), slots)  # companions have no slot: they come last
    turn[: len(scene.slots)] = (scene.slots - max(0, scene.tick - 1)) % slots  # the scene was observed a tick ago
    away = gap(observers[view.observer], others[view.other])
    order = np.lexsort((turn[view.other], away, view.observer))
    kept = np.zeros(len(order), np.bool_)
    kept[order] = np.arange(len(order)) - np.repeat(np.cumsum(seen) - seen, seen) < room
    return View(*(column[kept] for column in view))


def gap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Chebyshev distances of agents, AGENT [...] [tiles]."""
    rows, cols = (one[axis].astype(np.int32) - other[axis] for axis in ("row", "col"))
    return np.maximum(np.abs(rows), np.abs(cols))


def _plane(scene: Scene) -> np.ndarray:
    """The tiles of the map, as windows have them, inside a margin of lava that keeps windows and steps on the array."""
    terrain, margin = scene.config.terrain, max(1, scene.config.sight.radius)
    places = scene.agents["row"].astype(np.int64) * terrain.side + scene.agents["col"]
    standing = np.bincount(places, minlength=terrain.side**2).reshape(terrain.side, terrain.side)
    kind = tile_type(len(scene.config.schema.materials))
    tiles = (scene.materials + LAYOUTS[kind].one_agent * np.minimum(standing, LAYOUTS[kind].crowd)).astype(kind)
    return np.pad(tiles, margin, constant_values=int(Material.LAVA))


def _windows(scene: Scene, plane: np.ndarray, observers: np.ndarray, companions: np.ndarray | None) -> np.ndarray:
    """The rows of the windows, uint8 or uint16 [n, R, C], with observer and companion on their tiles."""
    radius = scene.config.sight.radius
    size, offset = 2 * radius + 1, max(1, radius) - radius
    tiles = np.lib.stride_tricks.sliding_window_view(plane, (size, size))
    windows = np.zeros((len(observers), size, row_length(scene.config)), plane.dtype)
    windows[:, :, :size] = tiles[observers["row"] + offset, observers["col"] + offset]
    _stand(windows, np.arange(len(observers)), np.full(len(observers), radius), np.full(len(observers), radius))
    if companions is not None:
        row, col = (companions[axis].astype(np.int64) - observers[axis] + radius for axis in ("row", "col"))
        beside = np.flatnonzero(gap(observers, companions) <= radius)
        _stand(windows, beside, row[beside], col[beside])
    return windows


def _stand(windows: np.ndarray, which: np.ndarray, row: np.ndarray, col: np.ndarray) -> None:
    """One more agent on a tile of each of these windows."""
    one_agent, crowd = LAYOUTS[windows.dtype].one_agent, LAYOUTS[windows.dtype].crowd
    room = crowds_of(windows[which, row, col]) < crowd
    windows[which, row, col] += np.where(room, one_agent, 0).astype(windows.dtype)


def _moves(scene: Scene, plane: np.ndarray, observers: np.ndarray) -> np.ndarray:
    """Bits of the valid moves: passing always, the rest unless frozen or facing what cannot be entered."""
    margin = max(1, scene.config.sight.radius)
    ahead = plane[
        observers["row"][:, None] + np.array(MOVE_ROW) + margin, observers["col"][:, None] + np.array(MOVE_COL) + margin
    ]
    enterable = np.array([tile.enterable for tile in scene.config.schema.materials])
    open_ways = enterable[materials_of(ahead)].astype(np.int64)
    open_ways[:, 1:] &= (observers["freeze"] == 0)[:, None]
    open_ways[:, 0] = 1
    return (open_ways << np.arange(len(MOVE_ROW))).sum(1).astype(np.uint8)
