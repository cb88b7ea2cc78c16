"""The numbers of a configuration as one record a world, for compiled code. Changing a number never recompiles."""

from __future__ import annotations

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME

#: One world's numbers: those that the systems declare.
RULES = GAME.rules


def rules_record(config: Config, margin: int) -> np.ndarray:
    """The RULES record of one world whose tile array has `margin` tiles around the map."""
    return config.schema.numbers_of(config, margin)
