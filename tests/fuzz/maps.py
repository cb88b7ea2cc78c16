"""Damage to maps of the Tiled editor: attributes, cells, elements and how they are written."""

from __future__ import annotations

import re
from random import Random

_NUMBERS = (
    "0", "-1", "1", "2", "255", "4096", "4097", "2147483648", "4294967296", "9" * 6000, "1e3", "nan", "", " 3 ", "٣",
    "0x2", "1_0",
)  # fmt: skip
_TEXTS = (
    "", "lava", "x" * 100_000, "../../../etc/passwd", "/dev/zero", "/dev/stdin", ".", "a\\..\\b.tsx", "zstd", "gzip",
    "zlib", "csv", "base64", "hexagonal", "&#0;", "&lt;", "&unknown;",
)  # fmt: skip
_BITS = (
    "<!DOCTYPE map>", '<!DOCTYPE map [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "<a>" * 100_000, "<a>" * 20_000 + "</a>" * 20_000, "<chunk/>", "<layer/>", "<data/>", "</map>", "<map>", "&b;",
    "<![CDATA[1,2]]>", "<!-- x -->", "<?xml version='1.0'?>", "<tileset source='a.tsx'/>",
    "<tileset firstgid='1' source='map.tmx'/>", "1,", ",", "4294967295,", "-1,", "\0",
)  # fmt: skip


def mutate_xml(draws: Random, data: bytes) -> bytes:
    """An XML text with one to three of its attributes, cells or elements changed."""
    text = data.decode()
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        text = draws.choice((_attribute, _attribute, _cell, _element, _bit))(draws, text)
    encoding = draws.choice(("utf-8",) * 12 + ("utf-16", "latin-1"))
    return text.encode(encoding, "replace")


def _one(draws: Random, pattern: str, text: str, other: str) -> str:
    found = [*re.finditer(pattern, text)]
    if not found:
        return text
    begin, end = draws.choice(found).span(1)
    return text[:begin] + other + text[end:]


def _attribute(draws: Random, text: str) -> str:
    kind = draws.random()
    if kind < 0.1:
        return _one(draws, r'( \w+="[^"]*")', text, "")
    if kind < 0.5:
        return _one(draws, r'="(\d+)"', text, draws.choice(_NUMBERS))
    return _one(draws, r'="([^"]*)"', text, draws.choice(_TEXTS + _NUMBERS))


def _cell(draws: Random, text: str) -> str:
    return _one(draws, r"(?<=[,\n])(\d+)(?=,|\n)", text, draws.choice((*_NUMBERS, "3758096385", "8,8,8", "")))


def _element(draws: Random, text: str) -> str:
    found = [*re.finditer(r"<(\w+)[^>]*/>|<(\w+)[^>]*>[^<]*</\2>", text)]
    if not found:
        return text
    begin, end = draws.choice(found).span()
    element = text[begin:end]
    return text[:begin] + draws.choice(("", element * 2, element * 200, element[: len(element) // 2])) + text[end:]


def _bit(draws: Random, text: str) -> str:
    at = draws.choice([found.start() for found in re.finditer("[<,]", text)] or [0])
    return text[:at] + draws.choice(_BITS) + text[at:]
