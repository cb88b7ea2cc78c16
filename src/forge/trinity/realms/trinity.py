"""Trinity: the three classes that make a run: one Pantheon over all realms, a God and a Sword in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forge.blade import ConfigError
from forge.trinity.realms.god import God
from forge.trinity.realms.pantheon import Pantheon
from forge.trinity.realms.sword import Sword


@dataclass(frozen=True)
class Trinity:
    """Who learns, who rules and who plays: classes, of which every server makes its own.

    Args:
        pantheon: `forge.trinity.Pantheon` or a subclass.
        god: `forge.trinity.God` or a subclass.
        sword: `forge.trinity.Sword` or a subclass.

    Raises:
        ConfigError: if one of them is not such a class.
    """

    pantheon: type[Pantheon] = Pantheon
    god: type[God] = God
    sword: type[Sword] = Sword

    def __post_init__(self) -> None:
        for name, kind in (("pantheon", Pantheon), ("god", God), ("sword", Sword)):
            _check(name, getattr(self, name), kind)


def _check(name: str, given: Any, kind: type[Any]) -> None:
    if not isinstance(given, type) or not issubclass(given, kind):
        hint = "; give the class itself, not one made of it" if isinstance(given, kind) else ""
        raise ConfigError(f"{name} = {given!r} must be {kind.__name__} or a subclass of it{hint}")
