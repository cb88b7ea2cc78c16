"""Copies of a World, by `copy` or in a pickle to another process, go on alike and share nothing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, Recording, World
from forge.blade.world.world import _IN_A_SNAPSHOT

CONFIG = Chaos(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 16})
WAYS: dict[str, Callable[[World], World]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda world: pickle.loads(pickle.dumps(world)),
}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def play(world: World, ticks: int) -> list[str]:
    """The hashes of some ticks in which everyone moves about by a rule of the tick and the slot."""
    hashes = []
    for _ in range(ticks):
        rows = (world.state.tick[:, None, None] * 7 + np.arange(16)[:, None] * 3 + np.arange(2)) % 3
        world.step(rows)
        hashes.append(world.hash())
    return hashes


@ways
@pytest.mark.parametrize("ticks", [0, 30])
def test_a_copy_goes_on_alike(way: Callable[[World], World], ticks: int) -> None:
    world = World(CONFIG, 2, seed=1, threads=1, record=Recording(lives=True))
    world.reset()
    play(world, ticks)
    twin = way(world)
    assert type(twin) is World
    assert twin.threads == 1
    assert twin.hash() == world.hash()
    assert play(twin, 20) == play(world, 20)
    assert all((mine == other).all() for mine, other in zip(world.observe()[:6], twin.observe()[:6]))
    play(twin, 1)
    assert twin.hash() != world.hash()


@ways
def test_a_copy_may_be_made_before_the_start(way: Callable[[World], World]) -> None:
    world = World(CONFIG, 2, seed=1, threads=1)
    twin = way(world)
    assert not twin.observe().alive.any()
    world.reset()
    twin.reset()
    assert play(twin, 10) == play(world, 10)


class Counting(World):
    """A world with something of its own to remember, and other arguments than `World` has."""

    __slots__ = ("label",)

    def __init__(self, label: str) -> None:
        super().__init__(CONFIG, 2, seed=1, threads=1)
        self.label = label
        self.deaths = np.zeros(2, int)

    def step(self, actions: Any) -> Any:
        result = super().step(actions)
        self.deaths += result[2].sum(-1)
        return result


@pytest.mark.parametrize("way", [*WAYS.values(), World.clone], ids=[*WAYS, "clone"])
def test_a_copy_has_the_attributes_of_a_subclass(way: Callable[[World], World]) -> None:
    world = Counting("mine")
    world.reset()
    play(world, 40)
    assert world.deaths.any()
    twin = way(world)
    assert isinstance(twin, Counting)
    assert (twin.label, twin.deaths.tolist(), twin.seed) == ("mine", world.deaths.tolist(), 1)
    assert play(twin, 10) == play(world, 10)
    assert twin.deaths.tolist() == world.deaths.tolist()


def test_a_clone_shares_no_attribute() -> None:
    world = Counting("mine")
    world.reset()
    twin = world.clone(threads=2)
    twin.deaths += 7
    assert not world.deaths.any()
    assert (world.threads, twin.threads) == (1, 2)


def test_what_a_snapshot_holds_is_not_copied_twice() -> None:
    """Whoever gives World another attribute says whether `restore` makes it from a snapshot."""
    assert vars(World(CONFIG)).keys() - _IN_A_SNAPSHOT == {"seed"}


@ways
def test_the_observation_of_a_copy_is_its_own(way: Callable[[World], World]) -> None:
    """A view of memory that is not the copy's would show an empty world, or the other one, forever."""
    world = World(CONFIG, threads=1)
    world.reset()
    twin = way(world)
    seen = twin.observe()
    play(twin, 5)
    assert seen.alive.sum() == twin.state.living_count[0] > world.observe().alive.sum()
