"""Viewers fed by loops: any world, a world that plays, a replay."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from forge.blade import World
from forge.blade.recording.frame import Frame
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.blade.world.fork import fork
from forge.embyr import Live, Pace, Playback, Source, Viewer
from forge.embyr.past.frame_diff import FrameDiffSource
from tests.blade.watching import SMALL, play, record, same, world_of
from tests.blade.worlds import patchwork
from tests.embyr.client import Client, Idle, wait_until
from tests.embyr.loops import in_thread


def plain_world(count: int = 1) -> World:
    """Worlds that record nothing, started."""
    maps = [patchwork(SMALL.terrain, w) for w in range(count)]
    world = World(SMALL, count, threads=1, maps=maps)
    world.reset()
    return world


def test_a_world_that_records_nothing_shows_who_lives_who_is_new_and_who_is_gone() -> None:
    world = plain_world()
    source, materials = FrameDiffSource(world), np.zeros(0)
    known: dict[int, tuple[int, int]] = {}
    changed = died = 0
    for tick in play(world, 60):
        frame = source.frame()
        assert frame.tick == tick
        assert frame.key == (tick == 0)
        materials = frame.plane["material"].copy() if frame.key else materials
        materials[frame.tiles["index"]] = frame.tiles["material"]
        assert np.array_equal(materials.reshape(16, 16), world.materials()[0])
        agents = world.state.agents[0, world.state.living[0, : world.state.living_count[0]]]
        now = {int(a["id"]): (int(a["row"]), int(a["col"])) for a in agents}
        assert dict(zip(frame.agents["id"], zip(frame.agents["row"], frame.agents["col"]))) == now
        assert set(frame.births["id"]) == (set() if frame.key else now.keys() - known.keys())
        gone = {i: place for i, place in known.items() if i not in now}
        assert dict(zip(frame.deaths["id"], zip(frame.deaths["row"], frame.deaths["col"]))) == gone
        known, changed, died = now, changed + len(frame.tiles["index"]), died + len(gone)
    assert changed > 0
    assert died > 0


def test_show_captures_nothing_while_nobody_looks_and_no_more_than_asked_for() -> None:
    world = plain_world(3)
    with Viewer(Source.of(SMALL), port=0) as viewer:
        viewer.show(world, 2)  # the first, for whoever comes
        viewer.show(world, 2, frames_a_second=1e9)
        assert viewer.hub.stream.number == 1
        with Client.greeted(viewer) as client:
            assert client.frame().world == 2
            wait_until(lambda: viewer.watched)
            world.step(np.zeros((3, 32, 2), np.uint8))
            viewer._next_show = 0.0
            viewer.show(world, 2, frames_a_second=1e-3)
            viewer.show(world, 2, frames_a_second=1e-3)
            assert client.frame().tick == 1
            assert viewer.hub.stream.number == 2
            viewer._next_show = 0.0
            viewer.show(world, 0)  # another world starts its viewers anew
            frame = client.frame()
            assert (frame.key, frame.world) == (True, 0)
            assert np.array_equal(client.materials, world.materials()[0])


def test_a_fork_goes_on_as_the_world_would_and_leaves_it_alone() -> None:
    batch = plain_world(3)
    for _ in play(batch, 30):
        pass
    before = batch.hash()
    copy = fork(batch, 1)
    assert copy.hash() == batch.hash(1)
    actions = np.random.default_rng(5).integers(0, 3, (3, 32, 2))
    for _ in range(20):
        copy.step(actions[1:2])
    assert batch.hash() == before
    for _ in range(20):
        batch.step(actions)
    assert copy.hash() == batch.hash(1)
    assert len(copy.events()) > 0
    with pytest.raises(IndexError, match=r"0 \.\. 2"):
        fork(batch, 3)


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    record(tmp_path / "a.replay", ticks=23)
    return Replay(tmp_path / "a.replay")


@pytest.fixture
def shown(replay: Replay) -> Iterator[Viewer]:
    """A viewer of the replay, paused at its start; its ticks are so short that a test need not wait."""
    source = Source.of(replay.config, "replay", "a", ticks=(0, 23), tick_seconds=0.01)
    pace = Pace(0.01, paused=True, ticks=source.ticks)
    with Viewer(source, pace, port=0) as viewer, in_thread(pace, Playback(viewer, replay).run):
        yield viewer


def test_a_replay_is_sought_stepped_and_looped(shown: Viewer, replay: Replay) -> None:
    with Client.greeted(shown) as client:
        assert same(client.frame(), replay.frame(0, key=True))
        client.say(type="control", do="seek", value=17)
        assert same(client.frame(), replay.frame(17, key=True))
        client.say(type="control", do="step")
        assert same(client.frame(), replay.frame(18))
        assert np.array_equal(client.materials, replay.materials(18))
        client.say(type="control", do="seek", value=24)
        assert "the ticks 0 to 23, not 24" in client.hear("error")["message"]
        client.say(type="control", do="loop", value=True)
        client.say(type="control", do="play")
        while not (frame := client.frame()).key:
            assert frame.tick > 18
        assert frame.tick < 18  # from the start again, be it that the first frames were missed
        assert np.array_equal(client.materials, replay.materials(frame.tick))


def test_a_replay_rests_at_its_end_and_starts_anew_when_asked_to_play(shown: Viewer) -> None:
    with Client.greeted(shown) as client:
        client.say(type="control", do="seek", value=22)
        client.say(type="control", do="play")
        client.hear("state", paused=True, tick=23)
        client.say(type="control", do="play")
        while (tick := client.frame().tick) == 23:
            pass
        assert tick < 22


def test_what_is_played_for_viewers_can_be_kept(tmp_path: Path) -> None:
    world, alone, player = world_of(), world_of(), Idle()
    source, pace = Source.of(SMALL, tick_seconds=0.005), Pace(0.005)
    with (
        Viewer(source, pace, port=0) as viewer,
        ReplayWriter(tmp_path / "kept.replay", world) as writer,
        Client.greeted(viewer) as client,
        in_thread(pace, Live(viewer, world, player, writer.append).run),
    ):
        seen: list[Frame] = [client.frame()]
        while seen[-1].tick < 20:
            seen.append(client.frame())
    assert seen[0].key
    kept = Replay(tmp_path / "kept.replay")
    assert len(kept) > 20
    for frame in kept:
        assert frame.tick == alone.state.tick[0]
        assert np.array_equal(frame.agents["health"], alone.state.agents[0, frame.agents["slot"]]["health"])
        alone.step(player.act(alone.observe()))


def test_the_frame_of_a_notebook_lies_where_its_host_passes_ports_on(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = Viewer(Source.of(SMALL), port=0, token="correct-horse")
    try:
        monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
        asked = "/?token=correct-horse"
        assert viewer.notebook().address == f"http://localhost:{viewer.port}{asked}"
        assert viewer.notebook(proxy="/proxy/").address == f"/proxy/{viewer.port}{asked}"
        assert "height: 300px" in viewer.notebook(height=300)._repr_html_()
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
        assert viewer.notebook(frames=["vscode-webview:"]).address == f"/user/ann/proxy/{viewer.port}{asked}"
        policy = dict(viewer._server.headers.items())["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors http://localhost:* http://127.0.0.1:* 'self' vscode-webview:")
        for wrong in ("", "https://a.example; script-src *", "a b"):
            with pytest.raises(ValueError, match="is no source of frames"):
                viewer.notebook(frames=[wrong])
        with pytest.raises(ValueError, match="must begin and end with a slash"):
            viewer.notebook(proxy="proxy")
    finally:
        viewer.close()
