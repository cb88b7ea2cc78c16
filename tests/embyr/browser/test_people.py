"""Panels of a world of skills, items and an exchange, in the page: what they say is what a small town holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from forge.blade.interventions import Remove
from forge.embyr import Source, Viewer
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.society.society import Society
from tests.embyr.browser.layout import Layout
from tests.embyr.browser.screen import Screen
from tests.embyr.town import TOWN, Town, order


class Watched(NamedTuple):
    """A town, and who shows it."""

    town: Town
    viewer: Viewer
    since: int

    def play(self, *ticks: dict[int, dict[str, str]]) -> None:
        for chosen in ticks:
            self.town.play(chosen)
            self.show()

    def show(self) -> None:
        self.viewer.put(self.town.frame(), self.town.world)


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Agent 0 has cooked four shrimps: it has eaten one, sold one for 3, and offers one for 8."""
    town, extensions = Town(), (Overlays(TOWN), Society(TOWN))
    town.give(0, "cooked_shrimp", 4)
    town.give(0, "copper_sword")
    with Viewer(Source.of(TOWN, title="town"), port=0, extensions=extensions) as viewer:
        made = Watched(town, viewer, town.tick)
        made.show()
        made.play({0: order("sell", "cooked_shrimp", 3)}, {1: order("buy", "cooked_shrimp", 5)})
        made.play({0: order("sell", "cooked_shrimp", 8)}, {0: {"work": "eat", "kind": "cooked_shrimp"}})
        yield made


def words(page: Screen, selector: str) -> list[str]:
    """What the elements of a selector say, each in a line."""
    return [" ".join(text.split()) for text in page.page.locator(selector).all_inner_texts()]


def test_the_panel_of_an_agent_says_what_it_owns_and_how_it_lived(
    watched: Watched, opened: Callable[..., Screen]
) -> None:
    town, page = watched.town, opened((1280, 900), drawn=False)
    page.open(watched.viewer.port, f"agent={town.id(0)}&director=0")
    page.until("document.querySelector('#agent-story .deed') && document.querySelector('#agent-pack .thing')")
    assert words(page, "#agent-pack .thing .number") == ["23", "1", "1"]
    assert [thing.get_attribute("title") for thing in page.page.locator("#agent-pack .thing").all()] == [
        "23 gold",
        "1 cooked shrimp",
        "1 copper sword",
    ]
    assert words(page, ".skill") == [
        *("Melee 1", "Range 1", "Mage 1", "Defense 1", "Constitution 10"),
        *("Fishing 1", "Cooking 1", "Mining 1", "Smithing 1"),
    ]
    assert words(page, "#agent-orders .order") == ["sell cooked shrimp 8 gold 2 ticks"]
    assert words(page, "#agent-story .chapter h4") == ["Meals", "Sold"]
    buyer = page.page.locator("#agent-story .deed .link").inner_text()
    assert words(page, "#agent-story .deed p")[:3] == [
        "ate cooked shrimp",
        "offered cooked shrimp for 8 gold",
        f"sold cooked shrimp to {buyer} for 3 gold",
    ]
    assert not page.shows("#agent-kin")  # nobody bears here
    page.picture("panel")
    page.page.locator("#agent-story .deed .link").click()
    page.until("id => document.querySelector('#agent-name').innerText.endsWith('#' + id)", town.id(1))
    page.until("document.querySelector('#agent-pack').innerText.includes('17')")

    gone = town.id(1)
    town.world.apply([Remove(gone)])
    watched.play({})
    page.until("!document.querySelector('#agent-pack').checkVisibility()")
    page.until("document.querySelector('#agent-status').innerText.startsWith('Died at tick')")
    assert f"bought cooked shrimp from {name_of(page, town.id(0))} for 3 gold" in words(page, "#agent-story .deed p")


