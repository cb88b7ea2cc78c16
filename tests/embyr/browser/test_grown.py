"""The grown world in the page: creatures, fires, ore, what agents wear and do, their trades and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from forge.blade import Material, Realm
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import frame_layout
from forge.embyr import Source, Viewer
from forge.embyr.society.society import Society
from tests.by_hand import key_frame, write_replay
from tests.embyr.browser.conftest import port_of, serving
from tests.embyr.browser.screen import Screen, changed

SIDE, BORDER, FIRE = 20, 2, 7
SMALL = {"terrain.side": SIDE, "terrain.border": BORDER, "spawn.cap": 32, "spawn.populations": 4}
LAIR = ["tests.outside.lair:MOSS", "tests.outside.lair:LAIR"]  # a replay, which the page opens without this module
CONFIG = Realm(systems=LAIR, **SMALL)
LAYOUT = frame_layout(CONFIG)
CHICKEN, GOBLIN, TROLL = 2**32 - 1, 2**32 - 2, 2**32 - 3
FISHER, MINER, KNIGHT, COOK, CHILD = 1, 2, 3, 4, 5
NAMES = {field.name: field.names for section in LAYOUT.sections for field in section.fields}
DEEDS = {deed.name: number for number, deed in enumerate(LAYOUT.deeds)}
KINDS = {name: number for number, name in enumerate(NAMES["kind"])}


def plane() -> np.ndarray:
    """A meadow with a pond, rocks of which two hold ore, and a fire in the middle."""
    ground = np.full((SIDE, SIDE), Material.LAVA, np.uint8)
    ground[BORDER:-BORDER, BORDER:-BORDER] = Material.GRASS
    ground[5:8, 4:7] = Material.WATER
    ground[5, 12:16] = Material.STONE
    ground[5, 13:15] = Material.OREROCK
    ground[10, 10] = FIRE
    return ground


def works(*names: str) -> list[int]:
    return [NAMES["work"].index(name) for name in names]


def deeds(*told: tuple[str, int, int, str, int]) -> dict[str, list[int]]:
    """Of who did what with whom, of what kind, and how much."""
    kinds = {"level_up": {"fishing": 5}, "slay": {"chicken": 1}}
    columns: dict[str, list[int]] = {name: [] for name in ("agent", "other", "what", "kind", "count")}
    for name, agent, other, kind, count in told:
        row = (agent, other, DEEDS[name], kinds.get(name, KINDS).get(kind, 0), count)
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return columns


def frames() -> list[Frame]:
    """Four at work, one of them in iron beside a goblin; then trades, a blow, a birth; then the chicken is dead.

    A troll, of a system from outside, looks on, and at last kills the cook.
    """
    agents: dict[str, Any] = {
        "id": [FISHER, MINER, KNIGHT, COOK],
        "slot": [0, 1, 2, 3],
        "row": [6, 6, 13, 11],
        "col": [7, 13, 13, 10],
        "population": [0, 1, 2, 3],
        "health": [10, 9, 12, 8],
        "constitution_level": [10, 10, 24, 16],
        "food": [30] * 4,
        "water": [30] * 4,
        "age": [80] * 4,
        "style": [3] * 4,
        "work": works("fish", "mine", "rest", "cook"),
        "weapon": [0, 0, 3, 1],
        "armour": [0, 0, 3, 0],
        "word": [0, 0, 0, 5],
    }
    creatures: dict[str, Any] = {
        "id": [CHICKEN, GOBLIN, TROLL],
        "slot": [32, 33, 34],
        "row": [15, 13, 15],
        "col": [6, 14, 10],
        "health": [5, 15, 30],
        "creature": [1, 2, 3],
        "age": [9, 9, 9],
    }
    grown = {**agents, "id": [*agents["id"], CHILD]}
    child = {"slot": 4, "row": 11, "col": 10, "population": 3, "health": 10, "work": 255, "style": 255}
    child["constitution_level"] = 10
    for name, value in child.items():
        grown[name] = [*agents[name], value]
    for name in ("food", "water", "age", "weapon", "armour", "word"):
        grown[name] = [*agents[name], 0]
    grown["move"] = [0] * 4 + [255]
    happened = deeds(
        ("make", FISHER, 2**32 - 1, "shrimp", 1),
        ("trade", FISHER, COOK, "shrimp", 3),
        ("level_up", FISHER, 2**32 - 1, "fishing", 2),
        ("bear", COOK, CHILD, "", 0),
    )
    blows = {"attacker": [KNIGHT, GOBLIN], "target": [GOBLIN, KNIGHT], "damage": [4, 1], "style": [0, 0]}
    alive = {name: column[1:] for name, column in creatures.items()}
    mourners = {name: column[:3] + column[4:] for name, column in grown.items()}
    return [
        key_frame(LAYOUT, 0, plane(), agents=agents, creatures=creatures),
        key_frame(
            LAYOUT,
            1,
            plane(),
            agents=grown,
            creatures={**creatures, "health": [5, 11, 30], "damage": [0, 4, 0]},
            attacks=blows,
            deeds=happened,
            births={"id": [CHILD], "row": [11], "col": [10], "population": [3]},
        ),
        key_frame(
            LAYOUT, 2, plane(), agents=grown, creatures=alive, deeds=deeds(("slay", MINER, CHICKEN, "chicken", 0))
        ),
        key_frame(
            LAYOUT,
            3,
            plane(),
            agents=mourners,
            creatures=alive,
            attacks={"attacker": [TROLL], "target": [COOK], "damage": [8], "style": [0]},
            deaths={"id": [COOK], "age": [80], "row": [11], "col": [10], "population": [3], "cause": [0]},
        ),
    ]


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a replay of these frames."""
    folder = tmp_path_factory.mktemp("hamlet")
    write_replay(folder / "hamlet.replay", frames(), CONFIG.to_dict(), CONFIG.populations, ["a", "b", "c", "d"])
    with serving(folder, "hamlet.replay", "--paused") as process:
        yield port_of(process)


