"""Camps: where fires lie, which maps have them, and what agents know of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import Config, ConfigError, Law, Material, World
from forge.blade.compiled.jit import jit
from forge.blade.grown.sites import fires_of, sites, suitable
from forge.blade.interventions import Place, Remove, Tile
from forge.blade.mechanics.grid import set_material
from forge.blade.terrain.generation import from_text, maps
from forge.blade.terrain.planting import check_fits, world_maps
from forge.blade.terrain.tiled import read_tmx, write_tmx

FIRE = 7


def camped(**changes: Any) -> Config:
    """Law with camps."""
    return Law(systems=["camps"], **changes)


def small(**changes: Any) -> Config:
    """12 × 12 tiles, of which 10 × 10 are playable, for one agent. By default one fire: 4 · 100 / 3844 = 0.1."""
    numbers = {"terrain.side": 12, "terrain.border": 1, "spawn.cap": 1, "sight.radius": 2, "camps.radius": 2}
    return camped(**{**numbers, **changes})


#: Water in row 2 alone, from column 7 on; stone walls off the south-west, which nobody reaches from the ring.
LAND = from_text("""
    ############
    #..........#
    #......~~~.#
    #..........#
    #..........#
    #..........#
    #..........#
    #.sssss....#
    #.s...s....#
    #.sssss....#
    #..........#
    ############
