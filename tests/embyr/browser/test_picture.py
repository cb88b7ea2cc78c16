"""What is drawn is what the frame says: the ground, its forests, and everyone on it."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np
import pytest

from forge.blade.mechanics.ids import Material
from forge.blade.recording.replay import Replay
from tests.embyr.browser.screen import Screen


@pytest.fixture
def bare(opened: Callable[..., Screen], replayed: int, replay: Replay) -> Screen:
    """The replay's last tick without panels, held still."""
    screen = opened()
    screen.open(replayed, f"headless=1&tick={replay.ticks[-1]}")
    screen.until("last => __embyr.world().frame.tick === last", replay.ticks[-1])
    screen.hold()
    return screen


def ground(screen: Screen, picture: np.ndarray, tiles: np.ndarray) -> np.ndarray:
    """Colours of the middles of some tiles [[row, col], ...] in a picture, int [number, 3]."""
    places = screen.ask("(tiles) => tiles.map(([row, col]) => __embyr.tileScreen(row, col))", tiles.tolist())
    found = [(round(place["x"]), round(place["y"])) for place in places if place]
    height, width, _ = picture.shape
    inside = [(x, y) for x, y in found if 2 <= x < width - 2 and 2 <= y < height - 2]
    return np.array([picture[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(axis=0) for x, y in inside]).astype(int)


def test_every_material_has_its_colour(bare: Screen, replay: Replay) -> None:
    materials = replay.materials(replay.ticks[-1])
    picture = bare.picture("ground")
    colour = {
        kind: np.median(ground(bare, picture, np.argwhere(materials == kind)), axis=0)
        for kind in (Material.LAVA, Material.WATER, Material.GRASS, Material.SCRUB, Material.FOREST, Material.STONE)
    }
    red, green, blue = 0, 1, 2
    assert colour[Material.WATER][blue] > colour[Material.WATER][red] + 30
    assert colour[Material.LAVA][red] > colour[Material.LAVA][green] + 15
    assert colour[Material.GRASS].argmax() == colour[Material.FOREST].argmax() == green
    assert colour[Material.FOREST].sum() < 0.8 * colour[Material.GRASS].sum()  # trees are darker than grass
    assert colour[Material.SCRUB][red] > colour[Material.FOREST][red] + 25  # what was harvested is brown and bare
    assert np.ptp(colour[Material.STONE]) < 45  # grey


def test_a_harvested_forest_is_seen_to_be_empty(bare: Screen, replay: Replay, replayed: int) -> None:
    first, last = replay.ticks[0], replay.ticks[-1]
    before, after = replay.materials(first), replay.materials(last)
    eaten = np.argwhere((before == Material.FOREST) & (after == Material.SCRUB))
    kept = np.argwhere((before == Material.FOREST) & (after == Material.FOREST))
    assert len(eaten) > 5
    empty = bare.picture("empty")
    bare.open(replayed, f"headless=1&tick={first}")
    bare.until("first => __embyr.world().frame.tick === first", first)
    bare.hold()
    full = bare.picture("full")
    gained = {
        name: np.median((ground(bare, empty, tiles) - ground(bare, full, tiles)).sum(axis=1))
        for name, tiles in (("eaten", eaten), ("kept", kept))
    }
    assert gained["eaten"] > 60  # lighter in red, green and blue together
    assert abs(gained["kept"]) < 15


def test_agents_stand_where_the_frame_says(bare: Screen, replay: Replay) -> None:
    agents = replay.frame(replay.ticks[-1]).agents
    assert sorted(agent["id"] for agent in bare.agents()) == sorted(agents["id"].tolist())
    places = {number: place for number, *place in zip(*(agents[name].tolist() for name in ("id", "row", "col")))}
    for number, (row, col) in places.items():
        seen, tile = bare.ask(
            "([id, row, col]) => [__embyr.agentScreen(id), __embyr.tileScreen(row, col)]", [number, row, col]
        )
        away = bare.ask("([row, col]) => __embyr.tileScreen(row + 1, col + 1)", [row, col])
        reach = np.hypot(away["x"] - tile["x"], away["y"] - tile["y"])
        assert np.hypot(seen["x"] - tile["x"], seen["y"] - tile["y"]) < reach + 4
        picked = bare.ask("({ x, y }) => __embyr.pick(x, y)?.agent", seen)
        # who shares a tile, or stands before another one, may be picked in their place
        assert max(abs(places[picked][0] - row), abs(places[picked][1] - col)) <= 1


def test_agents_have_the_colour_of_their_population(past: Screen, replay: Replay) -> None:
    past.press("g")
    swatches = "[...document.querySelectorAll('.population .emblem')].map((s) => s.style.getPropertyValue('--colour'))"
    hues = [hue_of(colour) for colour in past.until(f"({swatches}).length === 2 && {swatches}")]
    past.press("g", "l")
    picture = past.picture("agents")
    found = 0
    for agent in past.agents():
        seen = past.ask("(id) => __embyr.agentScreen(id)", agent["id"])
        if agent["freeze"] or not past.free(seen["x"], seen["y"]):  # ice has a colour of its own
            continue
        x, y = round(seen["x"]), round(seen["y"])
        pixels = picture[y - 6 : y + 7, x - 6 : x + 7].reshape(-1, 3) / 255
        shades = [colorsys.rgb_to_hsv(*pixel) for pixel in pixels]
        alike = [off(hue, hues[agent["population"]]) < 0.06 and saturation > 0.35 for hue, saturation, _ in shades]
        assert sum(alike) >= 8, (agent, seen)
        found += 1
    assert found >= 5


def hue_of(colour: str) -> float:
    """Of a colour of CSS, #rrggbb or rgb(r g b)."""
    if colour.startswith("#"):
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    else:
        red, green, blue = (float(part) / 255 for part in colour[4:-1].replace(",", " ").split()[:3])
    return colorsys.rgb_to_hsv(red, green, blue)[0]


def off(one: float, other: float) -> float:
    """How far apart two hues are on their circle, 0 .. 0.5."""
    return min(abs(one - other), 1 - abs(one - other))


def test_a_still_page_draws_what_is_asked_for_and_nothing_else(
    opened: Callable[..., Screen], replayed: int, replay: Replay
) -> None:
    screen = opened()
    screen.page.goto(f"http://localhost:{replayed}/?headless=1&still=1&tick={replay.ticks[-1]}")
    screen.until("last => window.__embyr?.world().frame?.tick === last", replay.ticks[-1])
    drawn = """async () => {
      const before = __embyr.frames;
      for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
      __embyr.hold(1, 0);
      const context = document.querySelector("#scene").getContext("webgl2");
      return [before, __embyr.frames, context.getContextAttributes().antialias];
    }"""
    assert screen.ask(drawn) == [0, 1, False]  # in software a filter smooths the edges
