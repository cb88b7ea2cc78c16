"""Seeds of environments that are reset again and again."""

from __future__ import annotations

import numpy as np

from forge.support.numeric import seed_of


class SeedSeries:
    """The seeds of successive resets: a seed itself, then an endless series that it names, until another is given.

    None draws the first seed.

    Raises:
        ConfigError: if a seed is no integer, or negative.
    """

    def __init__(self, seed: int | None) -> None:
        self._start(seed)

    def next(self, seed: int | None = None) -> int:
        """The seed of the next reset; with `seed`, the series starts anew from it."""
        if seed is not None:
            self._start(seed)
        self._drawn += 1
        if self._drawn == 1:
            return self._seed
        return int(np.random.SeedSequence((self._seed, self._drawn)).generate_state(1, np.uint64)[0])

    def _start(self, seed: int | None) -> None:
        self._seed, self._drawn = seed_of(seed), 0
