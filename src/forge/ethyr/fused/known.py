"""What of a configuration's systems the kernels know."""

from __future__ import annotations

from forge.blade.config.config import Config
from forge.ethyr.kernels.rows import MATERIALS

_UNKNOWN = ("choices", "features", "own", "around", "rows")


def why_not_played(config: Config) -> str | None:
    """What keeps the kernels from playing worlds of a configuration; None if nothing does."""
    schema = config.schema
    for system in schema.guests:
        for what in _UNKNOWN:
            if declared := getattr(system, what, ()):
                names = ", ".join(one if isinstance(one, str) else one.name for one in declared)
                return f"the kernels do not know the {what} ({names}) that system {system.name!r} declares"
    if len(schema.materials) > MATERIALS:
        return f"the kernels know {MATERIALS} materials, and there are {len(schema.materials)}"
    return None
