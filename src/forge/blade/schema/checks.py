"""What must hold of the declarations of a system: a mistake is one clear error before anything runs."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade.schema.nature import HERD, Nature
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import FILLING, Column
from forge.blade.schema.section import check_section
from forge.blade.schema.system import (
    LISTS,
    NEXT,
    Array,
    Choice,
    DeathCause,
    EventType,
    Feature,
    Number,
    Rows,
    Shared,
    Size,
    System,
    Term,
    Tile,
)
from forge.support.checks import ConfigError, shown

#: What each field of a System holds.
_KINDS: dict[str, type] = {
    "shared": Shared,
    "numbers": Number,
    "agent": Column,
    "tally": Column,
    "sizes": Size,
    "arrays": Array,
    "features": Feature,
    "own": Feature,
    "shown": str,
    "around": str,
    "rows": Rows,
    "materials": Tile,
    "natures": Nature,
    "causes": DeathCause,
    "events": EventType,
    "terms": Term,
    "choices": Choice,
    "life": Column,
    "verbs": Verb,
}
_SCALARS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "?")


def check_system(system: System) -> None:
    """Checks what can be seen in one system alone.

    Raises:
        ConfigError: naming the system, the declaration, what it says and what is allowed.
    """
    who = f"system {shown(system.name)}"
    _check_name(who, "its name", system.name)
    if system.section is not None:
        try:
            check_section(system.section)
        except ConfigError as error:
            raise ConfigError(f"{who}: {error}") from error
    for field, kind in _KINDS.items():
        declared = getattr(system, field)
        if not isinstance(declared, tuple) or not all(isinstance(one, kind) for one in declared):
            raise ConfigError(f"{who}: {field} = {shown(declared)} must be a tuple of {kind.__name__}")
        if field not in ("shared", "shown", "around", "verbs"):
            for one in declared:
                _check_name(who, field, one.name)
    _check_columns(who, (*system.agent, *system.tally, *system.life))
    _check_shown(who, system)
    for number in system.numbers:
        _check_number(who, system, number)
    for rows in system.rows:
        _check_rows(who, rows)
    for option in system.choices:
        _check_matters(who, option)
    for tile in system.materials:
        _check_colour(f"{who}: material {tile.name}", tile.colour)
    for nature in system.natures:
        _check_colour(f"{who}: creature {nature.name}", nature.colour)
    for verb in system.verbs:
        _check_verb(who, verb)
    for theirs, ours in system.instead:
        if not (hasattr(theirs, "py_func") and hasattr(ours, "py_func")):
            raise ConfigError(f"{who}: instead = {shown((theirs, ours))} must be two compiled functions")
    if system.plants is not None and not callable(system.plants):
        raise ConfigError(f"{who}: plants = {shown(system.plants)} must be a function of tiles, config and rng")
    if system.fits is not None and not callable(system.fits):
        raise ConfigError(f"{who}: fits = {shown(system.fits)} must be a function of tiles and config")


def check_needs(systems: Sequence[System]) -> None:
    """Refuses systems that need others which are not there, or come only after them.

    Raises:
        ConfigError: naming both.
    """
    before: set[str] = set()
    for system in systems:
        for name in system.needs:
            if name not in before:
                raise ConfigError(f"system {system.name!r} needs {name!r}: name that, too, and before it, in systems")
        if system.natures and HERD not in {*before, system.name}:
            raise ConfigError(
                f"system {system.name!r} declares creatures ({_listed(nature.name for nature in system.natures)}), "
                f"which {HERD!r} moves: name that, too, and before it, in systems"
            )
        before.add(system.name)


def check_given(choices: Sequence[Choice]) -> None:
    """Refuses a choice that depends on one which is not there, or is made only after it."""
    before: set[str] = set()
    for choice in choices:
        if choice.given and choice.given not in before:
            raise ConfigError(
                f"choice {choice.name!r} depends on {choice.given!r}; allowed are choices of columns before its own: "
                f"{_listed(sorted(before)) or 'none'}"
            )
        before.add(choice.name)


def check_array_of(system: System, feature: Feature, types: Mapping[str, Any]) -> None:
    """Refuses a feature that is not told of an agent itself, or whose array is not there, or cannot be shown.

    Args:
        system: that declares it.
        feature: that is in an array.
        types: of all arrays, by name.
    """
    who = f"feature {feature.name!r} of system {system.name!r}"
    if feature not in system.own or feature.read is not None:
        raise ConfigError(f"{who} is in an array: that is for what agents know of themselves alone, without `read`")
    if feature.array not in types:
        raise ConfigError(f"{who} is in the array {feature.array!r}, which no system declares")
    if feature.name in system.shown and types[feature.array] not in _SCALARS:
        raise ConfigError(
            f"{who} is shown, but its array {feature.array!r} is of type {shown(types[feature.array])}; allowed are "
            f"{_listed(_SCALARS)}"
        )


def _check_name(who: str, field: str, name: Any) -> None:
    if not isinstance(name, str) or not name.isidentifier() or name != name.lower() or keyword.iskeyword(name):
        # an axis is named by a letter, as in the documentation
        if not (field == "sizes" and isinstance(name, str) and name.isidentifier()):
            raise ConfigError(f"{who}: {field} has the name {shown(name)}; allowed are names of Python in lower case")
    if name in FILLING:
        raise ConfigError(f"{who}: {field} has the name {shown(name)}, which is that of what fills records up")


def _check_columns(who: str, columns: Iterable[Column]) -> None:
    for column in columns:
        if column.type not in _SCALARS:
            raise ConfigError(
                f"{who}: field {column.name} has type {shown(column.type)}; allowed are {_listed(_SCALARS)}"
            )
        for what in ("meaning", "unit"):
            if not getattr(column, what):
                raise ConfigError(f"{who}: field {column.name} has no {what}; say what its numbers are")


def _check_shown(who: str, system: System) -> None:
    """Frames hold all other numbers already, or, where they are computed from several, do not know them."""
    allowed = [feature.name for feature in system.own if feature.array]
    for name in system.shown:
        if name not in allowed:
            raise ConfigError(
                f"{who}: shown names {shown(name)}; allowed are those of its `own` that are in arrays: "
                f"{_listed(allowed) or 'none'}"
            )


def _check_number(who: str, system: System, number: Number) -> None:
    if np.dtype(number.type).kind not in "iufb":
        raise ConfigError(f"{who}: number {number.name} has type {shown(number.type)}; allowed are {_listed(_SCALARS)}")
    if number.value is None and (system.section is None or number.name not in system.section.since()):
        raise ConfigError(f"{who}: number {number.name} has no value, and is no field of its section")


def _check_rows(who: str, rows: Rows) -> None:
    if rows.name in LISTS:
        raise ConfigError(f"{who}: rows have the name {shown(rows.name)}, which is that of another list agents know")
    for what in ("array", "count"):
        if not isinstance(getattr(rows, what), str):
            raise ConfigError(f"{who}: {what} of rows {rows.name} = {shown(getattr(rows, what))} must name an array")
    if not isinstance(rows.features, tuple) or not all(isinstance(feature, Feature) for feature in rows.features):
        raise ConfigError(f"{who}: features of rows {rows.name} = {shown(rows.features)} must be a tuple of Feature")
    if not rows.features:
        raise ConfigError(f"{who}: rows {rows.name} have no features; say what their columns are")
    for place, feature in enumerate(rows.features):
        _check_name(who, f"a feature of rows {rows.name}", feature.name)
        if feature.read is not None or feature.number not in (NEXT, place):
            raise ConfigError(f"{who}: feature {feature.name} of rows {rows.name} is column {place}, and is not read")
    if len({feature.name for feature in rows.features}) < len(rows.features):
        names = _listed(feature.name for feature in rows.features)
        raise ConfigError(f"{who}: features of rows {rows.name} are {names}: each must have a name of its own")


def _check_matters(who: str, option: Choice) -> None:
    if not (option.matters is None or isinstance(option.matters, str) or hasattr(option.matters, "py_func")):
        raise ConfigError(
            f"{who}: `matters` of choice {option.name} = {shown(option.matters)} must name an array, or be compiled: "
            "put @inline before it"
        )


def _check_colour(who: str, colour: Any) -> None:
    digits = colour.removeprefix("#") if isinstance(colour, str) else ""
    if colour != f"#{digits}" or len(digits) != 6 or set(digits.lower()) - set("0123456789abcdef"):
        raise ConfigError(f'{who} has the colour {shown(colour)}; allowed is "#rrggbb"')


def _check_verb(who: str, verb: Verb) -> None:
    if not isinstance(verb.phase, Phase):
        raise ConfigError(f"{who}: a verb has the phase {shown(verb.phase)}; allowed are those of Phase")
    if not hasattr(verb.does, "py_func"):
        name = getattr(verb.does, "__name__", shown(verb.does))
        raise ConfigError(f"{who}: verb {name} must be compiled: put @inline before it")
    if verb.instead is not None and not hasattr(verb.instead, "py_func"):
        raise ConfigError(
            f"{who}: verb {verb.does.__name__} replaces {shown(verb.instead)}; wanted is what a verb does"
        )
    if verb.many and verb.phase is not Phase.ENTER:
        raise ConfigError(f"{who}: verb {verb.does.__name__} is `many`, which verbs of the phase ENTER can be")
    if not verb.rule:
        raise ConfigError(f"{who}: verb {verb.does.__name__} has no rule: say what it does")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
