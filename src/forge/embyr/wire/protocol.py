"""What viewers and the server say to each other: version 1 of the protocol of `docs/viewer.md`.

Text messages are JSON objects with a `type`. Each message a client may send is declared once, in `MESSAGES`: its
fields, what each may hold, and what stands for a field that is left out.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np

VERSION = 1
#: The slowest and the fastest speed a viewer may ask for; 1 is `tick_seconds` a tick.
SLOWEST, FASTEST = 0.1, 100.0
#: Largest id of an agent, and largest tick, that a message may name.
_LARGEST = 2**53 - 1


class Close(IntEnum):
    """Why the server closes a connection: the codes of WebSocket that are free for applications."""

    MALFORMED = 4000
    VERSION = 4001
    TOKEN = 4003
    LIMITS = 4008


class ProtocolError(ValueError):
    """A message that ends the connection, with the code it is closed with."""

    def __init__(self, message: str, code: Close = Close.MALFORMED) -> None:
        super().__init__(message)
        self.code = code


class Hello(NamedTuple):
    """The first message of every client."""

    protocol: int
    token: str | None


class Ack(NamedTuple):
    """The frame of this tick has been drawn."""

    tick: int


class Control(NamedTuple):
    """A change of what everyone watches: `do` is a key of `CONTROLS`."""

    do: str
    value: Any


class Inspect(NamedTuple):
    """From now on, tell of this agent after each frame; None ends it."""

    id: int | None


class Life(NamedTuple):
    """From now on, tell the story of this agent, whether it lives or not; None ends it."""

    id: int | None


class Exchange(NamedTuple):
    """From now on, tell what there is in this book of the exchange; None ends it."""

    book: int | None


class Fame(NamedTuple):
    """From now on, tell who stands out; false ends it."""

    shown: bool


class Overlay(NamedTuple):
    """From now on, send this overlay whenever it is computed anew; a name of None ends it."""

    name: str | None
    population: int
    food: float | None  # share of the maximum; None: as it comes
    water: float | None


class Join(NamedTuple):
    """Take over this living agent, or one of this population, or any."""

    population: int | None
    id: int | None
    newborn: bool = False  # the server's: only one who is born from now on


class Act(NamedTuple):
    """What the agent that was taken over does in the coming tick; `target` is an agent's id."""

    move: int
    style: int
    target: int | None


class Leave(NamedTuple):
    """Hand the agent back."""


class Sight(NamedTuple):
    """Whether one who plays sees the agent's window or the whole map."""

    mode: str


class Recall(NamedTuple):
    """Tell the last births and deaths up to this tick."""

    tick: int


class Trace(NamedTuple):
    """Tell how this agent fared up to this tick."""

    id: int
    tick: int


class Find(NamedTuple):
    """Tell when somebody died, or was killed, next after this tick of a replay, or last before it."""

    what: str
    tick: int
    forward: bool


Message: TypeAlias = (
    Hello
    | Ack
    | Control
    | Inspect
    | Life
    | Exchange
    | Fame
    | Overlay
    | Join
    | Act
    | Leave
    | Sight
    | Recall
    | Trace
    | Find
)
_Check: TypeAlias = Callable[[Any], bool]


class _Field(NamedTuple):
    """What a field may hold, in words and as a test; `default` stands for one that is missing."""

    allowed: str
    test: _Check
    default: Any = ...  # the field is required


