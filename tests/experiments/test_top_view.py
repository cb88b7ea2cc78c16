"""The top view: the right things at the right pixels, at any scale, and the same each time."""

import numpy as np
import pytest
from PIL import Image

from forge.blade import ConfigError, EventKind, Law, Material, Style
from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema
from forge.experiments.pictures.palette import GROUND, colours, creature_colours
from forge.experiments.pictures.top_view import TopView, save_picture
from tests.experiments.scenes import LAND, agents, event, tile
from tests.outside.orchard import ORCHARD

SCALES = pytest.mark.parametrize("scale", [3, 8, 16])
NOBODY = agents((3, 3))[:0]


def draw(materials, everyone, events=None, **options) -> np.ndarray:
    return TopView(materials, **options).draw(everyone, events)


@pytest.mark.parametrize("scale", [1, 2, 8, 64])
def test_size_and_margin(scale) -> None:
    # The playable square is 8 × 8; the map is 12 × 12.
    assert draw(LAND, agents((3, 3)), scale=scale).shape == (10 * scale, 10 * scale, 3)
    assert draw(LAND, NOBODY, scale=scale, margin=0).shape == (8 * scale, 8 * scale, 3)
    view = TopView(LAND, scale, margin=9)
    assert view.size == (12 * scale, 12 * scale) == view.draw(NOBODY).shape[:2]
    assert view.shown == (slice(0, 12), slice(0, 12))


