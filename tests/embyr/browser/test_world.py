"""A world that lives: its pace, its cameras, and whoever is chosen in it."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.embyr.browser.screen import Screen, changed

MIDDLE = (320, 190)


def test_pause_step_and_speed_are_in_the_hands_of_who_watches(page: Screen) -> None:
    page.pause()
    still = page.tick
    assert not page.shows("#timeline")  # there is no past to go back to
    page.page.click("#step")
    page.until("tick => __embyr.tick === tick", still + 1)
    page.press(".", ".")
    page.until("tick => __embyr.tick === tick", still + 3)
    page.press("]", "]")
    page.until("document.querySelector('#speed').innerText === '4×'")
    page.page.click("#slower")
    page.until("document.querySelector('#speed').innerText === '2×'")
    page.page.click("#play")
    page.until("tick => __embyr.tick > tick + 4", still)
    page.press("[")
    page.until("document.querySelector('#speed').innerText === '1×'")
    page.press("Space")
    page.until("document.querySelector('#play').getAttribute('aria-label') === 'Go on'")


def test_the_camera_moves_turns_comes_nearer_and_back(page: Screen) -> None:
    page.pause()
    whole = page.ask("[__embyr.view(), __embyr.distance()]")
    picture = page.picture("whole")
    mouse = page.page.mouse
    mouse.move(*MIDDLE)
    mouse.down()
    mouse.move(MIDDLE[0] - 60, MIDDLE[1] - 30, steps=3)
    mouse.up()
    page.until("col => __embyr.view().center[1] > col + 1", whole[0]["center"][1])  # the ground is dragged along
    mouse.down(button="right")
    mouse.move(MIDDLE[0] + 40, MIDDLE[1] - 30, steps=3)
    mouse.up(button="right")
    page.until("heading => Math.abs(__embyr.view().heading - heading) > 0.1", whole[0]["heading"])
    mouse.wheel(0, -600)
    page.until("distance => __embyr.distance() < 0.9 * distance", whole[1])
    assert changed(picture, page.picture("moved")) > 0.3
    page.press("r")
    page.until("distance => Math.abs(__embyr.distance() - distance) < 0.01", whole[1])
    back = page.ask("__embyr.view()")
    assert back["center"] == pytest.approx(whole[0]["center"], abs=0.01)
    assert back["heading"] == pytest.approx(whole[0]["heading"], abs=1e-6)
    assert changed(picture, page.picture("back")) < 0.15  # water and lava have moved on
    distance = page.ask("__embyr.distance()")
    page.page.keyboard.down("+")
    page.until("distance => __embyr.distance() < 0.8 * distance", distance)
    page.page.keyboard.up("+")


def chosen_agent(screen: Screen) -> dict[str, int]:
    """Somebody whose figure lies under no panel, and whom a click there picks."""
    for agent in screen.agents():
        seen = screen.ask("(id) => __embyr.agentScreen(id)", agent["id"])
        picked = seen and screen.ask("({ x, y }) => __embyr.pick(x, y)?.agent", seen)
        if picked == agent["id"] and screen.free(seen["x"], seen["y"]):
            return agent
    pytest.fail("nobody can be seen")


def test_a_click_on_an_agent_tells_all_about_it(page: Screen) -> None:
    page.pause()
    agent = chosen_agent(page)
    seen = page.ask("(id) => __embyr.agentScreen(id)", agent["id"])
    page.page.mouse.click(seen["x"], seen["y"])
    page.until("(id) => document.querySelector('#agent-name').innerText.endsWith(`#${id}`)", agent["id"])
    panel = page.page.locator("#panel-agent")
    for vital in ("health", "food", "water"):
        meter = panel.locator(f".meter.{vital}")
        assert meter.get_attribute("aria-valuenow") == str(agent[vital])
    facts = panel.locator(".facts").inner_text().splitlines()
    assert f"{agent['age']} tick{'s' if agent['age'] != 1 else ''}" in facts
    older = sum(other["age"] > agent["age"] for other in page.agents())
    assert f"{older + 1} of {len(page.agents())}" in facts
    assert f"row {agent['row']}, column {agent['col']}" in facts
    page.until("document.querySelector('#panel-agent').innerText.includes('It attacks')")  # its policy is known
    assert len(panel.locator("canvas, svg").all()) >= 3
    page.picture("panel")
    page.press("Escape")
    page.until("document.querySelector('#panel-agent').hidden")


#: Whether the view has moved over the ground since, and whether it has turned.
_MOVED = """([before, what]) => {
  const { center, heading } = __embyr.view();
  const away = Math.hypot(center[0] - before.center[0], center[1] - before.center[1]);
  return String([away > 1, Math.abs(heading - before.heading) > 0.1]) === String(what);
}"""


@pytest.mark.parametrize(("button", "moves", "turns"), [("left", True, False), ("right", False, True)])
def test_a_drag_moves_over_the_ground_and_a_right_drag_turns(
    page: Screen, button: Literal["left", "right"], moves: bool, turns: bool
) -> None:
    page.pause()
    before = page.ask("__embyr.view()")
    page.page.mouse.move(320, 200)
    page.page.mouse.down(button=button)
    page.page.mouse.move(420, 200, steps=4)
    page.page.mouse.up(button=button)
    page.until(_MOVED, [before, [moves, turns]])


def test_search_finds_an_agent_and_the_camera_follows_it(page: Screen) -> None:
    page.pause()  # nobody dies while it is looked for
    oldest = max(page.agents(), key=lambda agent: -agent["id"])["id"]
    page.press("/")
    page.page.keyboard.type(str(oldest))
    page.until("document.querySelectorAll('#found [role=option]').length > 0")
    page.press("Enter")
    page.until("document.querySelector('#agent-name').innerText.includes('#')")
    page.press("Escape", "o", "f")  # the oldest: it lives a while
    page.until("document.querySelector('#agent-name').innerText.includes('#')")
    number = int(page.text("#agent-name").rpartition("#")[2])
    page.until("__embyr.distance() < 14")
    page.go_on()
    for _ in range(3):
        tick = page.tick
        page.until("tick => __embyr.tick > tick", tick)
        if (seen := page.ask("(id) => __embyr.agentScreen(id)", number)) is None:
            break  # it has died
        middle = page.ask("document.querySelector('#scene').clientWidth / 2")  # the panel of the agent stands beside
        assert abs(seen["x"] - middle) < 90  # a tile and a half
        assert abs(seen["y"] - 180) < 90
    page.picture("followed")
    page.press("r")
    page.until("__embyr.distance() > 20")


def test_the_theme_is_dark_or_light_and_remembered(page: Screen) -> None:
    dark = page.picture("dark")
    assert page.ask("document.documentElement.dataset.theme") == "dark"
    page.press("i")
    page.until("document.documentElement.dataset.theme === 'light'")
    page.until_seen("light", lambda light: light[5, 300].mean() > dark[5, 300].mean() + 100)  # the bar at the top
    page.page.reload()
    page.until("window.__embyr?.ready")
    assert page.ask("document.documentElement.dataset.theme") == "light"


def test_the_page_fits_any_window(page: Screen) -> None:
    page.page.set_viewport_size({"width": 480, "height": 300})
    page.until("document.querySelector('#scene').clientWidth === 480")
    page.until("__embyr.pick(240, 150)?.row >= 0")
    page.picture("small")
    assert page.shows("#play")
