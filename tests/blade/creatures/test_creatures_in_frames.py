"""What frames and replays hold of creatures, and of what was done besides attacks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from forge.blade import Chaos, Style
from forge.blade.recording.frame import FrameSource, decode, encode
from forge.blade.recording.frame_layout import frame_layout, layout_of
from forge.blade.recording.frame_schema import NAMES, OURS, describe
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.embyr.past.frame_diff import FrameDiffSource
from forge.embyr.seats.fair import FairView
from forge.embyr.streaming.stream import Seen
from tests.blade.creatures.test_creatures_by_hand import APART, BESIDE, MASTER
from tests.blade.grown.pit import Pit
from tests.blade.watching import same

FIRST = 2**32 - 1  # the first creature that ever came
CHICKEN, GOBLIN = 1, 2


def both(drawing: str = BESIDE) -> Pit:
    """A on (5, 6) between a chicken, (5, 5), and a goblin, (5, 7)."""
    return Pit(drawing.replace("..Ag", ".cAg"), {"A": MASTER})


def test_creatures_are_a_table_of_their_own_with_what_their_system_declares() -> None:
    pit = both()
    frame = FrameSource(pit.world).frame()
    wanted = {
        "id": [FIRST, FIRST - 1],
        "slot": [1, 2],
        "row": [5, 5],
        "col": [5, 7],
        "health": [5, 15],
        "damage": [0, 0],
        "creature": [CHICKEN, GOBLIN],
        "grudge_left": [0, 0],
    }
    assert {name: frame.creatures[name].tolist() for name in wanted} == wanted
    assert frame.agents["constitution_level"].tolist() == [10]  # the most health that A can have
    named = {f.name: f.names for s in frame.layout.sections for f in s.fields}
    assert named["creature"] == ("agent", "chicken", "goblin")
    unseen = FrameDiffSource(pit.world).frame()
    assert {name: unseen.creatures[name].tolist() for name in wanted} == wanted
    assert unseen.deeds["what"].tolist() == []
    assert unseen.agents["constitution_level"].tolist() == [10]


def test_who_slays_a_creature_and_takes_its_spoils_is_told() -> None:
    """A kills the chicken within some ticks: an attack on it, and with the last the deeds `slay` and `take`."""
    pit = Pit(BESIDE.replace("g", "c"), {"A": MASTER})
    source = FrameSource(pit.world)
    source.frame()
    for _ in range(60):
        pit.step(A=(0, int(Style.MELEE)))
        frame = source.frame()
        if not len(frame.creatures["id"]):
            break
    assert frame.attacks["target"].tolist() == [FIRST]
    names = [deed.name for deed in frame.layout.deeds]
    told = zip(*(frame.deeds[name].tolist() for name in ("what", "agent", "other", "kind")), strict=True)
    deeds = {names[what]: (agent, other, kind) for what, agent, other, kind in told}
    assert deeds["slay"] == (1, FIRST, CHICKEN)
    assert deeds["take"] == (1, FIRST, 3)  # raw chicken
    by_name = {deed.name: deed for deed in frame.layout.deeds}
    assert by_name["take"].names[3] == "chicken"
    assert by_name["slay"].names[CHICKEN] == "chicken"


def test_a_message_and_a_replay_hold_the_same_creatures_and_deeds(tmp_path: Path) -> None:
    """Forty ticks in which A strikes, chunks of 8 ticks; read back in any order."""
    pit, frames = both(), []
    with ReplayWriter(tmp_path / "pit.replay", pit.world, ticks_a_chunk=8) as writer:
        frames.append(writer.append())
        for _ in range(40):
            pit.step(A=(0, int(Style.MELEE)))
            frames.append(writer.append())
    replay = Replay(tmp_path / "pit.replay")
    assert replay.version == (2, 1)
    assert sum(len(frame.deeds["what"]) for frame in frames) >= 2
    for tick in (39, 3, 17, *range(41)):
        assert same(replay.frame(tick, key=tick == 0), frames[tick])
        assert same(decode(encode(frames[tick]), layout=frames[tick].layout), frames[tick])
    told = layout_of(json.loads(json.dumps(describe([], frames[0].layout))))
    assert told[0] == frames[0].layout[0]
    assert told.deeds == frames[0].layout.deeds


def test_a_fair_seat_sees_the_creatures_in_view_and_what_its_agent_did() -> None:
    """The window of A reaches 3 tiles, so not to a chicken on (1, 1). Whom a goblin goes for, nobody observes."""
    pit = Pit(BESIDE.replace("#........#", "#c.......#", 1), {"A": MASTER})
    source, view = FrameSource(pit.world), FairView()
    view.show(source.frame(), pit.world, 1)
    slain = False
    while not slain:
        pit.step(A=(0, int(Style.MELEE)))
        whole = source.frame()
        slain = "slay" in [whole.layout.deeds[what].name for what in whole.deeds["what"]]
        view.show(whole, pit.world, 1)
        news = view.stream.news(Seen())
        assert news is not None
        sent = decode(news.frame, partial=True, layout=whole.layout)
        there = [at for at in zip(whole.creatures["row"].tolist(), whole.creatures["col"].tolist(), strict=True)
                 if max(abs(at[0] - 5), abs(at[1] - 6)) <= 3]  # fmt: skip
        assert list(zip(sent.creatures["row"].tolist(), sent.creatures["col"].tolist(), strict=True)) == there
        assert set(sent.creatures["grudge_left"].tolist()) <= {255}
        assert len(sent.deeds["what"]) == len(whole.deeds["what"])
    assert len(whole.creatures["id"]) > 0


def test_a_fair_seat_is_told_the_most_health_of_its_own_agent_alone() -> None:
    """A has level 12 of constitution; of B beside it, it observes the health and not how much that can be."""
    pit = Pit(BESIDE.replace("..Ag", "..AB"), {"A": {"levels": {"constitution": 12}}})
    source, view = FrameSource(pit.world), FairView()
    view.show(source.frame(), pit.world, 1)
    news = view.stream.news(Seen())
    assert news is not None
    sent = decode(news.frame, partial=True, layout=frame_layout(pit.config)).agents
    assert sent["id"].tolist() == [1, 2]
    assert sent["health"].tolist() == [10, 10]
    assert sent["constitution_level"].tolist() == [12, 255]


def test_worlds_without_bodies_have_the_frames_that_they_ever_had() -> None:
    assert frame_layout(Chaos()).names == NAMES
    assert OURS.header.itemsize == 48
    assert "deeds" not in describe()


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        ({"name": 3}, "a deed is 3"),
        ({"names": "shrimp"}, "the names of kinds of slay"),
        ({"other": None}, "the other of slay is None"),
    ],
)
def test_a_description_of_deeds_that_cannot_be_is_refused(deed: dict[str, object], error: str) -> None:
    told = json.loads(json.dumps(describe([], frame_layout(both(APART).config))))
    told["deeds"] = [{**next(one for one in told["deeds"] if one["name"] == "slay"), **deed}]
    with pytest.raises(ValueError, match=error):
        layout_of(told)


def test_places_of_creatures_lie_on_the_map() -> None:
    frame = FrameSource(both().world).frame()
    broken = {**frame.creatures, "row": np.array([5, 200], "<u2")}
    with pytest.raises(ValueError, match=r"creatures\.row holds 200; allowed are 0 \.\. 9"):
        encode(type(frame)(**{**vars(frame), "creatures": broken}))
