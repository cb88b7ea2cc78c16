"""Pictures: the right things at the right pixels, the same each time, and only what has changed drawn anew."""

import numpy as np
import pytest
from PIL import Image

from forge.blade import EventKind, Material, Style
from forge.experiments.pictures import painter as module
from forge.experiments.pictures.palette import colours
from forge.experiments.pictures.picture import Painter, draw, save_picture
from forge.experiments.pictures.sprites import agent_sprite, attack_sprite, tile_sprites
from tests.experiments.scenes import LAND, agents, event, tile

SCALES = pytest.mark.parametrize("scale", [8, 12, 16])
NOBODY = agents((3, 3))[:0]


@SCALES
def test_size_and_margin(scale) -> None:
    # The playable square is 8 × 8; the map is 12 × 12.
    assert draw(LAND, NOBODY, scale=scale).shape == (10 * scale, 10 * scale, 3)
    assert draw(LAND, NOBODY, scale=scale, margin=0).shape == (8 * scale, 8 * scale, 3)
    assert draw(LAND, NOBODY, scale=scale, margin=9).shape == (12 * scale, 12 * scale, 3)


@SCALES
def test_each_material_has_its_look(scale) -> None:
    land = draw(LAND, NOBODY, scale=scale, margin=2)

    def mean(row: int, col: int) -> np.ndarray:
        return tile(land, row, col, scale, 2).mean((0, 1))

    red, green, blue = mean(4, 5)  # the middle of the lake
    assert blue > green > red
    red, green, blue = mean(8, 2)  # grass
    assert green > red > blue
    red, green, blue = mean(0, 0)  # lava
    assert red > 1.2 * green
    rock = mean(7, 6)
    assert np.ptp(rock) < 0.12 * rock.mean()  # grey
    wood, stump, grass = mean(4, 7), mean(5, 7), mean(8, 2)
    assert wood.sum() < 0.85 * grass.sum()  # trees are darker than grass
    assert wood[0] < stump[0] - 20  # stumps are browner than trees
    red, green, blue = tile(land, 8, 6, scale, 2).max((0, 1))
    assert red > blue + 60  # ore glitters golden


def test_water_is_deeper_in_the_middle() -> None:
    lake = np.zeros((14, 14), np.uint8)
    lake[2:12, 2:12] = Material.GRASS
    lake[3:11, 3:11] = Material.WATER
    land = draw(lake, NOBODY, scale=12)
    shore, middle = (tile(land, row, row, 12).mean() for row in (3, 6))
    assert middle < shore - 25


@SCALES
def test_agents_are_where_they_are_and_in_their_colours(scale) -> None:
    places = [(2, 2), (8, 3), (6, 8), (2, 9)]
    everyone = agents(*places)
    empty, full = draw(LAND, NOBODY, scale=scale), draw(LAND, everyone, scale=scale)
    changed = (empty != full).any(-1)
    for (row, col), colour in zip(places, colours(4).astype(float), strict=True):
        pixels = tile(full, row, col, scale).reshape(-1, 3)
        assert np.abs(pixels - colour).sum(1).min() < 40
        changed[max(0, (row - 2) * scale) : (row + 1) * scale, max(0, (col - 2) * scale) : (col + 1) * scale] = False
    assert not changed.any()  # nothing else than their tiles and the ones around


def test_empty_slots_are_not_drawn() -> None:
    slots = agents((4, 8), (5, 8), alive=0)
    assert np.array_equal(draw(LAND, slots), draw(LAND, NOBODY))


def test_all_agents_of_a_crowd_can_be_seen() -> None:
    crowd = draw(LAND, agents((6, 8), (6, 8), (6, 8)), scale=16)
    pixels = crowd[4 * 16 : 7 * 16, 6 * 16 : 9 * 16].reshape(-1, 3).astype(float)
    for colour in colours(3).astype(float):
        assert (np.abs(pixels - colour).sum(1) < 40).sum() >= 8


def test_whoever_stands_alone_stands_in_the_middle() -> None:
    alone, beside_a_crowd = (draw(LAND, agents((8, 8), *crowd), scale=16) for crowd in ((), ((2, 2), (2, 2), (2, 2))))
    assert np.array_equal(tile(alone, 8, 8, 16), tile(beside_a_crowd, 8, 8, 16))


def test_states_of_agents_can_be_told_apart() -> None:
    looks = {"well": {}, "frozen": {"freeze": 2}, "hurt": {"damage": 3}, "newborn": {"age": 0}, "weak": {"health": 4}}
    pictures = [draw(LAND, agents((6, 8), **fields), scale=12) for fields in looks.values()]
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one.astype(int) - other).sum() > 2000


def test_the_health_bar_is_as_long_as_health() -> None:
    def filled(health: int) -> int:
        sprite = np.asarray(agent_sprite(32, 0, health, False, False, False))
        return int((sprite[12, :, :3].max(-1) > 100).sum())  # row 12 of 64 crosses the bar, above the body

    assert filled(10) == 0  # no bar
    assert filled(9) > filled(7) > filled(5) > filled(1) > 0
    assert filled(8) / filled(4) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("style", [Style.MELEE, Style.RANGE, Style.MAGE])
