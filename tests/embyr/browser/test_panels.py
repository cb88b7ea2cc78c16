"""The panels: overlays with their scales, help, chart, map and events."""

from __future__ import annotations

import numpy as np

from tests.embyr.browser.screen import Screen, changed


def test_every_overlay_lies_on_the_ground_with_its_scale(page: Screen) -> None:
    page.pause()
    bare = page.picture("none")
    seen: dict[str, np.ndarray] = {}
    for name in ("visits", "value", "dependency", "attacks"):
        page.press("t")
        page.until(f"document.querySelector('#overlay-{name}').getAttribute('aria-checked') === 'true'")
        page.until("__embyr.overlayTick() !== null && __embyr.overlayShare === 1")
        seen[name] = page.picture(name)
        assert changed(bare, seen[name]) > 0.05
        page.press("v")
        page.until("!document.querySelector('#legend').hidden")
        ticks = page.page.locator("#legend .scale-ticks span").all_inner_texts()
        assert ticks
        assert len({*ticks}) == len(ticks)
        assert page.ask("getComputedStyle(document.querySelector('#legend .scale')).backgroundImage").count("rgb") > 3
        assert "[" in page.text("#legend .legend-text")  # a unit
        page.picture(f"{name}-legend")
        page.press("v")
    for name, other in (("visits", "value"), ("value", "dependency"), ("dependency", "attacks")):
        assert changed(seen[name], seen[other]) > 0.02
    page.press("t")
    page.until("__embyr.overlayShare === 0")
    assert changed(bare, page.picture("again")) < 0.15


def test_an_overlay_can_be_another_populations(page: Screen) -> None:
    page.pause()
    page.press("t", "v")
    page.until("__embyr.overlayTick() !== null")
    first = page.text("#legend .legend-text")
    page.press("p")
    page.until("first => document.querySelector('#legend .legend-text').innerText !== first", first)
    page.page.select_option("#overlay-population", "0")
    page.until("first => document.querySelector('#legend .legend-text').innerText === first", first)
    page.page.click("#overlay-value")
    page.until("document.querySelector('#legend .legend-text').innerText.startsWith('Value')")


def test_help_tells_every_key(page: Screen) -> None:
    page.press("?")
    page.until("document.querySelector('#help').open")
    told = page.page.locator("#help kbd").all_inner_texts()
    assert {"Space", ".", "F", "R", "T", "J", "/", "?", "Esc"} <= set(told)
    page.picture("help")
    page.press("t")  # keys of the world rest meanwhile
    page.press("Escape")
    page.until("!document.querySelector('#help').open")
    assert page.ask("document.querySelector('#overlay-none').getAttribute('aria-checked')") == "true"
    page.page.click("#open-help")
    page.until("document.querySelector('#help').open")


#: How many colours a canvas shows.
COLOURS = """(selector) => {
  const canvas = document.querySelector(selector);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_the_chart_counts_the_living(page: Screen) -> None:
    page.press("g")
    page.until("document.querySelectorAll('.population').length === 2")
    page.until("__embyr.ticks > 8")
    page.pause()
    population = [agent["population"] for agent in page.agents()]
    page.until(
        """(wanted) => {
          const shown = [...document.querySelectorAll('.population .number:not(.faint)')];
          return String(shown.map(({ innerText }) => Number(innerText))) === String(wanted);
        }""",
        [population.count(0), population.count(1)],
    )
    page.until(f"({COLOURS})('.chart') > 4")
    page.picture("chart")


def test_the_map_shows_everything_and_leads_there(page: Screen) -> None:
    page.press("m")
    page.until("document.querySelector('#minimap').width > 40")
    page.until(f"({COLOURS})('#minimap') > 6")
    page.picture("map")
    box = page.page.locator("#minimap").bounding_box()
    assert box is not None
    page.page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    page.until("Math.hypot(__embyr.view().center[0] - 28, __embyr.view().center[1] - 12) < 1.5")


def test_events_tell_of_births_and_deaths(page: Screen) -> None:
    page.press("b")
    page.until("document.querySelectorAll('.feed [data-kind=birth]').length > 0")
    page.until("document.querySelectorAll('.feed [data-kind=death]').length > 0")
    page.picture("events")
    page.pause()
    page.page.get_by_role("button", name="Deaths").click()
    page.until("document.querySelectorAll('.feed [data-kind=death]').length === 0")
    page.page.get_by_role("button", name="Attacks").click()
    born = page.page.locator(".feed [data-kind=birth] .chip").first
    number = int(born.inner_text().split("#")[1])
    page.until("document.querySelector('[role=log]').innerText.toLowerCase().includes('tick')")
    if number in {agent["id"] for agent in page.agents()}:
        born.click()
        page.until("(id) => document.querySelector('#agent-name').innerText.endsWith(`#${id}`)", number)
