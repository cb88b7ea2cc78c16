"""Random play in worlds of the grown kind: nothing appears or vanishes, and the same comes of the same."""

from typing import Any

import numpy as np
import pytest

from forge.blade import Config, Law, World
from forge.blade.grown.experience import BEGINS, HIGHEST
from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import COUNT, GOLD
from tests.blade.grown.village import EVERYTHING, SYSTEMS, load_of

WORLDS, SLOTS = 2, 24
#: Bodies that live long, work well and learn fast, so that all that can be done is done.
EAGER = {
    "spawn.cap": SLOTS,
    "spawn.populations": 4,
    "terrain.side": 40,
    "terrain.border": 4,
    "combat.hold": True,
    "vitals.food_loss": 0,
    "vitals.water_loss": 0,
    "skills.rate": 200,
    "items.capacity": 12,
    "trades.ore": 1,
    "camps.radius": 20,
    "bodies.gifts": "inherited",
    "births.age": 5,
    "reward.gold": 1,
    "reward.level": 1,
    "reward.birth": 1,
}


def config(**changes: Any) -> Config:
    return Law(systems=list(SYSTEMS), **{**EAGER, **changes})


def play(world: World, rng: np.random.Generator) -> np.ndarray:
    """Mostly valid actions, each of all that are valid with the same probability; sometimes any."""
    state, columns = world.state, [c for c in world.config.schema.choices if c.options(world.config)]
    actions = np.zeros((world.count, SLOTS, len(columns)), int)
    names = [column.name for column in columns]
    for w, slot in np.argwhere(state.agents["alive"][:, :SLOTS]):
        told = {c.name: int(rng.integers(len(c.options(world.config)))) for c in columns}
        if rng.random() < 0.9:
            told["work"] = int(rng.choice(np.flatnonzero(state.may_work[w, slot])))
            told["kind"] = int(rng.choice(np.flatnonzero(state.may_kind[w, slot, told["work"]])))
            inner = state.agents[w, slot]
            away = [m for m in range(5) if state.moves[w, slot] >> m & 1]
            told["move"] = int(rng.choice(away)) if rng.random() < 0.3 and min(inner["row"], inner["col"]) > 6 else 0
        actions[w, slot] = [told[name] for name in names]
    return actions


def account(world: World) -> None:
    """Packs and purses hold what the ledger says, each kind for itself, and no more than fits."""
    state = world.state
    came = state.ledger[:, [Reason.BORN, Reason.MADE, Reason.FOUND]].sum(1)
    went = state.ledger[:, [Reason.USED, Reason.SPOILED, Reason.LOST]].sum(1)
    assert np.array_equal((came - went)[:, :COUNT], state.pack.sum(1))
    assert np.array_equal((came - went)[:, GOLD], state.gold.sum(1))
    assert (state.load <= world.config.items.capacity).all()
    for w in range(world.count):
        assert state.load[w].tolist() == [load_of(pack) for pack in state.pack[w]]


def booked(world: World, totals: dict[str, np.ndarray]) -> None:
    """Adds what the events of a tick say of each reason, by kind."""
    names = world.config.schema.names("events")
    for event in world.events():
        name, kind = names[event["kind"]], int(event["detail"])
        if name in totals:
            totals[name][event["world"], kind] += 1 if name == "eat" else event["value"]


def test_nothing_appears_or_vanishes_and_events_say_all_of_it() -> None:
    world, rng = World(config(), WORLDS, seed=4, threads=1, record=EVERYTHING), np.random.default_rng(0)
    world.reset()
    totals = {name: np.zeros((WORLDS, COUNT + 1), int) for name in ("make", "use", "eat", "spoil", "lose")}
    for _ in range(400):
        world.step(play(world, rng))
        account(world)
        booked(world, totals)
    ledger = world.state.ledger
    assert np.array_equal(totals["make"], ledger[:, Reason.MADE])
    assert np.array_equal(totals["use"] + totals["eat"], ledger[:, Reason.USED])
    assert np.array_equal(totals["spoil"], ledger[:, Reason.SPOILED])
    assert np.array_equal(totals["lose"], ledger[:, Reason.LOST])
    alive = world.state.agents["alive"] == 1
    level, experience = world.state.level[alive], world.state.experience[alive]
    assert np.array_equal(level, np.searchsorted(BEGINS[1 : HIGHEST + 1], experience, "right"))
    assert all(total.any() for total in totals.values())


def run(world: World, ticks: int, seed: int) -> tuple[str, list[Any]]:
    rng = np.random.default_rng(seed)
    rewards = [world.step(play(world, rng))[1].tolist() for _ in range(ticks)]
    return world.hash(), rewards


def test_a_snapshot_goes_on_to_the_same_bits() -> None:
    world = World(config(), WORLDS, seed=2, threads=1, record=EVERYTHING)
    world.reset()
    run(world, 150, 1)
    again = World.restore(world.snapshot(), threads=1)
    for name in ("may_work", "may_kind", "may_price", "ledger"):
        assert np.array_equal(getattr(world.state, name), getattr(again.state, name)), name
    assert run(world, 100, 5) == run(again, 100, 5)


@pytest.mark.parametrize("threads", [2])
def test_the_number_of_threads_changes_nothing(threads: int) -> None:
    found = []
    for number in (1, threads):
        world = World(config(), 3, seed=3, threads=number)
        world.reset()
        found.append(run(world, 150, 1))
    assert found[0] == found[1]
