"""Gymnasium spaces of what agents observe and do, made from the engine's schema."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config
from forge.blade.world.action_tree import ActionTree
from forge.support.extras import needs
from forge.trinity.adapters.encoding import Form, Part, in_vector, parts

with needs("pettingzoo", "gymnasium"):
    from gymnasium import spaces


class SlotActions(spaces.MultiDiscrete):
    """The actions of n slots, [n] flat or [n, columns], whose samples may be drawn from the masks of a step."""

    def __init__(self, config: Config, count: int, flat: bool = False) -> None:
        tree = ActionTree(config)
        self._widths = [tree.size] if flat else list(tree.choices)
        super().__init__(np.full(count, tree.size) if flat else np.tile(tree.choices, (count, 1)))

    def sample(self, mask: Any = None, probability: Any = None) -> np.ndarray:
        """Random actions.

        Args:
            mask: `infos["action_mask"]`, [n, choices] with the columns side by side; or as Gymnasium's MultiDiscrete
                takes it.
            probability: as of Gymnasium's MultiDiscrete.

        Raises:
            ValueError: if `mask` is an array of another shape.
        """
        if not isinstance(mask, np.ndarray):
            return super().sample(mask, probability)
        wanted = (len(self.nvec), sum(self._widths))
        if mask.shape != wanted:
            raise ValueError(f"the mask has shape {mask.shape}; wanted is {wanted}")
        allowed = np.split(mask.astype(bool), np.cumsum(self._widths)[:-1], -1)
        drawn = [(column * (1 - self.np_random.random(column.shape))).argmax(-1) for column in allowed]
        return np.stack(drawn, -1).reshape(self.nvec.shape).astype(self.dtype)


def observation_space(config: Config, form: Form = Form()) -> spaces.Space[Any]:  # noqa: B008 - an immutable tuple
    """What one agent observes: a Dict of `forge.trinity.adapters.encoding.parts`, or with `form.box` a Box."""
    made = parts(config, form)
    if not form.box:
        return spaces.Dict({part.name: _box(part) for part in made})
    low, high = (
        np.concatenate([np.broadcast_to(getattr(part, end), part.shape).ravel() for part in in_vector(made)])
        for end in ("low", "high")
    )
    return spaces.Box(low.astype(np.float32), high.astype(np.float32), dtype=np.float32)


def action_space(config: Config, flat: bool = False) -> spaces.Space[Any]:
    """What one agent does: MultiDiscrete of the columns of the ActionTree; with `flat`, one Discrete."""
    tree = ActionTree(config)
    return spaces.Discrete(tree.size) if flat else spaces.MultiDiscrete(np.array(tree.choices))


def _box(part: Part) -> spaces.Box:
    low, high = np.broadcast_to(part.low, part.shape), np.broadcast_to(part.high, part.shape)
    return spaces.Box(low.astype(part.dtype), high.astype(part.dtype), part.shape, part.dtype)
