"""Interventions: agents and tiles of a running world are placed, moved, changed, given to and removed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Chaos, Config, ConfigError, Material, Move, Recording, World
from forge.blade.interventions import Change, Give, Intervention, Place, Remove, Tile
from forge.blade.interventions import Move as Put
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.frame import capture
from tests.blade.pond import LAND, PEACE, SMALL, begun, living, rest
from tests.blade.worlds import configs, patchwork, wanderer
from tests.reference.compare import EVERYTHING, differences, step_differences
from tests.reference.engine import Action, Game
from tests.reference.intervene import intervene


def restored(world: World) -> World:
    """The world as its snapshot has it, which is checked against every rule as it is read."""
    again = World.restore(world.snapshot(), threads=1)
    assert again.hash() == world.hash()
    return again


def test_a_placed_agent_is_there_at_once_and_lives_on_by_the_rules() -> None:
    world = begun()
    population = 1 - int(living(world)[0]["population"])
    # beside the pond at (2, 2), at food 7 and water 20 of 32: it drinks 5, and uses 1 of both
    (ident,) = world.apply(Place(population, 2, 3, food=7, water=20, age=40))
    assert ident == 1
    agent = living(world)[1]
    assert (agent["row"], agent["col"], agent["health"], agent["age"]) == (2, 3, 10, 40)
    assert world.occupancy()[0, 2, 3] == 1
    slot = int(np.flatnonzero(world.observe().agents["id"][0] == 1)[0])
    assert slot == population * 3  # the lowest of its population
    # from (2, 3) it may go south, east, and north to the ring, but not west into the pond
    assert world.observe().move_mask[0, slot, [Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST]].tolist() == [1, 1, 1, 0]
    assert world.observe().materials[0, slot, 2, 1] == Material.WATER
    assert not len(world.events()) or (world.events()["agent"] == 0).all()  # it is no birth of the rules
    world.step(rest(world))
    agent = living(world)[1]
    assert (agent["food"], agent["water"], agent["age"]) == (7 - 1, 20 + 5 - 1, 41)
    assert world.visits()[0, population, 2, 3] == 1


def test_ids_tallies_and_lives_know_of_who_was_placed() -> None:
    world = begun()
    world.step(rest(world))  # in which agent 1 is born
    before = world.state.tally[0].copy()
    # at food 1, water 1 and health 2 it loses 2 health in the next tick, and dies of hunger
    assert world.apply([Place(0, 4, 4, food=1, water=1, health=2, age=9), Remove(0)]) == [2]
    after = world.state.tally[0]
    assert (after["births"] - before["births"]).tolist() == [1, 0]
    assert (after["ticks"] - before["ticks"]).tolist() == [9, 0]
    restored(world)
    world.step(rest(world))
    (life,) = world.lives()
    # the first tick, 0, had been finished when it was placed: it entered in that. It survived 9 ticks, and not this one
    assert (life["id"], life["birth"], life["lifetime"], life["ticks"].sum()) == (2, 0, 9, 1)
    assert (world.state.tally[0]["deaths"].sum(), world.state.tally[0]["lifetime"].sum()) == (1, 9)


def test_who_is_moved_changed_and_given_to_is_what_it_is_told() -> None:
    world = begun(Chaos(**SMALL))
    world.apply([Put(0, 3, 3), Change(0, health=4, food=10, water=0, freeze=2, age=77)])
    agent = living(world)[0]
    assert [agent[name] for name in ("row", "col", "health", "food", "water", "freeze", "age")] == [
        *(3, 3, 4, 10, 0, 2, 77)
    ]
    assert world.occupancy()[0].sum() == world.occupancy()[0, 3, 3] == 1
    slot = int(np.flatnonzero(world.observe().alive[0])[0])
    assert world.observe().move_mask[0, slot].tolist() == [1, 0, 0, 0, 0]  # frozen: it may only pass
    world.apply([Give(0, health=-9, food=100, water=3), Give(0, food=-30, water=-1)])
    agent = living(world)[0]
    # health 4 − 9 stays at 1; food 10 + 100 is at most 32, less 30 is 2; water 0 + 3 − 1
    assert (agent["health"], agent["food"], agent["water"]) == (1, 2, 2)
    restored(world)


def test_who_is_removed_is_gone_and_its_slot_free() -> None:
    world = begun()
    population = int(living(world)[0]["population"])
    ids = world.apply([Place(population, 3, 3), Place(population, 3, 3)])
    assert ids == [1, 2]
    assert world.apply([Remove(1), Place(population, 5, 3)]) == [3]
    assert living(world).keys() == {0, 2, 3}
    slots = {int(world.observe().agents["id"][0, slot]): slot for slot in np.flatnonzero(world.observe().alive[0])}
    assert slots == {0: population * 3, 3: population * 3 + 1, 2: population * 3 + 2}
    assert world.observe().seen_count[0][population * 3 + 2] >= 2  # (5, 3) is in sight of (3, 3)
    assert not world.lives().size
    assert world.state.tally[0]["deaths"].sum() == 0
    restored(world)


def test_who_is_placed_has_not_chosen_what_its_slot_chose_before() -> None:
    world = begun()
    population = int(living(world)[0]["population"])
    world.step(rest(world))
    (ident,) = world.apply([Remove(0), Place(population, 3, 3, age=7)])
    agents = capture(world).agents
    assert agents["move"][agents["id"] == ident].tolist() == [UNKNOWN]


def test_tiles_change_what_is_seen_may_be_entered_and_regrows() -> None:
    world = begun(PEACE.replace(**{"foraging.regrowth": 1}))
    world.apply([Place(0, 3, 3), Tile(2, 3, "stone"), Tile(4, 3, Material.GRASS), Tile(3, 4, "scrub")])
    slot = int(np.flatnonzero(world.observe().agents["id"][0] == 1)[0])
    assert world.materials()[0][[2, 4, 3], [3, 3, 4]].tolist() == [Material.STONE, Material.GRASS, Material.SCRUB]
    assert not world.observe().move_mask[0, slot, Move.NORTH]
    assert world.observe().materials[0, slot, 1, 2] == Material.STONE  # the window's centre is (2, 2)
    assert world.state.harvested_count[0] == 1  # the scrub of the map, at (4, 3), is grass; (3, 4) has taken its place
    restored(world)
    world.step(rest(world))
    assert world.materials()[0][3, 4] == Material.FOREST
    assert world.materials()[0][4, 3] == Material.GRASS
    world.reset()
    assert (world.materials()[0] == LAND).all()  # a world begins from its map


def test_more_agents_than_a_tile_counts_stand_on_one() -> None:
    world = begun(PEACE.replace(**{"spawn.cap": 80, "spawn.populations": 2}))
    ids = world.apply([Place(k % 2, 3, 3) for k in range(70)])
    assert world.occupancy()[0, 3, 3] == 70
    world.apply([Remove(ident) for ident in ids[:36]])
    assert world.occupancy()[0, 3, 3] == 34
    world.apply([Put(ident, 3, 4) for ident in ids[36:60]])
    assert world.occupancy()[0, 3, 3:5].tolist() == [10, 24]
    restored(world)


def test_other_worlds_of_the_batch_are_as_they_were() -> None:
    world = World(PEACE, 3, maps=[LAND] * 3, threads=1)
    world.reset()
    hashes = [world.hash(w) for w in range(3)]
    world.apply([Place(0, 3, 3)], world=1)
    assert [world.hash(w) == hashes[w] for w in range(3)] == [True, False, True]
    assert [len(world.interventions(w)) for w in range(3)] == [0, 1, 0]
    with pytest.raises(IndexError, match=r"world = 3 is out of range; the batch holds the worlds 0 \.\. 2"):
        world.apply([], world=3)


def test_what_was_made_is_told_until_a_tick_has_passed() -> None:
    world = begun()
    world.apply(Place(0, 3, 3))
    world.apply([Tile(4, 4, "stone")])
    made = [(m.tick, str(m.intervention), m.agent) for m in world.interventions()]
    assert made == [(0, "place(population=0, row=3, col=3)", 1), (0, "tile(row=4, col=4, material=stone)", None)]
    world.step(rest(world))
    assert len(world.interventions()) == 2
    world.step(rest(world))
    assert world.interventions() == ()


REFUSED: list[tuple[Any, str]] = [
    (Place(2, 3, 3), r"place\(population=2, row=3, col=3\): population = 2 is out of range .*allowed are 0 \.\. 1"),
    (Place(0, 0, 3), r"row = 0 is out of range .*allowed are 1 \.\. 6"),
    (Place(0, 2, 2), "row 2, column 2 is water; agents stand on grass, scrub or forest"),
    (Place(0, 3, 3, food=33), r"food = 33 is out of range in this world; allowed are 0 \.\. 32"),
    (Place(0, 3, 3, freeze=1), r"freeze = 1 is out of range in this world; allowed are 0 \.\. 0"),
    ([Place(0, 3, 3)] * 4, r"interventions\[[23]\].*population 0 is full: at most 3 of its agents live at once"),
    (Put(0, 5, 5), "row 5, column 5 is stone"),
    (Put(9, 3, 3), "no agent 9 lives in the world; those who do: 0"),
    ([Remove(0), Give(0, food=1)], r"interventions\[1\], give\(agent=0, food=1\): no agent 0 .*nobody does"),
    (Change(0, health=11), r"health = 11 is out of range in this world; allowed are 1 \.\. 10"),
    (Tile(0, 3, "stone"), r"row = 0 is out of range"),
    (Tile(3, 3, "wood"), r"tile\(row=3, col=3, material=wood\): unknown material 'wood'"),
    (Tile(3, 3, 7), r"material = 7 is out of range in this world; allowed are 0 \.\. 6"),
    (Tile(1, 3, "forest"), r"the ring on which agents enter, which stays grass; .* rows and columns 2 \.\. 5"),
    ([Put(0, 3, 3), Tile(3, 3, "lava")], "1 agents stand on row 3, column 3; with somebody on it a tile may be grass"),
    ("place", "interventions.0. = 'p' must be one of Place, Move, Change, Give, Remove, Tile"),
]


@pytest.mark.parametrize(("entries", "why"), REFUSED)
def test_all_are_made_or_none(entries: Any, why: str) -> None:
    world = begun()
    bits, looks = world.hash(), world.observe().copy()
    wanted = [entries] if isinstance(entries, Intervention) else list(entries)
    with pytest.raises(ConfigError, match=why) as caught:
        world.apply([Place(1, 4, 4), Tile(3, 5, "forest"), *wanted] if isinstance(entries, Place) else wanted)
    assert len(str(caught.value).splitlines()) == 1
    assert world.hash() == bits
    assert world.interventions() == ()
    for name, before, now in zip(looks._fields, looks, world.observe(), strict=True):
        assert np.array_equal(before, now), name


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Place(0, 3, "x"), r"place.col = 'x' must be an integer, 0 \.\. 4095"),
        (lambda: Place(0, 3, None), r"place.col = None must be an integer"),
        (lambda: Place(0, 3, 3, health=0), r"place.health = 0 is out of range; allowed are 1 \.\. 30000"),
        (lambda: Give(0), "says nothing; it needs one of health, food, water"),
        (lambda: Change(0), "says nothing; it needs one of health, food, water, freeze, age"),
        (lambda: Tile(3, 3, 256), r"tile.material = 256 is out of range; allowed are 0 \.\. 254"),
    ],
)
def test_what_can_be_in_no_world_is_refused_when_it_is_written(make: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        make()


def test_a_world_that_has_not_begun_takes_none() -> None:
    with pytest.raises(RuntimeError, match="call reset first"):
        World(PEACE, maps=[LAND]).apply(Place(0, 3, 3))


def drawn(rng: np.random.Generator, world: World) -> list[Intervention]:
    """Some interventions, most of which can be made."""
    config, ids = world.config, [*living(world)] or [0]
    low, high = config.terrain.low, config.terrain.high
    vitals, mage = config.vitals, config.combat.mage_freeze

    def one() -> Intervention:
        row, col = (int(k) for k in rng.integers(low, high + 1, 2))
        agent, level = int(rng.choice(ids)), {name: int(rng.integers(1, getattr(vitals, name) + 1)) for name in VITALS}
        extra = {"freeze": int(rng.integers(mage + 1)), "age": int(rng.integers(40))}
        some = {name: value for name, value in (level | extra).items() if rng.random() < 0.5} or extra
        return [
            lambda: Place(int(rng.integers(config.populations)), row, col, **some),
            lambda: Put(agent, row, col),
            lambda: Change(agent, **some),
            lambda: Give(agent, **{name: int(rng.integers(-9, 10)) for name in VITALS}),
            lambda: Remove(agent),
            lambda: Tile(row, col, int(rng.choice(list(Material)))),
        ][int(rng.choice(6, p=[0.35, 0.2, 0.15, 0.1, 0.05, 0.15]))]()

    return [one() for _ in range(rng.integers(1, 4))]


VITALS = ("health", "food", "water")


@given(config=configs(), seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_any_interventions_keep_all_that_must_hold_and_do_what_is_said_of_them(config: Config, seed: int) -> None:
    tiles = patchwork(config.terrain, seed % 97)
    world, rng, play = World(config, 1, seed, 1, [tiles], EVERYTHING), np.random.default_rng(seed), wanderer(care=0.9)
    seen, game = world.reset(), Game(config, int(world.seeds[0]), tiles)
    for _ in range(12):
        entries, bits = drawn(rng, world), world.hash()
        try:
            world.apply(entries)
            intervene(game, entries)
        except ConfigError:
            assert world.hash() == bits
        assert differences(world, [game]) == ""
        twin = restored(world)
        actions = play(rng, seen, config)
        game.step({agent.slot: Action(*map(int, actions[0, agent.slot])) for agent in game.in_slots()})
        result = world.step(actions)
        assert (differences(world, [game]) or step_differences(*result[1:], [game])) == ""
        twin.step(actions)
        assert twin.hash() == world.hash()


def test_recording_changes_nothing() -> None:
    worlds = [begun(record=record) for record in (Recording(), EVERYTHING)]
    for world in worlds:
        world.apply([Place(0, 3, 3, age=5), Place(1, 4, 4), Change(0, age=3), Remove(1)])
        world.step(rest(world))
    assert worlds[0].hash() == worlds[1].hash()
