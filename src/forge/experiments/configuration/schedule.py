"""A schedule: which numbers of a run's configuration change while it trains, and when. Text in TOML, checked first.

window = 1_000_000          # agent steps over which metrics are measured

[[change]]
field = "learning.entropy_weight"
steps = [0, 1e8]            # agent steps
values = [0.03, 0.01]
how = "linear"              # between them; "constant" holds each until the next

[[change]]
field = "world.combat.melee_damage"
when = "lifetime >= 30"     # and then for good
values = [5]
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from forge.blade.config.config import Config
from forge.blade.schema.section import type_name
from forge.blade.world.change import check_change
from forge.ethyr.learning.settings import CHANGEABLE, Learning
from forge.support.checks import ConfigError, did_you_mean, shown
from forge.support.documents import read_toml
from forge.support.paths import path_of

_WINDOW = 1_000_000
_SIGNS = (">=", "<=")
_CONDITION = re.compile(r"\s*(\S+)\s*(>=|<=)\s*(\S+)\s*")
_KEYS = ("field", "steps", "values", "how", "when")


class Condition(NamedTuple):
    """That a metric has reached a value."""

    metric: str
    sign: str
    value: float

    def holds(self, measured: Mapping[str, float | None]) -> bool:
        """Whether it does, of what was measured over a window."""
        found = measured.get(self.metric)
        return found is not None and (found >= self.value if self.sign == ">=" else found <= self.value)


class Change(NamedTuple):
    """One number that changes."""

    field: str  # with its table: learning.discount, world.vitals.food
    steps: tuple[float, ...]  # agent steps: of the run, or since the condition was reached
    values: tuple[Any, ...]  # from each of them on
    linear: bool  # whether values lead to one another
    when: Condition | None

    def value(self, steps: float) -> Any:
        """Its value after so many agent steps; None before the first."""
        place = bisect_right(self.steps, steps) - 1
        if place < 0:
            return None
        if not self.linear or place + 1 == len(self.steps):
            return self.values[place]
        (begin, end), (low, high) = self.steps[place : place + 2], self.values[place : place + 2]
        value = low + (high - low) * ((steps - begin) / (end - begin))
        return round(value) if isinstance(low, int) else value


class Schedule(NamedTuple):
    """All changes of a run; where two are of one field, the later in the text counts, once it has begun."""

    window: int = _WINDOW  # agent steps between two looks at metrics, over which they are measured
    changes: tuple[Change, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What changes, with the tables, in the order of the text."""
        return tuple(dict.fromkeys(change.field for change in self.changes))

    @property
    def metrics(self) -> set[str]:
        """The metrics that conditions are of."""
        return {change.when.metric for change in self.changes if change.when}

    def at(self, steps: int, reached: Sequence[int | None]) -> dict[str, Any]:
        """The values of the fields that have begun to change, after so many agent steps.

        Args:
            steps: of the run.
            reached: for each change the agent steps at which its condition was reached; None if it was not, or if it
                has none.
        """
        found: dict[str, Any] = {}
        for change, begun in zip(self.changes, reached, strict=True):
            if change.when is None or begun is not None:
                value = change.value(steps - (begun or 0))
                found |= {} if value is None else {change.field: value}
        return found


def text_of(given: str, beside: Path | None = None) -> str:
    """The text of a schedule that a user gave, itself or the file that has it.

    Args:
        given: what stands for `run.schedule`.
        beside: a folder to look in, besides the working folder.

    Raises:
        ConfigError: if there is no such file.
    """
    if not given.strip() or "=" in given:
        return given
    path = path_of(given)
    path = path if path.is_file() or beside is None else beside / path
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"run.schedule = {shown(given)}: the file cannot be read ({error})") from error


def schedule_of(text: str) -> Schedule:
    """The schedule that a text says, without a look at the fields that it names.

    Raises:
        ConfigError: naming what is wrong in it.
    """
    if not text.strip():
        return Schedule()
    try:
        data = read_toml(text)
    except ConfigError as error:
        raise ConfigError(f"run.schedule: {error}") from error
    for name in data:
        if name not in ("window", "change"):
            raise ConfigError(f"run.schedule: {did_you_mean('key', name, ['window', 'change'])}")
    window, changes = _whole(data.get("window", _WINDOW)), data.get("change", [])
    if window is None or window < 1:
        raise ConfigError(
            f"run.schedule: window = {shown(data['window'])} must be a whole number of agent steps above 0"
        )
    if not isinstance(changes, list) or not changes or not all(isinstance(change, Mapping) for change in changes):
        raise ConfigError("run.schedule must have a table [[change]] for everything that changes")
    return Schedule(window, tuple(_change(change, f"run.schedule: change {i}") for i, change in enumerate(changes, 1)))


