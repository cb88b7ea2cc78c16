"""Systems of a test's own as configurations name them: by a module, which this is."""

from __future__ import annotations

import itertools
from typing import Any

from forge.blade import Config
from forge.blade.extend import System

_numbers = itertools.count()


def config_with(system: System, **changes: Any) -> Config:
    """The configuration of worlds with a system, which is found here by a name of its own."""
    name = f"SYSTEM_{next(_numbers)}"
    globals()[name] = system
    return Config(systems=[f"{__name__}:{name}"]).replace(**changes)
