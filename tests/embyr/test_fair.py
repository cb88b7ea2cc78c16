"""A fair seat: a test reads everything that its viewer is sent, and finds nothing that its agent does not see."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Chaos, Material, Recording, World
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.frame import Frame, FrameSource, decode
from forge.embyr import Source, Viewer
from forge.embyr.access import Tokens
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.seats.fair import FairView
from forge.embyr.seats.play import Play
from tests.embyr.client import Client, wait_until
from tests.patience import PATIENCE

TOKENS = Tokens(watch="watch-token", play="play-token", control="correct-horse")
CONFIG = Chaos(
    **{
        "terrain.side": 40,
        "spawn.cap": 64,
        "terrain.border": 8,
        "sight.radius": 4,
        "sight.agents": 6,
        "spawn.populations": 2,
    }
)
REACH = 4


class Arena:
    """Fighters on one island of grass, a viewer of them, and every frame as those who see everything have it."""

    def __init__(self, token: Tokens | None = TOKENS) -> None:
        tiles = np.full((40, 40), Material.LAVA, np.uint8)
        tiles[8:32, 8:32] = Material.GRASS
        tiles[12:28:5, 12:28] = Material.FOREST
        self.world = World(CONFIG, seed=5, threads=1, maps=[tiles], record=Recording(events=True, visits=True))
        self.world.reset()
        self.player, self.capture = scripted("fighter", CONFIG), FrameSource(self.world).frame
        self.play = Play(CONFIG)
        self.viewer = Viewer(
            Source.of(CONFIG), port=0, token=token, extensions=(Overlays(CONFIG), self.play), fair=True
        )
        self.frames: dict[int, Frame] = {}
        self.held: dict[int, set[int]] = {}  # by tick, ids that the observation of who is played holds

    def show(self) -> None:
        frame = self.capture()
        self.frames[frame.tick] = frame
        self.viewer.put(frame, self.world)
        seats = [seat.id for seat in self.play._seats.values() if seat.id is not None]
        observation, agents = self.world.observe(), self.world.state.agents[0]
        for seat in seats:
            slot = int(np.flatnonzero((agents["id"] == seat) & (agents["alive"] != 0))[0])
            seen = observation.seen[0, slot, : observation.seen_count[0, slot]]
            self.held[frame.tick] = set(agents["id"][seen].tolist())

    def work(self) -> None:
        """Does what the server wants of the world's thread."""
        for work in self.viewer.pace.calls():
            work()

    def empty(self) -> bool:
        """Whether nobody plays or waits."""
        self.work()
        return not self.play._seats

    def tick(self) -> None:
        self.work()
        actions = self.player.act(self.world.observe())
        self.play.before(self.world, actions)
        self.world.step(actions)
        self.show()


@contextlib.contextmanager
def arena(**options: Any) -> Iterator[Arena]:
    made = Arena(**options)
    with made.viewer:
        made.show()
        for _ in range(40):
            made.tick()
        yield made


class Raw:
    """What a viewer was sent, as it came."""

    def __init__(self, arena: Arena, token: str | None = "play-token") -> None:
        self.arena = arena
        self.client = Client(arena.viewer, {"type": "hello", "protocol": 1, "token": token})
        self.texts: list[dict[str, Any]] = []
        self.frames: list[Frame] = []
        self.known = np.zeros(0, np.uint8)  # the ground as it was told
        self.until("welcome")

    def until(self, kind: str) -> dict[str, Any]:
        while True:
            self.read()
            if self.texts and self.texts[-1]["type"] == kind:
                return self.texts[-1]

    def read(self) -> None:
        """The next message; what the server wants of the world's thread meanwhile is done."""
        end = time.monotonic() + PATIENCE
        while True:
            self.arena.work()
            try:
                data = self.client.socket.recv(0.02)
                break
            except TimeoutError:
                assert time.monotonic() < end, "nothing came"
        if isinstance(data, str):
            self.texts.append(json.loads(data))
            return
        assert data[:4] == b"NMF1"
        frame = decode(data, partial=True)
        if frame.key:
            self.known = frame.plane["material"].copy()
        self.known[frame.tiles["index"]] = frame.tiles["material"]
        self.frames.append(frame)
        self.client.say(type="ack", tick=self.frames[-1].tick)

    def tick(self) -> Frame:
        """Has the world tick, and reads the frame of it."""
        self.arena.tick()
        while not self.frames or self.frames[-1].tick < max(self.arena.frames):
            self.read()
        return self.frames[-1]

    def join(self) -> int:
        """Takes a seat: it waits, and gets one who is born."""
        self.client.say(type="join", population=None, id=None)
        assert self.until("joined")["waiting"]
        for _ in range(50):
            self.tick()
            if self.texts[-1]["type"] == "joined" and not self.texts[-1]["waiting"]:
                return int(self.texts[-1]["id"])
        pytest.fail("nobody was born")


