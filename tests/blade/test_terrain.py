"""The series of maps, the cache they are kept in, and what a valid map is."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from opensimplex import OpenSimplex

from forge.blade.config.config import Terrain
from forge.blade.mechanics.ids import Material
from forge.blade.terrain import generation as terrain
from forge.blade.terrain import tiled
from forge.support.checks import ConfigError

SMALL = Terrain(side=14, border=2, octaves=5, seed=7)

# Side 8, border 2: the playable square is rows and columns 2..5, its ring leaves 3..4.
TINY = Terrain(side=8, border=2)
TINY_MAP = """
    ########
    ########
    ##....##
    ##.~f.##
    ##.so.##
    ##....##
    ########
    ########
"""


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder for each test."""
    monkeypatch.setenv("FORGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the maps that are generated, in order, while the test runs."""
    numbers: list[int] = []
    generate = terrain.generate

    def recording(config: Terrain, index: int) -> np.ndarray:
        numbers.append(index)
        return generate(config, index)

    monkeypatch.setattr(terrain, "generate", recording)
    return numbers


def plain_field(config: Terrain, index: int) -> np.ndarray:
    """The formula of the rules, point by point."""
    words = np.random.SeedSequence(config.seed, spawn_key=(index,)).generate_state(3, np.uint64).tolist()
    noise = OpenSimplex(words[0]).noise2
    scale = config.scale or config.side // 5
    field = np.zeros((config.side, config.side))
    for row in range(config.side):
        for column in range(config.side):
            x = column / config.side - 0.5 + 256 * words[1] / 2**64
            y = row / config.side - 0.5 + 256 * words[2] / 2**64
            octaves: list[float] = []
            for i in range(config.octaves):
                n = (noise(2**i * scale * x, 2**i * scale * y) + 1) / 2
                octave = 0.5**i * 2 * (0.5 - abs(0.5 - n))
                octaves.append(octave * sum(octaves) if i else octave)
            field[row, column] = sum(octaves)
    return field / field.max()


def plain_tiles(config: Terrain, field: np.ndarray) -> np.ndarray:
    tiles = np.zeros(field.shape, np.uint8)
    for row, column in np.ndindex(*field.shape):
        value = field[row, column]
        edge = min(row, column, config.side - 1 - row, config.side - 1 - column)
        if edge < config.border or value == 0:
            tiles[row, column] = Material.LAVA
        elif edge == config.border:
            tiles[row, column] = Material.GRASS
        elif value < config.water:
            tiles[row, column] = Material.WATER
        elif value < config.grass:
            tiles[row, column] = Material.GRASS
        elif value < config.forest:
            tiles[row, column] = Material.FOREST
        else:
            tiles[row, column] = Material.STONE
    return tiles


@pytest.mark.parametrize(
    ("config", "index"),
    [
        (SMALL, 0),
        (SMALL, 5),
        (Terrain(side=20, border=1), 3),
        (Terrain(side=16, border=3, scale=2, octaves=1, water=0.5, grass=0.6, forest=0.7, seed=2**63 - 1), 1),
    ],
)
def test_generator_follows_the_formula(config: Terrain, index: int) -> None:
    field = plain_field(config, index)
    np.testing.assert_allclose(terrain._field(config, index), field, rtol=1e-12)
    np.testing.assert_array_equal(terrain.generate(config, index), plain_tiles(config, field))


def test_thresholds_belong_to_the_band_above_them(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = np.array([[0.0, 0.3], [0.57, 0.715]])
    field = np.pad(inner, 3, constant_values=1.0)
    monkeypatch.setattr(terrain, "ridged", lambda *arguments: field)
    # 0 is lava, 0.30 no longer water, 0.57 no longer grass, 0.715 no longer forest.
    assert terrain.to_text(terrain.generate(TINY, 0)[3:5, 3:5]) == "#.\nfs"
    field[3:5, 3:5] = np.nextafter(inner, -1)
    assert terrain.to_text(terrain.generate(TINY, 0)[3:5, 3:5]) == "~~\n.f"


def test_the_series_never_changes() -> None:
    # Whoever changes what is expected here must raise terrain.VERSION, so that nobody plays on maps from an old cache.
    assert terrain.VERSION == 1
    expected = """
        ##############
        ##############
        ##..........##
        ##.ss.....f.##
        ##.ss.....f.##
        ##.ss...fff.##
        ##.sf...fff.##
        ##.f....fsf.##
        ##....~.fsf.##
        ##....~..fs.##
        ##.......ss.##
        ##..........##
        ##############
        ##############
    """
    assert terrain.to_text(terrain.generate(SMALL, 0)) == terrain.to_text(terrain.from_text(expected))


@given(seed=st.integers(0, 2**63 - 1), index=st.integers(0, 2**40), side=st.integers(4, 24), data=st.data())
def test_every_map_is_valid_and_its_own(seed: int, index: int, side: int, data: st.DataObject) -> None:
    config = Terrain(side=side, border=data.draw(st.integers(1, (side - 2) // 2)), seed=seed)
    tiles = terrain.generate(config, index)
    terrain.check_map(tiles, config)
    np.testing.assert_array_equal(tiles, terrain.generate(config, index))


def test_seed_and_index_tell_maps_apart() -> None:
    series = {
        terrain.generate(Terrain(side=24, border=2, seed=seed), index).tobytes()
        for seed in range(5)
        for index in range(5)
    }
    assert len(series) == 25


def test_threads_make_the_same_maps() -> None:
    alone = [terrain.generate(SMALL, i).tobytes() for i in range(32)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda i: terrain.generate(SMALL, i).tobytes(), range(32))) == alone


def test_default_maps_have_something_of_everything() -> None:
    config = Terrain()
    tiles = terrain.maps(config, range(20))
    inside = tiles[:, config.low + 1 : config.high, config.low + 1 : config.high]
    shares = np.bincount(inside.ravel(), minlength=len(Material)) / inside.size
    bounds = {"WATER": (0.04, 0.12), "GRASS": (0.35, 0.55), "FOREST": (0.2, 0.38), "STONE": (0.1, 0.28)}
    for name, (low, high) in bounds.items():
        assert low < shares[Material[name]] < high, name
    assert shares[[Material.LAVA, Material.SCRUB, Material.OREROCK]].sum() == 0
    assert all(len(np.unique(world)) == 4 for world in inside)


def test_negative_numbers_are_refused() -> None:
    for make in (lambda: terrain.generate(SMALL, -1), lambda: terrain.maps(SMALL, [0, -1])):
        with pytest.raises(ConfigError, match=r"numbered from 0; -1 was asked for"):
            make()


def test_each_world_has_its_own_map() -> None:
    tiles = terrain.maps(SMALL, [4, 0, 4])
    assert (tiles.shape, tiles.dtype) == ((3, 14, 14), np.uint8)
    for world, index in zip(tiles, [4, 0, 4], strict=True):
        np.testing.assert_array_equal(world, terrain.generate(SMALL, index))
    assert terrain.maps(SMALL, []).shape == (0, 14, 14)


def test_worlds_share_a_number_of_maps(made: list[int]) -> None:
    tiles = terrain.maps(Terrain(side=14, border=2, maps=3), range(7))
    assert made == [0, 1, 2]
    for i, j in [(0, 3), (3, 6), (1, 4), (2, 5)]:
        np.testing.assert_array_equal(tiles[i], tiles[j])
    assert (tiles[0] != tiles[1]).any()


def test_maps_belong_to_the_caller() -> None:
    first = terrain.maps(SMALL, [0, 0])
    expected = first[1].copy()
    first[0] = Material.OREROCK  # a world harvests its forest
    np.testing.assert_array_equal(first[1], expected)
    np.testing.assert_array_equal(terrain.maps(SMALL, [0])[0], expected)


def test_cache_is_read_again(made: list[int]) -> None:
    before = terrain.maps(SMALL, range(3))
    assert made == [0, 1, 2]
    np.testing.assert_array_equal(terrain.maps(SMALL, range(4)), np.concatenate([before, terrain.maps(SMALL, [3])]))
    assert made == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [
        {"side": 15}, {"border": 3}, {"water": 0.31}, {"grass": 0.58}, {"forest": 0.72}, {"scale": 3}, {"octaves": 6},
        {"seed": 8},
    ],
    ids=str,
)  # fmt: skip
def test_cache_tells_configurations_apart(change: dict[str, float], made: list[int]) -> None:
    terrain.maps(SMALL, [0])
    changed = Terrain(**{"side": 14, "border": 2, "octaves": 5, "seed": 7} | change)
    np.testing.assert_array_equal(terrain.maps(changed, [0])[0], terrain.generate(changed, 0))
    assert made == [0, 0, 0]


def test_cache_serves_configurations_with_the_same_maps(made: list[int]) -> None:
    terrain.maps(SMALL, [0])
    terrain.maps(Terrain(side=14, border=2, octaves=5, seed=7, scale=14 // 5, maps=1), [9])
    assert made == [0]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
        lambda data: bytes(len(data)),
    ],
    ids=["empty", "cut", "longer", "one bit", "zeros"],
)
def test_damaged_cache_is_made_again(damage, cache: Path, made: list[int]) -> None:
    expected = terrain.maps(SMALL, [0])
    (path,) = cache.rglob("0.map")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    np.testing.assert_array_equal(terrain.maps(SMALL, [0]), expected)
    assert made == [0, 0]
    assert path.read_bytes() == whole
    assert [p.name for p in path.parent.iterdir()] == ["0.map"]


def test_cached_map_of_another_number_is_made_again(cache: Path, made: list[int]) -> None:
    expected = terrain.maps(SMALL, [0, 1])
    (first,), (second,) = cache.rglob("0.map"), cache.rglob("1.map")
    first.replace(second)
    np.testing.assert_array_equal(terrain.maps(SMALL, [0, 1]), expected)
    assert made == [0, 1, 0, 1]


def test_a_cache_that_cannot_be_written_costs_only_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: list[int]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("FORGE_CACHE", str(blocked / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    for _ in range(2):
        np.testing.assert_array_equal(terrain.maps(SMALL, [0])[0], terrain.generate(SMALL, 0))
    assert made == [0] * 4


def test_a_full_disk_costs_only_time(monkeypatch: pytest.MonkeyPatch, made: list[int]) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(terrain, "write_atomic", full)
    np.testing.assert_array_equal(terrain.maps(SMALL, [0]), terrain.maps(SMALL, [0]))
    assert made == [0, 0]


def test_a_drawn_map_serves_every_world(tmp_path: Path) -> None:
    drawn = terrain.from_text(TINY_MAP)
    tiled.write_tmx(tmp_path / "map.tmx", drawn)
    tiles = terrain.maps(Terrain(side=8, border=2, file=str(tmp_path / "map.tmx")), [0, 9])
    assert (tiles.shape, tiles.dtype) == ((2, 8, 8), np.uint8)
    np.testing.assert_array_equal(tiles[0], drawn)
    np.testing.assert_array_equal(tiles[1], drawn)
    tiles[0] = 0
    assert tiles[1].any()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"side": 9, "border": 2}, r"map\.tmx'.*8 rows and 8 columns; terrain\.side = 9 needs 9 of each"),
        ({"side": 8, "border": 3}, r"map\.tmx'.*row 2, column 2 is 2 \(grass\).*all must be lava"),
    ],
)
def test_a_drawn_map_must_fit(config: dict[str, int], message: str, tmp_path: Path) -> None:
    tiled.write_tmx(tmp_path / "map.tmx", terrain.from_text(TINY_MAP))
    with pytest.raises(ConfigError, match=message):
        terrain.maps(Terrain(file=str(tmp_path / "map.tmx"), **config), [0])


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"terrain\.file = 'nowhere\.tmx'.*cannot read"):
        terrain.maps(Terrain(file="nowhere.tmx"), [0])


