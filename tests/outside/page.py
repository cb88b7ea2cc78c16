"""The modules that docs/systems.md shows, to be run as a user would."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "systems.md"


def module_of(system: str) -> str:
    """The text of the module that defines a system."""
    blocks = re.findall(r"^```python no-run\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    (text,) = [block for block in blocks if f"\n{system} = System(" in block]
    return text
