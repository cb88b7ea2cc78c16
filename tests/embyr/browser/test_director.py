"""The director holds the camera of an idle page, says what it shows, and gives it back to whoever touches the page."""

from __future__ import annotations

from collections.abc import Callable

from tests.embyr.browser.layout import Layout
from tests.embyr.browser.screen import Screen

DIRECTED = "document.querySelector('#director').getAttribute('aria-pressed') === 'true'"
CAPTION = "document.querySelector('#caption').innerText"


def test_the_director_shows_something_until_it_is_sent_away(past: Screen) -> None:
    whole = past.ask("__embyr.distance()")
    past.press("9")
    assert past.ask(DIRECTED)
    said = past.until(f"{CAPTION} !== '' && {CAPTION}")
    past.picture("directed")
    assert Layout(past).findings() == []
    assert past.ask("__embyr.distance()") < 0.6 * whole
    named = [agent["id"] for agent in past.agents() if f"#{agent['id']} " in said]
    assert named  # those who are named live, and are seen
    seen = past.ask("(id) => __embyr.agentScreen(id)", named[0])
    assert 0 < seen["x"] < 640
    assert 0 < seen["y"] < 360
    past.press("q")  # whoever turns the camera has it
    assert not past.ask(DIRECTED)
    assert past.ask(CAPTION) == ""
    past.page.locator("#director").click()
    assert past.ask(DIRECTED)
    past.page.locator("#director").click()
    assert not past.ask(DIRECTED)


def test_an_idle_page_is_directed_after_some_ticks(opened: Callable[..., Screen], replayed: int) -> None:
    screen = opened(calm=False)  # who wants less motion is left alone
    screen.open(replayed)
    screen.press("u", *["]"] * 12)
    screen.go_on()
    screen.until(DIRECTED)
    screen.page.mouse.wheel(0, 20)
    screen.until(f"!({DIRECTED})")
    screen.press("u", "\\")
    screen.pause()