def test_check_map_accepts_what_is_drawn_right() -> None:
    tiles = terrain.from_text(TINY_MAP)
    tiles[3, 3] = Material.SCRUB
    terrain.check_map(tiles, TINY)
    tiles[3, 3] = Material.LAVA
    terrain.check_map(tiles, TINY)


@pytest.mark.parametrize(
    ("row", "column", "tile", "message"),
    [
        (3, 4, 7, r"row 3, column 4 is 7, which is no material; allowed are 0 \(lava\), .*6 \(orerock\)"),
        (1, 6, Material.GRASS, r"row 1, column 6 is 2 \(grass\), but outside the playable rows and columns 2\.\.5"),
        (7, 0, Material.STONE, r"row 7, column 0 is 5 \(stone\)"),
        (2, 2, Material.LAVA, r"row 2, column 2 is 0 \(lava\), but the outermost ring"),
        (5, 4, Material.FOREST, r"row 5, column 4 is 4 \(forest\), but the outermost ring"),
        (4, 5, Material.WATER, r"row 4, column 5 is 1 \(water\)"),
    ],
)
def test_check_map_names_the_tile(row: int, column: int, tile: int, message: str) -> None:
    tiles = terrain.from_text(TINY_MAP)
    tiles[row, column] = tile
    with pytest.raises(ConfigError, match=message):
        terrain.check_map(tiles, TINY)