""")


def test_how_many_fires_there_are() -> None:
    """4 for 62² tiles: 4 · 110² / 3844 = 12.59, 4 · 494² / 3844 = 253.9, and never none."""
    assert [fires_of(camped(**{"terrain.side": side})) for side in (80, 128, 512)] == [4, 13, 254]
    assert fires_of(small()) == 1
    assert fires_of(small(**{"camps.count": 58})) == 2  # 58 · 100 / 3844 = 1.51
    with pytest.raises(ConfigError, match=r"camps.count = 64 makes 279057 fires on 4094² .* allowed are 65535"):
        camped(**{"terrain.side": 4096, "terrain.border": 1, "camps.count": 64})


def test_a_fire_is_on_the_nearest_tile_to_the_middle_that_suits() -> None:
    """The middle of the one cell is 1 + 10 // 2 = 6, 6. Its 3 × 3 holds no water, and water is 4 rows away: it suits.

    With stone at the middle agents do not reach it. Of the 8 tiles at distance 1 the first by row, then column, is
    (5, 5), whose water (2, 7) is 3 away.
    """
    assert sites(LAND, small()) == [(6, 6)]
    walled = LAND.copy()
    walled[6, 6] = Material.STONE
    assert sites(walled, small()) == [(5, 5)]


def test_what_suits() -> None:
    free = suitable(LAND, small())
    assert not free[:3].any(), "rows 1 and 2: the 3 × 3 would reach the ring, or water"
    assert not free[:, :3].any()
    assert not free[:, 9:].any()
    assert free[3].tolist() == [False] * 3 + [True] * 3 + [False] * 6, "from column 6 on, water is beside"
    assert free[7].tolist() == [False] * 7 + [True, True] + [False] * 3, "water is 5 away; stone is walked round"
    assert not free[8].any(), "no water within 5, and what the stone encloses is not reached"
    ore = LAND.copy()
    ore[5, 5] = Material.OREROCK
    assert not suitable(ore, small())[4:7, 4:7].any()
    assert suitable(ore, small())[4:7, 7:9].all()


def test_camps_are_apart_as_far_as_that_can_be() -> None:
    """Two fires, g = 2: cells ⌊0 · 4 / 2⌋ = 0 and ⌊1 · 4 / 2⌋ = 2, with middles 1 + 10 // 4 = 3 and 1 + 30 // 4 = 8.

    The first is at (3, 3). The second wants (8, 3), which is enclosed; those at distance 1 are enclosed, too, or lie
    beyond water's reach, but for row 7, which is stone from column 2 to 6. At distance 2 row 6 is the first; from
    column 3 on tiles suit, (6, 3) is 3 from the first fire and (6, 5), too: with a radius of 1 more than 2 are asked
    for, so (6, 3). With a radius of 2, more than 4: column 8 is 5 away, and nearest to column 3 is (3, 8)? It is 5 rows
    from row 8; (4, 8), (5, 8), (6, 8), (7, 8) are 5 columns away as well, so that the first row with column 8 that
    suits counts: (4, 8), for beside (3, 8) is water.
    """
    two = {"camps.count": 58}
    assert sites(LAND, small(**two, **{"camps.radius": 1})) == [(3, 3), (6, 3)]
    assert sites(LAND, small(**two, **{"camps.radius": 2})) == [(3, 3), (4, 8)]
    # no two tiles that suit are more than 12 apart: then only the cleared 3 × 3 must not meet
    assert sites(LAND, small(**two, **{"camps.radius": 6})) == [(3, 3), (6, 3)]


def test_without_a_site_the_error_names_the_map() -> None:
    with pytest.raises(ConfigError, match="there is no site for fire 1 of 1"):
        sites(np.where(LAND == Material.WATER, np.uint8(Material.GRASS), LAND), small())
    with pytest.raises(ConfigError, match=r"system 'camps' cannot plant on map 3: there is no site for fire 1 of 1"):
        world_maps([small(**{"terrain.water": 0.0})], [3])


@pytest.mark.parametrize(("side", "seed"), [(60, 0), (80, 0), (80, 5), (128, 1), (200, 2), (512, 0)])
def test_generated_maps_have_their_fires(side: int, seed: int) -> None:
    config = camped(**{"terrain.side": side, "terrain.seed": seed})
    bare = maps(config.terrain, [0])[0]
    tiles = world_maps([config], [0])[0]
    fires = np.argwhere(tiles == FIRE)
    assert sorted(sites(bare, config)) == [tuple(fire) for fire in fires.tolist()]
    assert len(fires) == fires_of(config)
    check_fits(tiles, config)
    gaps = np.abs(fires[:, None] - fires[None]).max(-1) + 999 * np.eye(len(fires), dtype=int)
    assert gaps.min() > 2 * config.camps.radius
    changed = tiles != bare
    for row, col in fires:
        around = tiles[row - 1 : row + 2, col - 1 : col + 2].copy()
        around[1, 1] = Material.GRASS
        assert (around == Material.GRASS).all()
        assert (bare[row - 5 : row + 6, col - 5 : col + 6] == Material.WATER).any()
        changed[row - 1 : row + 2, col - 1 : col + 2] = False
    assert not changed.any()


def test_maps_that_are_given_hold_their_own_fires(tmp_path: Path) -> None:
    config, drawn = small(), LAND.copy()
    wrong = r"'camps' cannot be played on the map: it has {} tiles of fire; allowed is 1, by camps.count = 4"
    with pytest.raises(ConfigError, match=wrong.format(0)):
        World(config, maps=[drawn])
    drawn[5, 5] = FIRE
    assert World(config, maps=[drawn]).materials()[0, 5, 5] == FIRE
    write_tmx(tmp_path / "one.tmx", drawn, config.schema)
    assert (read_tmx(tmp_path / "one.tmx", schema=config.schema) == drawn).all()
    tiled = config.replace(**{"terrain.file": str(tmp_path / "one.tmx")})
    assert (World(tiled, 2).materials() == drawn).all()
    drawn[8, 8] = FIRE
    write_tmx(tmp_path / "two.tmx", drawn, config.schema)
    with pytest.raises(ConfigError, match=rf"terrain.file = .*two.tmx': system {wrong.format(2)}"):
        World(config.replace(**{"terrain.file": str(tmp_path / "two.tmx")}))


@jit
def put(state: Any, w: int, place: int, material: int) -> bool:
    """What a verb does that changes the land."""
    return bool(set_material(state, w, place, material))


def begun(config: Config, *fires: tuple[int, int]) -> World:
    """A world on LAND with these fires."""
    tiles = LAND.copy()
    for fire in fires:
        tiles[fire] = FIRE
    world = World(config, maps=[tiles], threads=1)
    world.reset()
    return world


def test_every_tile_knows_its_nearest_fire_and_of_equals_the_first() -> None:
    """By a search over all fires; argmin takes the first of equals. Row 1 is 5 from both, from column 3 to 7."""
    world = begun(small(**{"camps.count": 90}), (6, 2), (6, 8))  # 90 · 100 / 3844 = 2.3
    rows, cols = np.indices((12, 12))
    gaps = np.stack([np.maximum(abs(rows - 6), abs(cols - col)) for col in (2, 8)])
    assert (gaps[:, 1, 3:8] == 5).all()
    assert world.state.camp_places[0].tolist() == [[6, 2], [6, 8]]
    assert (world.state.nearest_camp[0].reshape(12, 12) == gaps.argmin(0)).all()
    assert (world.state.camp_steps[0].reshape(12, 12) == gaps.min(0)).all()


def test_nearest_fires_of_a_large_map() -> None:
    world = World(camped(**{"terrain.side": 200}), threads=1)
    world.reset()
    rows, cols = np.indices((200, 200))
    gaps = np.stack([np.maximum(abs(rows - row), abs(cols - col)) for row, col in world.state.camp_places[0]])
    assert (world.state.nearest_camp[0].reshape(200, 200) == gaps.argmin(0)).all()


def test_agents_know_whether_they_are_in_a_camp_and_the_way_to_it() -> None:
    """The fire is at (5, 5) and the radius 2. From (5, 8), 3 away, west leads into the camp, and east out again."""
    world = begun(small(), (5, 5))
    agent = world.apply([Remove(0), Place(0, 5, 8)])
    assert agent == [1]

    def known() -> tuple[int, list[int], list[int]]:
        now = world.observe().agents[0, 0]
        return int(now["in_camp"]), world.state.camp_way[0, 0].tolist(), world.observe().own(0, 0).tolist()

    assert [feature.name for feature in world.config.schema.own] == ["in_camp", "camp_rows", "camp_cols"]
    assert known() == (0, [0, -3], [0, 0, -3])
    world.step(np.array([[[4, 0]]]))
    assert known() == (1, [0, -2], [1, 0, -2])
    world.step(np.array([[[1, 0]]]))
    assert known() == (1, [1, -2], [1, 1, -2])
    world.step(np.array([[[3, 0]]]))
    assert known() == (0, [1, -3], [0, 1, -3])


def test_a_fire_is_not_entered_made_or_changed() -> None:
    world = begun(small(), (5, 5))
    world.apply([Remove(0), Place(0, 5, 6)])
    assert world.observe().move_mask[0, 0].tolist() == [True, True, True, True, False]
    world.step(np.array([[[4, 0]]]))
    assert world.observe().agents["col"][0, 0] == 6
    for row, material in ((5, "grass"), (8, "fire")):
        with pytest.raises(ConfigError, match="tiles of fire are where the map has them, and are neither ma"):
            world.apply(Tile(row, 5, material))
    origin, pitch = (int(world.state.rules[0][name]) for name in ("origin", "pitch"))
    tried = [put(world.state, 0, origin + row * pitch + 5, material) for row, material in ((5, 2), (8, FIRE), (8, 5))]
    assert tried == [False, False, True]


def test_camps_come_again_from_a_snapshot() -> None:
    """What is known of camps is not in it, but found anew."""
    config = camped(**{"spawn.cap": 16})
    world = World(config, 2, threads=1)
    world.reset()
    moves = np.random.default_rng(0).integers(0, 5, (40, 2, 16, 2)).astype(np.uint8)
    moves[..., 1] = 0
    for move in moves[:20]:
        world.step(move)
    again = World.restore(world.snapshot(), threads=2)
    assert (again.state.nearest_camp == world.state.nearest_camp).all()
    assert (again.state.camp_way == world.state.camp_way).all()
    for move in moves[20:]:
        world.step(move)
        again.step(move)
    assert world.hash() == again.hash()


def test_a_snapshot_without_its_fires_is_refused() -> None:
    world = begun(small(), (5, 5))
    world._plane(world.state.tiles)[0, 5, 5] = Material.GRASS
    with pytest.raises(ConfigError, match="it has 0 tiles of fire"):
        World.restore(world.snapshot())
