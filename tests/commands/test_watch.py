"""`forge watch`, `forge record` and `forge train --watch` as their users type them."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from websockets.sync.client import connect

from forge.agents import Scripted, scripted
from forge.blade import Chaos, ConfigError, Law
from forge.blade.recording.frame import Frame, decode
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import OURS, FrameLayout
from forge.blade.recording.replay import Replay
from forge.blade.recording.scene import Scene
from forge.cli import main
from forge.ethyr.insight.insight import Insight
from forge.experiments.evaluation.match import in_turn, match_of
from forge.experiments.evaluation.mixing import Entrant, Mixed
from forge.experiments.runs.following_policy import Following
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer
from tests.learners import basic
from tests.patience import PATIENCE

SMALL = {"spawn.cap": 32, "terrain.side": 40}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has not learnt anything yet."""
    path = tmp_path_factory.mktemp("runs") / "new"
    training = Training(run=Session(worlds=1), learning=basic(), world=Chaos(**SMALL))
    made = Run.create(path, training)
    Trainer(training).save(made.checkpoint_path(0))
    return path


@contextlib.contextmanager
def watching(folder: Path, *arguments: str) -> Iterator[int]:
    """A command that serves a viewer; yields its port. At the end it is stopped as by Ctrl-C."""
    command = [sys.executable, "-m", "forge.cli", *arguments, "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r" at http://localhost:(\d+)/", line):
            break
    else:
        pytest.fail(process.communicate()[1])
    try:
        yield int(found[1])
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors


def first_frames(
    port: int, count: int, path: str = "/ws", layout: FrameLayout = OURS
) -> tuple[dict[str, object], list[Frame]]:
    """The welcome of a viewer at this port, and the first frames."""
    frames: list[Frame] = []
    with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as socket:
        socket.send('{"type": "hello", "protocol": 1, "token": null}')
        welcome = json.loads(socket.recv(PATIENCE))
        while len(frames) < count:
            if isinstance(message := socket.recv(PATIENCE), bytes):
                frames.append(decode(message, layout=layout))
                socket.send(json.dumps({"type": "ack", "tick": frames[-1].tick}))
    return welcome, frames


def test_a_preset_is_watched_and_kept(tmp_path: Path) -> None:
    options = ("--warmup", "5", "--speed", "50", "--record", "kept.replay")
    with watching(tmp_path, "watch", "law", "random", *options) as port:
        welcome, frames = first_frames(port, 3)
    assert (
        welcome["source"].items()
        >= {"kind": "live", "title": "law · random", "names": [f"random {p}" for p in range(8)]}.items()
    )
    assert frames[0].key
    assert 5 <= frames[0].tick < frames[1].tick < frames[2].tick
    replay = Replay(tmp_path / "kept.replay")
    assert replay.complete
    assert replay.ticks.start == 5
    assert frames[2].tick in replay.ticks


def test_what_was_recorded_is_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.replay"
    (tmp_path / "world.toml").write_text(Chaos(**SMALL).to_toml())
    words = ["record", str(tmp_path / "world.toml"), "fighter", "forager", "--out", str(out), "--ticks", "20"]
    assert main(words) == 0
    assert f"forge watch {out}" in capsys.readouterr().out
    replay = Replay(out)
    assert replay.ticks == range(21)
    assert replay.metadata["policies"] == ["fighter", "forager"]
    assert replay.config == Chaos(**SMALL)
    with watching(tmp_path, "watch", "a.replay") as port:
        welcome, frames = first_frames(port, 2)
    assert welcome["source"].items() >= {"kind": "replay", "ticks": [0, 20], "names": ["fighter", "forager"]}.items()
    assert welcome["abilities"]["seek"]
    assert [frame.tick for frame in frames] == [0, 1]


def test_training_is_watched(tmp_path: Path) -> None:
    small = ("--world.spawn.cap", "16", "--world.terrain.side", "40", "--worlds", "2", "--minutes", "5")
    with watching(tmp_path, "train", "law", "--folder", "run", *small, "--watch") as port:
        welcome, frames = first_frames(port, 3, layout=frame_layout(Training.named("law").world))
    assert welcome["source"].items() >= {"kind": "training", "title": "run", "side": 40}.items()
    assert frames[0].key
    assert frames[1].tick > frames[0].tick


def test_a_run_plays_its_own_world(run: Path) -> None:
    match = match_of([str(run)])
    assert match.config == Chaos(**SMALL)
    assert match.names == ("new", "new")
    world = match.world()
    for _ in range(3):
        world.step(match.player.act(world.observe()))
    assert world.state.tick[0] == 3


def test_a_run_that_goes_on_is_followed(tmp_path: Path, run: Path) -> None:
    training = Run(run).training
    made = Run.create(tmp_path / "run", training)
    trainer = Trainer(training)
    trainer.save(made.checkpoint_path(0))
    following = match_of([str(tmp_path / "run")], follow=True).player
    assert isinstance(following, Following)
    first = following.actor
    following.look()
    assert following.actor is first  # nothing is new
    trainer.update()
    trainer.save(made.checkpoint_path(trainer.steps))
    following.look()
    assert following.actor is not first
    learnt = trainer.policy.state_dict()
    assert all(torch.equal(learnt[name], tensor) for name, tensor in following.actor.policy.state_dict().items())
    second = following.actor
    damaged = made.checkpoint_path(trainer.steps + 1)
    damaged.mkdir()
    following.look()
    assert following.actor is second
    damaged.rmdir()
    following.hold(made.checkpoint_path(0), following.read(made.checkpoint_path(0)))
    following.look()
    assert (following.weights.steps, following.weights.held) == (0, True)
    following.release()
    assert (following.weights.steps, following.weights.held) == (trainer.steps, False)


def test_words_name_a_world_and_players_in_any_order(run: Path) -> None:
    assert match_of([]).config == Chaos()
    assert match_of([]).names == ("fighter",) * 8
    assert match_of(["law"]).names == ("forager",) * 8
    mixed = match_of(["random", "law", "forager", "fighter"])
    assert mixed.config == Law()
    assert mixed.names == ("random", "forager", "fighter", "random", "forager", "fighter", "random", "forager")
    assert match_of([str(run / "checkpoints" / f"{0:015d}"), "forager"]).config == Chaos(**SMALL)
    assert match_of(["forager", str(run / "config.toml")]).config == Chaos(**SMALL)


def test_populations_take_turns_among_players_and_each_players_own_in_that() -> None:
    """Eight populations, and players of eight, two and one: populations 0, 3, 6 of the world are the first player's."""
    config = Chaos()
    names = ["forager", "fighter", "random"]
    given = [Entrant(name, own, partial(scripted, name)) for name, own in zip(names, (8, 2, 1), strict=True)]
    player = in_turn(given, config)
    assert isinstance(player, Mixed)
    assert [tuple(seat) for seat in player.seats] == [
        (0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 0), (0, 2), (1, 0)
    ]  # fmt: skip
    assert isinstance(in_turn(given[:1], config), Scripted)  # who plays all by itself needs no view of its own


def test_nobody_who_was_named_is_left_out() -> None:
    given = [Entrant(name, 2, partial(scripted, name)) for name in ("forager", "fighter", "random")]
    with pytest.raises(ConfigError, match="3 players were named for a world of 2 populations"):
        in_turn(given, Chaos(**SMALL))


def test_a_run_plays_in_worlds_of_other_sizes(run: Path) -> None:
    """A run of two populations of 16 takes four of eight populations, also of 16: its own are 0, 1, 0, 1."""
    match = match_of(["chaos", str(run), "random"])
    assert match.config == Chaos()
    assert match.names == ("new", "random") * 4
    world = match.world()
    while not world.state.members[0, 6]:  # the second of the run's
        world.step(match.player.act(world.observe()))
    scene, minds = Scene.of_world(world), match.minds()
    assert [mind is None for mind in minds] == [False, True] * 4
    place = int(np.flatnonzero(scene.agents["population"] == 6)[0])
    actor = load(run)
    agent, others = scene.agents.copy()[place], scene.without(place)
    others.agents["population"] = np.array([0, 9, 1, 9, 0, 9, 1, 9])[others.agents["population"]]
    agent["population"] = 1
    expected = Insight(actor.policy, actor.reward_scale).judge(
        replace(others, config=Chaos(**{"spawn.cap": 32})), agent
    )
    mind = minds[6]
    assert mind is not None
    assert mind.think(scene, place).value == pytest.approx(float(expected.value[0]), abs=1e-5)
    empty = replace(scene, agents=scene.agents[:0], slots=scene.slots[:0])
    own = Insight(actor.policy, actor.reward_scale).values(replace(empty, config=Chaos(**{"spawn.cap": 32})), 1)
    np.testing.assert_array_equal(mind.values(empty, 2), own)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["watch", "caos"], "'caos' is neither a preset (chaos, law, guild, realm)"),
        (["watch", "chaos", "law"], "a match has one world, not 2"),
        (["watch", "chaos", "--seed", "-1"], "--seed -1 must not be negative"),
        (["watch", "chaos", "--speed", "1000", "--port", "0"], "speed = 1000.0 is out of range"),
        (["watch", "chaos", "--port", "70000"], "cannot listen on 127.0.0.1, port 70000"),
        (["watch", "chaos", "--token", "abc"], "a token has 8 to 256 characters"),
        (["watch", "chaos", "--name", "hub.example/user"], "'hub.example/user' is no name of a host"),
        (["watch", "old.replay", "--fair"], "old.replay is a replay: --fair is for worlds in which people play"),
        (["record", "--ticks", "0"], "--ticks 0 must be at least 1"),
        (["record", "--out", "nowhere/a.replay"], "nowhere"),
        (["train", "--port", "1"], "--port"),
    ],
)
def test_wrong_use_is_one_clear_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.replay").write_bytes(b"NMREPLAY")
    with contextlib.chdir(tmp_path):
        status = main_status(arguments)
    assert status in (1, 2)
    assert message in capsys.readouterr().err


