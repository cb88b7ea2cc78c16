"""Taking agents out of worlds between ticks."""

import numpy as np
import pytest

from forge.blade import Chaos, Law, Move, Recording, World

#: Four grass tiles in a frame of lava; one agent is born a tick, in the lowest free slot, while fewer than 3 live.
FOUR = Law(
    **{
        "terrain.side": 4,
        "terrain.border": 1,
        "sight.radius": 2,
        "sight.agents": 3,
        "spawn.cap": 3,
        "spawn.populations": 1,
    }
)
GRASS = np.array([[0, 0, 0, 0], [0, 2, 2, 0], [0, 2, 2, 0], [0, 0, 0, 0]], np.uint8)


def full_world(record: Recording = Recording()) -> World:  # noqa: B008
    """Three agents with the ids 0, 1, 2 in the slots 0, 1, 2, who stay where they are."""
    world = World(FOUR, maps=[GRASS], record=record)
    world.reset()
    for _ in range(2):
        world.step(stay(world))
    assert world.observe().agents["id"][0].tolist() == [0, 1, 2]
    return world


def stay(world: World) -> np.ndarray:
    actions = np.zeros((*world.state.agents.shape, 2), np.uint8)
    actions[..., 0] = Move.PASS
    return actions


def test_the_culled_are_gone_and_nobody_else() -> None:
    world = full_world(Recording(events=True, lives=True))
    before, tally = world.observe().agents[0].copy(), world.state.tally.copy()
    assert world.cull(np.array([[False, True, False]])) == 1
    now = world.observe()
    assert now.alive[0].tolist() == [True, False, True]
    assert (now.agents[0, [0, 2]] == before[[0, 2]]).all()
    assert not now.agents[0, 1].tobytes().strip(b"\0")
    # who sees whom: everyone is in view of everyone, oneself first
    assert now.seen_count[0].tolist() == [2, 0, 2]
    assert now.seen[0, 0, :2].tolist() == [0, 2]
    assert now.seen[0, 2, :2].tolist() == [2, 0]
    assert world.occupancy().sum() == 2
    assert world.occupancy()[0, before["row"][1], before["col"][1]] == sum(
        (before["row"][k], before["col"][k]) == (before["row"][1], before["col"][1]) for k in (0, 2)
    )
    assert world.state.members[0].tolist() == [2]
    assert world.state.living_count[0] == 2
    # it is no death of the rules
    assert (world.state.tally == tally).all()
    assert not len(world.lives())


def test_a_newborn_takes_the_free_slot_in_the_next_tick() -> None:
    world = full_world(Recording(lives=True))
    world.cull(np.array([[True, False, False]]))
    _, reward, terminated, _ = world.step(stay(world))
    assert world.observe().agents["id"][0].tolist() == [3, 1, 2]
    assert reward[0].tolist() == [0, 1, 1]
    assert not terminated.any()
    out = stay(world)
    out[0, 0, 0] = Move.NORTH if world.observe().agents["row"][0, 0] == 1 else Move.SOUTH
    world.step(out)
    (life,) = world.lives()
    assert (life["id"], life["lifetime"], life["birth"]) == (3, 0, 2)  # its own, not that of who was culled


def test_everyone_can_be_culled() -> None:
    world = full_world()
    assert world.cull(np.ones((1, 3), bool)) == 3
    assert not world.observe().alive.any()
    assert world.cull(np.ones((1, 3), bool)) == 0
    world.step(stay(world))
    assert world.observe().agents["id"][0].tolist() == [3, 0, 0]
    assert world.observe().alive[0].tolist() == [True, False, False]


def test_worlds_go_on_as_their_snapshot_does() -> None:
    config = Chaos(**{"terrain.side": 40, "spawn.cap": 32})
    world, rng = World(config, 3, seed=5), np.random.default_rng(0)
    world.reset()
    for tick in range(120):
        world.step(rng.integers(0, (5, 3), (3, 32, 2)))
        if tick % 10 == 9:
            chosen = rng.random((3, 32)) < 0.3
            alive = world.observe().alive.copy()
            assert world.cull(chosen) == (chosen & alive).sum()
            assert (world.observe().alive == alive & ~chosen).all()
            again = World.restore(world.snapshot())
            assert again.hash() == world.hash()
            assert (again.state.members == world.state.members).all()
            mine, theirs, kept = world.observe(), again.observe(), alive & ~chosen
            listed = np.arange(mine.seen.shape[-1]) < mine.seen_count[..., None]
            for name in ("agents", "window", "seen_count", "moves"):
                assert (getattr(mine, name)[kept] == getattr(theirs, name)[kept]).all()
            assert (mine.seen[kept] == theirs.seen[kept])[listed[kept]].all()
    assert world.state.tally["births"].sum() > world.state.tally["deaths"].sum() + world.observe().alive.sum()


def test_what_is_no_mask_is_refused() -> None:
    world = full_world()
    with pytest.raises(TypeError, match="chosen must be bool, not int64"):
        world.cull(np.ones((1, 3), np.int64))
    with pytest.raises(ValueError, match=r"shape \(3,\); wanted is \(1, 3\)"):
        world.cull(np.ones(3, bool))
