"""Trinity: the researcher's interface to the world.

- ``forge.trinity.smith``: Native, a training run of realms; VecEnv, worlds in the shape of a vector environment.
- ``Trinity``, ``Pantheon``, ``God``, ``Sword``: who learns, who rules and who plays in a Native run, to override.
- ``forge.trinity.adapters.pettingzoo``: PettingZoo's ParallelEnv, with an id for each life or with fixed slots.
- ``forge.trinity.adapters.gymnasium``: Gymnasium's VectorEnv, one environment for each slot.
- ``forge.trinity.conformance.conformance``: what these promise, as checks to run on your own wrappers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forge.trinity.realms.god import God
    from forge.trinity.realms.pantheon import Pantheon
    from forge.trinity.realms.sword import Sword
    from forge.trinity.realms.trinity import Trinity

__all__ = ["God", "Pantheon", "Sword", "Trinity"]


def __getattr__(name: str) -> Any:
    """The classes of a Native run, when they are asked for: they bring PyTorch, which worlds do without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forge.support.extras import needs

    with needs("train", "torch", "safetensors"):
        return getattr(importlib.import_module(f"forge.trinity.realms.{name.lower()}"), name)
