"""From the command to the picture, and what the page says when the connection is not what it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Frame, WebSocketRoute

from forge.embyr import Source, Viewer
from forge.support.cache import cache_dir
from tests.blade.watching import SMALL, world_of
from tests.embyr.browser.conftest import port_of, serving
from tests.embyr.browser.proxy import below
from tests.embyr.browser.screen import Screen
from tests.embyr.client import Idle
from tests.kernels import own_cache

REQUESTS = 12


@pytest.fixture
def own_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of compiled kernels of this test alone, which no other test writes to meanwhile."""
    monkeypatch.setenv("FORGE_CACHE", str(own_cache(tmp_path / "cache")))
    return cache_dir("kernels")


def test_the_first_picture_waits_for_nothing_that_can_wait(
    opened: Callable[..., Screen], own_kernels: Path, tmp_path: Path
) -> None:
    """Between the command and the picture nothing is compiled that has been compiled before, PyTorch is not loaded, few
    files are fetched, and the first frame that comes is drawn.
    """
    for again in (False, True):  # the first time it compiles what is not compiled yet
        screen, asked = opened(), []
        screen.page.on("request", lambda request, asked=asked: asked.append(request.url))
        compiled = {path for path in own_kernels.rglob("*.nbc") if again}
        with serving(tmp_path, "chaos", "--paused") as server:
            screen.open(port_of(server))
            assert screen.ask("__embyr.ticks") == 1
            loaded = [Path(mapped.path).name for mapped in psutil.Process(server.pid).memory_maps()]
            screen.page.close()
    assert set(own_kernels.rglob("*.nbc")) == compiled
    assert not [name for name in loaded if "torch" in name]
    assert len(asked) <= REQUESTS, asked


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    """Shows a small world that stands still."""
    with Viewer(Source.of(SMALL, title="first"), port=0) as made:
        made.show(world_of())
        yield made


def test_the_page_comes_back_when_the_server_does(viewer: Viewer, opened: Callable[..., Screen]) -> None:
    screen = opened()
    screen.open(viewer.port)
    assert screen.tick == 0
    viewer.close()
    screen.until("document.querySelector('#connection').dataset.status === 'lost'")
    assert "The connection was lost. Trying again" in screen.text("#connection .banner")
    screen.picture("lost")
    world, player = world_of(seed=1), Idle()
    for _ in range(12):
        world.step(player.act(world.observe()))
    with Viewer(Source.of(SMALL, title="second"), port=viewer.port) as again:
        again.show(world)
        screen.until("document.title.startsWith('second')")
        screen.until("document.querySelector('#connection').dataset.status === 'open'")
        screen.until("__embyr.world().frame?.tick === 12")
        screen.until("__embyr.agents > 0")
        assert not screen.shows("#connection .banner")


#: Has the page speak a version of the protocol that is still to come.
TOMORROW = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) { send.call(this, String(data).replace('"protocol":1', '"protocol":99')); };
"""


def test_another_version_of_the_protocol_is_told(viewer: Viewer, opened: Callable[..., Screen]) -> None:
    screen = opened()
    screen.page.add_init_script(TOMORROW)
    screen.page.goto(f"http://localhost:{viewer.port}/")
    screen.until("document.querySelector('#connection').dataset.status === 'refused'")
    assert "speaks version 99" in screen.text("#connection .card")
    assert screen.page.get_by_role("button", name="Reload the page").is_visible()
    screen.picture("refused")


def test_a_server_of_another_version_is_told(viewer: Viewer, opened: Callable[..., Screen]) -> None:
    screen = opened()
    real = f"ws://localhost:{viewer.port}/ws"

    def meddle(socket: WebSocketRoute) -> None:
        def pass_on(data: str | bytes) -> None:
            socket.send(data.replace('"protocol":1', '"protocol":2') if isinstance(data, str) else data)

        socket.connect_to_server().on_message(pass_on)

    screen.page.route_web_socket(real, meddle)
    screen.page.goto(f"http://localhost:{viewer.port}/")
    screen.until("document.querySelector('#connection').dataset.status === 'refused'")
    assert "version" in screen.text("#connection .card")


def test_a_wrong_token_is_told(opened: Callable[..., Screen]) -> None:
    with Viewer(Source.of(SMALL), port=0, token="correct-horse") as guarded:
        guarded.show(world_of())
        screen = opened()
        screen.page.goto(f"http://localhost:{guarded.port}/?token=wrong-battery")
        screen.until("document.querySelector('#connection').dataset.status === 'refused'")
        assert "token" in screen.text("#connection .card")
        screen.page.goto(guarded.address)
        screen.until("window.__embyr?.ready")


def test_behind_a_proxy_the_page_and_its_socket_are_below_its_path(
    viewer: Viewer, opened: Callable[..., Screen]
) -> None:
    prefix = "/user/ann/proxy/8080"
    with below(prefix, viewer.port) as port:
        screen, sockets = opened(), []
        screen.page.on("websocket", lambda socket: sockets.append(socket.url))
        screen.page.goto(f"http://localhost:{port}{prefix}/?quality=low")
        screen.until("window.__embyr?.ready")
        screen.until("__embyr.world().frame?.tick === 0")
        assert sockets == [f"ws://localhost:{port}{prefix}/ws"]
        screen.page.close()


def framed(screen: Screen) -> Frame:
    """The page in the first frame of another, when it shows something."""
    screen.until("document.querySelector('iframe')")
    found = screen.page.frames[1]
    screen.until("window.__embyr?.world().frame?.tick === 0", frame=found)
    return found


def test_a_notebook_shows_it_in_a_frame_and_no_other_page_does(viewer: Viewer, opened: Callable[..., Screen]) -> None:
    frame = f'<!doctype html><title>notebook</title><iframe src="http://localhost:{viewer.port}/"></iframe>'
    with below("/none", viewer.port, frame) as port:
        screen = opened()
        said: list[str] = []
        screen.page.on("console", lambda line: said.append(line.text))
        screen.page.goto(f"http://localhost:{port}/")
        screen.until("document.title === 'notebook'")
        while not any("frame-ancestors" in line for line in said):
            screen.page.wait_for_timeout(20)
        viewer.notebook()
        screen.page.goto(f"http://localhost:{port}/")
        assert framed(screen).title().startswith("first")
        screen.page.close()


def test_a_notebook_of_a_hub_shows_it_below_the_path_of_its_proxy(
    opened: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    with Viewer(Source.of(SMALL, title="first"), port=0, names=["hub.localhost"]) as viewer:
        viewer.show(world_of())
        inline = viewer.notebook()._repr_html_()
        with below(f"/user/ann/proxy/{viewer.port}", viewer.port, f"<!doctype html>{inline}") as port:
            screen = opened()
            screen.page.goto(f"http://hub.localhost:{port}/user/ann/lab")
            assert framed(screen).url.startswith(f"http://hub.localhost:{port}/user/ann/proxy/{viewer.port}/?token=")
            screen.page.close()
