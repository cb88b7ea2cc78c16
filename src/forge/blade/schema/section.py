"""Sections of a configuration: dataclasses whose fields say what they allow, mean, and since when they exist."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Self, cast

from forge.blade.schema import versions
from forge.blade.schema.versions import Since, stood_for
from forge.support.checks import ConfigError, Limits, did_you_mean, shown
from forge.support.numeric import integer_of, real_of, scalar, switch_of, text_of, typed

#: The most points of anything that an agent can have: they are kept in 16 bits.
MAX_POINTS = 30_000

#: What makes a value of each declared type plain; None where it cannot be.
_PLAIN: dict[str, Callable[[Any], Any]] = {"int": integer_of, "float": real_of, "bool": switch_of, "str": text_of}
_UNKNOWN: Any = object()  # no value stood for a field before: it has always been there


def number(default: int | float, low: float, high: float, doc: str, since: int = 1, before: Any = _UNKNOWN) -> Any:
    """A numeric field with its inclusive range and its description.

    Args:
        default: the value where nothing is given.
        low: the least allowed.
        high: the greatest allowed.
        doc: what it is, with its unit.
        since: the version of configurations that has it first, see `forge.blade.schema.versions`.
        before: what stood for it in those older than `since`.
    """
    return _field(default, since, before, limits=Limits(low, high), doc=doc)


def choice(default: str, options: tuple[str, ...], doc: str, since: int = 1, before: Any = _UNKNOWN) -> Any:
    """A text field that holds one of `options`; `since` and `before` as for `number`."""
    return _field(default, since, before, options=options, doc=doc)


def plain(default: bool | str, doc: str, since: int = 1, before: Any = _UNKNOWN) -> Any:
    """A switch or a free text field; `since` and `before` as for `number`."""
    return _field(default, since, before, doc=doc)


def path(default: str, doc: str, since: int = 1, before: Any = _UNKNOWN) -> Any:
    """A text field that names a file, and may be given as a Path; `since` and `before` as for `number`."""
    return _field(default, since, before, path=True, doc=doc)


def _field(default: Any, since: int, before: Any, **metadata: Any) -> Any:
    newest = versions.CONFIGURATION.newest
    if not 1 <= since <= newest:
        raise TypeError(f"since = {since}, but the newest version of configurations is {newest}: raise it first")
    if (since > 1) != (before is not _UNKNOWN):
        raise TypeError("a field that came after version 1, and only such a one, says what stood for it before")
    known = Since(since, None if before is _UNKNOWN else before)
    return field(default=default, metadata={"since": known, **metadata})


class Section:
    """Checks every field of a section against its declared type and range, and makes it a plain value of Python."""

    def __post_init__(self) -> None:
        for f in dataclasses.fields(cast(Any, self)):
            name = f"{getattr(self, '_table', type(self).__name__.lower())}.{f.name}"
            object.__setattr__(self, f.name, _checked(name, f, getattr(self, f.name)))

    @classmethod
    def since(cls) -> dict[str, Since]:
        """Since when each field exists."""
        return {f.name: f.metadata["since"] for f in dataclasses.fields(cast(Any, cls))}

    @classmethod
    def read(cls, given: Any, version: int, table: str) -> Self:
        """The section of a table of a file.

        Args:
            given: the table's fields; what is left out means what stood for it at the file's version, or its default.
            version: of the file.
            table: its name there, for errors.

        Raises:
            ConfigError: if `given` is no table, or has an unknown field or a value that is not allowed.
        """
        if not isinstance(given, Mapping):
            raise ConfigError(f"[{table}] must be a table of fields, not {shown(given)}")
        known = cls.since()
        for name in given:
            if name not in known:
                raise ConfigError(did_you_mean(f"field of [{table}]", name, list(known)))
        return cls(**given, **stood_for(known, given, version))

    def as_before(self) -> dict[str, Any]:
        """Its fields as plain values, without the newer ones that hold what stood for them before they were there."""
        values, known = dataclasses.asdict(cast(Any, self)), self.since()
        return {n: v for n, v in values.items() if known[n].version == 1 or v != known[n].before}


def type_name(f: dataclasses.Field[Any]) -> str:
    """The name of a field's declared type, however annotations are kept."""
    return f.type if isinstance(f.type, str) else getattr(f.type, "__name__", str(f.type))


def check_section(kind: Any) -> None:
    """Refuses a class that cannot be a section of a configuration.

    Raises:
        ConfigError: saying why.
    """
    if not (isinstance(kind, type) and issubclass(kind, Section)):
        raise ConfigError(f"section = {shown(kind)} must be a subclass of Section")
    if "__dataclass_params__" not in vars(kind) or not vars(kind)["__dataclass_params__"].frozen:
        raise ConfigError(f"section {kind.__name__} must be a frozen dataclass: put @dataclass(frozen=True) before it")
    for f in dataclasses.fields(cast(Any, kind)):
        if "since" not in f.metadata or type_name(f) not in _PLAIN:
            raise ConfigError(
                f"section {kind.__name__}: {f.name} must be of {', '.join(_PLAIN)}, made by number, choice, plain, path"
            )


def _checked(name: str, f: dataclasses.Field[Any], given: Any) -> Any:
    """The plain value of a field.

    Raises:
        ConfigError: naming the field, what was given and what is allowed.
    """
    wanted = type_name(f)
    value = _PLAIN[wanted](os.fspath(given) if f.metadata.get("path") and isinstance(given, os.PathLike) else given)
    if value is None:
        raise ConfigError(f"{name} = {typed(given)} must be {wanted}, not {type(scalar(given)).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{name} = {value} must be finite")
    if (limits := f.metadata.get("limits")) and not limits.low <= value <= limits.high:
        raise ConfigError(f"{name} = {typed(given)} is out of range; allowed are {limits.low} .. {limits.high}")
    if (options := f.metadata.get("options")) and value not in options:
        raise ConfigError(f"{name} = {shown(value)} is unknown; allowed are {', '.join(map(repr, options))}")
    return value


def section_toml(name: str, section: Any) -> str:
    """One section as a TOML table, each field with its description."""
    fields = dataclasses.fields(section)
    lines = [f"{f.name} = {json.dumps(getattr(section, f.name))}  # {f.metadata['doc']}" for f in fields]
    return "\n".join([f"[{name}]", *lines, ""])
