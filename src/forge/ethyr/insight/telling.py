"""What systems from outside tell observers that are not there: the part of their samples beside tiles and agents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forge.blade.engine.engine import engine_of, own_arrays
from forge.blade.mechanics.events import Recording
from forge.blade.recording.scene import Scene
from forge.ethyr.kernels.layout import Layout
from forge.ethyr.networks.samples import More, more_for


def more_of(scene: Scene, layout: Layout, observers: np.ndarray, told: Mapping[str, np.ndarray] | None) -> More | None:
    """What is told to n observers of one population p; None where systems from outside tell nothing.

    Args:
        scene: that they are added to.
        layout: of its configuration.
        observers: records of agents [n].
        told: what each of them is told, as `Scene.told_to` has it. None for agents that are made up: they have no
            rows, and every option is valid.

    Returns:
        Of population p the rows 0 .. n − 1; those of others mean nothing.

    Raises:
        ValueError: if the scene does not say what is told in it.
    """
    if not layout.tables and not layout.valid:
        return None
    if scene.told is None:
        names = [*(table.name for table in layout.tables), *(choice.name for choice in layout.choices if choice.mask)]
        raise ValueError(
            f"a policy is told of {', '.join(names)} here, which the scene does not say: take it of a world, or give "
            "`told` with the frame"
        )
    n, p = len(observers), int(observers["population"][0])
    more = more_for(layout, (scene.config.populations, n), 1)
    for array in (*more.sets, *more.counts, more.place, more.around, more.own):
        array[...] = 0
    for table, rows, counts in zip(layout.sets, more.sets, more.counts, strict=True):
        known, of = (scene.told, 0) if table.world else (told, p)
        if known is not None:
            rows[of], counts[of] = known[table.array], np.clip(known[table.filled], 0, table.rows)
    more.valid[...] = True
    for choice in layout.choices:
        if choice.mask and told is not None:
            more.valid[p, :, choice.low : choice.high] = told[choice.mask].ravel()
    if layout.own:
        arrays = _own_arrays(scene, layout, told, n)
        engine_of(layout.schema).list_own(observers[None], arrays, np.zeros(n, np.int64), np.arange(n), more.own[p])
    if layout.around:
        more.around[0] = np.concatenate([scene.told[name].ravel() for name, _ in layout.around.parts])
    return more


def _own_arrays(scene: Scene, layout: Layout, told: Mapping[str, np.ndarray] | None, n: int) -> tuple[np.ndarray, ...]:
    """The arrays [1, n, ...] that hold what observers know of themselves alone; 0 for those that are made up."""
    names = own_arrays(layout.schema)
    if told is not None:
        return tuple(np.broadcast_to(told[name], (1, n, *told[name].shape)) for name in names)
    wanted = layout.schema.layout([scene.config], Recording())
    return tuple(np.zeros((1, n, *wanted[name].shape[2:]), wanted[name].dtype) for name in names)