def test_before_it_plays_it_is_shown_an_empty_world() -> None:
    with arena() as world:
        raw = Raw(world)
        assert raw.texts[-1]["abilities"] == {
            "control": False, "seek": False, "overlays": [], "inspect": False, "history": False,
            "play": True, "fair": True,
        }  # fmt: skip
        while not raw.frames:
            raw.read()
        for _ in range(5):
            raw.tick()
        assert raw.frames[0].key
        assert set(raw.frames[0].plane["material"].tolist()) == {UNKNOWN}
        for frame in raw.frames:
            tables = (frame.agents, frame.tiles, frame.attacks, frame.births, frame.deaths)
            assert [len(next(iter(table.values()))) for table in tables] == [0] * 5
        raw.client.close()


def test_nothing_out_of_sight_is_sent() -> None:
    """Every frame of several lives, and every text, is compared with what the agent's own observation holds."""
    seen_others, seen_attacks, hidden = 0, 0, 0
    with arena() as world:
        raw = Raw(world)
        for _ in range(3):
            me = raw.join()
            for _ in range(30):
                frame = raw.frames[-1]
                full, held = world.frames[frame.tick], world.held.get(frame.tick, set())
                known = raw.known.reshape(40, 40)
                ids = set(frame.agents["id"].tolist())
                at = np.flatnonzero(frame.agents["id"] == me)
                if not len(at):  # it has died: what is told is its own death and what it saw of it
                    assert me in frame.deaths["id"]
                    break
                assert ids == held
                row, col = int(frame.agents["row"][at[0]]), int(frame.agents["col"][at[0]])
                window = np.zeros((40, 40), np.bool_)
                window[max(0, row - REACH) : row + REACH + 1, max(0, col - REACH) : col + REACH + 1] = True
                assert window.reshape(-1)[frame.tiles["index"]].all()
                assert np.array_equal(known[window], world.world.materials()[0][window])
                others = frame.agents["id"] != me
                assert set(frame.agents["move"][others].tolist()) <= {UNKNOWN}
                told = ids | set(frame.deaths["id"].tolist())
                assert set(frame.attacks["attacker"].tolist()) | set(frame.attacks["target"].tolist()) <= told
                assert set(frame.births["id"].tolist()) <= ids
                for died_row, died_col in zip(frame.deaths["row"], frame.deaths["col"], strict=True):
                    assert window[died_row, died_col]
                seen_others += len(ids) - 1
                seen_attacks += len(frame.attacks["target"])
                hidden += len(full.agents["id"]) - len(ids)
                raw.tick()
            raw.client.say(type="leave")
            wait_until(world.empty)
        assert (known == UNKNOWN).sum() > 500  # nothing of where it has not been
        kinds = {text["type"] for text in raw.texts}
        assert kinds <= {"welcome", "state", "joined", "left", "events"}
        raw.client.close()
    assert seen_others > 20
    assert seen_attacks > 0
    assert hidden > 1000


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "inspect", "id": 3}, "inspect is not possible in it"),
        ({"type": "overlay", "name": "visits"}, "overlay is not possible in it"),
        ({"type": "join", "population": None, "id": 3}, "cannot choose an agent"),
        ({"type": "control", "do": "pause"}, "needs the link of the role 'control'"),
    ],
)
def test_what_would_tell_more_is_refused(message: dict[str, Any], words: str) -> None:
    with arena() as world:
        raw = Raw(world)
        raw.client.say(**message)
        assert words in raw.until("error")["message"]
        for _ in range(3):
            raw.tick()
        assert {text["type"] for text in raw.texts} <= {"welcome", "state", "error"}
        raw.client.close()


def test_whose_seat_is_fair() -> None:
    with arena() as world:
        for token, fair in (("watch-token", False), ("play-token", True), ("correct-horse", False)):
            with Client(world.viewer, {"type": "hello", "protocol": 1, "token": token}) as client:
                assert client.hear("welcome")["abilities"]["fair"] is fair
    with arena(token=None) as world, Client.greeted(world.viewer) as client:
        assert client.told[-1]["abilities"]["fair"]
    with pytest.raises(ValueError, match="nobody can play here"):
        Viewer(Source.of(CONFIG), port=0, fair=True)


def test_one_who_leaves_takes_its_view_along() -> None:
    with arena() as world:
        raw = Raw(world)
        raw.client.close()
        wait_until(lambda: not world.viewer.hub.fair_views._views)


def test_another_agent_begins_with_nothing_seen() -> None:
    made = Arena()
    view, ids = FairView(), []
    for _ in range(12):
        made.world.step(made.player.act(made.world.observe()))
        frame = made.capture()
        ids = frame.agents["id"].tolist()
        view.show(frame, made.world, ids[0])
    first = int((view._known != UNKNOWN).sum())
    assert first > 0
    view.show(made.capture(), made.world, ids[-1])
    assert int((view._known != UNKNOWN).sum()) <= (2 * REACH + 1) ** 2
    made.viewer.close()
