"""Scenarios: which interventions are made in a world before which tick, written in TOML or in Python."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from forge.blade.interventions.kinds import Intervention, material_of
from forge.blade.schema import versions
from forge.blade.world.world import World
from forge.support.checks import ConfigError, did_you_mean, shown
from forge.support.documents import read_toml
from forge.support.numeric import integer

_LAST_TICK = 2**53
_TABLE = "interventions"


class Step(NamedTuple):
    """One intervention of a scenario.

    Attributes:
        tick: ticks that the world has finished when it is made: 0 is after the reset, before the first tick.
        intervention: what is done.
    """

    tick: int
    intervention: Intervention


@dataclass(frozen=True)
class Scenario:
    """What is done to one world, and when.

    Attributes:
        steps: pairs of a tick and an intervention, in any order; they are kept by tick, those of one tick in the order
            in which they were given, and are made all at once or not at all.

    Raises:
        ConfigError: if a step is no such pair.
    """

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.steps, Iterable):
            raise ConfigError(f"steps = {shown(self.steps)} must be pairs of a tick and an intervention")
        steps = [_step(f"steps[{i}]", given) for i, given in enumerate(self.steps)]
        object.__setattr__(self, "steps", tuple(sorted(steps, key=lambda step: step.tick)))

    @functools.cached_property
    def _by_tick(self) -> Mapping[int, list[Intervention]]:
        found: dict[int, list[Intervention]] = {}
        for tick, intervention in self.steps:
            found.setdefault(tick, []).append(intervention)
        return found

    @functools.cached_property
    def _materials(self) -> frozenset[str]:
        """Names of materials that only some worlds know."""
        given = (step.intervention.given().get("material") for step in self.steps)
        return frozenset(name for name in given if isinstance(name, str))

    def play(self, world: World, w: int = 0) -> list[int]:
        """Makes what is due at the tick that a world is at. Call it once after the reset, and once after every step.

        Args:
            world: a batch of worlds, reset.
            w: index of the world.

        Returns:
            The ids of the agents that were placed, in order.

        Raises:
            ConfigError: naming the tick, and the first intervention that cannot be made; the world is then as it was.
            IndexError: if there is no world `w`.
            RuntimeError: before the first reset.
        """
        for name in self._materials:
            try:
                material_of(world.configs[w], name)
            except ConfigError as error:
                raise ConfigError(f"the scenario: {error}") from error
        tick = int(world.state.tick[w])
        due = self._by_tick.get(tick)
        if due is None:
            return []
        try:
            return world.apply(due, w)
        except ConfigError as error:
            raise ConfigError(f"the scenario at tick {tick}: {error}") from error

    @classmethod
    def from_toml(cls, source: str | Path) -> Self:
        """Reads a scenario from TOML: a `Path` names a file, a `str` is the text itself.

        Raises:
            ConfigError: naming the file, and what is wrong in it.
        """
        name, data = str(source) if isinstance(source, Path) else "text", read_toml(source)
        versions.SCENARIOS.version(data.get("version"), name)
        if unknown := data.keys() - {"version", _TABLE}:
            raise ConfigError(f"{name}: {did_you_mean('entry', min(unknown), ['version', _TABLE])}")
        tables = data.get(_TABLE, [])
        if not isinstance(tables, list):
            raise ConfigError(f"{name}: [[{_TABLE}]] must be a list of tables, not {shown(tables)}")
        return cls(tuple(_read(f"{name}: {_TABLE}[{i}]", table) for i, table in enumerate(tables)))

    def to_toml(self) -> str:
        """The scenario as TOML text, which `from_toml` reads."""
        parts = [f"version = {versions.SCENARIOS.newest}  # of scenarios\n"]
        for tick, intervention in self.steps:
            values = {"tick": tick} | intervention.to_table()
            lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
            parts.append("\n".join([f"[[{_TABLE}]]", *lines, ""]))
        return "\n".join(parts)


def _step(name: str, given: Any) -> Step:
    pair = tuple(given) if isinstance(given, (tuple, list)) else ()
    if len(pair) != 2 or not isinstance(pair[1], Intervention):
        raise ConfigError(f"{name} = {shown(given)} must be a tick and an intervention, such as (0, Remove(3))")
    return Step(integer(f"{name}: tick", pair[0], 0, _LAST_TICK), pair[1])


def _read(name: str, table: Any) -> Step:
    try:
        if not isinstance(table, Mapping) or "tick" not in table:
            raise ConfigError("it says no tick before which it is made")
        fields = {field: value for field, value in table.items() if field != "tick"}
        return Step(integer("tick", table["tick"], 0, _LAST_TICK), Intervention.from_table(fields))
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from error
