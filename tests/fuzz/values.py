"""Damage to values: a number, a name or a table of JSON or TOML becomes what nobody expects there."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from tests.fuzz.damage import EXTREMES

# Text that no plain value of Python says; it is written in place of a word that stands for it.
_RAW = {
    "@digits": "9" * 6000,
    "@negative": "-" + "7" * 5000,
    "@float": "1e999",
    "@tiny": "1e-999",
    "@nan": "NaN",
    "@infinity": "-Infinity",
    "@lists": "[" * 100_000,
    "@closed": "[" * 4000 + "]" * 4000,
    "@tables": '{"a":' * 50_000,
    "@escape": '"\\ud800"',
    "@long": '"' + "x" * 100_000 + '"',
    "@nothing": "",
}
_WORDS = re.compile("|".join(f'"{word}"' for word in _RAW))

PLAIN: tuple[Any, ...] = (
    *EXTREMES, *(-number for number in EXTREMES[3:]), 2**64, 10**30, 0.5, -0.0, 1e308, 1e-300, 1.5, None, True, False,
    "", "0", "a", "é\0\n", "../../x", "/dev/zero", "1" * 300, [], {}, [[]], [1, 2, 3], {"a": 1}, ["a"], [None],
)  # fmt: skip


def mutate_json(draws: Random, data: bytes) -> bytes:
    """A JSON text with one to three values, keys or entries changed."""
    value = json.loads(data)
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        value = change(draws, value)
    text = json.dumps(value)
    return _WORDS.sub(lambda found: _RAW[found[0][1:-1]], text).encode("utf-8", "surrogatepass")


def change(draws: Random, value: Any) -> Any:
    """A plain value with one thing in it changed, drawn evenly from all that is in it."""
    places = [*_places(value, ())]
    path = draws.choice(places)
    if not path:
        return _other(draws, value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    key = path[-1]
    if isinstance(holder, dict):
        _change_entry(draws, holder, key)
    else:
        _change_item(draws, holder, key)
    return value


def _places(value: Any, path: tuple[Any, ...]) -> Any:
    yield path
    if isinstance(value, dict):
        entries: Any = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    else:
        return
    for key, inner in entries:
        yield from _places(inner, (*path, key))


def _change_entry(draws: Random, holder: dict[str, Any], key: str) -> None:
    kind = draws.random()
    if kind < 0.1:
        del holder[key]
    elif kind < 0.15:
        holder[draws.choice(("", key.upper(), f"{key}s", "__class__", "x" * 1000, "é"))] = holder.pop(key)
    elif kind < 0.2:
        holder[draws.choice(("new", key + "2", "version"))] = draws.choice(PLAIN)
    elif kind < 0.25:
        holder[key] = holder[draws.choice([*holder])]
    else:
        holder[key] = _other(draws, holder[key])


def _change_item(draws: Random, holder: list[Any], index: int) -> None:
    kind = draws.random()
    if kind < 0.1:
        del holder[index]
    elif kind < 0.2:
        holder.insert(index, holder[draws.randrange(len(holder))])
    elif kind < 0.25:
        holder *= 50
    else:
        holder[index] = _other(draws, holder[index])


def _other(draws: Random, value: Any) -> Any:
    kind = draws.random()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and kind < 0.6:
        near = (value + 1, value - 1, -value, 2 * value, value / 2, str(value), [value])
        return draws.choice((*EXTREMES, *(-number for number in EXTREMES), *near, "@digits", "@nan", "@float"))
    if isinstance(value, str) and kind < 0.3:
        return draws.choice((value[:-1], value + "x", value.upper(), value * 100, "", value + "\0", [value]))
    if kind < 0.85:
        return draws.choice(PLAIN)
    return draws.choice([*_RAW])


def mutate_lines(draws: Random, data: bytes) -> bytes:
    """Lines of JSON, of which one or a few are changed, cut off, put together or put elsewhere."""
    lines = data.splitlines(keepends=True)
    for _ in range(draws.choice((1, 1, 2, 4))):
        at = draws.randrange(len(lines))
        kind = draws.randrange(8)
        if kind < 3:
            try:
                lines[at] = mutate_json(draws, lines[at]) + b"\n"
            except ValueError:  # it has been damaged before
                lines[at] = b"\n"
        elif kind == 3:
            lines[at] = draws.choice(
                (b"\n", b"null\n", b"3\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"\0" * 512, b'"steps"\n')
            )
        elif kind == 4:
            lines[at] = lines[at][: draws.randrange(len(lines[at]))] + draws.choice((b"", b"\n"))
        elif kind == 5:
            lines.insert(draws.randrange(len(lines) + 1), lines[at])
        elif kind == 6 and len(lines) > 1:
            del lines[at]
        else:
            lines[at] = lines[at].rstrip(b"\n") + draws.choice((b"\r\n", b"\r", b" \n", b"\n\n", b"\xc2\x85", b"\x1e"))
    return b"".join(lines)


_TOML = (
    "9" * 6000, "-" + "7" * 5000, "0x" + "f" * 5000, "1e999", "nan", "-inf", "0", "-1", "1", "2147483647",
    "9223372036854775807", "9223372036854775808", "1e308", "0.5", "true", '""', '"chaos"', "'''a\nb'''", "[]", "{}",
    "[1, 2]", "1979-05-27", "07:32:00", "{a = 1}", "[" * 5000 + "]" * 5000, "[" * 100_000,
    "{a=" * 5000 + "1" + "}" * 5000, '"' + "x" * 100_000 + '"', "", '"\\u0000"', '"/dev/zero"', '"../../x.tmx"', '"a',
    "inf", "+1", "1_000", "0b1", "1.", "None", "@",
)  # fmt: skip
_WHOLE_LINES = (
    "world = 3", "run = []", "[world]", "[[world]]", "[run]", "[learning]", "[world.terrain]", "[terrain]", "[a.b.c]",
    "a = 1", ".".join("a" * 50_000) + " = 1", "[" + ".".join("a" * 50_000) + "]", "[" + ".".join(["a"] * 2000) + "]",
    "version = 99", "release = 3", 'release = "99.0"', "\0", "=", '"" = 1', "[]", "[[a]]\n" * 5000, "x" * 100_000,
    "#" * 100_000, "world.terrain = 1", "run.x = {}", "\ufeff", "a = [\n" * 3000,
)  # fmt: skip


def mutate_toml(draws: Random, data: bytes) -> bytes:
    """A TOML text with one to three of its lines changed."""
    lines = data.decode().splitlines()
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        at = draws.randrange(len(lines))
        key, equals, rest = lines[at].partition(" = ")
        kind = draws.randrange(10)
        if equals and kind < 5:
            lines[at] = f"{key} = {draws.choice(_TOML)}  #{rest}"
        elif equals and kind == 5:
            key = draws.choice((key[:-1] or "x", f"{key}s", f'"{key}"', f"{key}.a", f" {key}", ".".join([key] * 3000)))
            lines[at] = f"{key} = {rest}"
        elif kind == 6:
            del lines[at]
        elif kind == 7:
            lines.insert(draws.randrange(len(lines) + 1), lines[at])
        elif kind == 8:
            lines[at] = draws.choice(_WHOLE_LINES)
        else:
            lines.insert(at, draws.choice(_WHOLE_LINES))
        lines = lines or [""]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")
