"""The pace: what is ordered when. Ticks are so short that no test waits, or so long that none comes by itself."""

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from forge.embyr.streaming.pace import Advance, Call, Order, Pace, Refused, Seek
from forge.embyr.wire.protocol import Control

NEVER = 3600.0
SOON = 1e-4


def orders(pace: Pace, count: int) -> list[Order]:
    """The next orders, after which the pace is stopped."""
    taken = list(itertools.islice(pace, count))
    pace.stop()
    return taken


def test_ticks_come_by_themselves() -> None:
    assert orders(Pace(SOON), 3) == [Advance()] * 3


def test_a_faster_speed_does_not_wait_for_the_tick_that_was_due() -> None:
    pace = Pace(NEVER, speed=0.1)
    ticks: Iterator[Order] = iter(pace)
    threading.Timer(0.02, lambda: pace.set(speed=100.0)).start()
    pace.tick_seconds = 0.1  # an interval of 1 ms from now on
    assert next(ticks) == Advance()
    pace.stop()
    assert list(ticks) == []


def test_steps_are_played_while_it_is_paused() -> None:
    pace = Pace(NEVER, paused=True)
    pace.step()
    pace.step()
    assert orders(pace, 2) == [Advance()] * 2
    assert pace.settings.paused


def test_a_step_while_it_plays_pauses_after_it() -> None:
    pace = Pace(SOON)
    pace.step()
    assert orders(pace, 1) == [Advance()]
    assert pace.settings.paused


def test_calls_and_seeks_do_not_wait_for_the_next_tick() -> None:
    pace, done = Pace(NEVER, paused=True, ticks=(0, 9)), []
    pace.seek(3)
    pace.seek(5)  # replaces it
    pace.call(lambda: done.append(1))
    call, seek = orders(pace, 2)
    assert isinstance(call, Call)
    call.work()
    assert (done, seek) == ([1], Seek(5))


def test_a_stop_ends_a_pace_that_waits() -> None:
    pace = Pace(NEVER, paused=True)
    threading.Timer(0.02, pace.stop).start()
    assert list(pace) == []


def test_the_time_that_a_pause_took_is_not_made_up_for() -> None:
    pace, resumed = Pace(0.01, paused=True), []

    def resume() -> None:
        resumed.append(time.monotonic())
        pace.set(paused=False)

    threading.Timer(0.1, resume).start()
    assert next(iter(pace)) == Advance()
    # the tick after this one is due an interval later, not at once like the ten that the pause left out
    assert pace._due >= resumed[0] + 0.01


def test_it_obeys_controls() -> None:
    pace = Pace(NEVER, ticks=(5, 9))
    for do, value in (("pause", None), ("speed", 2), ("loop", True), ("seek", 9)):
        pace.obey(Control(do, value))
    assert pace.settings == (True, 2.0, True)
    assert orders(pace, 1) == [Seek(9)]
    pace.obey(Control("play", None))
    assert not pace.settings.paused


@pytest.mark.parametrize(
    ("pace", "control", "words"),
    [
        (Pace(1.0, ticks=(5, 9)), Control("seek", 4), "the ticks 5 to 9, not 4"),
        (Pace(1.0), Control("seek", 4), "needs a replay"),
        (Pace(1.0), Control("loop", True), "needs a replay"),
        (Pace(1.0, controls=False), Control("pause", None), "not for its viewers"),
    ],
)
def test_it_refuses_what_cannot_be(pace: Pace, control: Control, words: str) -> None:
    before = pace.settings
    with pytest.raises(Refused, match=words):
        pace.obey(control)
    assert pace.settings == before


@pytest.mark.parametrize(("seconds", "speed"), [(0.0, 1.0), (-1.0, 1.0), (0.6, 0.05), (0.6, 101.0)])
def test_wrong_numbers(seconds: float, speed: float) -> None:
    with pytest.raises(ValueError, match=r"must be above 0|out of range"):
        Pace(seconds, speed)
