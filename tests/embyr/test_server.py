"""The server as a browser meets it: greeting, frames, controls, and what becomes of those who break the rules."""

import contextlib
import http.client
import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus

from forge.blade import ConfigError, World
from forge.blade.recording.frame import Frame
from forge.embyr import Source, Viewer
from forge.embyr.server.pages import Pages
from forge.embyr.server.server import Server
from forge.embyr.streaming.extension import Extension
from forge.embyr.wire.limits import Limits
from forge.embyr.wire.protocol import Inspect, Message, Overlay, grid_message
from tests.blade.watching import SMALL, world_of
from tests.embyr.client import Client, Idle, running, still, wait_until
from tests.embyr.test_protocol import likely

HELLO = {"type": "hello", "protocol": 1, "token": None}


def test_the_handshake_says_what_is_watched_then_shows_it() -> None:
    with still() as (viewer, world), Client(viewer, HELLO) as client:
        welcome, state, frame = client.next(), client.next(), client.next()
        assert isinstance(welcome, dict)
        assert isinstance(state, dict)
        assert isinstance(frame, Frame)
        assert (welcome["type"], state["type"], frame.key) == ("welcome", "state", True)
        assert welcome["source"]["side"] == 16
        assert welcome["source"]["names"] == ["Population 0", "Population 1"]  # a cap of 32 makes two
        assert welcome["source"]["reach"] == {"melee": 1, "range": 2, "mage": 3}
        assert welcome["source"]["vitals"] == {"health": 10, "food": 32, "water": 32}
        assert welcome["frame"]["header_bytes"] == 48
        assert welcome["abilities"] == {
            "history": True,
            "control": False,
            "seek": False,
            "overlays": [],
            "inspect": False,
            "play": False,
            "fair": False,
        }
        assert state.items() >= {"paused": False, "tick": 0, "viewers": 1}.items()
        assert np.array_equal(client.materials, world.materials()[0])


@pytest.mark.parametrize(
    ("first", "code", "words"),
    [
        ({"type": "hello", "protocol": 2, "token": None}, 4001, "speaks version 2"),
        ({"type": "ack", "tick": 1}, 4000, "must be of the type 'hello'"),
        ({"type": "hello"}, 4000, "'protocol' is missing"),
    ],
)
def test_a_wrong_greeting_is_told_why_and_closed(first: dict[str, object], code: int, words: str) -> None:
    with still() as (viewer, _), Client(viewer, first) as client:
        assert client.ending()[0] == code
        assert words in client.told[-1]["message"]
        wait_until(lambda: len(viewer.hub.strangers) == 0)


def test_no_greeting_is_not_waited_for() -> None:
    with still(limits=Limits(hello_seconds=0.05)) as (viewer, _), Client(viewer) as client:
        assert client.ending()[0] == 4000


def test_the_token_is_asked_for() -> None:
    with still(token="correct-horse") as (viewer, _):
        assert viewer.address.endswith("?token=correct-horse")
        with Client(viewer, HELLO) as client:
            assert client.ending()[0] == 4003
        with Client(viewer, HELLO | {"token": "correct-horse"}) as client:
            assert client.hear("welcome")


@pytest.mark.parametrize(
    ("send", "code"),
    [
        ("hello?", 4000),
        (b"\x00\x01binary", 4000),
        ('{"type": "control", "do": "explode"}', 4000),
        ('{"type": "inspect", "id": "' + "9" * 5000 + '"}', 4008),
        ("x" * 100_000, 1009),  # what is far too long is not read at all
        ("[" * 4000, 4000),
    ],
    ids=["no JSON", "binary", "unknown", "long", "huge", "deep"],
)
def test_a_bad_message_ends_that_connection_alone(send: str | bytes, code: int) -> None:
    with still() as (viewer, world), Client.greeted(viewer) as other, Client.greeted(viewer) as client:
        other.frame()
        before = world.hash()
        client.socket.send(send)
        assert client.ending()[0] == code
        viewer.put(world_frame(viewer))
        assert other.frame().tick == 0
        assert world.hash() == before


def world_frame(viewer: Viewer) -> Frame:
    """The next frame of a viewer's world, as it is now."""
    assert viewer._shown is not None
    return viewer._shown.frame()


def test_too_many_messages_end_the_connection_but_a_burst_does_not() -> None:
    with still(limits=Limits(messages_a_second=1, burst=20)) as (viewer, _):
        with Client.greeted(viewer) as client:
            for _ in range(20):
                client.say(type="inspect", id=1)  # not possible here, which is answered and ends nothing
            for _ in range(20):
                assert client.hear("error")["message"] == "inspect is not possible here"
        with Client.greeted(viewer) as client:
            for _ in range(22):
                client.say(type="inspect", id=1)
            code, _, error = client.ending()
            assert (code, error) == (4008, "more than 1 messages a second")


