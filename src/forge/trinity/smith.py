"""Smith: makes environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forge.trinity.vecenv.vecenv import VecEnv

if TYPE_CHECKING:
    from forge.trinity.realms.native import Native

__all__ = ["Native", "VecEnv"]


def __getattr__(name: str) -> Any:
    """Native, when it is asked for: it brings PyTorch, which VecEnv does without."""
    if name != "Native":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from forge.support.extras import needs

    with needs("train", "torch", "safetensors"):
        from forge.trinity.realms.native import Native
    return Native
