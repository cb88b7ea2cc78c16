"""Overlays, panels and play over the wire: a real server, a real policy, a world that plays."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade.recording.frame import Frame, FrameSource
from forge.blade.recording.replay import Replay, ReplayWriter
from forge.embyr import Live, Pace, Source, Viewer
from forge.embyr.inspection.overlays import Overlays
from forge.embyr.seats.play import Play
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.mind import Mind
from tests.blade.watching import SMALL, world_of
from tests.embyr.client import Client
from tests.embyr.loops import in_thread
from tests.learners import basic

#: Nobody is harmed, so that who is taken over lives.
CONFIG = SMALL.replace(**{"combat.melee_damage": 0, "combat.range_damage": 0, "combat.mage_damage": 0})


@contextlib.contextmanager
def watched(path: Path, paused: bool = False) -> Iterator[Viewer]:
    """A world played by an untrained policy with a memory, and recorded."""
    world, learning = world_of(CONFIG), basic(network="recurrent", hidden=16)
    actor = Actor(make_policy(CONFIG, learning, torch.Generator().manual_seed(0)), CONFIG, 1, learning.reward_factor)
    mind, pace = Mind(lambda: actor), Pace(0.02, paused=paused)
    asked = [Overlays(CONFIG, ["Red", "Blue"], [mind, mind]), Play(CONFIG)]
    for _ in range(10):
        world.step(actor.act(world.observe()))
    with (
        Viewer(Source.of(CONFIG), pace, port=0, extensions=asked) as viewer,
        ReplayWriter(path, world) as writer,
        in_thread(pace, Live(viewer, world, actor, writer.append).run),
    ):
        yield viewer


def welcomed(viewer: Viewer) -> tuple[Client, dict[str, Any]]:
    client = Client(viewer, {"type": "hello", "protocol": 1, "token": None})
    return client, client.hear("welcome")


def grid(client: Client, name: str) -> tuple[dict[str, Any], np.ndarray]:
    """The next overlay of a name; frames on the way are acknowledged."""
    while True:
        message = client.next()
        if isinstance(message, Frame):
            client.say(type="ack", tick=message.tick)
        elif isinstance(message, bytes):
            _, size, text, _ = struct.unpack_from("<4I", message)
            assert size == len(message)
            about = json.loads(message[16 : 16 + text])
            if about["name"] == name:
                values = np.frombuffer(message, "<f4", offset=16 + text)
                return about, values.reshape(about["rows"], about["cols"])


def test_overlays_and_panels_are_told_while_the_world_plays(tmp_path: Path) -> None:
    with watched(tmp_path / "a.replay") as viewer:
        client, welcome = welcomed(viewer)
        with client:
            overlays = ["visits", "value", "dependency", "attacks"]
            expected = {"control": True, "seek": False, "overlays": overlays, "inspect": True, "play": True}
            assert welcome["abilities"] == expected | {"fair": False, "history": True}
            agent = int(client.frame().agents["id"][0])
            for name in overlays:
                client.say(type="overlay", name=name, population=0, food=0.5, water=None)
                about, values = grid(client, name)
                assert about["low"] < about["high"] or name in ("visits", "attacks")
                assert values.shape == ((15, 15) if name == "dependency" else (16, 16))
                assert np.isfinite(values).any() or name == "attacks"
            first = grid(client, "attacks")[0]["tick"]  # again, when the world has gone on
            assert grid(client, "attacks")[0]["tick"] > first
            client.say(type="inspect", id=agent)
            panel = client.hear("agent", id=agent)
            if panel["alive"]:
                assert sum(panel["move"]) == pytest.approx(1, abs=1e-5)
                assert np.shape(panel["attacks"]) == (3, 7, 7)
            client.say(type="overlay", name="value", population=7)
            assert "there are 2 populations" in client.hear("error")["message"]
            client.say(type="overlay", name=None)


def test_what_a_person_does_is_seen_by_all_and_is_in_the_replay(tmp_path: Path) -> None:
    with watched(tmp_path / "a.replay", paused=True) as viewer:
        client, _ = welcomed(viewer)
        with client, Client.greeted(viewer) as other:
            start = client.frame().tick
            other.frame()
            client.say(type="join", population=None, id=None)
            agent = client.hear("joined", waiting=False)["id"]
            styles = [2, 0, 1, 1, 2]
            for tick, style in enumerate(styles, start + 1):
                client.say(type="act", move=0, style=style, target=None)
                client.say(type="control", do="step", value=None)
                for watching in (client, other):
                    frame = watching.frame()
                    assert frame.tick == tick
                    told = frame.agents["id"] == agent
                    assert (frame.agents["move"][told], frame.agents["style"][told]) == (0, style)
            client.say(type="leave")
            assert client.hear("left")["reason"] == "you handed it back"
    replay = Replay(tmp_path / "a.replay")
    kept = [replay.frame(tick).agents for tick in range(start + 1, start + 1 + len(styles))]
    assert [int(agents["style"][agents["id"] == agent][0]) for agents in kept] == styles


def test_a_closed_page_hands_its_agent_back(tmp_path: Path) -> None:
    with watched(tmp_path / "a.replay", paused=True) as viewer:
        client, _ = welcomed(viewer)
        with client:
            client.frame()
            client.say(type="join", population=None, id=None)
            agent = client.hear("joined", waiting=False)["id"]
        with Client.greeted(viewer) as other:
            while True:  # until the server has noticed
                other.say(type="join", population=None, id=agent)
                if other.hear("joined")["id"] == agent:
                    break


def test_the_world_is_the_same_with_and_without_those_who_ask(tmp_path: Path) -> None:
    """The same 30 ticks, once with somebody who asks for everything, once with nobody."""
    with watched(tmp_path / "a.replay", paused=True) as viewer:
        client, _ = welcomed(viewer)
        with client:
            client.say(type="inspect", id=1)
            for step, name in enumerate(["visits", "value", "dependency", "attacks"] * 7):
                client.say(type="overlay", name=name, population=step % 2)
                client.say(type="control", do="step", value=None)
                client.frame()
    world, learning = world_of(CONFIG), basic(network="recurrent", hidden=16)
    actor = Actor(make_policy(CONFIG, learning, torch.Generator().manual_seed(0)), CONFIG, 1)
    for _ in range(10):
        world.step(actor.act(world.observe()))
    alone, replay = FrameSource(world), Replay(tmp_path / "a.replay")
    assert len(replay) >= 28
    for tick in replay.ticks:
        assert alone.frame().agents["id"].tolist() == replay.frame(tick).agents["id"].tolist()
        world.step(actor.act(world.observe()))