def _integer(low: int, high: int) -> _Field:
    def test(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return _Field(f"an integer from {low} to {high}", test)


def _real(low: float, high: float) -> _Field:
    def test(value: Any) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high

    return _Field(f"a number from {low:g} to {high:g}", test)


def _text(longest: int) -> _Field:
    return _Field(f"a text of at most {longest} characters", lambda v: isinstance(v, str) and len(v) <= longest)


def _one_of(*options: str) -> _Field:
    return _Field("one of " + ", ".join(options), lambda v: isinstance(v, str) and v in options)


def _maybe(field: _Field) -> _Field:
    return _Field(f"{field.allowed}, or null", lambda v: v is None or field.test(v), None)


_TICK = _integer(0, _LARGEST)
_BOOLEAN = _Field("true or false", lambda value: isinstance(value, bool))
_NOTHING = _Field("null", lambda value: value is None)
#: What a viewer can ask of everyone's world, and the value that goes with it.
CONTROLS: Mapping[str, _Field] = {
    "pause": _NOTHING,
    "play": _NOTHING,
    "step": _NOTHING,
    "speed": _real(SLOWEST, FASTEST),
    "seek": _TICK,
    "loop": _BOOLEAN,
    "checkpoint": _maybe(_TICK),
}
_ANYTHING = _Field("anything", lambda value: True, None)

#: Every message of a client: the class it becomes, and its fields in their order.
MESSAGES: Mapping[str, tuple[Callable[..., Message], Mapping[str, _Field]]] = {
    "hello": (Hello, {"protocol": _integer(0, _LARGEST), "token": _maybe(_text(256))}),
    "ack": (Ack, {"tick": _TICK}),
    "control": (Control, {"do": _one_of(*CONTROLS), "value": _ANYTHING}),
    "inspect": (Inspect, {"id": _maybe(_TICK)}),
    "life": (Life, {"id": _maybe(_TICK)}),
    "exchange": (Exchange, {"book": _maybe(_integer(0, 2**16 - 1))}),
    "fame": (Fame, {"shown": _BOOLEAN}),
    "overlay": (
        Overlay,
        {
            "name": _maybe(_text(32)),
            "population": _integer(0, 254)._replace(default=0),
            "food": _maybe(_real(0, 1)),
            "water": _maybe(_real(0, 1)),
        },
    ),
    "join": (Join, {"population": _maybe(_integer(0, 254)), "id": _maybe(_TICK)}),
    "act": (Act, {"move": _integer(0, 4), "style": _integer(0, 3), "target": _maybe(_TICK)}),
    "leave": (Leave, {}),
    "recall": (Recall, {"tick": _TICK}),
    "trace": (Trace, {"id": _TICK, "tick": _TICK}),
    "find": (Find, {"what": _one_of("death", "kill"), "tick": _TICK, "forward": _BOOLEAN._replace(default=True)}),
    "sight": (Sight, {"mode": _one_of("window", "map")}),
}


def parse(text: str) -> Message:
    """Reads a client's message.

    Raises:
        ProtocolError: saying what is wrong with it and what is allowed.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("a message must be a JSON object") from None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ProtocolError("a message must be a JSON object with a text 'type'")
    if data["type"] not in MESSAGES:
        raise ProtocolError(f"unknown type {_shown(data['type'])}; known are {', '.join(MESSAGES)}")
    make, fields = MESSAGES[data["type"]]
    message = make(*(_checked(data, name, field) for name, field in fields.items()))
    if isinstance(message, Control):
        _checked({"type": f"control {message.do}", "value": message.value}, "value", CONTROLS[message.do])
    return message


def _checked(data: Mapping[str, Any], name: str, field: _Field) -> Any:
    value = data.get(name, field.default)
    if value is ...:
        raise ProtocolError(f"{data['type']}: {name!r} is missing; it must be {field.allowed}")
    if not field.test(value):
        raise ProtocolError(f"{data['type']}: {name!r} is {_shown(value)}; it must be {field.allowed}")
    return value


def _shown(value: Any) -> str:
    """A value of a stranger, short enough for an error."""
    text = type(value).__name__ if isinstance(value, (dict, list)) else ascii(value)
    return text if len(text) <= 40 else text[:37] + "..."


def hello(text: str) -> Hello:
    """Reads a client's first message, of which other versions must understand no more than `protocol`.

    Raises:
        ProtocolError: if it is no greeting, or one of another version.
    """
    message = parse(text)
    if not isinstance(message, Hello):
        raise ProtocolError("the first message must be of the type 'hello'")
    if message.protocol != VERSION:
        raise ProtocolError(
            f"this page speaks version {message.protocol} of the protocol and the server version {VERSION}; "
            "reload the page, or update the one that is older",
            Close.VERSION,
        )
    return message


def text_of(message: Mapping[str, Any]) -> str:
    """A server's message as text. Numbers that JSON does not know (NaN, infinities) become null."""
    return json.dumps(_finite(message), separators=(",", ":"), allow_nan=False)


def _finite(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case np.ndarray() if value.dtype.kind in "iu":
            return value.tolist()
        case np.ndarray() | np.generic():
            return _finite(value.tolist())
        case float():
            return value if math.isfinite(value) else None
        case _:
            return value


#: The number a grid begins with; its bytes are the characters NMO1.
GRID_MAGIC = int.from_bytes(b"NMO1", "little")
_GRID_HEADER = struct.Struct("<4I")


def grid_message(values: np.ndarray, about: Mapping[str, Any]) -> bytes:
    """An overlay as one binary message.

    Args:
        values: of every tile, [rows, cols]; NaN where there is nothing.
        about: name, population, tick, origin, low, high, unit, legend, scale, diverging.
    """
    rows, cols = values.shape
    text = text_of({"rows": rows, "cols": cols, **about}).encode()
    text += b" " * (-len(text) % 8)
    data = values.astype("<f4").tobytes()
    size = _GRID_HEADER.size + len(text) + len(data)
    return _GRID_HEADER.pack(GRID_MAGIC, size, len(text), 0) + text + data
