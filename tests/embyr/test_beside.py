"""Worlds side by side: one address, one pace, and a socket and a page for each."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from forge.blade import World
from forge.embyr import Pace, Source, Viewer
from forge.embyr.loops import Live, play_together
from tests.blade.watching import SMALL, world_of
from tests.embyr.client import Client, Idle

OTHER = SMALL.replace(**{"terrain.side": 20})


@pytest.fixture
def viewers() -> Iterator[tuple[Viewer, Viewer]]:
    """Two worlds of different size, as they are at first."""
    first = Viewer(Source.of(SMALL, title="one"), Pace(0.01, paused=True), port=0)
    second = first.beside(Source.of(OTHER, title="two"))
    with first:
        yield first, second


def get(viewer: Viewer, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", viewer.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_each_world_has_a_page_and_the_first_page_shows_all(viewers: tuple[Viewer, Viewer]) -> None:
    first, _ = viewers
    assert first.title == "one | two"
    status, text = get(first, "/lanes.json")
    assert status == 200
    assert json.loads(text) == {"lanes": [{"path": "0/", "title": "one"}, {"path": "1/", "title": "two"}]}
    whole, each = get(first, "/"), get(first, "/1/")
    assert (whole[0], each[0]) == (200, 200)
    assert 'id="lanes"' in whole[1]
    assert 'id="scene"' in each[1]
    assert [get(first, path)[0] for path in ("/2/", "/0/nothing", "/1")] == [404, 404, 404]


def test_each_socket_shows_its_world_and_all_share_a_pace(viewers: tuple[Viewer, Viewer]) -> None:
    lives = [Live(viewer, world_of(config), Idle(config)) for viewer, config in zip(viewers, (SMALL, OTHER))]
    for live in lives:
        live.begin()
    with Client.greeted(viewers[0]) as one, Client.greeted(viewers[1], path="/1/ws") as two:
        assert (one.frame().side, two.frame().side) == (16, 20)
        one.say(type="control", do="speed", value=7)
        assert two.hear("state", speed=7)["paused"]
        two.say(type="control", do="play")
        one.hear("state", paused=False)
    with pytest.raises(RuntimeError, match="before the viewer is started"):
        viewers[0].beside(Source.of(OTHER))


def test_worlds_are_played_tick_by_tick(viewers: tuple[Viewer, Viewer]) -> None:
    pace, played = viewers[0].pace, list[World]()

    class Counted(Idle):
        def __init__(self, world: World) -> None:
            super().__init__(world.config)
            self.world = world

        def act(self, observation):  # type: ignore[no-untyped-def]
            played.append(self.world)
            if len(played) == 6:
                pace.stop()
            return super().act(observation)

    pace.set(paused=False, speed=100)
    worlds = [world_of(SMALL), world_of(OTHER)]
    play_together([Live(viewer, world, Counted(world)) for viewer, world in zip(viewers, worlds)])
    assert played == 3 * worlds


def test_only_who_knows_the_token_learns_of_the_worlds() -> None:
    first = Viewer(Source.of(SMALL, title="one"), port=0, token="a good token")
    first.beside(Source.of(OTHER, title="two"))
    with first:
        assert get(first, "/lanes.json")[0] == 403
        assert get(first, "/lanes.json?token=a%20good%20token")[0] == 200
        assert get(first, "/lanes.json?token=another")[0] == 403
        with pytest.raises(InvalidStatus, match="403"), connect(f"ws://127.0.0.1:{first.port}/1/ws?token=another"):
            pass


def test_a_world_alone_has_no_others() -> None:
    with Viewer(Source.of(SMALL), port=0) as viewer:
        assert [get(viewer, path)[0] for path in ("/0/", "/0/index.html", "/lanes.json")] == [404, 404, 404]