@SCALES
def test_tiles_have_the_colours_of_their_materials(scale) -> None:
    land = draw(LAND, NOBODY, scale=scale, margin=2)
    middles = land[scale // 2 :: scale, scale // 2 :: scale].astype(int)
    nearest = np.abs(middles[:, :, None] - GROUND.astype(int)).sum(-1).argmin(-1)
    assert np.array_equal(nearest, LAND)


def test_materials_from_outside_have_their_colours_and_those_in_the_way_stand_out() -> None:
    land = np.full((9, 9), Material.GRASS, np.uint8)
    land[2, 2], land[6, 6] = 7, 8
    view = TopView(land, 16, schema=Schema(GAME.systems, {"tests:ORCHARD": ORCHARD}))
    land_of = view.land().astype(int)
    for place, colour in ((2, "c2185b"), (6, "c8b48c")):
        middle = land_of[place * 16 + 8, place * 16 + 8]
        assert np.abs(middle - list(bytes.fromhex(colour))).max() < 12
    shade = [land_of[at * 16 + 16 + 2, at * 16 + 4 : at * 16 + 12].mean() for at in (2, 4, 6)]
    assert shade[0] == pytest.approx(shade[1], rel=0.02)  # berries lie flat
    assert shade[2] < 0.93 * shade[1]  # behind the wall
    with pytest.raises(ConfigError, match="is 7, which is no material"):
        TopView(land)


def test_rock_throws_its_shade_to_the_lower_right() -> None:
    land = np.full((9, 9), Material.GRASS, np.uint8)
    land[4, 4] = Material.STONE
    rows = draw(land, NOBODY, scale=16)[:, 4 * 16 + 4 : 5 * 16 - 4].mean((1, 2))
    assert rows[4 * 16 - 2] > 1.03 * rows[3 * 16]
    assert rows[5 * 16 + 2] < 0.9 * rows[7 * 16]


@SCALES
def test_agents_are_where_they_are_and_in_their_colours(scale) -> None:
    places = [(2, 2), (8, 3), (6, 8), (2, 9)]
    empty, full = draw(LAND, NOBODY, scale=scale), draw(LAND, agents(*places), scale=scale)
    changed = (empty != full).any(-1)
    for (row, col), colour in zip(places, colours(4).astype(int), strict=True):
        top, left = (row - 1) * scale, (col - 1) * scale
        assert np.array_equal(full[top + scale // 2, left + scale // 2], colour)
        around = changed[top - 1 : top + scale + 1, left - 1 : left + scale + 1]
        assert np.array_equal(around, around[::-1, ::-1])  # it stands in the middle
        around[:] = False
    assert not changed.any()  # nothing else than their tiles and a pixel around


@SCALES
def test_creatures_are_smaller_than_agents_and_have_the_colour_of_their_kind(scale) -> None:
    """A goblin strikes an agent from above; with its record alone, without a kind, it has a colour of no kind."""
    known = np.dtype([*((name, NOBODY.dtype[name]) for name in NOBODY.dtype.names), ("creature", "u1")])
    everyone = np.zeros(3, known)
    for name in NOBODY.dtype.names:
        everyone[name] = agents((2, 2), (8, 3), (8, 4))[name]
    everyone["alive"][:2], everyone["population"][:2], everyone["creature"][:2], everyone["id"][1] = 0, 255, (1, 2), -2
    schema = Law(systems=["skills", "levels", "creatures"]).schema
    empty, full = draw(LAND, NOBODY, scale=scale), draw(LAND, everyone, scale=scale, schema=schema)
    for place, colour in zip([(2, 2), (8, 3)], creature_colours(schema)[1:], strict=True):
        top, left = (place[0] - 1) * scale, (place[1] - 1) * scale
        assert np.array_equal(full[top + scale // 2, left + scale // 2], colour)
    tiles = [np.s_[(row - 1) * scale : row * scale, (col - 1) * scale : col * scale] for row, col in ((8, 3), (8, 4))]
    small, large = ((empty[tile] != full[tile]).any(-1).sum() for tile in tiles)
    assert small < large or scale == 3  # where a rim fills what is left of a tile
    blow = event(EventKind.ATTACK, everyone[1], other=int(everyone["id"][2]), detail=Style.MELEE, value=1)
    assert (draw(LAND, everyone, blow, scale=scale, schema=schema) != full).any()
    assert (draw(LAND, everyone[list(NOBODY.dtype.names)], scale=scale) != full).any()


def test_edges_are_smooth() -> None:
    """Between a body's colour, the rim's and the ground's there are shades of all."""
    pixels = draw(np.full((3, 3), Material.GRASS, np.uint8), agents((1, 1)), scale=16)[16:32, 16:32]
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10


def test_empty_slots_are_not_drawn() -> None:
    slots = agents((4, 8), (5, 8), alive=0)
    assert np.array_equal(draw(LAND, slots), draw(LAND, NOBODY))


def test_all_agents_of_a_crowd_can_be_seen() -> None:
    crowd = draw(LAND, agents((6, 8), (6, 8), (6, 8)), scale=16)
    for colour in colours(3):
        assert (crowd[4 * 16 : 7 * 16, 6 * 16 : 9 * 16] == colour).all(-1).sum() >= 8


def test_whoever_stands_alone_stands_in_the_middle() -> None:
    alone, beside_a_crowd = (draw(LAND, agents((8, 8), *crowd), scale=16) for crowd in ((), ((2, 2), (2, 2), (2, 2))))
    assert np.array_equal(tile(alone, 8, 8, 16), tile(beside_a_crowd, 8, 8, 16))


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


def test_styles_of_attack_can_be_told_apart() -> None:
    everyone = agents((8, 3), (8, 6))
    blows = [
        event(EventKind.ATTACK, everyone[0], other=1, detail=style, value=1)
        for style in (Style.MELEE, Style.RANGE, Style.MAGE)
    ]
    one, two, three = (draw(LAND, everyone, blow, scale=16)[119:121, 52:60].mean((0, 1)) for blow in blows)
    assert min(np.abs(a - b).max() for a, b in ((one, two), (two, three), (three, one))) > 20


def test_attacks_that_hurt_nobody_and_targets_that_are_gone_are_left_out() -> None:
    everyone = agents((8, 3), (8, 4))
    harmless = event(EventKind.ATTACK, everyone[0], other=1, detail=Style.MAGE, value=0)
    unknown = event(EventKind.ATTACK, everyone[0], other=77, detail=Style.MAGE, value=1)
    for each in (harmless, unknown):
        assert np.array_equal(draw(LAND, everyone, each), draw(LAND, everyone))


def test_a_blow_reaches_the_dead_where_they_died() -> None:
    killer, victim = agents((8, 3), (8, 6))
    blow = event(EventKind.ATTACK, killer, other=1, detail=Style.MAGE, value=1)
    log = np.concatenate([blow, event(EventKind.DEATH, victim, value=40)])
    calm, fight = (draw(LAND, agents((8, 3)), each, scale=16) for each in (None, log))
    changed = (calm != fight).any(-1)
    assert changed[7 * 16 : 8 * 16, 3 * 16 : 5 * 16].any()  # on the way
    # the cross: white around, and in the colour of the population
    for colour in (colours(2)[1], (255, 255, 255)):
        mark = tile(draw(LAND, NOBODY, log[1:], scale=16), 8, 6, 16)
        assert np.abs(mark - np.array(colour)).max(-1).min() < 30


def test_the_same_scene_gives_the_same_picture() -> None:
    everyone = agents((2, 2), (8, 3), (8, 3))
    first = draw(LAND, everyone)
    assert np.array_equal(first, draw(LAND.copy(), everyone.copy()))
    assert np.array_equal(first, draw(LAND, everyone[::-1]))  # in whatever slots they are


def test_harvested_tiles_are_drawn_anew_and_change_no_others() -> None:
    view, later = TopView(LAND, 12), LAND.copy()
    before = view.land()
    later[4, 7], later[5, 8] = Material.SCRUB, Material.FOREST
    view.update(later)
    changed = (before != view.land()).any(-1)
    for row, col in ((3, 6), (4, 7)):
        square = changed[row * 12 : row * 12 + 12, col * 12 : col * 12 + 12]
        assert square.all()
        square[:] = False
    assert not changed.any()
    assert np.array_equal(view.land(), draw(later, NOBODY, scale=12))
    view.update(LAND)
    assert np.array_equal(view.land(), before)


def test_pictures_are_the_callers_own() -> None:
    land = LAND.copy()
    view = TopView(land)
    view.land()[:] = 0
    view.draw(NOBODY)[:] = 0
    land[:] = 0
    assert np.array_equal(view.draw(NOBODY), draw(LAND, NOBODY))


def test_saved_pictures_read_back(tmp_path) -> None:
    everyone = agents((3, 3))
    path = save_picture(tmp_path / "world.png", LAND, everyone, scale=8)
    with Image.open(path) as saved:
        assert np.array_equal(np.asarray(saved), draw(LAND, everyone, scale=8))
    with pytest.raises(ValueError, match=r"world.txt: no picture can be written in a format '.txt'"):
        save_picture(tmp_path / "world.txt", LAND, everyone)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scale": 0}, "scale = 0 is out of range; allowed are 1 .. 64"),
        ({"margin": -1}, "margin = -1 must not be negative"),
        ({"materials": np.full((4, 4), 9, np.uint8)}, "no material"),
        ({"materials": np.zeros(4, np.uint8)}, "shape"),
    ],
)
def test_what_cannot_be_drawn(wrong, message) -> None:
    with pytest.raises(ValueError, match=message):
        draw(**{"materials": LAND, "everyone": NOBODY, **wrong})


def test_another_map_is_another_picture() -> None:
    with pytest.raises(ValueError, match=r"shape \(13, 12\); this picture is of one of shape \(12, 12\)"):
        TopView(LAND).update(np.zeros((13, 12), np.uint8))
