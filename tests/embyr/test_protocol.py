"""Messages: what is read, what is refused, and that nothing a stranger sends does anything else."""

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.embyr.wire import protocol
from forge.embyr.wire.protocol import (
    Ack,
    Act,
    Close,
    Control,
    Exchange,
    Fame,
    Hello,
    Inspect,
    Join,
    Leave,
    Life,
    Overlay,
    ProtocolError,
    Sight,
    grid_message,
    parse,
    text_of,
)

GOOD = [
    ({"type": "hello", "protocol": 1, "token": "abc"}, Hello(1, "abc")),
    ({"type": "hello", "protocol": 1}, Hello(1, None)),
    ({"type": "ack", "tick": 12}, Ack(12)),
    ({"type": "control", "do": "pause"}, Control("pause", None)),
    ({"type": "control", "do": "speed", "value": 0.1}, Control("speed", 0.1)),
    ({"type": "control", "do": "speed", "value": 100}, Control("speed", 100)),
    ({"type": "control", "do": "seek", "value": 0}, Control("seek", 0)),
    ({"type": "control", "do": "loop", "value": True}, Control("loop", True)),
    ({"type": "inspect", "id": None}, Inspect(None)),
    ({"type": "inspect", "id": 2**32}, Inspect(2**32)),
    ({"type": "life", "id": 7}, Life(7)),
    ({"type": "life"}, Life(None)),
    ({"type": "fame", "shown": True}, Fame(True)),
    ({"type": "exchange", "book": 2}, Exchange(2)),
    ({"type": "exchange"}, Exchange(None)),
    ({"type": "overlay", "name": "value", "population": 3, "food": 0.5}, Overlay("value", 3, 0.5, None)),
    ({"type": "overlay", "name": None}, Overlay(None, 0, None, None)),
    ({"type": "join"}, Join(None, None)),
    ({"type": "join", "population": 1, "id": 9}, Join(1, 9)),
    ({"type": "act", "move": 4, "style": 0, "target": None}, Act(4, 0, None)),
    ({"type": "leave", "something": "newer"}, Leave()),
    ({"type": "sight", "mode": "map"}, Sight("map")),
]

BAD = [
    ("", "JSON object"),
    ("[]", "JSON object"),
    ("{", "JSON object"),
    ("[" * 4000, "JSON object"),
    ('{"type": 3}', "text 'type'"),
    ('{"type": "shout"}', "unknown type 'shout'"),
    ('{"type": "' + "x" * 999 + '"}', "unknown type 'xxx"),
    ('{"type": "ack"}', "'tick' is missing"),
    ('{"type": "ack", "tick": -1}', "'tick' is -1"),
    ('{"type": "ack", "tick": true}', "'tick' is True"),
    ('{"type": "ack", "tick": 1e999}', "'tick' is inf"),
    ('{"type": "ack", "tick": ' + "9" * 3000 + "}", "'tick' is 999"),
    ('{"type": "control", "do": "fly"}', "one of pause"),
    ('{"type": "control", "do": "speed", "value": "max"}', "a number from 0.1 to 100"),
    ('{"type": "control", "do": "speed", "value": NaN}', "a number from 0.1 to 100"),
    ('{"type": "control", "do": "speed", "value": 100.5}', "a number from 0.1 to 100"),
    ('{"type": "control", "do": "pause", "value": 1}', "null"),
    ('{"type": "control", "do": "seek"}', "an integer from 0"),
    ('{"type": "overlay", "name": "value", "food": 1.5}', "a number from 0 to 1, or null"),
    ('{"type": "overlay", "name": "value", "population": 255}', "an integer from 0 to 254"),
    ('{"type": "act", "move": 5, "style": 0}', "an integer from 0 to 4"),
    ('{"type": "act", "move": 0}', "'style' is missing"),
    ('{"type": "sight", "mode": ["window"]}', "'mode' is list"),
    ('{"type": "hello", "protocol": 1, "token": "' + "t" * 257 + '"}', "at most 256 characters"),
]


@pytest.mark.parametrize(("data", "message"), GOOD, ids=lambda x: x["type"] if isinstance(x, dict) else "")
def test_good_messages_are_read(data: dict[str, object], message: protocol.Message) -> None:
    assert parse(json.dumps(data)) == message


@pytest.mark.parametrize(("text", "words"), BAD, ids=[text[:40] for text, _ in BAD])
def test_bad_messages_are_refused_with_a_short_reason(text: str, words: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse(text)
    assert words in str(refused.value)
    assert refused.value.code == Close.MALFORMED
    assert len(str(refused.value)) < 200


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(sorted({name for _, fields in protocol.MESSAGES.values() for name in fields}))
likely = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(sorted(protocol.MESSAGES)),
    st.dictionaries(names, plain, max_size=5),
)


@given(st.text(max_size=60) | plain.map(json.dumps) | likely.map(json.dumps))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    message: object = None
    with contextlib.suppress(ProtocolError):
        message = parse(text)
    assert message is None or type(message) in {type(wanted) for _, wanted in GOOD}


def test_the_greeting_comes_first_and_in_this_version() -> None:
    assert protocol.hello('{"type": "hello", "protocol": 1, "token": null}') == Hello(1, None)
    with pytest.raises(ProtocolError, match="must be of the type 'hello'"):
        protocol.hello('{"type": "leave"}')
    with pytest.raises(ProtocolError, match="speaks version 7 of the protocol and the server version 1") as other:
        protocol.hello('{"type": "hello", "protocol": 7, "news": [1, 2]}')
    assert other.value.code == Close.VERSION


def test_text_holds_only_numbers_that_json_knows() -> None:
    message = {"a": float("nan"), "b": [np.float32(0.5), float("inf")], "c": np.arange(2), "d": (None, True)}
    assert json.loads(text_of(message)) == {"a": None, "b": [0.5, None], "c": [0, 1], "d": [None, True]}


def test_a_grid_is_a_header_some_json_and_aligned_numbers() -> None:
    values = np.array([[1.5, np.nan, 3.0]])
    message = grid_message(values, {"name": "visits", "low": np.float64(1.5)})
    magic, size, length, nothing = struct.unpack_from("<4I", message)
    assert (struct.pack("<I", magic), size, nothing) == (b"NMO1", len(message), 0)
    assert length % 8 == 0  # so that the numbers begin at a multiple of 8: 16 + length
    about = json.loads(message[16 : 16 + length])
    assert about == {"rows": 1, "cols": 3, "name": "visits", "low": 1.5}
    assert np.array_equal(np.frombuffer(message, "<f4", offset=16 + length), values.ravel(), equal_nan=True)
