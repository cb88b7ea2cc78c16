"""The type of a batch's state: a NamedTuple with a field for each array that its schema declares.

Machine code that is cached on disk names the type it takes by this module and the type's name, which lists its fields.
So the type of a world with systems from outside is found again without them: it is made from its name.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any, TypeAlias

from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema

if TYPE_CHECKING:
    State: TypeAlias = Any
else:
    #: One field for each array of `GAME.arrays`, which says what it is.
    State = namedtuple("State", [array.name for array in GAME.arrays])


def state_type(schema: Schema) -> Any:
    """The type of the state of worlds with this schema."""
    if schema is GAME:
        return State
    name = _MADE + ",".join(array.name for array in schema.arrays)
    return globals().get(name) or __getattr__(name)  # one type for all, or each would be compiled for anew


_MADE = "State of "


def __getattr__(name: str) -> Any:
    if not name.startswith(_MADE):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made: Any = namedtuple("State", name.removeprefix(_MADE).split(","), module=__name__)  # type: ignore[misc]
    made.__qualname__ = name
    globals()[name] = made
    return made
