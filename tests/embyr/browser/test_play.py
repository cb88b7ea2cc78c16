"""Playing: a person takes over an agent, walks with it, sees as it sees, and hands it back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forge.blade.mechanics.ids import Material
from tests.embyr.browser.screen import Screen

KEYS = {1: "ArrowUp", 2: "s", 3: "d", 4: "ArrowLeft"}  # by move: north, south, east, west
STEPS = {1: (-1, 0), 2: (1, 0), 3: (0, 1), 4: (0, -1)}
SIGHT = 7
WALKABLE = {Material.GRASS, Material.SCRUB, Material.FOREST}

_GROUND = "([row, col]) => { const world = __embyr.world(); return world.plane[row * world.side + col]; }"


@pytest.fixture
def play(page: Screen) -> Callable[..., tuple[int, int]]:
    """Takes over an agent; gives its id, and a move that it can make. The world then rests if that is asked for."""

    def join(rest: bool) -> tuple[int, int]:
        for _ in range(10):
            page.press("j")
            page.until("document.querySelector('#leave').innerText === 'Leave'")
            page.until("document.querySelector('#panel-play .agent-name').innerText.includes('#')")
            if rest:
                page.pause()
            number = int(page.text("#panel-play .agent-name").rpartition("#")[2])
            if (me := one(page, number)) is not None and page.shows("#panel-play"):
                around = [(me["row"] + down, me["col"] + right) for down, right in STEPS.values()]
                ground = [page.ask(_GROUND, list(place)) for place in around]
                return number, next(move for move, material in zip(STEPS, ground) if material in WALKABLE)
            page.go_on()  # it has died at once
            page.until("document.querySelector('#panel-play').hidden")
        pytest.fail("nobody lived long enough")

    return join


def one(page: Screen, number: int) -> dict[str, int] | None:
    """An agent, as the newest frame has it; None if it does not live."""
    return next((agent for agent in page.agents() if agent["id"] == number), None)


#: With room for a picture beside the panels.
WIDE = pytest.mark.parametrize("page", [(960, 600)], indirect=True, ids=["wide"])


@WIDE
def test_a_person_leads_an_agent_and_hands_it_back(page: Screen, play: Callable[..., tuple[int, int]]) -> None:
    number, move = play(rest=True)
    before, tick = one(page, number), page.tick
    page.press(KEYS[move], ".")
    page.until("tick => __embyr.tick === tick", tick + 1)
    after = one(page, number)
    assert before is not None
    assert after is not None
    assert after["move"] == move
    assert (after["row"], after["col"]) == (before["row"] + STEPS[move][0], before["col"] + STEPS[move][1])
    page.press(".")
    page.until("tick => __embyr.tick === tick", tick + 2)
    assert (one(page, number) or {"move": 0})["move"] == 0  # nobody told it to go on
    page.until("!document.querySelector('#notes').innerText.trim()")  # a note lies over the ground for a while
    whole = page.picture("map")
    page.press("k")
    page.until("document.querySelector('#play-sight').innerText.startsWith('See the map')")
    page.press(".")
    page.until("tick => __embyr.tick === tick", tick + 3)
    page.rest()
    if (me := one(page, number)) is not None:
        window = page.picture("window")
        near, far = (
            brightness(page, me, reaches, whole, window) for reaches in (range(1, SIGHT), range(SIGHT + 2, 14))
        )
        assert np.median(near or [1.0]) == pytest.approx(1, abs=0.1)
        assert np.median(far or [0.0]) < 0.85  # what it does not see is dim; in a corner there is only lava
        page.press("j")
    page.until("document.querySelector('#panel-play').hidden")


_SEEN = """([own, least, most]) => {
  const { plane, side } = __embyr.world(), found = [];
  for (let row = own.row - most; row <= own.row + most; row++)
    for (let col = own.col - most; col <= own.col + most; col++) {
      const away = Math.max(Math.abs(row - own.row), Math.abs(col - own.col)), material = plane[row * side + col];
      const place = away >= least && material > 1 && __embyr.tileScreen(row, col); // lava and water move
      if (place && document.elementFromPoint(place.x, place.y)?.id === "scene") found.push([place.x, place.y]);
    }
  return found;
}"""


def brightness(page: Screen, me: dict[str, int], reaches: range, before: np.ndarray, after: np.ndarray) -> list[float]:
    """How much brighter the ground is in one picture than in another, tile by tile, so far away from an agent."""
    places = page.ask(_SEEN, [me, reaches[0], reaches[-1]])
    return [after[round(y), round(x)].mean() / max(before[round(y), round(x)].mean(), 1) for x, y in places]


def test_a_key_is_told_at_once_and_acts(page: Screen, play: Callable[..., tuple[int, int]]) -> None:
    """While the world lives, before the page hears of another tick. That it counts for the tick that comes then,
    whenever that is, is tested without a page.
    """
    number, move = play(rest=False)
    page.ask("void (__line.said.length = 0)")
    page.ask("addEventListener('keydown', () => { __line.pressed = __embyr.ticks; }, true)")
    page.page.keyboard.down(KEYS[move])
    told = page.until("__line.said.find(({ type }) => type === 'act')")
    assert (told["move"], told["at"]) == (move, page.ask("__line.pressed"))
    page.until(
        """([id, move]) => {
          const { frame } = __embyr.world(), row = frame.agents.id.indexOf(id);
          return row < 0 || frame.agents.move[row] === move;
        }""",
        [number, move],
    )
    page.page.keyboard.up(KEYS[move])
