"""Where agents trade: which book is theirs. Worlds have camps or not, which is known when the tick is compiled."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import where_kept


def the_only_book(state, w, slot):
    """Where there are no camps, one book serves all."""
    return np.int64(0)


@where_kept("nearest_camp", otherwise=the_only_book)
def nearest_book(state, w, slot):
    """The book whose prices an agent is told: that of the nearest camp, or the only one."""
    if not state.rules[w].books_by_camp:
        return np.int64(0)
    agent = state.agents[w, slot]
    return np.int64(state.nearest_camp[w, np.int64(agent.row) * state.rules[w].side + agent.col])


@where_kept("nearest_camp", otherwise=the_only_book)
def market_of(state, w, slot):
    """The book in which an agent may trade where it is now; −1 if it may not."""
    if state.rules[w].trades_everywhere or state.agents[w, slot].in_camp:
        return nearest_book(state, w, slot)
    return np.int64(-1)
