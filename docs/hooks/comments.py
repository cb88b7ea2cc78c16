"""Extension of griffe: a comment behind a field, or `#:` lines above a name, are its documentation.

The fields of this package have their shape, dtype and unit in a comment beside them, for whoever reads the code; the
reference shows the same words.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import griffe


class CommentsAsDocstrings(griffe.Extension):
    """Gives attributes that have no docstring the comment that stands beside or above them."""

    def on_attribute_instance(self, *, node: Any, attr: griffe.Attribute, agent: Any, **_: Any) -> None:
        """Called for each attribute that is found in the source."""
        if attr.docstring is None and isinstance(node, ast.Assign | ast.AnnAssign):
            text = comment(node, agent.code.splitlines())
            if text:
                attr.docstring = griffe.Docstring(text, lineno=node.lineno, endlineno=node.end_lineno, parent=attr)


def comment(node: ast.Assign | ast.AnnAssign, lines: list[str]) -> str:
    """The comment of an assignment, as a sentence; empty if it has none."""
    assert node.end_lineno is not None
    behind = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode().strip()
    if behind.startswith("# ") and not behind.startswith(("# noqa", "# type:")):
        return _sentence(behind[2:].partition("  # ")[0])
    above = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.strip().startswith("#: "):
            break
        above.insert(0, line.strip()[3:])
    return " ".join(above)


def _sentence(text: str) -> str:
    """With a capital, unless it begins with a type such as uint8 or a name such as module:Class, and a full stop."""
    first = text.split(" ", 1)[0]
    return (text if re.search(r"[\d_:]", first) else text[:1].upper() + text[1:]) + ("" if text.endswith(".") else ".")
