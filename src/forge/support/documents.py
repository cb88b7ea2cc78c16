"""Small files of plain values, in TOML or JSON, read within limits: whatever is in one, it is read or refused at once.

Both parsers take what a file of some kilobytes should not be able to ask for: gigabytes for one long key, all of the
stack for brackets, numbers without end.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from forge.support.checks import ConfigError, shown
from forge.support.paths import path_of

#: Bytes of a file, unless its reader allows for more; a run's configuration has 10 kB.
LARGEST = 256 * 1024
#: How deep tables and lists may lie in one another, and how many parts a dotted key may have.
DEEPEST = 16

_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""(?:"{0,2})|\Z)'
    r"|'''.*?(?:'''(?:'{0,2})|\Z)"
    r'|"(?:\\[^\n]|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{DEEPEST},}}", re.ASCII)
_INTEGERS = range(-(2**63), 2**64)


def read_toml(source: str | Path) -> dict[str, Any]:
    """The values of a TOML document: a `Path` names a file, a `str` is the text itself.

    A byte order mark, as some editors write it, is passed over.

    Raises:
        ConfigError: naming the file, if it cannot be read, is not TOML, or goes beyond the limits.
    """
    if not isinstance(source, (str, Path)):
        raise ConfigError(f"{shown(source)} must be TOML text, or the Path of a file, not {type(source).__name__}")
    name = str(source) if isinstance(source, Path) else "text"
    text = _text(read_bytes(source), name) if isinstance(source, Path) else source.removeprefix("\ufeff")
    if len(text) > LARGEST:
        raise ConfigError(_too_long(name, LARGEST))
    # tomllib keeps every beginning of a dotted key: their lengths add up to the square of its parts
    if _LONG_KEY.search(_STRING_OR_COMMENT.sub(_blank, text)):
        raise ConfigError(f"{name} is nested too deep: a key has more than {DEEPEST} parts")
    try:
        return _checked(tomllib.loads(text), name)
    except RecursionError:
        raise ConfigError(_too_deep(name)) from None
    except ValueError as error:
        hint = f" (it is read as text; the file of that name is Path({source!r}))" if _may_be_a_path(source) else ""
        raise _refused(error, f"{name} is not TOML{hint}") from error


def read_json(path: Path, limit: int = LARGEST, nan: bool = False) -> Any:
    """The values of a JSON file; `limit` and `nan` as for `parse_json`.

    Raises:
        ConfigError: naming the file, if it cannot be read, is not JSON, or goes beyond the limits.
    """
    return parse_json(read_bytes(path, limit), str(path), limit, nan)


def parse_json(data: bytes, name: str, limit: int = LARGEST, nan: bool = False) -> Any:
    """The values of JSON text in UTF-8.

    Args:
        data: the text.
        name: of where it comes from, for errors.
        limit: most bytes.
        nan: take the words NaN and Infinity for numbers, which JSON does not have, but Python writes.

    Raises:
        ConfigError: beginning with `name`, if it is not JSON or goes beyond the limits.
    """
    if len(data) > limit:
        raise ConfigError(_too_long(name, limit))
    try:
        return _checked(json.loads(_text(data, name), parse_constant=float if nan else _no_number), name)
    except RecursionError:
        raise ConfigError(_too_deep(name)) from None
    except ValueError as error:
        raise _refused(error, f"{name} is not JSON") from error


def read_bytes(path: Path, limit: int = LARGEST) -> bytes:
    """The bytes of a file; of one that goes on for ever no more than `limit` are read.

    Raises:
        ConfigError: naming the file, if it cannot be read or is longer.
    """
    try:
        with path_of(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(data) > limit:
        raise ConfigError(_too_long(str(path), limit))
    return data


def _may_be_a_path(source: str | Path) -> bool:
    return isinstance(source, str) and len(source) < 300 and not set("\n=") & set(source)


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not text in UTF-8: byte {error.start} is {data[error.start]:#04x}") from error


def _blank(found: re.Match[str]) -> str:
    """Nothing for a comment, a part of a key for a string: strings may be that."""
    return "" if found[0].startswith("#") else "_"


def _checked(document: Any, name: str) -> Any:
    """The document, if its integers have at most 64 bits and nothing lies too deep."""
    level, depth = [document], 0
    while level:
        if depth > DEEPEST:
            raise ConfigError(_too_deep(name))
        for value in level:
            if type(value) is int and value not in _INTEGERS:
                raise ConfigError(f"{name} has an integer of {value.bit_length()} bits; at most 64 are allowed")
        level = [child for value in level for child in _children(value)]
        depth += 1
    return document


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number in JSON")


def _refused(error: ValueError, what: str) -> ConfigError:
    """What a parser says, as one of our own errors; a number of thousands of digits it refuses by itself."""
    if isinstance(error, ConfigError):
        return error
    return ConfigError(f"{what}: an integer is too long" if "digits" in str(error) else f"{what}: {str(error)[:200]}")


def _too_long(name: str, limit: int) -> str:
    return f"{name} is too long: more than {limit:,} bytes"


def _too_deep(name: str) -> str:
    return f"{name} is nested too deep: more than {DEEPEST} tables or lists in one another"
