"""What a society has and does while it is evaluated, counted by world, and the figures that follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade.grown.kinds import TRADES, Skill
from forge.blade.society.census import GOODS, Census, census
from forge.blade.society.numbers import mutual_information
from forge.experiments.statistics.estimate import Estimate, estimate_runs
from forge.support.checks import ConfigError

#: How often in a measurement it is looked at.
MOMENTS = 10


class Society(NamedTuple):
    """Sums over the moments of a measurement at which it was looked at, or over all of it; float64 [W, n].

    What the systems of the worlds do not know of has no columns.
    """

    members: np.ndarray  # n = 1: alive
    goods: np.ndarray  # n = 3: gold, items and wealth of those
    levels: np.ndarray  # n = 9: their levels, by skill
    unequal: np.ndarray  # n = 2: Gini coefficients of wealth, and of how many moments there was one
    crafts: np.ndarray  # n = populations · trades: works that succeeded, in all of the measurement
    traded: np.ndarray  # n = 1: units that changed hands, in all of it
    children: np.ndarray  # n = 1: borne, in all of it

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {name: array.tolist() for name, array in self._asdict().items()}

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The one that `to_dict` wrote.

        Raises:
            ConfigError: if it is damaged.
        """
        try:
            found = {name: np.array(data[name], np.float64) for name in cls._fields}
            if len({len(array) for array in found.values()}) > 1 or any(array.ndim != 2 for array in found.values()):
                raise ValueError("its arrays are not of the same worlds")
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"what is told of a society is damaged: {error}") from error
        return cls(**found)


class Looking:
    """Looks at worlds now and then, and adds up what there is.

    Args:
        state: of the worlds, at the begin of the measurement.
    """

    def __init__(self, state: Any) -> None:
        self._begin, self._moments = census(state), list[Census]()

    def look(self, state: Any) -> None:
        """Counts a moment."""
        self._moments.append(census(state))

    def read(self) -> Society | None:
        """All of it; None where worlds have neither skills nor goods."""
        if not self._moments:
            return None
        last, W = self._moments[-1].since(self._begin), len(self._begin.members)
        if not (last.levels.shape[-1] or last.goods.shape[-1]):
            return None

        def over_moments(name: str) -> np.ndarray:
            each = np.sum([getattr(moment, name) for moment in self._moments], 0)
            total: np.ndarray = each.reshape(W, each.shape[1], -1).sum(1).astype(np.float64)
            return total

        ginis = np.array([moment.gini for moment in self._moments])
        unequal = np.concatenate([np.nan_to_num(ginis).sum(0), (~np.isnan(ginis)).sum(0)], -1).astype(np.float64)
        return Society(
            members=over_moments("members"),
            goods=over_moments("goods"),
            levels=over_moments("levels"),
            unequal=unequal,
            crafts=last.crafts.reshape(W, -1).astype(np.float64),
            traded=last.traded.sum(1, keepdims=True)[:, : last.traded.shape[1]].astype(np.float64),
            children=last.children.sum(1).astype(np.float64),
        )


#: What is told of a society, by name: unit, and what it is.
TOLD: Mapping[str, tuple[str, str]] = {
    "wealth": ("gold", "gold and items of an agent, each kind at its last price"),
    "gold": ("gold", "that an agent has"),
    "items": ("items", "that an agent has"),
    "gini": ("", "Gini coefficient of wealth in a world"),
    "crafts": ("works", "that succeed in 1,000 agent ticks"),
    "volume": ("units", "traded in 1,000 agent ticks"),
    "specialisation": ("bits", "mutual information of population and trade over the works that succeed"),
    "children": ("agents", "borne in 1,000 agent ticks"),
    **{f"level_{skill.name.lower()}": ("levels", f"mean level of {skill.name.lower()}") for skill in Skill},
}


def figures(found: list[Society], ticks: list[np.ndarray]) -> dict[str, Estimate]:
    """Every figure of `TOLD` that the worlds know of, with its 95 % interval over worlds and, of several, over runs.

    Args:
        found: one for each run.
        ticks: of each run, int64 [W]: agent ticks of the measurement.
    """
    return dict(_figures({name: np.stack([getattr(one, name) for one in found]) for name in Society._fields}, ticks))


def _figures(of: Mapping[str, np.ndarray], ticks: list[np.ndarray]) -> Iterator[tuple[str, Estimate]]:
    lived = np.stack(ticks).astype(np.float64)

    def quotient(total: np.ndarray, count: np.ndarray, scale: float = 1.0) -> Estimate:
        parts = np.stack([total, count], -1)
        return estimate_runs(lambda s: scale * s[..., 0] / s[..., 1], parts, (0.0, np.inf))

    if of["goods"].shape[-1]:
        for k, name in enumerate(GOODS):
            yield name, quotient(of["goods"][..., k], of["members"][..., 0])
        yield "gini", quotient(of["unequal"][..., 0], of["unequal"][..., 1])
    for name, column in (("crafts", "crafts"), ("volume", "traded"), ("children", "children")):
        if of[column].shape[-1]:
            yield name, quotient(of[column].sum(-1), lived, 1000.0)
    if of["crafts"].shape[-1]:
        shape = -1, len(TRADES)
        yield (
            "specialisation",
            estimate_runs(lambda s: mutual_information(s.reshape(*s.shape[:-1], *shape)), of["crafts"], (0.0, np.inf)),
        )
    for k in range(of["levels"].shape[-1]):
        yield f"level_{Skill(k).name.lower()}", quotient(of["levels"][..., k], of["members"][..., 0])
