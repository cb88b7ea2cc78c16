"""Insight in a world with systems from outside: who is asked is told what the engine tells it, byte by byte."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from forge.blade import Config
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.scene import Scene, someone, told_in
from forge.embyr.inspection.declared import decisions, known_rows
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.hypothesis import look
from forge.ethyr.insight.mind import Mind
from forge.ethyr.networks.network import Choices
from tests.learners import basic
from tests.outside.test_world import crowd
from tests.outside.worlds import two_neighbours, wait


def test_the_living_are_told_what_the_engine_tells_them() -> None:
    world = crowd(1, 1, 20)
    rollout, source = Rollout(world.config, 1, 0), Scene.of_world(world)
    shown = rollout.gather(world.observe(), 0)
    assert shown.more is not None
    assert len(source.agents) > 4
    for place, slot in enumerate(source.slots):
        sight = look(source.without(place), source.agents[place], None, source.told_to(place))
        ours, p = sight.samples, int(source.agents["population"][place])
        assert ours.more is not None
        q = rollout.sample_of[0, 0, slot]
        assert ours.entities[p].tolist() == shown.entities[p, shown.first[p, q] : shown.first[p, q + 1]].tolist()
        for name in ("own", "valid"):
            assert getattr(ours.more, name)[p, 0].tolist() == getattr(shown.more, name)[p, q].tolist()
        assert ours.more.around.tolist() == shown.more.around[:1].tolist()
        counts = [ours.more.counts[0][p, 0], ours.more.counts[1][0]]
        assert counts == [shown.more.counts[0][p, q], shown.more.counts[1][0]]
        herbs, stalls = ours.more.sets[0][p, 0], ours.more.sets[1][0]
        assert herbs[: counts[0]].tolist() == shown.more.sets[0][p, q, : counts[0]].tolist()
        assert stalls[: counts[1]].tolist() == shown.more.sets[1][0, : counts[1]].tolist()
        assert counts[0] + counts[1] > 0


def test_the_living_are_judged_as_when_they_act() -> None:
    """Every choice from outside, by its name; with what the mind is told of a copy of the world."""
    world = crowd(1, 1, 20)
    policy = make_policy(world.config, basic(hidden=16), torch.Generator().manual_seed(1))
    actor = Actor(policy, world.config, 3)
    mind, heard = Mind(lambda: actor), list[Choices]()
    actor.policy.register_forward_hook(lambda module, given, choices: heard.append(choices))
    actor.act(world.observe())
    scene, rollout = Scene.of_world(world), actor._rollout
    assert rollout is not None
    for place, slot in enumerate(scene.slots):
        thought, p, q = mind.think(scene, place), scene.agents["population"][place], rollout.sample_of[0, 0, slot]
        assert thought.value == pytest.approx(float(heard[0].value[p, q]), abs=1e-5)
        assert [*thought.more] == [*heard[0].more] == ["eat", "use", "buy", "give"]
        for name, odds in thought.more.items():
            wanted = heard[0].more[name][p, q].exp().numpy()
            np.testing.assert_allclose(odds, wanted[: len(odds)], atol=1e-5)
            assert odds.sum() == pytest.approx(1, abs=1e-5)


def test_who_is_made_up_has_nothing_and_may_choose_everything() -> None:
    world = two_neighbours()
    scene, someone_ill = Scene.of_world(world), someone(world.config, 0, row=6, col=6, immune=1)
    more = look(scene, someone_ill).samples.more
    assert more is not None
    assert (more.own[0].tolist(), more.counts[0][0].tolist(), more.counts[1].tolist()) == ([[1]], [0], [1])
    assert more.sets[1][0, 0].tolist() == [1, 1]
    assert more.valid.all()
    flat = look(Scene.flat(world.config), someone_ill).samples.more
    assert flat is not None
    assert not flat.around.any()
    assert flat.counts[1].tolist() == [0]


def test_a_frame_does_not_say_what_agents_are_told() -> None:
    world = two_neighbours()
    frame, materials, me = FrameSource(world).frame(), world.materials()[0], someone(world.config, row=6, col=6)
    known = Scene.of_frame(world.config, frame, materials, told_in(world))
    more = look(known.without(0), known.agents[0], None, known.told_to(0)).samples.more
    assert more is not None
    assert more.sets[0][0, 0].tolist() == [[1, -1], [0, 0], [0, 0]]
    with pytest.raises(ValueError, match="is told of own, around, herbs, stalls, eat, use, give here, which the scene"):
        look(Scene.of_frame(world.config, frame, materials), me)


def test_the_panel_names_the_options_that_are_there() -> None:
    """Agent 1 has a herb from birth and has bought one, and sees agent 0; two of the four stalls are open."""
    world = two_neighbours()
    wait(world, buy=[0, 1])
    scene = Scene.of_world(world)
    counts = {"eat": 2, "use": 4, "buy": 5, "give": 32}
    odds = {name: np.full(n, 1 / n, np.float32) for name, n in counts.items()}
    eat, use, buy, give = decisions(scene, 1, odds)
    assert eat == {
        "name": "eat",
        "meaning": "whether it eats a herb",
        "of": "",
        "options": [{"name": "no", "odds": 0.5}, {"name": "yes", "odds": 0.5}],
    }
    herbs = [{"name": f"herb_{k}", "odds": 0.25, "row": k} for k in range(2)]
    assert use["options"] == [{"name": "nothing", "odds": 0.25}, *herbs]
    assert [(option["name"], option.get("row")) for option in buy["options"]] == [
        ("nothing", None),
        ("stall_0", 0),
        ("stall_1", 1),
    ]
    assert give["options"] == [{"name": "nobody", "odds": 1 / 32}, {"name": "entry_1", "odds": 1 / 32, "agent": 0}]
    assert world.state.seen[0, 1, : world.state.seen_count[0, 1]].tolist() == [1, 0]
    herbs, stalls = known_rows(scene, 1) or []
    assert (herbs["name"], herbs["rows"], stalls["rows"]) == ("herbs", [[1, 0], [1, 0]], [[1, 0], [2, 1]])
    assert stalls["columns"][0] == {"name": "strength", "unit": "points", "meaning": "of what it sells"}


def test_windows_are_of_two_bytes_where_tiles_are() -> None:
    config = Config(systems=["tests.outside.ground:TWENTY"]).replace(**{"sight.radius": 2})
    scene = Scene.flat(config)
    scene.materials[20, 21] = 19
    windows = look(scene, someone(config, 0, row=20, col=20)).samples.windows
    assert windows.dtype == np.uint16
    assert windows[0, 0, 2, 1:4].tolist() == [2, 2 + 256, 19]
