"""Whom a creature has killed is told of what kind that was, in frames and without them, also where it died itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import EventKind, Style
from forge.blade.recording.frame import Frame, FrameSource
from forge.embyr.past.live_past import LivePast
from forge.embyr.past.replay_past import ReplayPast
from forge.embyr.society.society import Society
from forge.embyr.streaming.kinds import NO_KINDS, Kinds, kind_names
from forge.embyr.streaming.stream import FrameStream, Seen
from forge.embyr.wire.protocol import Life
from tests.blade.creatures.test_creatures_by_hand import BESIDE, MASTER
from tests.blade.grown.pit import Pit
from tests.by_hand import write_replay
from tests.embyr.desks import HandDesk

CHICKEN, GOBLIN = 1, 2
FIRST = 2**32 - 1  # the chicken, which comes first; the goblin is the second
KILLED, BYSTANDER = 1, 2


def pit() -> Pit:
    """A with one point of health on (5, 6) between a chicken and a goblin; B stands far off, so that somebody lives."""
    return Pit(BESIDE.replace("..Ag", ".cAg"), {"A": {"health": 1}, "B": {"at": (1, 8)}})


def killed() -> tuple[Pit, list[Frame]]:
    """The frames up to the one in which the goblin has killed A."""
    place = pit()
    source = FrameSource(place.world)
    frames = [source.frame(key=True)]
    while KILLED in frames[-1].agents["id"]:
        place.step(A=(0, int(Style.HOLD)))
        frames.append(source.frame(key=True))
    return place, frames


def test_the_kinds_of_a_tick_are_those_of_who_is_there_and_of_who_was_slain() -> None:
    """A strikes the chicken until it is dead: no creature of the frame has its id, and its kind is still known."""
    place = Pit(BESIDE.replace("..Ag", ".cAg"), {"A": MASTER})
    source = FrameSource(place.world)
    ids = np.array([FIRST, FIRST - 1, -1, -2, 1, 7, -9])
    while True:
        frame = source.frame()
        for kinds in (Kinds.shown(frame), Kinds.living(place.world, 0)):
            assert kinds.of(ids).tolist() == [CHICKEN, GOBLIN, CHICKEN, GOBLIN, 0, 0, 0]
        if FIRST not in frame.creatures["id"]:
            break
        place.step(A=(0, int(Style.MELEE)))
    assert kind_names(frame.layout) == ("agent", "chicken", "goblin")
    assert NO_KINDS.of(ids).tolist() == [0] * 7


def test_a_death_in_a_tick_without_a_frame_is_told_with_the_kind_of_its_killer() -> None:
    place = pit()
    stream, source = FrameStream(), FrameSource(place.world)
    past = LivePast(stream, 1)
    stream.put(source.frame())
    while KILLED in place.world.state.agents["id"][0]:
        place.step(A=(0, int(Style.HOLD)))
        past.note(place.world)
    place.step()
    stream.put(source.frame())
    news = stream.news(Seen(1))
    assert news is not None
    (message,) = map(json.loads, news.earlier)
    told = {name: message["deaths"][name] for name in ("id", "killer", "killer_kind")}
    assert told == {"id": [KILLED], "killer": [FIRST - 1], "killer_kind": [GOBLIN]}


def test_the_past_of_a_replay_tells_the_same(tmp_path: Path) -> None:
    place, frames = killed()
    write_replay(tmp_path / "pit.replay", frames, place.config.to_dict(), 1, ["a"])
    told = ReplayPast(tmp_path / "pit.replay").happened(frames[-1].tick)["deaths"]
    assert {name: told[name].tolist() for name in ("id", "killer", "killer_kind")} == {
        "id": [KILLED],
        "killer": [FIRST - 1],
        "killer_kind": [GOBLIN],
    }


@pytest.mark.parametrize("replayed", [False, True])
def test_a_life_says_what_killed_it_and_what_it_was_struck_by(replayed: bool) -> None:
    """Once by what the world has logged, and once by its frames alone."""
    place = pit()
    desk, society, source = HandDesk(), Society(place.config, seconds=0.0), FrameSource(place.world)
    society.attach(desk)
    while True:
        frame = source.frame()
        society.after(None if replayed else place.world, frame)
        if KILLED not in frame.agents["id"]:
            break
        place.step(A=(0, int(Style.HOLD)))

    def life(id: int) -> Any:
        desk.take()
        society.receive(1, Life(id))
        (_, told), *_ = desk.wait(1)
        society.receive(1, Life(None))
        return told

    told, other = life(KILLED), life(BYSTANDER)
    society.close()
    assert (told["cause"], told["killer"], told["killer_kind"]) == ("attack", -2, "goblin")
    blows = [(deed["did"], deed["other"], deed["creature"]) for deed in told["deeds"] if deed["event"] == "attack"]
    assert set(blows) == {(False, -2, "goblin")}
    assert (other["killer"], other["killer_kind"]) == (None, None)
    assert EventKind.ATTACK.name.lower() not in {deed["event"] for deed in other["deeds"]}