def test_attacks_are_drawn_from_attacker_to_target(style) -> None:
    everyone = agents((8, 3), (8, 4) if style == Style.MELEE else (6, 3))
    blow = event(EventKind.ATTACK, everyone[0], other=1, detail=style, value=1)
    calm, fight = draw(LAND, everyone, scale=16), draw(LAND, everyone, blow, scale=16)
    rows, cols = np.nonzero((calm != fight).any(-1))
    assert len(rows) > 30
    # Between and upon the two: rows 6 .. 8, columns 3 .. 4, half a tile around them, one tile of margin.
    assert 4.5 * 16 <= rows.min() < rows.max() < 8.5 * 16
    assert 1.5 * 16 <= cols.min() < cols.max() < 4.5 * 16


def test_attacks_that_hurt_nobody_and_targets_that_are_gone_are_left_out() -> None:
    everyone = agents((8, 3), (8, 4))
    harmless = event(EventKind.ATTACK, everyone[0], other=1, detail=Style.MAGE, value=0)
    unknown = event(EventKind.ATTACK, everyone[0], other=77, detail=Style.MAGE, value=1)
    for each in (harmless, unknown):
        assert np.array_equal(draw(LAND, everyone, each), draw(LAND, everyone))


def test_a_blow_reaches_the_dead_where_they_died() -> None:
    killer, victim = agents((8, 3), (8, 6))
    log = np.concatenate(
        [
            event(EventKind.ATTACK, killer, other=1, detail=Style.MAGE, value=1),
            event(EventKind.DEATH, victim, value=40),
        ]
    )
    calm, fight = (draw(LAND, agents((8, 3)), each, scale=16) for each in (None, log))
    changed = (calm != fight).any(-1)
    assert changed[7 * 16 : 8 * 16, 3 * 16 : 5 * 16].any()  # on the way
    assert (tile(fight, 8, 6, 16) == 255).all(-1).any()  # the white cross


def test_the_same_scene_gives_the_same_picture() -> None:
    everyone = agents((2, 2), (8, 3), (8, 3))
    first = draw(LAND, everyone)
    for cache in (tile_sprites, agent_sprite, attack_sprite):
        cache.cache_clear()
    assert np.array_equal(first, draw(LAND.copy(), everyone.copy()))
    assert np.array_equal(first, draw(LAND, everyone[::-1]))  # in whatever slots they are


def test_harvested_and_regrown_tiles_are_drawn_anew_and_no_others(monkeypatch) -> None:
    painter = Painter(LAND, 12)
    before = painter.land()
    monkeypatch.setattr(module, "paint_ground", None)  # the ground must not be painted again
    later = LAND.copy()
    later[4, 7], later[5, 8] = Material.SCRUB, Material.FOREST
    painter.update(later)
    changed = (before != painter.land()).any(-1)
    assert changed[3 * 12 : 4 * 12, 6 * 12 : 7 * 12].any()
    assert changed[4 * 12 : 5 * 12, 7 * 12 : 8 * 12].any()
    changed[3 * 12 : 4 * 12, 6 * 12 : 7 * 12] = changed[4 * 12 : 5 * 12, 7 * 12 : 8 * 12] = False
    assert not changed.any()
    monkeypatch.undo()
    assert np.array_equal(painter.land(), draw(later, NOBODY, scale=12))
    painter.update(LAND)
    assert np.array_equal(painter.land(), before)


def test_other_changes_are_drawn_too() -> None:
    painter, later = Painter(LAND), LAND.copy()
    later[8, 3] = Material.WATER
    painter.update(later)
    assert np.array_equal(painter.land(), draw(later, NOBODY))


def test_pictures_are_the_callers_own() -> None:
    painter = Painter(LAND)
    painter.land()[:] = 0
    painter.draw(NOBODY)[:] = 0
    assert np.array_equal(painter.draw(NOBODY), draw(LAND, NOBODY))


def test_saved_pictures_read_back(tmp_path) -> None:
    everyone = agents((3, 3))
    path = save_picture(tmp_path / "world.png", LAND, everyone, scale=8)
    with Image.open(path) as saved:
        assert np.array_equal(np.asarray(saved), draw(LAND, everyone, scale=8))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scale": 3}, "scale = 3 is out of range; allowed are 4 .. 64"),
        ({"margin": -1}, "margin = -1 must not be negative"),
        ({"health": 0}, "health = 0 must be positive"),
        ({"materials": np.full((4, 4), 9, np.uint8)}, "no material"),
        ({"materials": np.zeros(4, np.uint8)}, "shape"),
    ],
)
def test_what_cannot_be_drawn(wrong, message) -> None:
    with pytest.raises(ValueError, match=message):
        draw(**{"materials": LAND, "agents": NOBODY, **wrong})


def test_another_map_is_another_picture() -> None:
    with pytest.raises(ValueError, match=r"shape \(13, 12\); this picture is of one of shape \(12, 12\)"):
        Painter(LAND).update(np.zeros((13, 12), np.uint8))