def test_check_map_names_the_first_tile() -> None:
    tiles = terrain.from_text(TINY_MAP)
    tiles[6, 1] = tiles[1, 6] = tiles[1, 7] = Material.GRASS
    with pytest.raises(ConfigError, match="row 1, column 6"):
        terrain.check_map(tiles, TINY)


@pytest.mark.parametrize(
    ("tiles", "message"),
    [
        ([[0]], r"not list"),
        (np.zeros((8, 8), np.int64), r"uint8, not of int64"),
        (np.zeros((8, 8, 1), np.uint8), r"not uint8 of shape \(8, 8, 1\)"),
        (np.zeros((0, 8), np.uint8), r"not uint8 of shape \(0, 8\)"),
        (np.zeros((8, 7), np.uint8), r"8 rows and 7 columns"),
    ],
)
def test_check_map_refuses_what_is_no_map(tiles, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        terrain.check_map(tiles, TINY)


def test_text_names_every_material() -> None:
    np.testing.assert_array_equal(terrain.from_text("#~.,fso"), [list(Material)])
    assert terrain.to_text(np.array([[6, 5], [4, 3]])) == "os\nf,"


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 6)))
def test_text_round_trip(tiles: np.ndarray) -> None:
    back = terrain.from_text(terrain.to_text(tiles))
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, tiles)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("..\n.X", r"unknown tile 'X' in row 1, column 1; allowed are '#' lava, .*'o' orerock"),
        ("\n  .. .\n", r"unknown tile ' ' in row 0, column 2"),
        ("?!", r"unknown tile '\?' in row 0, column 0"),
        ("...\n..", r"row 1 has 2 tiles, but row 0 has 3"),
        (" \n\n", r"no rows"),
    ],
)
def test_text_that_draws_no_map(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        terrain.from_text(text)


def test_to_text_refuses_what_is_no_material() -> None:
    with pytest.raises(ConfigError, match="row 0, column 1 is -1, which is no material"):
        terrain.to_text(np.array([[0, -1]]))
