"""A fair seat in a world with systems from outside: of what they declare it is told what its agent observes."""

from __future__ import annotations

from forge.blade.recording.frame import FrameSource, decode
from forge.blade.recording.frame_layout import frame_layout
from forge.embyr.seats.fair import FairView
from forge.embyr.streaming.stream import Seen
from tests.outside.worlds import two_neighbours, wait


def test_fields_that_no_observation_holds_are_not_sent() -> None:
    """Everyone sees who is ill; whether one has been ill, and what one chose, one knows of oneself alone."""
    world, view = two_neighbours(), FairView()
    source = FrameSource(world)
    view.show(source.frame(), world, 0)
    wait(world)
    whole = source.frame()
    view.show(whole, world, 0)
    news = view.stream.news(Seen())
    assert news is not None
    sent = decode(news.frame, partial=True, layout=frame_layout(world.config)).agents
    told = {name: sent[name].tolist() for name in ("id", "plague", "immune", "eat", "move")}
    assert told == {"id": [0, 1], "plague": [5, 5], "immune": [1, 255], "eat": [0, 255], "move": [0, 255]}
    assert [whole.agents[name].tolist() for name in ("immune", "eat")] == [[1, 1], [0, 0]]
