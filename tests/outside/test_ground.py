"""Worlds of eight, nine and twenty materials: one code for tiles of one byte and of two."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import forge
from forge.blade import Config, ConfigError, Law, Material, Move, Observation, World
from forge.blade.compiled.jit import jit
from forge.blade.game.game import GAME
from forge.blade.interventions import Change, Place, Tile
from forge.blade.interventions import Move as Put
from forge.blade.mechanics.grid import set_material
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of, tile_type
from forge.blade.schema.schema import Schema
from forge.blade.terrain.planting import world_maps
from forge.blade.terrain.tiled import read_tmx, write_tmx
from forge.blade.terrain.tiles import from_text, to_text
from forge.blade.world.scenario import Scenario
from tests.outside.ground import EIGHT, NINE, TWENTY

BERRY, WALL = 7, 8
SMALL = {"terrain.side": 20, "terrain.border": 4, "spawn.cap": 16, "spawn.populations": 2, "sight.radius": 3}
MOST = {"EIGHT": 31, "TWENTY": 255}


def small(name: str = "TWENTY", **changes: Any) -> Config:
    return Config(systems=[f"tests.outside.ground:{name}"]).replace(**{**SMALL, **changes})


def test_a_byte_tells_eight_materials_apart_and_two_tell_255() -> None:
    assert [tile_type(count) for count in (7, 8, 9, 20, 255)] == ["u1", "u1", "u2", "u2", "u2"]
    kinds = {len(Schema(GAME.systems, {"m:S": s}).materials): s for s in (EIGHT, NINE, TWENTY)}
    assert kinds == {8: EIGHT, 9: NINE, 20: TWENTY}
    for kind, layout in LAYOUTS.items():
        tiles = np.array([0, layout.mask, layout.one_agent * layout.crowd, np.iinfo(kind).max], kind)
        assert materials_of(tiles).tolist() == [0, layout.mask, 0, layout.mask]
        assert crowds_of(tiles).tolist() == [0, 0, layout.crowd, layout.crowd]
        assert materials_of(tiles).dtype == crowds_of(tiles).dtype == np.uint8


def test_more_than_255_materials_are_refused() -> None:
    sand = tuple(TWENTY.materials[-1]._replace(name=f"dune_{k}") for k in range(250))
    with pytest.raises(ConfigError, match="declare 257 materials; allowed are 255"):
        Schema(GAME.systems, {"m:S": dataclasses.replace(TWENTY, materials=sand)})


def walk(world: World, ticks: int, first: int = 0) -> Observation:
    """Ticks in which everyone walks at random, into walls too; the draws follow from the tick alone."""
    for tick in range(first, first + ticks):
        moves = np.random.default_rng(tick).integers(0, 5, (3, 16))[: world.count]
        observation, *_ = world.step(np.stack([moves, np.zeros_like(moves)], -1))
    return observation


@pytest.mark.parametrize(("name", "radius"), [("EIGHT", 7), ("TWENTY", 7), ("TWENTY", 9)])
def test_a_world_is_seen_as_it_is_and_is_the_same_however_it_is_stepped(name: str, radius: int) -> None:
    """Windows of one vector a row, and of two; they reach beyond the map, where all is lava."""
    config = small(name, **{"sight.radius": radius})
    world = World(config, 3, seed=5, threads=1)
    world.reset()
    observation = walk(world, 40)
    materials, crowds = world.materials(), world.occupancy()
    beyond = ((0, 0), (radius, radius), (radius, radius))
    wide_materials, wide_crowds = np.pad(materials, beyond), np.pad(crowds, beyond)
    assert world.state.tiles.dtype == observation.window.dtype == tile_type(len(config.schema.materials))
    assert set(np.unique(materials)) >= set(range(7, len(config.schema.materials)))
    open_to = np.array([tile.enterable for tile in config.schema.materials])
    for w, slot in np.argwhere(observation.alive):
        row, col = (int(observation.agents[axis][w, slot]) for axis in ("row", "col"))
        around = np.s_[w, row : row + 2 * radius + 1, col : col + 2 * radius + 1]
        assert (observation.materials[w, slot] == wide_materials[around]).all()
        assert (observation.counts[w, slot] == wide_crowds[around]).all()
        assert open_to[materials[w, row, col]]
        ahead = {Move.NORTH: (row - 1, col), Move.SOUTH: (row + 1, col), Move.EAST: (row, col + 1)}
        for move, place in ahead.items():
            assert observation.move_mask[w, slot, move] == open_to[materials[w][place]]

    restored = World.restore(world.snapshot(), threads=2)
    again = World(config, 3, seed=5, threads=2)
    again.reset()
    walk(again, 40)
    assert again.hash() == restored.hash() == world.hash()
    for one in (world, restored, again):
        walk(one, 20, first=40)
    assert again.hash() == restored.hash() == world.hash()
    alone = World(config, 1, seed=world.seeds[:1].tolist(), threads=1)
    alone.reset()
    walk(alone, 60)
    assert alone.hash() == world.hash(0)


@pytest.mark.parametrize("name", ["EIGHT", "TWENTY"])
def test_a_crowd_larger_than_a_tile_can_count(name: str) -> None:
    cap, most = MOST[name] + 5, MOST[name]
    flat = {"terrain.water": 0.0, "terrain.grass": 1.0, "terrain.forest": 1.0}
    world = World(small(name, **flat, **{"spawn.cap": cap, "spawn.populations": 1, "sight.agents": 4}), threads=1)
    world.reset()
    world.apply([Tile(9, 9, "berry"), Tile(9, 10, "grass"), Put(0, 9, 9), *[Place(0, 9, 9)] * (cap - 1)])
    assert world.occupancy()[0, 9, 9] == cap
    assert world.materials()[0, 9, 9] == BERRY
    assert (world.observe().counts[0, :, 3, 3] == most).all()
    assert World.restore(world.snapshot()).hash() == world.hash()
    actions = np.zeros((1, cap, 2), int)
    actions[0, :3, 0] = Move.EAST
    world.step(actions)
    assert (world.occupancy()[0, 9, 9:11] == [cap - 3, 3]).all()
    assert world.materials()[0, 9, 9] == Material.GRASS  # eaten by the first of them
    actions[0, :, 0] = Move.WEST
    actions[0, :3, 0] = Move.PASS
    world.apply(Tile(9, 8, "grass"))
    world.step(actions)
    assert (world.occupancy()[0, 9, 8:11] == [cap - 3, 0, 3]).all()
    assert World.restore(world.snapshot()).hash() == world.hash()


def test_a_material_from_outside_has_its_rule() -> None:
    world = World(small(), threads=1)
    world.reset()
    ground = [Tile(9, 9, "grass"), Tile(9, 10, "berry"), Tile(9, 8, WALL), Tile(8, 9, "grass")]
    world.apply([*ground, Put(0, 9, 9), Change(0, food=3)])
    slot = int(np.flatnonzero(world.observe().alive[0])[0])
    assert world.observe().move_mask[0, slot, [Move.EAST, Move.WEST, Move.NORTH]].tolist() == [True, False, True]
    actions = np.zeros((1, 16, 2), int)
    actions[..., 0] = Move.WEST
    world.step(actions)
    assert world.observe().agents["col"][0, slot] == 9  # the wall is in the way
    actions[..., 0] = Move.EAST
    observation, *_ = world.step(actions)
    assert observation.agents["food"][0, slot] == world.config.vitals.food - world.config.vitals.food_loss
    assert world.materials()[0, 9, 10] == Material.GRASS


@jit
def put(state, place, material):
    return set_material(state, 0, place, material)


def test_a_rule_cannot_make_what_is_no_world() -> None:
    world = World(small(), threads=1)
    world.reset()
    world.apply([Tile(9, 9, "grass"), Put(0, 9, 9), Tile(10, 10, "scrub"), Tile(11, 11, "forest")])
    rules = world.state.rules[0]

    def becomes(row: int, col: int, material: int) -> bool:
        changed = bool(put(world.state, int(rules["origin"] + row * rules["pitch"] + col), material))
        assert changed == (world.materials()[0, row, col] == material)
        return changed

    assert [becomes(*place, BERRY) for place in ((3, 9), (4, 9), (15, 9), (9, 4), (9, 15))] == [False] * 5
    assert [becomes(*place, WALL) for place in ((5, 9), (14, 9), (9, 5), (9, 14))] == [True] * 4
    assert [becomes(9, 9, number) for number in (WALL, Material.LAVA, Material.WATER, BERRY)] == [False] * 3 + [True]
    assert world.occupancy()[0, 9, 9] == 1
    assert becomes(10, 10, BERRY)
    assert becomes(11, 11, Material.SCRUB)
    assert becomes(12, 12, Material.SCRUB)
    assert World.restore(world.snapshot()).hash() == world.hash()  # scrub is listed, and nothing else


def test_systems_plant_on_generated_maps_from_a_stream_of_the_map(tmp_path: Path) -> None:
    config = small()
    one, two = world_maps([config] * 2, [0, 1])
    assert (world_maps([config], [1])[0] == two).all()
    assert (one != two).any()
    bare = world_maps([Law(**SMALL)], [0])[0]
    assert ((one >= 7) <= (bare == Material.GRASS)).all()
    assert (one[one < 7] == bare[one < 7]).all()
    shared = small(**{"terrain.maps": 1})
    assert (world_maps([shared] * 2, [0, 1]) == one).all()
    write_tmx(tmp_path / "drawn.tmx", bare)
    drawn = small(**{"terrain.file": str(tmp_path / "drawn.tmx")})
    assert (World(drawn).materials()[0] == bare).all()


def drown(tiles: np.ndarray, config: Config, rng: np.random.Generator) -> None:
    tiles[:] = Material.WATER


FLOOD = dataclasses.replace(EIGHT, name="flood", plants=drown)


def test_a_system_that_plants_what_is_no_map_is_named() -> None:
    config = Config(systems=["tests.outside.test_ground:FLOOD"]).replace(**SMALL)
    with pytest.raises(ConfigError, match=r"system 'flood' plants on map 0 what cannot be: .* is 1 \(water\)"):
        World(config)


def test_maps_drawn_by_hand_name_materials_from_outside(tmp_path: Path) -> None:
    config = small(**{"terrain.side": 8, "terrain.border": 2, "spawn.cap": 2, "spawn.populations": 1})
    text = "########\n########\n##....##\n##.AB.##\n##.MC.##\n##....##\n########\n########"
    tiles = from_text(text, config.schema)
    assert tiles[3:5, 3:5].tolist() == [[7, 8], [19, 9]]
    assert to_text(tiles, config.schema) == text
    write_tmx(tmp_path / "map.tmx", tiles, config.schema)
    assert (read_tmx(tmp_path / "map.tmx", schema=config.schema) == tiles).all()
    world = World(config.replace(**{"terrain.file": str(tmp_path / "map.tmx")}))
    assert (world.materials()[0] == tiles).all()
    with pytest.raises(ConfigError, match=r"called 'berry'; give it a `material` property of lava, .*, orerock$"):
        read_tmx(tmp_path / "map.tmx")
    with pytest.raises(ConfigError, match=r"unknown tile 'A' in row 3, column 3"):
        from_text(text)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda w: w.apply(Tile(9, 9, "bery")), r"interventions\[0\], tile.*: unknown material 'bery'.* 'berry'"),
        (lambda w: w.apply(Tile(9, 9, 20)), r"material = 20 is out of range in this world; allowed are 0 \.\. 19"),
        (lambda w: w.apply([Tile(9, 9, "grass"), Put(0, 9, 9), Tile(9, 9, "wall")]), "may be grass, .* or sand_10"),
        (lambda w: Scenario(((50, Tile(9, 9, "bery")),)).play(w), "the scenario: unknown material 'bery'"),
    ],
)
def test_what_cannot_be_placed_is_named(make: Callable[[World], Any], words: str) -> None:
    world = World(small(), threads=1)
    world.reset()
    before = world.hash()
    with pytest.raises(ConfigError, match=words):
        make(world)
    assert world.hash() == before


def test_scenarios_name_materials_from_outside() -> None:
    text = "[[interventions]]\ntick = 0\nkind = 'tile'\nrow = 9\ncol = 9\nmaterial = 'berry'\n"
    scenario = Scenario.from_toml(text)
    assert Scenario.from_toml(scenario.to_toml()) == scenario
    world = World(small(), threads=1)
    world.reset()
    scenario.play(world)
    assert world.materials()[0, 9, 9] == BERRY
    assert world.interventions()[0].intervention == Tile(9, 9, BERRY)


def test_scripted_agents_take_what_they_do_not_know_for_grass_or_stone() -> None:
    """They act as in the same world with grass and stone in its place."""
    config = small(**{"sight.radius": 7, "spawn.cap": 64, "spawn.populations": 1})
    rng = np.random.default_rng(3)
    odd = world_maps([config], [0])[0]
    inner = np.s_[5:15, 5:15]
    odd[inner] = rng.choice([2, 4, 1, BERRY, WALL, 12], (10, 10))
    plain = odd.copy()
    plain[odd > 6], plain[odd == WALL] = Material.GRASS, Material.STONE
    acted = []
    for tiles in (odd, plain):
        world = World(config, maps=[tiles], threads=1)
        world.reset()
        places = np.argwhere(plain[inner] == Material.GRASS)[:40] + 5
        entries = [Place(0, int(row), int(col), food=5, water=9) for row, col in places]
        acted.append(forge.scripted("forager", config).act(world.apply(entries) and world.observe()))
    assert (acted[0] == acted[1]).all()
    assert len(np.unique(acted[0][..., 0])) == 5
