"""A replay in the page: the time bar, single ticks, the loop, and links to a moment."""

from __future__ import annotations

from collections.abc import Callable

from forge.blade.recording.replay import Replay
from tests.embyr.browser.screen import Screen, changed


def arrive(screen: Screen, tick: int) -> None:
    """Waits for a tick to be shown, with everyone where the replay has them."""
    screen.until("tick => __embyr.tick === tick", tick)


def test_keys_go_through_a_replay_tick_by_tick(past: Screen, replay: Replay) -> None:
    first, last = replay.ticks[0], replay.ticks[-1]
    past.press(".", ".")
    arrive(past, first + 2)
    assert {agent["id"] for agent in past.agents()} == set(replay.frame(first + 2).agents["id"].tolist())
    past.press(",")
    arrive(past, first + 1)
    past.press("End")
    arrive(past, last)
    past.press(".")
    past.press("Home")
    arrive(past, first)
    past.go_on()
    past.until("tick => __embyr.tick > tick", first + 1)


def test_the_time_bar_leads_to_any_tick(past: Screen, replay: Replay) -> None:
    first, last = replay.ticks[0], replay.ticks[-1]
    before = past.picture("first")
    box = past.page.locator("#timeline").bounding_box()
    assert box is not None
    past.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = past.until("first => __embyr.tick > first && __embyr.tick", first)
    assert abs(middle - (first + last) / 2) <= 2
    assert past.text(".timeline output").replace(",", "") == str(middle)
    assert {agent["id"] for agent in past.agents()} == set(replay.frame(middle).agents["id"].tolist())
    past.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    past.page.mouse.down()
    past.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=4)
    past.page.mouse.up()
    past.until("tick => __embyr.tick > tick", middle + 10)
    assert changed(before, past.picture("dragged")) > 0.005


def test_a_replay_repeats_where_it_is_told_to(past: Screen, replay: Replay) -> None:
    first, last = replay.ticks[0], replay.ticks[-1]
    past.press("End")
    arrive(past, last)
    past.press("u")
    past.until("document.querySelector('#loop').getAttribute('aria-pressed') === 'true'")
    past.go_on()
    past.until("([first, last]) => __embyr.tick >= first && __embyr.tick < last", [first, last])
    past.press("u")
    past.until("document.querySelector('#loop').getAttribute('aria-pressed') === 'false'")
    past.press("End", "]", "]")
    past.until("document.querySelector('#play').getAttribute('aria-pressed') === 'true'")  # it rests at the end
    assert past.tick == last
    past.press("\\")
    past.until("document.querySelector('#speed').innerText === '1×'")


def test_a_replay_that_is_opened_in_its_middle_knows_its_past(
    opened: Callable[..., Screen], replayed: int, replay: Replay
) -> None:
    middle = replay.ticks[0] + 50
    agents = replay.frame(middle).agents
    oldest = int(agents["id"][agents["age"].argmax()])
    screen = opened()
    screen.open(replayed, f"tick={middle}&agent={oldest}")
    arrive(screen, middle)
    born = [id for tick in replay.ticks[:51] for id in replay.frame(tick).births["id"].tolist()]
    assert born
    screen.until("document.querySelectorAll('.feed [data-kind=birth]').length > 3")
    told = screen.ask("[...document.querySelectorAll('.feed [data-kind=birth] .chip')].map((chip) => chip.innerText)")
    assert {int(text.split("#")[1]) for text in told} <= set(born)
    colours = """(selector) => {
      const canvas = document.querySelector(selector);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }"""
    for drawn in (".marks", ".chart", ".trace"):  # none has more than a line's end of this tick alone
        screen.until(f"({colours})('{drawn}') > 40")
    screen.picture("middle")


def test_keys_and_buttons_lead_from_kill_to_kill_and_from_death_to_death(past: Screen, replay: Replay) -> None:
    died = [frame.tick for frame in replay if len(frame.deaths["id"])]
    killed = [frame.tick for frame in replay if (frame.deaths["cause"] == 0).any()]
    past.press("z")
    arrive(past, died[0] if died[0] > replay.ticks[0] else died[1])
    past.press("Home")
    arrive(past, replay.ticks[0])
    later = [tick for tick in killed if tick > replay.ticks[0]]
    past.page.locator("#moment-next").click()
    arrive(past, later[0])
    past.press("k")
    arrive(past, later[1])
    past.page.locator("#moment-before").click()
    arrive(past, later[0])
    past.press("End")
    arrive(past, replay.ticks[-1])
    past.press("k")
    past.until("document.body.innerText.includes('no later kill')")


def test_a_link_leads_others_to_the_moment(
    past: Screen, opened: Callable[..., Screen], replayed: int, replay: Replay
) -> None:
    past.page.locator("#timeline").focus()
    past.press("PageUp")
    tick = past.until("first => __embyr.tick > first && __embyr.tick", replay.ticks[0])
    past.ask("document.activeElement.blur()")
    past.press("o", "t", "y")
    link = past.until("navigator.clipboard.readText()")
    assert f"tick={tick}" in link
    assert "overlay=visits" in link
    chosen = past.until("document.querySelector('#agent-name').innerText")

    past.page.close()
    other = opened()
    other.open(replayed, link.partition("?")[2])
    arrive(other, tick)
    other.until("name => document.querySelector('#agent-name').innerText === name", chosen)
    other.until("__embyr.overlayShare === 1")
    other.picture("shared")
