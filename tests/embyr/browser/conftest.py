"""One browser and two servers for all tests of the page: a run that plays, and a replay."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from forge.agents import scripted
from forge.blade import Chaos, Recording, World
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.embyr.video import chromium
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.experiments.training.train import Trainer
from tests.embyr.browser.screen import Screen
from tests.patience import PATIENCE

WORLD = Chaos(**{"spawn.cap": 32, "terrain.side": 40, "foraging.regrowth": 0.002})
SIZE = (640, 360)


@contextlib.contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`forge watch`, started; at the end it is stopped as by Ctrl-C."""
    command = [sys.executable, "-m", "forge.cli", "watch", *arguments, "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that a server says it listens on."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r" at http://localhost:(\d+)/", line):
            return int(found[1])
    pytest.fail(process.communicate()[1])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser without a window. It ends with this folder: others' event loops do not go with Playwright's."""
    with chromium.launch() as launched:
        yield launched


@contextlib.contextmanager
def windows(browser: Browser, name: str) -> Iterator[Callable[..., Screen]]:
    """Makes pages of one size in windows of their own; what goes wrong in their scripts is an error at the end.

    Args:
        browser: that they belong to.
        name: of the test that looks at them.
    """
    screens: list[Screen] = []
    with contextlib.ExitStack() as stack:

        def make(size: tuple[int, int] = SIZE, calm: bool = True, drawn: bool = True) -> Screen:
            context = stack.enter_context(chromium.window(browser, size, calm))
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            screens.append(Screen(context.new_page(), name, drawn))
            return screens[-1]

        yield make
    assert [error for screen in screens for error in screen.errors] == []


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Screen]]:
    """Makes pages of one size in windows of their own; what goes wrong in their scripts fails the test."""
    with windows(browser, request.node.name) as make:
        yield make


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a run that plays, which has not learnt anything yet."""
    folder = tmp_path_factory.mktemp("watched")
    training = Training.from_dict({"world": WORLD.to_dict(), "run": {"worlds": 1}})
    run = Run.create(folder / "new", training)
    Trainer(training).save(run.checkpoint_path(0))
    with serving(folder, "new", "--warmup", "40", "--tick-seconds", "0.3") as process:
        yield port_of(process)


@pytest.fixture(scope="package")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """Fighters, from tick 60 to 120."""
    path = tmp_path_factory.mktemp("replays") / "fighters.replay"
    world, player = World(WORLD, seed=3, record=Recording(events=True)), scripted("fighter", WORLD)
    world.reset()
    with contextlib.ExitStack() as stack:
        for tick in range(121):
            if tick == 60:
                writer = stack.enter_context(ReplayWriter(path, world, metadata={"policies": ["fighter", "rival"]}))
            if tick >= 60:
                writer.append()
            world.step(player.act(world.observe()))
    return Replay(path)


@pytest.fixture(scope="package")
def replayed(replay: Replay) -> Iterator[int]:
    """The port at which the replay is watched."""
    with serving(replay.path.parent, replay.path.name, "--paused") as process:
        yield port_of(process)


@pytest.fixture
def page(opened: Callable[..., Screen], live: int, request: pytest.FixtureRequest) -> Screen:
    """The page of the run, which goes on at its usual pace whatever the last test did to it. It may have another size:

    @pytest.mark.parametrize("page", [(900, 560)], indirect=True)
    """
    return living(opened(getattr(request, "param", SIZE)), live)


@pytest.fixture
def undrawn(opened: Callable[..., Screen], live: int) -> Screen:
    """The same for tests of panels, in which nobody looks at the world."""
    return living(opened(drawn=False), live)


def living(screen: Screen, live: int) -> Screen:
    """Opens the page of the run, and has it live at its usual pace."""
    screen.open(live)
    screen.press("\\")
    screen.until("document.querySelector('#speed').innerText === '1×'")
    screen.go_on()
    return screen


@pytest.fixture
def past(opened: Callable[..., Screen], replayed: int, replay: Replay) -> Screen:
    """The page of the replay, paused at its first tick."""
    screen = opened()
    screen.open(replayed)
    screen.pause()
    screen.press("Home")
    screen.until("first => __embyr.tick === first", replay.ticks.start)
    screen.rest()
    return screen
