"""Those who have not greeted: silent, half-sent, renewed, with wrong tokens; and what each link lets its holder do."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from forge.embyr import Viewer
from forge.embyr.access import Tokens
from forge.embyr.access.attempts import Attempts
from forge.embyr.access.rarely import Rarely
from forge.embyr.access.strangers import Strangers, address_of
from forge.embyr.streaming.extension import Extension
from forge.embyr.wire.limits import Limits
from forge.embyr.wire.protocol import Join
from tests.embyr.client import Client, running, still, wait_until
from tests.patience import PATIENCE

TOKENS = Tokens(watch="watch-token", play="play-token", control="correct-horse")
HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Wire:
    """A transport that is only ended."""

    def __init__(self) -> None:
        self.ended = False

    def abort(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.ended


@contextlib.contextmanager
def siege(port: int, words: bytes, count: int = 128) -> Iterator[list[int]]:
    """So many connections that say this and nothing more; each that is ended comes again at once. Yields a count."""
    came, over = [0], threading.Event()

    def besiege() -> None:
        with selectors.DefaultSelector() as selector:

            def come() -> None:
                link = socket.create_connection(("127.0.0.1", port))
                link.sendall(words)
                selector.register(link, selectors.EVENT_READ)
                came[0] += 1

            for _ in range(count):
                come()
            while not over.is_set():
                for key, _ in selector.select(0.01):
                    link = key.fileobj
                    assert isinstance(link, socket.socket)
                    with contextlib.suppress(OSError):
                        if link.recv(4096):
                            continue  # that it was accepted
                    selector.unregister(link)
                    link.close()
                    come()
            for key in list(selector.get_map().values()):
                selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]

    thread = threading.Thread(target=besiege)
    thread.start()
    try:
        yield came
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("words", [b"", HALF, UPGRADE], ids=["silent", "half a request", "no greeting"])
@pytest.mark.parametrize("in_address", [True, False], ids=["token in the address", "token in the greeting"])
def test_the_holder_of_the_token_is_in_at_the_first_try(words: bytes, in_address: bool) -> None:
    with still(token=TOKENS) as (viewer, _), siege(viewer.port, words) as came:
        wait_until(lambda: came[0] > 256)  # as many as there are have been renewed
        for _ in range(5):
            with holder(viewer, in_address) as client:
                assert client.hear("welcome")["role"] == "control"


def holder(viewer: Viewer, in_address: bool) -> Client:
    """One who knows the token of control."""
    said, asked = (None, "?token=correct-horse") if in_address else ("correct-horse", "")
    return Client(viewer, {"type": "hello", "protocol": 1, "token": said}, query=asked)


def test_those_who_watch_are_not_disturbed_and_strangers_are_no_viewers() -> None:
    with still(limits=Limits(viewers=1)) as (viewer, _), siege(viewer.port, UPGRADE, 8):
        wait_until(lambda: len(viewer.hub.strangers) >= 8)
        assert viewer.hub.count == 0
        with Client.greeted(viewer) as client:
            assert client.frame().key
            assert viewer.hub.count == 1


@pytest.mark.parametrize("words", [b"", HALF, b"GET /absent HTTP/1.1\r\nHost: localhost\r\n\r\n" + HALF, UPGRADE])
def test_what_is_not_finished_in_time_is_ended(words: bytes) -> None:
    with still(limits=Limits(request_seconds=0.05, hello_seconds=0.05)) as (viewer, _):
        with socket.create_connection(("127.0.0.1", viewer.port), timeout=PATIENCE) as link:
            link.sendall(words)
            if words == HALF:  # a byte now and then changes nothing
                with contextlib.suppress(OSError):
                    while True:
                        link.sendall(b"x")
            with contextlib.suppress(ConnectionError):
                while link.recv(4096):
                    pass
        wait_until(lambda: len(viewer.hub.strangers) == 0)


def test_the_oldest_of_an_address_makes_room_and_other_addresses_keep_theirs() -> None:
    async def scene() -> None:
        strangers = Strangers(Limits(strangers=4, strangers_an_address=2))
        quiet, flood = Wire(), [Wire() for _ in range(3)]
        for wire, host in [(quiet, "10.0.0.1"), *((wire, "10.0.0.2") for wire in flood)]:
            strangers.enter(wire, host)
        assert not any(wire.ended for wire in flood)  # what they sent with their connection is read first
        await asyncio.sleep(0.4)
        assert [wire.ended for wire in (quiet, *flood)] == [False, True, False, False]
        more = [Wire() for _ in range(3)]
        for wire in more:  # at once: the limit in all does not wait
            strangers.enter(wire, "10.0.0.2")
        assert len(strangers) == 4
        assert not quiet.ended
        assert not more[-1].ended
        strangers.enter(Wire(), "10.0.0.3").leave()
        assert len(strangers) == 3

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(host: str, address: str) -> None:
    assert address_of(host) == address


def test_tries_of_an_address_are_looked_at_slowly_after_a_few() -> None:
    now = [0.0]
    attempts = Attempts(rate=1, burst=3, line=2, clock=lambda: now[0])
    assert [attempts.wait("a") for _ in range(6)] == [0, 0, 0, 1, 2, None]  # each waits for those before it
    assert attempts.wait("b") == 0
    now[0] = 1.0
    assert [attempts.wait("a"), attempts.wait("a")] == [2, None]
    now[0] = 100.0
    for _ in range(50):  # right ones cost nothing
        assert attempts.wait("a") == 0
        attempts.right("a")


def test_warnings_that_strangers_cause_are_counted_when_they_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    rarely = Rarely(logging.getLogger("test"), 10, lambda: now[0])
    for _ in range(5):
        rarely.warning("a", "wrong")
    rarely.warning("b", "other")
    now[0] = 11.0
    rarely.warning("a", "wrong")
    assert caplog.messages == ["wrong", "other", "wrong (4 more since the last line)"]


def test_wrong_tokens_are_refused_before_the_socket_is_accepted_and_logged_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), still(token=TOKENS, limits=Limits(wrong_tokens=4)) as (viewer, _):
        with pytest.raises(InvalidStatus) as refused:
            Client(viewer, query="?token=wrong-battery")
        assert refused.value.response.status_code == 403
        assert "asks for a token" in refused.value.response.body.decode()
        assert answer(viewer, "/ws?token=wrong-battery")[0] == 403  # where a page learns why
        assert answer(viewer, "/ws?token=watch-token")[0] == 426
        with Client(viewer, {"type": "hello", "protocol": 1, "token": "wrong-battery"}) as client:
            assert client.ending()[0] == 4003
        with holder(viewer, True) as client:
            assert client.hear("welcome")
    assert len([line for line in caplog.messages if "127.0.0.1 came without a right token" in line]) == 1
    told = [record.getMessage() for record in caplog.records if record.name.startswith(("forge", "uvicorn"))]
    assert not [line for line in told if "wrong-battery" in line or "?token" in line]


def test_too_many_wrong_tokens_wait_and_are_then_turned_away_unseen() -> None:
    limits = Limits(wrong_tokens=2, wrong_tokens_a_second=0.001, token_seconds=0)
    with still(token=TOKENS, limits=limits) as (viewer, _):
        statuses = [answer(viewer, f"/ws?token={token}")[0] for token in ("wrong-1", "wrong-2", "wrong-3")]
        assert statuses == [403, 403, 429]
        assert answer(viewer, "/ws?token=correct-horse")[0] == 429  # nobody learns which tokens are right


def answer(viewer: Viewer, path: str, method: str = "GET") -> tuple[int, dict[str, str]]:
    """Status and headers (names in small letters) of an answer."""
    link = http.client.HTTPConnection("127.0.0.1", viewer.port, timeout=PATIENCE)
    link.request(method, path)
    got = link.getresponse()
    got.read()
    link.close()
    return got.status, {name.lower(): value for name, value in got.getheaders()}


GUARDED = ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-resource-policy")


def test_every_answer_has_the_headers_that_guard_it() -> None:
    with still(token=TOKENS) as (viewer, _):
        found = {path: answer(viewer, path) for path in ("/", "/absent", "/ws", "/ws?token=wrong-battery")}
        assert [found["/absent"][0], found["/ws"][0], found["/ws?token=wrong-battery"][0]] == [404, 426, 403]
        answers = [headers for _, headers in found.values()]
        status, headers = answer(viewer, "/", "POST")
        assert status == 405
        answers.append(headers)
        for broken in (b"\x00\x01\r\n\r\n", UPGRADE.replace(b"13", b"12"), UPGRADE.replace(b"/ws", b"/other")):
            answers.append(raw_headers(viewer, broken))
        for headers in answers:
            assert set(GUARDED) <= headers.keys(), headers
            policy = headers["content-security-policy"].split("; ")
            assert {"connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)


def raw_headers(viewer: Viewer, request: bytes) -> dict[str, str]:
    """The headers of the answer to what http.client would not send."""
    with socket.create_connection(("127.0.0.1", viewer.port), timeout=PATIENCE) as link:
        link.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data and (more := link.recv(4096)):
            data += more
    first, *lines = data.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert first.split()[1] in ("400", "403", "426"), first
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_the_documentation_names_the_limits_that_there_are() -> None:
    assert Limits().table() in (Path(__file__).parents[2] / "docs/viewer.md").read_text()


class Seats(Extension):
    """Says yes to everyone who wants to play."""

    handles = (Join,)

    def abilities(self) -> dict[str, object]:
        return {"play": True}

    def receive(self, viewer: int, message: object) -> None:
        self.desk.tell(viewer, {"type": "joined", "id": viewer})


def test_each_link_lets_its_holder_do_what_its_role_may() -> None:
    with running(token=TOKENS, extensions=[Seats()]) as (viewer, _):
        assert [viewer.address.partition("=")[2], *(link.partition("=")[2] for link in viewer.links.values())] == [
            "correct-horse",
            "play-token",
            "watch-token",
        ]
        for role, (play, control) in {"watch": (False, False), "play": (True, False), "control": (True, True)}.items():
            token = getattr(TOKENS, role)
            with Client(viewer, {"type": "hello", "protocol": 1, "token": token}) as client:
                welcome = client.hear("welcome")
                assert (welcome["role"], welcome["abilities"]["play"], welcome["abilities"]["control"]) == (
                    role,
                    play,
                    control,
                )
                client.say(type="join", population=None, id=None)
                if play:
                    assert client.hear("joined")
                else:
                    assert client.hear("error")["message"] == (
                        "join needs the link of the role 'play'; yours is of the role 'watch'"
                    )
                client.say(type="control", do="speed", value=2)
                if control:
                    client.hear("state", speed=2.0)
                else:
                    assert "needs the link of the role 'control'" in client.hear("error")["message"]
                    assert viewer.pace.settings.speed == 1.0


def test_those_with_control_come_in_where_others_have_filled_the_room() -> None:
    with still(token=TOKENS, limits=Limits(viewers=2)) as (viewer, _), contextlib.ExitStack() as stack:
        for _ in range(2):
            watcher = stack.enter_context(Client(viewer, query="?token=watch-token"))
            watcher.say(type="hello", protocol=1)
            assert watcher.hear("welcome")
        assert answer(viewer, "/ws?token=play-token")[0] == 503
        with holder(viewer, True) as client:
            assert client.hear("welcome")
