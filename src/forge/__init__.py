"""Neural MMO: a massively multi-agent world for reinforcement learning.

What most programs begin with lies here:

- `make`, `World`, `Config`, `Chaos`, `Law`, `Recording`, `ConfigError`: worlds, and what they are made from.
- `scripted`, `load`: players, scripted and trained.
- `trust`: lets files name modules of your own.
- `evaluate`: how long those who are played by a policy live.

The rest lies in the parts, `forge.blade`, `forge.agents`, `forge.ethyr`, `forge.trinity`, `forge.embyr` and
`forge.experiments`. Importing this package loads none of them; a name brings its part when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from forge.support import moved
from forge.support.about import VERSION as __version__

if TYPE_CHECKING:
    from forge.agents import scripted
    from forge.blade import Chaos, Config, ConfigError, Law, Recording, World, make
    from forge.experiments.evaluation.evaluate import evaluate
    from forge.experiments.runs.loading import load
    from forge.support.plugins import trust

__all__ = [
    "Chaos",
    "Config",
    "ConfigError",
    "Law",
    "Recording",
    "World",
    "__version__",
    "evaluate",
    "load",
    "make",
    "scripted",
    "trust",
]

moved.install()

_ELSEWHERE = {
    "scripted": "forge.agents",
    "evaluate": "forge.experiments.evaluation.evaluate",
    "load": "forge.experiments.runs.loading",
    "trust": "forge.support.plugins",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forge.support.extras import needs

    with needs("train", "torch", "safetensors", "tensorboard", "scipy"):
        found = getattr(importlib.import_module(_ELSEWHERE.get(name, "forge.blade")), name)
    globals()[name] = found  # so that it is looked up once
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