def test_a_viewer_that_acknowledges_nothing_gets_two_frames_and_misses_no_tile_when_it_does() -> None:
    with still() as (viewer, world), Client.greeted(viewer) as slow, Client.greeted(viewer) as quick:
        actions, rng = np.zeros((1, 32, 2), np.uint8), np.random.default_rng(1)
        assert slow.frame(ack=False).tick == 0
        assert quick.frame().tick == 0
        for tick in range(1, 61):
            actions[..., 0] = rng.integers(0, 5, 32)
            world.step(actions)
            viewer.put(world_frame(viewer))
            assert quick.frame().tick == tick  # so the slow one could have had it too
        assert slow.frame(ack=False).tick == 1
        with pytest.raises(TimeoutError):
            slow.exhaust(timeout=0.1)
        slow.say(type="ack", tick=1)
        assert slow.frame().tick == 60
        assert np.array_equal(slow.materials, world.materials()[0])


def test_controls_are_shared_and_what_cannot_be_done_is_answered() -> None:
    with running() as (viewer, _), Client.greeted(viewer) as one, Client.greeted(viewer) as other:
        one.say(type="control", do="pause")
        other.hear("state", paused=True)
        one.hear("state", paused=True)
        before = resting_tick(viewer)
        other.say(type="control", do="step")
        other.say(type="control", do="step")
        wait_until(lambda: viewer.hub.stream.tick == before + 2)
        other.say(type="control", do="speed", value=50)
        one.hear("state", speed=50.0, paused=True)
        other.say(type="control", do="seek", value=3)
        assert "needs a replay" in other.hear("error")["message"]
        one.say(type="control", do="play")
        other.hear("state", paused=False, viewers=2)
        one.close()
        other.hear("state", viewers=1)


def resting_tick(viewer: Viewer) -> int:
    """The tick of a world that was paused, when the one that was under way is over."""
    done = threading.Event()
    viewer.call(done.set)
    assert done.wait(20)
    return viewer.hub.stream.tick


class Answering(Extension):
    """Tells what was asked of it, and puts its hand on the actions."""

    handles = (Inspect, Overlay)

    def __init__(self) -> None:
        self.left: list[int] = []
        self.acted = 0

    def abilities(self) -> dict[str, object]:
        return {"inspect": True, "overlays": ["visits"]}

    def receive(self, viewer: int, message: Message) -> None:
        if isinstance(message, Inspect):
            self.desk.call(lambda: self.desk.tell(viewer, {"type": "agent", "id": message.id, "by": _here()}))
        else:
            self.desk.tell(viewer, grid_message(np.ones((2, 3)), {"name": "visits"}))

    def before(self, world: object, actions: np.ndarray) -> None:
        self.acted += 1
        actions[..., 0] = 0

    def gone(self, viewer: int) -> None:
        self.left.append(viewer)


def _here() -> str:
    return threading.current_thread().name


def test_extensions_answer_in_the_threads_that_they_are_told_of() -> None:
    answering = Answering()
    with running(extensions=[answering]) as (viewer, _):
        with Client(viewer, HELLO) as client:
            assert client.hear("welcome")["abilities"]["overlays"] == ["visits"]
            client.say(type="inspect", id=7)
            answer = client.hear("agent")
            assert answer["id"] == 7
            assert answer["by"] not in ("embyr-server", "MainThread")  # that of the world
            client.say(type="overlay", name="visits")
            while not isinstance(grid := client.next(), bytes):
                if isinstance(grid, Frame):
                    client.say(type="ack", tick=grid.tick)
            assert grid[:4] == b"NMO1"
        wait_until(lambda: answering.left == [1])
        wait_until(lambda: answering.acted > 0)


def test_the_world_is_what_it_is_without_viewers_whatever_they_do() -> None:
    """A hundred connections: watching, silent, vanishing, flooding and sending noise."""
    alone, player = world_of(), Idle()
    rng = random.Random(3)
    with running(ticks_a_second=200, limits=Limits(send_seconds=1)) as (viewer, world):
        good = [Client.greeted(viewer) for _ in range(20)]
        silent = [Client(viewer) for _ in range(20)]
        mute = [Client.greeted(viewer) for _ in range(20)]  # acknowledge nothing
        for _ in range(40):
            noise = Client(viewer, HELLO)
            noise.socket.send(rng.randbytes(rng.randrange(300)))
            noise.vanish()
        start = viewer.hub.stream.tick
        for client in good:
            first = client.frame().tick
            while client.frame().tick < max(first, start) + 20:
                pass
        assert viewer.hub.stream.tick > start
        wait_until(lambda: viewer.hub.count == 40)
        viewer.pace.set(paused=True)
        resting_tick(viewer)
        while alone.state.tick[0] < world.state.tick[0]:
            alone.step(player.act(alone.observe()))
        assert alone.hash() == world.hash()
        for client in (*good, *silent, *mute):
            client.vanish()