def _change(data: Mapping[str, Any], what: str) -> Change:
    for name in data:
        if name not in _KEYS:
            raise ConfigError(f"{what}: {did_you_mean('key', name, _KEYS)}")
    field, values, how = data.get("field"), data.get("values"), data.get("how", "constant")
    if not isinstance(field, str):
        raise ConfigError(f"{what}: field = {shown(field)} must name what changes, such as learning.entropy_weight")
    what = f"{what}, {field}"
    when = _condition(data["when"], what) if "when" in data else None
    steps = data.get("steps", [0] if when and isinstance(values, list) and len(values) == 1 else None)
    if not (isinstance(values, list) and isinstance(steps, list) and len(values) == len(steps) > 0):
        raise ConfigError(
            f"{what}: values and steps must be lists of one length, not {shown(values)} and {shown(steps)}"
        )
    places = [_whole(place) for place in steps]
    rising = all(a is not None and b is not None and a < b for a, b in itertools.pairwise(places))
    if places[0] is None or places[0] < 0 or not rising:
        raise ConfigError(
            f"{what}: steps = {shown(steps)} must be whole numbers of agent steps, rising from 0 or later"
        )
    if how not in ("constant", "linear"):
        raise ConfigError(f"{what}: how = {shown(how)} must be 'constant' or 'linear'")
    return Change(field, tuple(p for p in places if p is not None), tuple(values), how == "linear", when)


def _condition(given: Any, what: str) -> Condition:
    found = _CONDITION.fullmatch(given) if isinstance(given, str) else None
    try:
        if found:
            return Condition(found[1], found[2], float(found[3]))
    except ValueError:
        pass
    raise ConfigError(
        f"{what}: when = {shown(given)} must be a metric, {' or '.join(_SIGNS)}, and a number: lifetime >= 30"
    )


def _whole(given: Any) -> int | None:
    """A whole number, also written as 1e6; None if it is none."""
    whole = type(given) is int or (type(given) is float and given.is_integer())
    return int(given) if whole else None


def checked(schedule: Schedule, learning: Learning, world: Config, metrics: Sequence[str]) -> Schedule:
    """A schedule whose values are of the types of its fields.

    Args:
        schedule: to check.
        learning, world: the tables of the run.
        metrics: that conditions may be of.

    Raises:
        ConfigError: naming a field that is not there or cannot change within a run, a value that it cannot have, or a
            metric that is not measured.
    """
    changes = []
    for i, change in enumerate(schedule.changes, 1):
        what = f"run.schedule: change {i}"
        if change.when is not None and change.when.metric not in metrics:
            raise ConfigError(f"{what}: when: {did_you_mean('metric', change.when.metric, metrics)}")
        try:
            values = tuple(_typed(change.field, value, learning, world) for value in change.values)
        except ConfigError as error:
            raise ConfigError(f"{what}: {error}") from error
        if change.linear and isinstance(values[0], bool):
            raise ConfigError(f"{what}: {change.field} is a switch, which has no values in between: how = 'constant'")
        changes.append(change._replace(values=values))
    return schedule._replace(changes=tuple(changes))


def _typed(field: str, value: Any, learning: Learning, world: Config) -> Any:
    """A value as its field holds it."""
    table, _, name = field.partition(".")
    section: Any
    if table == "learning":
        section, leaf = learning, name
        known = {f.name: f for f in dataclasses.fields(section)}
        _must_be_there(field, name, known)
        if name not in CHANGEABLE:
            raise ConfigError(f"{field} cannot change within a run; of [learning] may change: {', '.join(CHANGEABLE)}")
        dataclasses.replace(section, **{name: value})
    elif table == "world":
        part, _, leaf = name.partition(".")
        _must_be_there(field, part, world.sections())
        section = getattr(world, part)
        known = {f.name: f for f in dataclasses.fields(section)}
        _must_be_there(field, leaf, known)
        if type_name(known[leaf]) == "str":
            raise ConfigError(f"{field} is a word, which cannot change within a run")
        check_change(world, name, value)
    else:
        raise ConfigError(f"{field} cannot change within a run; fields of [learning] may, and those of world.SECTION")
    return {"int": int, "float": float, "bool": bool}[type_name(known[leaf])](value)


def _must_be_there(field: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        raise ConfigError(f"{field}: {did_you_mean('name', name, list(known))}")


def by_table(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values by field as those of [learning], and those of the world as `Config.replace` takes them."""

    def of(table: str) -> Iterator[tuple[str, Any]]:
        for field, value in values.items():
            if field.startswith(f"{table}."):
                yield field.removeprefix(f"{table}."), value

    return dict(of("learning")), dict(of("world"))
