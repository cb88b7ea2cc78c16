"""Who may connect."""

import pytest

from forge.embyr.access import Guard, Role, Tokens, is_loopback
from forge.embyr.streaming.send_queue import SendQueue
from forge.embyr.wire.limits import Bucket
from forge.embyr.wire.protocol import Close, ProtocolError


@pytest.mark.parametrize(
    ("bound", "headers", "words"),
    [
        ("127.0.0.1", {"host": "localhost:8080"}, None),
        ("127.0.0.1", {"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080"}, None),
        ("127.0.0.1", {"host": "LOCALHOST", "origin": "http://localhost"}, None),
        ("::1", {"host": "[::1]:8080", "origin": "http://[::1]:8080"}, None),
        ("127.0.0.1", {"host": "localhost:9999", "origin": "http://localhost:9999"}, None),  # through a tunnel
        ("127.0.0.1", {}, "must name the host"),
        ("127.0.0.1", {"host": "evil.example:8080"}, "names of this machine"),
        ("127.0.0.1", {"host": "evil.example", "origin": "http://evil.example"}, "names of this machine"),
        ("127.0.0.1", {"host": "localhost.evil.example"}, "names of this machine"),
        ("127.0.0.1", {"host": "localhost:8080", "origin": "http://evil.example"}, "other origins"),
        ("127.0.0.1", {"host": "localhost:8080", "origin": "http://localhost:3000"}, "other origins"),
        ("127.0.0.1", {"host": "localhost:8080", "origin": "null"}, "other origins"),
        ("127.0.0.1", {"host": "localhost:8080", "origin": "file://"}, "other origins"),
        ("127.0.0.1", {"host": "localhost:8080", "origin": "http://[broken"}, "other origins"),
        ("127.0.0.1", {"host": "[broken"}, "must name the host"),
        ("0.0.0.0", {"host": "lab-7:8080", "origin": "http://lab-7:8080"}, None),
        ("0.0.0.0", {"host": "lab-7:8080", "origin": "http://evil.example"}, "other origins"),
    ],
)
def test_hosts_and_origins(bound: str, headers: dict[str, str], words: str | None) -> None:
    refusal = Guard(bound).refusal(headers)
    assert refusal is None if words is None else refusal is not None and words in refusal


def test_another_address_than_loopback_makes_a_token() -> None:
    assert Guard.of("127.0.0.1").token is None
    made = Guard.of("0.0.0.0").token
    assert made is not None
    assert len(made) >= 20
    assert made != Guard.of("0.0.0.0").token
    assert Guard.of("0.0.0.0", "chosen-token").token == "chosen-token"
    with pytest.raises(ValueError, match="8 to 256 characters, not 5"):
        Guard.of("127.0.0.1", "short")


def test_the_token_must_be_known() -> None:
    assert Guard("127.0.0.1").role(None) is Role.CONTROL
    tokens = Tokens("watch-token", "play-token", "correct-horse")
    closed = Guard("0.0.0.0", tokens)
    assert [closed.role(token) for token in tokens] == [Role.WATCH, Role.PLAY, Role.CONTROL]
    assert {closed.role(token) for token in (None, "", "correct-hors", "correct-horse ", "\ud800")} == {None}


def test_tokens_are_made_for_each_role_and_that_of_control_may_be_chosen() -> None:
    made, again = (Guard.of("127.0.0.1", "correct-horse").tokens for _ in range(2))
    assert made is not None
    assert again is not None
    assert made.control == again.control == "correct-horse"
    assert len({*made, *again}) == 5  # those of the others cannot be found from it, nor it from them
    chosen = Tokens("watch-token", "play-token", "correct-horse")
    assert Guard.of("127.0.0.1", chosen).tokens == chosen
    with pytest.raises(ValueError, match="two roles are the same"):
        Guard.of("127.0.0.1", Tokens("same-token", "same-token", "correct-horse"))


def test_a_name_besides_those_of_the_machine_asks_for_a_token() -> None:
    guard = Guard.of("127.0.0.1", names=["Hub.example"])
    assert guard.token is not None
    assert guard.refusal({"host": "hub.example", "origin": "https://hub.example"}) is None
    assert guard.refusal({"host": "other.example"}) is not None
    for wrong in ("hub.example:80", "https://hub.example", "hub.example/user", ""):
        with pytest.raises(ValueError, match="is no name of a host"):
            Guard.of("127.0.0.1", names=[wrong])


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False), ("::", False)]
    + [("10.0.0.1", False), ("example.org", False), ("", False)],
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


def test_a_bucket_lets_a_burst_pass_and_then_a_rate() -> None:
    now = [0.0]
    bucket = Bucket(rate=2.0, burst=3, clock=lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.4  # 0.8 of one
    assert not bucket.take()
    now[0] = 0.6  # 1.2
    assert [bucket.take(), bucket.take()] == [True, False]
    now[0] = 100.0  # never more than the burst
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_a_mailbox_keeps_the_newest_of_what_is_replaced_and_no_more_than_its_size() -> None:
    box = SendQueue(most=2)
    for tick in range(5):
        box.put({"type": "agent", "tick": tick})
        box.put({"type": "state", "tick": tick})
        box.put(b"NMO1%d" % tick)
    box.put({"type": "error", "message": "one"})
    box.put({"type": "error", "message": "two"})
    with pytest.raises(ProtocolError, match="wait to be read") as full:
        box.put({"type": "error", "message": "three"})
    assert full.value.code == Close.LIMITS
    assert box.take(paced=False) == [
        '{"type":"error","message":"one"}',
        '{"type":"error","message":"two"}',
        '{"type":"state","tick":4}',
    ]
    assert box.take(paced=True) == ['{"type":"agent","tick":4}', b"NMO14"]
    assert box.take(paced=True) == []
