"""Training in the page: checkpoints side by side, and the slider that goes back to one."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Frame

from forge.embyr import Live, Pace, Source, Viewer
from forge.embyr.access import Tokens
from forge.embyr.loops import play_together
from forge.experiments.runs.following_policy import Following
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.experiments.training.train import Trainer
from forge.experiments.watching.training_report import TrainingReport
from tests.blade.watching import SMALL, world_of
from tests.embyr.browser.layout import Layout
from tests.embyr.browser.screen import Screen
from tests.embyr.client import Idle
from tests.embyr.loops import in_thread
from tests.patience import PATIENCE

FEW = SMALL.replace(**{"spawn.cap": 1})


@contextlib.contextmanager
def side_by_side() -> Iterator[Viewer]:
    """A world of few and one of many, which rest."""
    pace = Pace(0.05, paused=True)
    first = Viewer(Source.of(FEW, title="few"), pace, port=0)
    second = first.beside(Source.of(SMALL, title="many"))
    lives = [Live(first, world_of(FEW), Idle(FEW)), Live(second, world_of(), Idle())]
    with first, in_thread(pace, lambda: play_together(lives)):
        yield first


class Comparison:
    """The page that shows worlds side by side; each is a frame.

    Args:
        screen: the page.
        port: where it is.
        worlds: how many there are.
    """

    def __init__(self, screen: Screen, port: int, worlds: int) -> None:
        self.screen = screen
        screen.page.goto(f"http://localhost:{port}/?quality=low")
        screen.until("worlds => document.querySelectorAll('iframe').length === worlds", worlds)
        self.lanes: list[Frame] = screen.page.frames[1:]
        self.until("window.__embyr?.ready && window.__line.state.type === 'state'")

    def until(self, script: str) -> None:
        """Waits until something is true in every world."""
        end = time.monotonic() + PATIENCE
        while not all(lane.evaluate(script) for lane in self.lanes):
            assert time.monotonic() < end, f"at ticks {self.ticks()} this did not come true: {script}"
            self.screen.page.wait_for_timeout(20)

    def ticks(self) -> list[int]:
        return [lane.evaluate("__embyr.world().frame.tick") for lane in self.lanes]

    def rest(self, tick: int) -> None:
        """Waits until all rest at a tick and have drawn it."""
        self.until(f"__line.state.paused && __line.state.tick === {tick} && __embyr.world().frame.tick === {tick}")


#: How high the area of a chart is at its right end [px].
_HIGH = """() => {
  const chart = document.querySelector(".chart");
  const { data } = chart.getContext("2d").getImageData(chart.width - 3, 0, 1, chart.height - 16);
  return data.filter((value, i) => i % 4 === 3 && value > 0).length;
}"""


def test_worlds_side_by_side_are_drawn_share_a_pace_and_have_charts_of_one_scale(opened: Callable[..., Screen]) -> None:
    with side_by_side() as viewer:
        screen = opened((840, 420))
        compared = Comparison(screen, viewer.port, 2)
        assert compared.ticks() == [0, 0]
        for tick in (1, 2, 3):
            screen.press(".")
            compared.rest(tick)
        screen.page.click("#play")
        compared.until("!__line.state.paused && __embyr.world().frame.tick > 6")
        screen.press("Space")  # which the button has left to the page
        compared.until("__line.state.paused && __line.state.tick === __embyr.world().frame.tick")
        assert len({*compared.ticks()}) == 1
        many = compared.lanes[1]
        many.locator("#scene").click()
        screen.press("Space")  # in one world
        compared.until("!__line.state.paused")
        screen.press("Space", "i")
        compared.until("__line.state.paused && document.documentElement.dataset.theme === 'light'")
        assert screen.ask("document.documentElement.dataset.theme") == "light"
        assert Layout(screen).findings() == []
        compared.until("__embyr.frames > 2 && document.querySelector('.when').innerText.includes('alive')")
        picture = np.asarray(Image.open(io.BytesIO(screen.page.screenshot())).convert("L"), float)
        for left in (0, 420):
            assert picture[60:240, left + 60 : left + 360].std() > 12  # a map, not a plane
        few, much = (lane.evaluate(_HIGH) for lane in compared.lanes)
        assert 0 < few < 0.5 * much
        screen.page.close()


TOKENS = Tokens(watch="watch-token", play="play-token", control="correct-horse")
PLAYS = "document.querySelector('.training-facts').innerText"


@contextlib.contextmanager
def followed(folder: Path) -> Iterator[tuple[Viewer, Following]]:
    """A run with two checkpoints, which is watched."""
    training = Training.from_dict({"world": SMALL.to_dict(), "run": {"worlds": 1}})
    run, trainer = Run.create(folder / "run", training), Trainer(training)
    for steps in (0, 1200):
        trainer.save(run.checkpoint_path(steps))
    following, pace = Following(run.path), Pace(0.05, paused=True)
    report = TrainingReport(run, lambda: following)
    with (
        Viewer(Source.of(SMALL), pace, port=0, token=TOKENS, extensions=[report]) as viewer,
        in_thread(pace, Live(viewer, world_of(), following).run),
    ):
        yield viewer, following


def test_a_slider_goes_back_to_a_checkpoint_for_whoever_has_control(
    opened: Callable[..., Screen], tmp_path: Path
) -> None:
    with followed(tmp_path) as (viewer, following):
        screen, newest = opened((960, 600)), following.checkpoint
        screen.open(viewer.port, "token=watch-token")
        screen.until(f"{PLAYS}.includes('1,200 agent steps')")
        assert screen.page.locator("#checkpoint").is_disabled()
        assert screen.page.locator("#newest").is_disabled()
        screen.open(viewer.port, "token=correct-horse")
        screen.until(f"{PLAYS}.includes('1,200 agent steps')")
        screen.page.locator("#checkpoint").press("Home")
        screen.until(f"/0 agent steps.*kept/.test({PLAYS})")
        assert following.checkpoint == following.run.checkpoint_path(0)
        assert screen.page.locator("#checkpoint").get_attribute("aria-valuetext") == "0 agent steps"
        screen.picture("held")
        screen.page.locator("#newest").click()
        screen.until(f"{PLAYS}.includes('1,200 agent steps')")
        assert following.checkpoint == newest
        assert screen.page.locator("#newest").is_disabled()
        screen.page.close()