@pytest.fixture
def whole(hamlet: int, opened: Callable[..., Screen]) -> Screen:
    """The page at the second frame, with the whole map in view."""
    page = opened((900, 560))
    page.open(hamlet, "director=0&tick=0")
    page.press("r")
    page.until("__embyr.tick === 0")
    page.rest()
    page.press(".")
    page.until("__embyr.tick === 1 && __embyr.alpha() === 1")
    return page


def test_all_that_happens_is_drawn(whole: Screen) -> None:
    """Three coins for a trade, and its goods; the gear of all four, for a ladle, a rod and a pick are gear too."""
    assert whole.ask("[__embyr.creatures, __embyr.fires, __embyr.equipped]") == [3, 1, 4]
    effects = whole.ask("__embyr.effects")
    assert {name: count for name, count in effects.items() if count} == {
        "swing": 2,
        "impact": 2,
        "birth": 1,
        "coin": 3,
        "goods": 1,
        "chip": 1,
        "level": 1,
        "bear": 1,
        "word": 1,
    }
    whole.press(".")
    whole.until("__embyr.tick === 2 && __embyr.alpha() === 1")
    assert whole.ask("__embyr.effects.death") == 1
    assert whole.ask("__embyr.creatures") == 2
    assert whole.ask("(id) => __embyr.agentScreen(id)", CHICKEN) is None


def about(picture: np.ndarray, place: dict[str, float], reach: int) -> np.ndarray:
    """The pixels around a point, int [n, 3]."""
    x, y = round(place["x"]), round(place["y"])
    return picture[y - reach : y + reach, x - reach : x + reach].reshape(-1, 3).astype(int)


