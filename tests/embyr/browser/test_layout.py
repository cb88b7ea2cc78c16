"""The page fits every window: what can be pressed can be reached, lies free, and is large enough for a finger."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.embyr.browser.conftest import windows
from tests.embyr.browser.layout import Layout
from tests.embyr.browser.screen import Screen

NO_GRAPHICS = """window.__embyr = undefined;  // nobody draws
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, ...given) {
  return kind === "webgl2" ? null : getContext.call(this, kind, ...given);
};"""
SIZES = [(1920, 1080), (1280, 720), (1024, 600), (900, 560), (844, 390), (390, 844)]


@pytest.fixture(scope="module")
def told(browser: Browser, live: int) -> Iterator[Layout]:
    """A page that shows all it has: an overlay with its legend and sliders, and an agent with what it decides."""
    with windows(browser, "layout") as make:
        screen = make((1280, 720), drawn=False)
        screen.open(live)
        screen.pause()
        screen.press("t", "t", "o")
        screen.until("__embyr.overlayTick() !== null")
        screen.until("document.querySelector('#panel-agent').innerText.includes('It attacks')")
        screen.ask("document.querySelector('#overlay-vitals').click()")
        yield Layout(screen)


def test_everything_can_be_reached_in_every_window(told: Layout) -> None:
    for touch in (False, True):
        told.touched(touch)
        for size in SIZES:
            told.resize(*size)
            for act in ("presented", "watched"):
                told.screen.press("x")
                assert told.wrong(touch) == [], (size, touch, act)
    told.touched(False)


def test_on_a_phone_who_plays_sees_its_agent_and_has_something_to_press_after_its_end(
    undrawn: Screen,
) -> None:
    page, layout = undrawn, Layout(undrawn)
    layout.touched(True)
    for size in ((844, 390), (390, 844)):
        layout.resize(*size)
        page.go_on()
        page.press("j")
        page.until("document.querySelector('#panel-play .agent-name').innerText.includes('#')")
        page.pause()
        number = int(page.text("#panel-play .agent-name").rpartition("#")[2])
        if seen := page.ask("(id) => __embyr.agentScreen(id)", number):
            assert page.free(seen["x"], seen["y"])
            assert layout.wrong(touch=True) == []
        page.go_on()
        page.press("]", "]", "]", "]")
        page.until("!document.querySelector('#after-play').hidden")  # nobody feeds it
        assert layout.wrong(touch=True) == []
        assert f"#{number}" in page.text("#after-play")
        page.press("\\")
        page.ask("void (__line.said.length = 0)")
        page.page.click("#play-again")
        page.until("__line.said.some(({ type }) => type === 'join')")
        page.ask("document.querySelector('#leave').click()")
        page.until("document.querySelector('#after-play').hidden && document.querySelector('#panel-play').hidden")


def test_nothing_stands_in_the_way_of_who_cannot_see_or_point(told: Layout) -> None:
    """Colours are a matter of the theme, the rest one of the window: each act is looked at in both."""
    for size, theme in (((1280, 720), "light"), ((390, 844), "dark")):
        told.resize(*size)
        told.themed(theme)
        for act in ("presented", "watched"):
            told.screen.press("x")
            told.screen.until("document.getAnimations().length === 0")
            assert told.findings() == [], (size, theme, act)


def test_sections_and_the_column_stay_as_one_left_them(told: Layout) -> None:
    screen = told.screen
    told.resize(900, 560)
    screen.page.click("#title-map")
    screen.until("document.querySelector('#body-map').hidden")
    screen.press("0")
    screen.until("document.documentElement.dataset.column === 'hidden'")
    screen.until("document.querySelector('#scene').clientWidth === innerWidth")
    screen.page.reload()
    screen.until("window.__embyr?.ready")
    assert not screen.shows("#column")
    screen.page.click("#toggle-column")
    screen.until("document.querySelector('#scene').clientWidth < innerWidth")
    assert screen.shows("#body-populations")
    assert not screen.shows("#body-map")


def test_graphics_that_are_lost_or_missing_are_told(opened: Callable[..., Screen], undrawn: Screen, live: int) -> None:
    page = undrawn
    page.ask(
        "void (window.lose = document.querySelector('#scene').getContext('webgl2').getExtension('WEBGL_lose_context'))"
    )
    assert not page.shows("#graphics")
    page.ask("lose.loseContext()")
    page.until("document.querySelector('#graphics').innerText.includes('graphics were lost')")
    page.ask("lose.restoreContext()")
    page.until("document.querySelector('#graphics').hidden")
    blind = opened((900, 560), drawn=False)
    blind.page.add_init_script(NO_GRAPHICS)
    blind.page.goto(f"http://localhost:{live}/")
    blind.until("document.querySelector('#graphics')?.innerText.includes('WebGL 2')")
    blind.until("document.querySelector('#play')")
    first = int(blind.until("Number(document.querySelector('#stat-tick').innerText.replace(',', '')) || 0"))
    for tick in range(first + 1, first + 5):  # more than may lie unacknowledged
        blind.press(".")
        blind.until("tick => Number(document.querySelector('#stat-tick').innerText.replace(',', '')) >= tick", tick)
    assert "alive" in blind.text(".when")