def main_status(arguments: list[str]) -> int:
    """The exit status, be it returned or raised."""
    try:
        return main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def test_a_policy_does_not_fit_every_world(tmp_path: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "near.toml").write_text("[sight]\nradius = 5\n")
    assert main(["watch", str(run), str(tmp_path / "near.toml")]) == 1
    assert "was trained with sight.radius = 7; this world has 5" in capsys.readouterr().err


def test_a_replay_is_never_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.replay"
    out.write_text("mine")
    assert main(["record", "law", "--out", str(out), "--ticks", "1"]) == 1
    assert "exists already" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert main(["record", "law", "--out", str(out), "--ticks", "1", "--force"]) == 0
    assert len(Replay(out)) == 2


def test_checkpoints_are_shown_side_by_side(tmp_path: Path, run: Path) -> None:
    with watching(tmp_path, "watch", str(run), "--compare", "0", "latest", "--warmup", "3", "--paused") as port:
        worlds = [first_frames(port, 1, f"/{lane}/ws") for lane in (0, 1)]
    titles = [welcome["source"]["title"] for welcome, _ in worlds]  # type: ignore[index]
    assert titles == ["0 agent steps", "0 agent steps"]
    (one,), (other,) = (frames for _, frames in worlds)
    assert one.tick == other.tick == 3
    assert all(
        np.array_equal(one.agents[name], other.agents[name]) for name in one.agents
    )  # the same weights, seed and map


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--compare", "0"], "--compare takes 2 to 6 moments, not 1"),
        (
            ["--compare", "0", "soon"],
            "--compare 'soon' is no moment of training; allowed are agent steps (1e6), minutes",
        ),
        (["--compare", "0", "1e6"], "has no checkpoint at 1e6 or later; it has: 0."),
        (["--compare", "0", "latest", "--record", "x.replay"], "--record is for one world that is watched"),
        (["--compare", "0", "latest", "--fair"], "--fair is for one world that is watched"),
    ],
)
def test_what_cannot_be_compared_is_named(
    words: list[str], message: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", str(run), *words, "--no-browser"]) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_only_checkpoints_of_one_run_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "law", "--compare", "0", "1"]) == 1
    assert "--compare shows checkpoints of one run, not of law" in capsys.readouterr().err
