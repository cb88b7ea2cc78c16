"""A world with a system from outside, in the page: its fields, its choice, its materials, what one dies of there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.embyr.browser.conftest import port_of, serving
from tests.embyr.browser.screen import Screen
from tests.outside.replays import POISON, frame, write

LIVING = {"id": [7, 8], "slot": [0, 1], "row": [5, 12], "col": [9, 12], "health": [9, 10], "food": [30, 30]}


@pytest.fixture(scope="module")
def orchard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a replay of three ticks whose module is nowhere: agent 7 eats berries and dies of poison."""
    folder = tmp_path_factory.mktemp("orchard")
    eats = LIVING | {"poisoned": [6, 0], "bag_0": [0.25, 0], "immune": [0, 1], "move": [1, 0], "style": [0, 1]}
    left = {name: column[1:] for name, column in LIVING.items()}
    died = {"id": [7], "age": [31], "row": [5], "col": [9], "cause": [POISON]}
    frames = [
        frame(0, LIVING | {"move": [255] * 2, "style": [255] * 2, "eat": [255] * 2}),
        frame(1, eats | {"eat": [1, 0]}),
        frame(2, left, died),
    ]
    write(folder / "orchard.replay", frames)
    with serving(folder, "orchard.replay", "--paused") as process:
        yield port_of(process)


def test_the_panel_shows_what_a_system_declares_and_what_was_chosen(
    orchard: int, opened: Callable[..., Screen]
) -> None:
    page = opened((900, 560), drawn=False)
    page.open(orchard, "agent=7&tick=1")
    page.until("__embyr.tick === 1 && document.querySelector('.system-line')")
    assert page.text(".systems h3").lower() == "orchard"
    lines = page.page.locator(".system-line").all_inner_texts()
    assert [" ".join(line.split()) for line in lines] == [
        "Poisoned 6 ticks For how long it still loses health to berries",
        "Bag 0 0.25 kg The berries that it carries, ripe and unripe, at [0]",
        "Bag 1 0 kg The berries that it carries, ripe and unripe, at [1]",
        "Immune no Whether berries do it no harm",
        "Choice: eat eat Eat the berries where it stands",
    ]
    meter = page.page.locator(".system-line .meter")
    assert [meter.get_attribute(f"aria-value{end}") for end in ("min", "now", "max")] == ["0", "6", "8"]
    page.picture("panel")
    page.press("Home")
    page.until("__embyr.tick === 0 && document.querySelector('[data-column=eat] .number').innerText === 'not yet'")


def test_a_death_of_its_own_is_told_in_words(orchard: int, opened: Callable[..., Screen]) -> None:
    page = opened(drawn=False)
    page.open(orchard, "agent=7&tick=1")
    page.until("__embyr.tick === 1 && document.querySelector('.system-line')")
    page.press(".")
    page.until("document.querySelector('#agent-status').innerText === 'Died of poison at tick 2, aged 31.'")
    page.until("document.querySelector('#ui').textContent.includes('died of poison')")


def test_materials_from_outside_are_drawn_in_their_colours(orchard: int, opened: Callable[..., Screen]) -> None:
    """The western half of the meadow is of berries; close by their bushes stand on it, far off it has their colour."""
    page = opened((640, 360))
    page.open(orchard, "director=0&tick=1")
    page.press("r")
    page.until("__embyr.tick === 1")

    def berry_red(picture: np.ndarray) -> float:
        red, green, blue = np.moveaxis(picture[60:300, :430].astype(int), -1, 0)
        return float(((red > 1.7 * green) & (blue > green) & (red > 90)).mean())

    page.until_seen("ground", lambda picture: berry_red(picture) > 0.05)
    legend = page.page.locator(".legend li")
    assert legend.all_text_contents() == ["Berry", "Wall"]
    assert legend.first.get_attribute("title") == "bushes whose berries poison who eats them"
    assert page.ask("getComputedStyle(document.querySelector('.legend .patch')).backgroundColor") == "rgb(194, 24, 91)"
    tile = "Array.from(__embyr.world().plane.subarray(5 * 16 + 2, 5 * 16 + 4))"
    assert page.ask(tile) == [7, 7]