def test_the_exchange_says_what_each_kind_costs_and_who_waits(watched: Watched, opened: Callable[..., Screen]) -> None:
    """At 390 pixels, with fingers: of cooked shrimps one was sold for 3 gold, and one is offered for 8."""
    page = opened((390, 844), drawn=False)
    page.open(watched.viewer.port, "panel=exchange&director=0")
    page.until("document.querySelector('#panel-exchange .quote-kind')")
    assert words(page, "#panel-exchange button.quote") == ["Cooked shrimp – 8 3"]
    assert page.text("#exchange-note") == f"Trades since tick {watched.since}."
    assert "24 kinds that nobody has traded." in page.text("#panel-exchange")
    quote = page.page.locator("#panel-exchange button.quote")
    quote.scroll_into_view_if_needed()
    quote.click()
    page.until("document.querySelector('#quote-cooked_shrimp .depth-line[data-price]')")
    assert page.page.locator("#quote-cooked_shrimp .depth-line[data-price]").get_attribute("title") == (
        "0 to buy and 1 to sell at 8 gold"
    )
    watched.play({1: order("buy", "cooked_shrimp", 2)}, {2: order("buy", "herring", 13)})
    page.until("document.querySelectorAll('#panel-exchange button.quote').length === 2")
    assert words(page, "#panel-exchange button.quote") == ["Herring 13 – –", "Cooked shrimp 2 8 3"]
    page.picture("exchange")
    findings = Layout(page).findings()
    assert findings == []
    page.press("$")
    page.until("__line.said.at(-1).type === 'exchange' && __line.said.at(-1).book === null")


def test_the_hall_of_fame_has_who_stands_out_and_leads_to_them(watched: Watched, opened: Callable[..., Screen]) -> None:
    """Agent 0 had the most when it had sold: 23 gold, three cooked shrimps at 3, and a sword that nobody bought."""
    page = opened((390, 844), drawn=False)
    page.open(watched.viewer.port, "panel=fame&director=0")
    page.until("document.querySelector('#panel-fame .fame-line')")
    assert words(page, "#panel-fame .segments button") == ["Oldest", "Richest", "Levels"]
    page.page.locator("#panel-fame [data-board=richest]").click()
    richest = [line.split() for line in words(page, "#panel-fame .fame-line")]
    assert [(line[1], *line[-2:]) for line in richest] == [
        (f"#{watched.town.id(0)}", "32", "gold"),
        *((f"#{id}", "20", "gold") for id in sorted(watched.town.id(slot) for slot in (1, 2, 3))),
    ]
    page.picture("fame")
    assert Layout(page).findings() == []
    page.page.locator("#panel-fame .fame-line .chip").first.click()
    page.until("id => document.querySelector('#agent-name').innerText.endsWith('#' + id)", watched.town.id(0))


def test_the_overlay_of_trades_has_a_scale_that_can_be_read(watched: Watched, opened: Callable[..., Screen]) -> None:
    """Whoever sold is alone in its population to have traded, once."""
    page = opened((1280, 900), drawn=False)
    population = int(watched.town.world.state.agents["population"][0, 0])
    page.open(watched.viewer.port, f"overlay=trades&population={population}&director=0")
    page.until("document.querySelector('#legend .legend-text').innerText.startsWith('Trades, by where')")
    scale, panel = (page.page.locator(f"#panel-overlay {part}").bounding_box() for part in (".scale", ".panel-body"))
    assert scale
    assert panel
    assert scale["width"] > 0.8 * panel["width"]
    assert words(page, "#panel-overlay .choices button") == ["None", "Visits", "Attacks", "Trades", "Wealth"]


def test_all_of_these_can_be_reached_and_pressed_in_every_window(
    watched: Watched, opened: Callable[..., Screen]
) -> None:
    page = opened((1280, 720), drawn=False)
    page.open(watched.viewer.port, f"agent={watched.town.id(0)}&director=0")
    for part in ("#agent-story .deed", "#panel-fame .fame-line", "#panel-exchange .quote-kind"):
        page.until("part => document.querySelector(part) !== null", part)
    page.page.locator("#panel-exchange button.quote").first.click()
    layout = Layout(page)
    for touch in (False, True):
        layout.touched(touch)
        for size in ((1280, 720), (900, 560), (390, 844)):
            layout.resize(*size)
            assert layout.wrong(touch) == [], (size, touch)
    page.picture("touch")


def name_of(page: Screen, id: int) -> str:
    """What the page calls an agent, by its link in the panel of another one."""
    links = words(page, "#agent-story .deed .link")
    return next(name for name in links if name.endswith(f"#{id}"))
