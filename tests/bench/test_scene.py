"""Scenes: what is recorded is what is played again."""

import numpy as np
import pytest

from forge.bench.scene import Played, Scene
from forge.blade import Law, Move


def test_one_agent_a_world_is_one_agent_step_a_world_and_tick() -> None:
    # whoever dies is replaced in the same tick, so that one agent acts at every tick of each of the 3 worlds
    scene = Scene(Law(**{"spawn.cap": 1, "terrain.side": 32}), "Law", "random", worlds=3, settle=7, ticks=5)
    played = Played(scene, seed=1)
    assert played.steps == 3 * 5
    assert played.facts() == {
        "rules": "Law",
        "play": "random",
        "worlds": 3,
        "slots": 1,
        "side": 32,
        "alive": 1.0,
        "in_view": 1.0,
    }


def test_a_growing_world_is_counted_tick_by_tick() -> None:
    # foragers do not die so young: one more of them enters at each tick, the first at the reset. After 2 ticks of
    # settling and 4 that lead in, 7 act in the first timed tick, then 8, then 9
    scene = Scene(Law(), "Law", worlds=2, settle=2, ticks=3)
    played = Played(scene, seed=0)
    assert played.steps == 2 * (7 + 8 + 9)
    assert played.alive == 8


@pytest.mark.parametrize("threads", [1, 2])
def test_replays_time_every_tick_on_any_number_of_threads(threads: int) -> None:
    played = Played(Scene(Law(), "Law", worlds=2, settle=10, ticks=6), seed=0)
    for _ in range(2):
        ticks = played.time(threads)
        assert ticks.shape == (6,)
        assert (ticks > 0).all()


def test_a_replay_that_goes_another_way_is_an_error() -> None:
    # two worlds that end differently: everyone walks north, off the map and into the lava
    played = Played(Scene(Law(**{"terrain.side": 20}), "Law", worlds=2, settle=20, ticks=20), seed=0)
    for actions in played._timed:
        actions[...] = np.array([Move.NORTH, 0])
    with pytest.raises(RuntimeError, match=r"scene 'Law' did not repeat on 1 threads"):
        played.time(1)


def test_brief_play_has_few_worlds_and_ticks() -> None:
    brief = Scene(Law(), "Law", worlds=64, settle=900, ticks=128).brief(settle=40, ticks=16)
    assert (brief.worlds, brief.settle, brief.ticks) == (4, 40, 16)