def test_creatures_fires_and_ore_are_seen_in_their_colours(whole: Screen) -> None:
    """A goblin is green as nothing else is, a chicken white, a troll blue as declared, fire bright; ore shines."""
    whole.press("l")
    whole.hold()
    picture = whole.picture("colours")
    at = {who: whole.ask("(id) => __embyr.agentScreen(id)", who) for who in (CHICKEN, GOBLIN, TROLL)}
    red, green, blue = about(picture, at[GOBLIN], 9).T
    assert ((green > 1.25 * red) & (green > 2 * blue)).mean() > 0.2
    red, green, blue = about(picture, at[TROLL], 9).T
    assert ((blue > 1.2 * red) & (blue > green)).mean() > 0.2
    assert (about(picture, at[CHICKEN], 6).min(axis=1) > 190).mean() > 0.1
    tile = "([row, col]) => __embyr.tileScreen(row, col)"
    red, green, blue = about(picture, whole.ask(tile, [10, 10]), 9).T
    assert ((red > 220) & (blue < 140)).mean() > 0.15
    copper = []  # in front of either rock no one stands
    for place in ([5, 14], [5, 12]):
        red, green, blue = about(picture, whole.ask(tile, place), 9).T
        copper.append(((red > 1.4 * green) & (red > 1.6 * blue) & (red > 120)).mean())
    assert copper[0] > 0.03
    assert copper[1] < 0.3 * copper[0]


def test_a_still_picture_of_a_fire_depends_on_its_time_alone(whole: Screen) -> None:
    shots = []
    for seconds in (1000, 1003.3, 1000):
        whole.ask("(seconds) => __embyr.hold(1, seconds)", seconds)
        whole.held = True
        shots.append(whole.picture("still"))
    assert changed(shots[0], shots[2]) == 0
    assert changed(shots[0], shots[1]) > 0


def test_the_pointer_names_a_goblin_and_a_click_on_it_chooses_nobody(whole: Screen) -> None:
    place = whole.ask("(id) => __embyr.agentScreen(id)", GOBLIN)
    assert whole.ask("({ x, y }) => __embyr.pick(x, y)", place)["creature"] == GOBLIN
    whole.page.mouse.move(place["x"], place["y"])
    whole.until("document.querySelector('#tooltip').innerText.startsWith('Goblin 2')")
    assert "health 11" in whole.text("#tooltip")
    whole.page.mouse.click(place["x"], place["y"])
    whole.rest()
    assert not whole.ask("location.href").count(f"agent={GOBLIN}")
    assert not whole.shows("#agent-status")


def test_the_pointer_names_what_a_system_from_outside_declares(whole: Screen) -> None:
    place = whole.ask("(id) => __embyr.agentScreen(id)", TROLL)
    whole.page.mouse.move(place["x"], place["y"])
    whole.until("document.querySelector('#tooltip').innerText.startsWith('Troll 3')")
    assert "Troll · health 30" in whole.text("#tooltip")


def test_the_legend_names_fires_and_creatures_and_the_events_who_struck(whole: Screen) -> None:
    assert whole.page.locator(".legend li").all_inner_texts() == ["Fire", "Moss", "Chicken", "Goblin", "Troll", "Hare"]
    whole.page.get_by_role("button", name="Attacks").click()
    whole.until("document.querySelector('.feed').textContent.includes('Goblin 2')")


def test_the_panel_says_how_much_health_an_agent_can_have_and_what_killed_it(opened: Callable[..., Screen]) -> None:
    """The knight has 12 of the 24 points that its constitution allows; of the cook, a troll takes the last 8 of 16."""
    page, (first, *later) = opened((1280, 900), drawn=False), frames()
    health = "document.querySelector('#panel-agent .vital .number')?.innerText"
    share = "document.querySelector('#panel-agent .meter.health').style.getPropertyValue('--level')"
    with Viewer(Source.of(CONFIG, title="hamlet"), port=0, extensions=(Society(CONFIG, seconds=0.0),)) as viewer:
        viewer.put(first)
        for who, told in ((KNIGHT, "12 / 24"), (COOK, "8 / 16")):
            page.open(viewer.port, f"agent={who}&director=0")
            page.until(f"told => {health} === told", told)
            assert page.ask(share) == "0.5"
        for frame in later:
            viewer.put(frame.with_plane(None))
        page.until("document.querySelector('#agent-story .killer')?.innerText === 'Killed by a troll'")
        assert "was struck by a troll for 8" in page.text("#agent-story .deeds")
        page.until("document.querySelector('.feed').textContent.includes('was killed byTroll 3')")
