"""What the page offers by the link that was opened, and what it shows of a fair seat."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from forge.agents import scripted
from forge.blade import Recording, World
from forge.embyr import Live, Pace, Source, Viewer
from forge.embyr.access import Tokens
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.seats.play import Play
from tests.embyr.browser.conftest import WORLD
from tests.embyr.browser.layout import Layout
from tests.embyr.browser.screen import Screen
from tests.embyr.loops import in_thread

TOKENS = Tokens(watch="watch-token", play="play-token", control="correct-horse")
_KNOWN = "() => { const world = __embyr.world(); return [...world.plane.keys()].filter((i) => world.knows(i)).length; }"


@contextlib.contextmanager
def playing(fair: bool) -> Iterator[Viewer]:
    """Foragers, who play by themselves and can be taken over."""
    world, player = World(WORLD, seed=3, record=Recording(events=True, visits=True)), scripted("forager", WORLD)
    world.reset()
    for _ in range(20):
        world.step(player.act(world.observe()))
    pace, extensions = Pace(0.3), (Overlays(WORLD), Play(WORLD))
    source = Source.of(WORLD, title="roles", tick_seconds=0.3)
    with (
        Viewer(source, pace, port=0, token=TOKENS, extensions=extensions, fair=fair) as viewer,
        in_thread(pace, Live(viewer, world, player).run),
    ):
        yield viewer


def test_links_offer_what_they_allow_and_a_fair_seat_is_in_fog_but_for_what_its_agent_sees(
    opened: Callable[..., Screen],
) -> None:
    with playing(fair=True) as viewer:
        screen = opened()
        screen.open(viewer.port, "token=watch-token")
        assert not screen.shows("#play")
        assert not screen.shows("#open-join-popover")
        assert len(screen.agents()) > 1
        screen.press("Space", "j", ".", "\\")
        tick = screen.tick
        screen.until("tick => __embyr.tick > tick", tick)
        said = screen.ask("__line.said.map(({ type }) => type)")
        assert not {"control", "join"} & set(said)
        assert not viewer.pace.settings.paused

        screen.open(viewer.port, "token=play-token")
        assert not screen.shows("#play")
        assert screen.shows("#open-join-popover")
        assert screen.agents() == []
        assert screen.ask(_KNOWN) == 0
        for _ in range(5):
            screen.press("j")
            screen.until("document.querySelector('#leave').innerText === 'Leave'")
            screen.until("__embyr.world().frame.count > 0 || document.querySelector('#panel-play').hidden")
            if screen.agents():
                break
        assert 0 < screen.ask(_KNOWN) < 40 * 40 / 2
        assert not screen.shows("#play-sight")
        assert not screen.shows("#stat-living")
        assert not screen.shows("#panel-overlay")
        screen.picture("played")
        assert Layout(screen).findings() == []
        screen.page.close()