def test_no_more_than_the_limit_may_watch() -> None:
    with still(limits=Limits(viewers=3)) as (viewer, _):
        clients = [Client.greeted(viewer) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            Client(viewer)
        assert refused.value.response.status_code == 503
        assert fetch(viewer, "/ws")[:2] == (503, b"3 viewers are watching already\n")
        clients[0].close()
        wait_until(lambda: viewer.hub.count == 2)
        with Client.greeted(viewer) as welcome:
            assert welcome.frame().key
        for client in clients:
            client.close()


def test_closing_tells_everyone() -> None:
    with still() as (viewer, _):
        client = Client.greeted(viewer)
    assert client.ending()[0] == 1001
    assert not viewer._server._thread.is_alive()


def test_another_session_is_another_server() -> None:
    sessions = set()
    for _ in range(2):
        with still() as (viewer, _), Client(viewer, HELLO) as client:
            sessions.add(client.hear("welcome")["session"])
    assert len(sessions) == 2


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}], ids=str
)
def test_strange_hosts_and_origins_get_neither_page_nor_socket(headers: dict[str, str]) -> None:
    with still() as (viewer, _):
        assert fetch(viewer, "/", headers)[0] == 403
        origin = headers.get("Origin")
        extra = {name: value for name, value in headers.items() if name == "Host"}
        with pytest.raises(InvalidStatus) as refused:
            Client(viewer, origin=origin, additional_headers=extra)
        assert refused.value.response.status_code in (400, 403)


def fetch(viewer: Viewer, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers (names in small letters) of a page."""
    link = http.client.HTTPConnection("127.0.0.1", viewer.port, timeout=20)
    link.putrequest("GET", path, skip_host="Host" in (headers or {}))
    for name, value in (headers or {}).items():
        link.putheader(name, value)
    link.endheaders()
    answer = link.getresponse()
    body = answer.read()
    link.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}


@pytest.fixture
def site(tmp_path: Path) -> Pages:
    """A built client, beside a file that is none of it."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site" / "assets").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text("<!doctype html>hello")
    (tmp_path / "site" / "assets" / "index-abc.js").write_text("export {}")
    (tmp_path / "site" / ".sources").write_text("hidden")
    return Pages(tmp_path / "site")


def test_only_packaged_files_are_served(site: Pages) -> None:
    assert site.get("/").body == b"<!doctype html>hello"
    script = site.get("/assets/index-abc.js")
    assert script.media_type == "text/javascript"
    assert "immutable" in script.headers["cache-control"]
    assert site.get("/index.html").headers["cache-control"] == "no-cache"
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/.sources", "/assets", "/assets/", "//etc/passwd", "/ws"):
        assert site.get(path).status_code == 404


def test_paths_that_lead_out_of_the_package_lead_nowhere() -> None:
    with still() as (viewer, _):
        for path in ("/../pyproject.toml", "/assets/../../server.py", "/%2e%2e/server.py", "/..%2fserver.py"):
            status, body, _ = fetch(viewer, path)
            assert status in (404, 503)
            assert b"import" not in body


def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    missing = Pages(tmp_path)
    assert not missing.built
    assert missing.get("/").status_code == 503
    assert b"make client" in missing.get("/").body


def test_a_port_that_is_taken_is_named() -> None:
    with still() as (viewer, _), pytest.raises(ConfigError, match=rf"127\.0\.0\.1, port {viewer.port}: .*--port"):
        Viewer(Source.of(SMALL), port=viewer.port)
    with pytest.raises(ConfigError, match="port 99999"):
        Viewer(Source.of(SMALL), port=99999)


def test_any_free_port_is_found_from_8080_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr("forge.embyr.server.server.PORT", taken.getsockname()[1])
        viewer = Viewer(Source.of(SMALL))
        assert taken.getsockname()[1] < viewer.port < taken.getsockname()[1] + 20
        viewer.close()


def test_a_server_that_is_never_started_closes() -> None:
    viewer = Viewer(Source.of(SMALL), port=0)
    assert isinstance(viewer._server, Server)
    viewer.close()


def test_a_client_that_leaves_in_the_middle_of_a_greeting_leaves_nothing_behind() -> None:
    with still() as (viewer, _):
        with Client(viewer) as client:
            client.socket.send(json.dumps(HELLO)[:10])
            with pytest.raises(ConnectionClosed):
                client.exhaust()
        wait_until(lambda: len(viewer.hub.strangers) == 0)
        assert viewer.hub.count == 0


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[tuple[Viewer, World, Client]]:
    """A world that plays, and a viewer of it that behaves."""
    with running(extensions=[Answering()]) as (viewer, world), Client.greeted(viewer) as good:
        yield viewer, world, good


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=80) | st.text(max_size=80) | likely.map(json.dumps), max_size=6), st.booleans())
def test_whatever_is_sent_harms_nobody_else(
    fuzzed: tuple[Viewer, World, Client], messages: list[str | bytes], greet: bool
) -> None:
    viewer, _, good = fuzzed
    with Client(viewer, HELLO if greet else None) as client, contextlib.suppress(ConnectionClosed):
        for message in messages:
            client.socket.send(message)
    viewer.pace.set(paused=False, speed=1.0)
    tick = good.frame().tick
    while good.frame().tick <= tick:
        pass
    assert viewer.watched
