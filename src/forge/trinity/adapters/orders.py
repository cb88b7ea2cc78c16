"""Orders: actions given agent by agent become the rows that a world takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forge.blade.world.action_tree import ActionTree

_SHOWN = 8  # ids listed in a message


class ActionError(ValueError):
    """An action for someone who is not there, or outside the action space."""


def place_orders(
    tree: ActionTree, given: Mapping[Any, Any], slots: Mapping[Any, int], rows: np.ndarray, flat: bool = False
) -> None:
    """Writes the actions of some agents into the rows of their slots; all other rows are left as they are.

    Args:
        tree: of the worlds.
        given: agent to its action: a row of numbers or names as `ActionTree.decide` takes, or with `flat` its index.
        slots: slot of every agent that may act.
        rows: integer array [N, columns] to write into.
        flat: whether actions are flat indices.

    Raises:
        ActionError: naming the agent, what was given and what is allowed. Nothing has been written.
    """
    if not given:
        return
    if unknown := [agent for agent in given if agent not in slots]:
        raise ActionError(f"no agent {unknown[0]!r} is alive here to act; alive are {_some(slots)}")
    values = list(given.values())
    try:
        found = _rows_at_once(tree, values, flat)
    except (ValueError, TypeError):
        found = np.array([_row(tree, agent, action, flat) for agent, action in given.items()])
    rows[[slots[agent] for agent in given]] = found


def _rows_at_once(tree: ActionTree, values: list[Any], flat: bool) -> np.ndarray:
    found = np.asarray(values)
    if flat:
        return np.asarray(tree.row(found.reshape(len(values))))
    tree.index(found)
    return found


def _row(tree: ActionTree, agent: Any, action: Any, flat: bool) -> tuple[int, ...]:
    try:
        if flat:
            if np.ndim(action) > 0:
                raise ValueError(f"a flat action is one integer, not {action!r}")
            return tuple(tree.row(action))
        if isinstance(action, str) or not np.iterable(action):
            raise ValueError(f"an action is a row of {', '.join(tree.columns)}, not {action!r}")
        if len(list(action)) != len(tree.columns):
            raise ValueError(f"{action!r} has {len(list(action))} numbers; wanted are {', '.join(tree.columns)}")
        return tree.decide(*action)
    except ValueError as error:
        raise ActionError(f"action of agent {agent!r}: {error}") from error


def _some(agents: Mapping[Any, int]) -> str:
    shown = [repr(agent) for agent in list(agents)[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(agents) - _SHOWN} more" if len(agents) > _SHOWN else "") or "none"
