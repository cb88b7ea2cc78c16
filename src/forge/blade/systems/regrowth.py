"""Regrow: harvested tiles turn back to forest, each with the same probability, independently."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_skip


@inline
def regrow(state, w):
    """Skips over the tiles that fail in one geometric draw instead of drawing for each."""
    log_miss = state.rules[w].log_no_regrowth
    count, at = np.int64(state.harvested_count[w]), np.int64(0)
    if log_miss == 0.0:
        return
    tiles, harvested = state.tiles[w], state.harvested[w]
    while at < count:
        at += draw_skip(state.stream, w, log_miss)
        if at < count:
            tiles[harvested[at]] += 1  # scrub is 3, forest is 4
            count -= 1
            harvested[at] = harvested[count]
    state.harvested_count[w] = count
