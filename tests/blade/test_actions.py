"""Actions of every integer type are taken; what is not an action is refused and changes nothing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from forge.blade import Chaos, World
from tests.blade.worlds import patchwork, wanderer

CONFIG = Chaos(**{"terrain.side": 22, "terrain.border": 3, "spawn.cap": 16, "combat.targeting": "learned"})
SHAPE = (2, 16, 3)
LIMITS = (5, 3, CONFIG.sight.agents)


def lively(ticks: int = 30) -> World:
    """Two worlds that have been played for a while."""
    world = World(CONFIG, 2, seed=5, threads=1, maps=[patchwork(CONFIG.terrain, i) for i in range(2)])
    rng, play, seen = np.random.default_rng(1), wanderer(care=1.0), world.reset()
    for _ in range(ticks):
        seen = world.step(play(rng, seen, CONFIG))[0]
    return world


def refused(world: World, actions: Any) -> str:
    """The message by which actions are refused; fails if they are taken or anything has changed."""
    before, seen = world.hash(), world.observe().copy()
    with pytest.raises((TypeError, ValueError)) as caught:
        world.step(actions)
    assert world.hash() == before
    for old, new in zip(seen, world.observe(), strict=True):
        assert np.array_equal(old, new)
    return str(caught.value)


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((2, 16, 2), SHAPE),
        ((1, 16, 3), SHAPE),
        ((2, 15, 3), SHAPE),
        ((2, 16), SHAPE),
        ((), SHAPE),
        ((2, 16, 3, 1), SHAPE),
    ],
)
def test_a_wrong_shape_is_named(shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    message = refused(lively(), np.zeros(shape, int))
    assert str(shape) in message
    assert str(wanted) in message


@pytest.mark.parametrize("dtype", ["f4", "f8", "bool", "c8", "U3", "M8[s]", "O"])
def test_a_wrong_dtype_is_named(dtype: str) -> None:
    assert str(np.dtype(dtype)) in refused(lively(), np.zeros(SHAPE, dtype))


@pytest.mark.parametrize("given", [None, "north", {"move": 1}, 3, [[1, 2], [3]]])
def test_what_is_no_array_is_refused(given: Any) -> None:
    refused(lively(), given)


@pytest.mark.parametrize(("column", "name"), [(0, "move"), (1, "style"), (2, "target")])
def test_a_number_outside_the_action_space_is_named(column: int, name: str) -> None:
    world = lively()
    slot = int(np.flatnonzero(world.observe().alive[1])[-1])
    for number in (-1, LIMITS[column], 255, 256, 2**31, 2**63 - 1, -(2**63)):
        actions = np.zeros(SHAPE, np.int64)
        actions[1, slot, column] = number
        message = refused(world, actions)
        assert f"world 1, slot {slot}: {name} = {number} " in message
        assert f"0 .. {LIMITS[column] - 1}" in message
    actions = np.zeros(SHAPE, np.uint64)
    actions[1, slot, column] = 2**64 - 1
    assert str(2**64 - 1) in refused(world, actions)


@given(actions=hnp.arrays(st.sampled_from([np.int8, np.int64]), SHAPE, elements=st.integers(-128, 127)))
@settings(max_examples=50)
def test_actions_are_taken_exactly_if_all_of_the_living_are_in_range(actions: np.ndarray) -> None:
    world = lively(10)
    good = ((actions >= 0) & (actions < LIMITS)).all(-1) | ~world.observe().alive
    if good.all():
        world.step(actions)
        assert world.state.tick.tolist() == [11, 11]
    else:
        refused(world, actions)


def test_rows_of_empty_slots_are_ignored() -> None:
    plain, noisy = lively(), lively()
    empty = ~plain.observe().alive
    assert empty.any()
    actions = np.zeros(SHAPE, np.int64)
    plain.step(actions)
    actions[empty] = [-7, 2**40, 99]
    noisy.step(actions)
    assert noisy.hash() == plain.hash()


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i4"])
def test_every_integer_type_is_taken(dtype: str) -> None:
    world, other = lively(), lively()
    actions = wanderer(care=0.5)(np.random.default_rng(2), world.observe(), CONFIG)
    world.step(actions)
    other.step(actions.astype(dtype))
    assert other.hash() == world.hash()


def test_any_memory_layout_is_taken() -> None:
    world = lively()
    actions = wanderer(care=0.5)(np.random.default_rng(2), world.observe(), CONFIG)
    fixed = actions.copy()
    fixed.flags.writeable = False
    layouts = [
        np.asfortranarray(actions),
        actions[:, ::-1].copy()[:, ::-1],
        np.repeat(actions, 2, axis=2)[..., ::2],
        fixed,
        actions.tolist(),
    ]
    world.step(actions)
    for layout in layouts:
        other = lively()
        other.step(layout)
        assert other.hash() == world.hash()
