"""Gymnasium spaces of what agents observe and do, made from the engine's schema."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config
from forge.blade.action_tree import ActionTree
from forge.trinity.encoding import Form, Part, parts
from forge.trinity.extras import needs

with needs("pettingzoo", "gymnasium"):
    from gymnasium import spaces


def observation_space(config: Config, form: Form = Form()) -> spaces.Dict:  # noqa: B008 - an immutable tuple
    """The Dict of what one agent observes, its Boxes in the order of `forge.trinity.encoding.parts`."""
    return spaces.Dict({part.name: _box(part) for part in parts(config, form)})


def action_space(config: Config, flat: bool = False) -> spaces.Space[Any]:
    """What one agent does: MultiDiscrete of the columns of the ActionTree; with `flat`, one Discrete."""
    tree = ActionTree(config)
    return spaces.Discrete(tree.size) if flat else spaces.MultiDiscrete(np.array(tree.choices))


def _box(part: Part) -> spaces.Box:
    low, high = np.broadcast_to(part.low, part.shape), np.broadcast_to(part.high, part.shape)
    return spaces.Box(low.astype(part.dtype), high.astype(part.dtype), part.shape, part.dtype)
