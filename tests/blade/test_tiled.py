"""Tiled files: what is written is read back, what Tiled and the first release write is read, all else is refused."""

import base64
import gzip
import io
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from forge.blade.mechanics.ids import Material
from forge.blade.terrain.tiled import read_tmx, write_tmx
from forge.support.checks import ConfigError

NAMES = [material.name.lower() for material in Material]
DTD = "http://mapeditor.org/dtd/1.0/map.dtd"
maps = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 6))

# tmp_path is shared by the examples of a property, each of which writes its file anew.
anew = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def tileset(first: int = 1, tiles: str = "") -> str:
    return f'<tileset firstgid="{first}" name="t" tilecount="7">{tiles}</tileset>'


NAMED = "".join(f'<tile id="{i}" type="{name}"/>' for i, name in enumerate(NAMES))


def document(
    data: str = '<data encoding="csv">3,3,1,2</data>',
    tilesets: str = tileset(tiles=NAMED),
    attributes: str = 'orientation="orthogonal" width="2" height="2" infinite="0"',
    layer: str = 'width="2" height="2"',
) -> str:
    """A map of 2 × 2 tiles, grass above lava and water, in which one part may be changed."""
    return f'<?xml version="1.0" encoding="UTF-8"?><map {attributes}>{tilesets}<layer {layer}>{data}</layer></map>'


def read(folder: Path, text: str | bytes) -> np.ndarray:
    path = folder / "map.tmx"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_tmx(path)


def base64_data(gids: np.ndarray, compression: str = "") -> str:
    pack = {"": bytes, "zlib": zlib.compress, "gzip": gzip.compress}[compression]
    text = base64.b64encode(pack(gids.astype("<u4").tobytes())).decode()
    return f'<data encoding="base64" compression="{compression}">\n   {text}\n  </data>'


def csv_data(gids: np.ndarray) -> str:
    return '<data encoding="csv">\n' + ",\n".join(",".join(map(str, row)) for row in gids.tolist()) + "\n</data>"


def element_data(gids: np.ndarray) -> str:
    return "<data>" + "".join(f'<tile gid="{gid}"/>' for gid in gids.ravel()) + "</data>"


ENCODINGS = {
    "csv": csv_data,
    "elements": element_data,
    "base64": base64_data,
    "zlib": lambda gids: base64_data(gids, "zlib"),
    "gzip": lambda gids: base64_data(gids, "gzip"),
}


@anew
@given(tiles=maps)
def test_round_trip(tiles: np.ndarray, tmp_path: Path) -> None:
    write_tmx(tmp_path / "map.tmx", tiles)
    back = read_tmx(str(tmp_path / "map.tmx"))
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, tiles)


@anew
@given(
    tiles=maps,
    encoding=st.sampled_from(sorted(ENCODINGS)),
    order=st.permutations(range(7)),
    first=st.integers(1, 1000),
    flips=st.integers(0, 15),
)
def test_every_encoding_is_read(
    tiles: np.ndarray, encoding: str, order: list[int], first: int, flips: int, tmp_path: Path
) -> None:
    # The tileset holds the materials in any order, behind another tileset; the tiles are flipped in any way.
    named = "".join(f'<tile id="{i}" type="{NAMES[material]}"/>' for i, material in enumerate(order))
    tilesets = tileset(first + 50, named) + tileset(first, '<tile id="0" type="wall"/>')
    gids = np.argsort(order)[tiles].astype(np.int64) + first + 50
    gids.flat[::2] |= flips << 28
    size = f'width="{tiles.shape[1]}" height="{tiles.shape[0]}"'
    text = document(ENCODINGS[encoding](gids), tilesets, size, size)
    np.testing.assert_array_equal(read(tmp_path, text), tiles)


@anew
@given(tiles=maps, data=st.data())
def test_damaged_files_are_read_or_refused(tiles: np.ndarray, data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "map.tmx"
    write_tmx(path, tiles)
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 20))
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=20)) + whole[start + length :])
    try:
        back = read_tmx(path)
    except ConfigError:
        return
    assert set(np.unique(back)) <= set(Material)


def test_rows_run_south_and_columns_east(tmp_path: Path) -> None:
    write_tmx(tmp_path / "map.tmx", np.array([[0, 1, 2], [3, 4, 5]]))
    text = (tmp_path / "map.tmx").read_text(encoding="utf-8")
    assert "\n1,2,3,\n4,5,6\n" in text
    assert 'width="3" height="2"' in text


def test_the_editor_shows_a_colour_for_each_material(tmp_path: Path) -> None:
    write_tmx(tmp_path / "map.tmx", np.zeros((2, 2), np.uint8))
    text = (tmp_path / "map.tmx").read_text(encoding="utf-8")
    pictures = [part.split("</data>")[0] for part in text.split('<data encoding="base64">')[1:]]
    colours = set()
    for picture in pictures:
        image = Image.open(io.BytesIO(base64.b64decode(picture)))
        assert image.size == (16, 16)
        colours |= {colour for _, colour in image.getcolors()}
    assert len(pictures) == len(colours) == len(Material)


@pytest.mark.parametrize(
    ("tiles", "message"),
    [
        (np.array([[0, 7]]), "row 0, column 1 is 7, which is no material"),
        (np.zeros((2, 2)), r"not float64 of shape \(2, 2\)"),
        (np.zeros(4, np.uint8), r"not uint8 of shape \(4,\)"),
    ],
)
def test_only_maps_are_written(tiles: np.ndarray, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        write_tmx(tmp_path / "map.tmx", tiles)
    assert not (tmp_path / "map.tmx").exists()


@pytest.mark.parametrize(
    "tile",
    [
        '<tile id="0" type="stone"/>',
        '<tile id="0" class="Stone"/>',
        '<tile id="0"><image source="art/stone.png"/></tile>',
        '<tile id="0"><image source="art\\Stone.png"/></tile>',
        '<tile id="0"><properties><property name="material" value="stone"/></properties></tile>',
        '<tile id="0"><properties><property name="material">stone</property></properties></tile>',
        # A property counts before a class, and a class before the file of the picture.
        '<tile id="0" type="grass"><properties><property name="n" value="1"/><property name="material" value="stone"/>'
        '</properties><image source="lava.png"/></tile>',
        '<tile id="0" type="stone"><image source="lava.png"/></tile>',
    ],
)
def test_tiles_are_named_in_many_ways(tile: str, tmp_path: Path) -> None:
    text = document('<data encoding="csv">9,9,9,9</data>', tileset(9, tile))
    assert (read(tmp_path, text) == Material.STONE).all()


def test_without_names_a_tile_is_its_id_with_a_warning(tmp_path: Path) -> None:
    text = document('<data encoding="csv">20,21,25,26</data>', tileset(20, '<tile id="3" probability="2"/>'))
    wanted = (
        r"map\.tmx: tileset 't' names no material; its tiles are read by their numbers: 0 lava, 1 water, .* 6 orerock"
    )
    with pytest.warns(UserWarning, match=wanted) as told:
        np.testing.assert_array_equal(read(tmp_path, text), [[0, 1], [5, 6]])
    assert len(told) == 1
    assert told[0].filename == __file__
    # A tileset of which no tile is on the map is nobody's concern.
    assert (read(tmp_path, document(tilesets=tileset(20) + tileset(tiles=NAMED))) == [[2, 2], [0, 1]]).all()


def test_one_of_several_layers_is_read_by_its_name(tmp_path: Path) -> None:
    layers = "".join(
        f'<layer name="{name}" width="2" height="2">{csv_data(np.full((2, 2), gid))}</layer>'
        for name, gid in (("sketch", 1), ("terrain", 2), ("Trees &amp; more", 5))
    )
    path = tmp_path / "map.tmx"
    path.write_text(f'<map width="2" height="2">{tileset(tiles=NAMED)}<group>{layers}</group></map>')
    assert (read_tmx(path) == Material.WATER).all()
    assert (read_tmx(path, layer="sketch") == Material.LAVA).all()
    assert (read_tmx(path, "Trees & more") == Material.FOREST).all()
    with pytest.raises(ConfigError, match=r"called 'tree'; it has none among 'sketch', 'terrain', 'Trees & more'"):
        read_tmx(path, "tree")
    path.write_text(document(layer='name="any" width="2" height="2"'))
    assert (read_tmx(path) == [[2, 2], [0, 1]]).all()
    with pytest.raises(ConfigError, match="called 'terrain'; it has none among 'any'"):
        read_tmx(path, "terrain")


@pytest.mark.parametrize("reference", [f'SYSTEM "{DTD}"', 'SYSTEM "/nowhere.dtd"', f'PUBLIC "-//x" "{DTD}"', ""])
def test_a_reference_to_a_dtd_is_not_followed(reference: str, tmp_path: Path) -> None:
    text = document().replace("?>", f"?>\n<!DOCTYPE map {reference}>")
    np.testing.assert_array_equal(read(tmp_path, text), [[2, 2], [0, 1]])


def test_other_layers_and_groups_do_not_matter(tmp_path: Path) -> None:
    text = document()
    text = text.replace("<layer", "<objectgroup/><imagelayer/><group><layer").replace("</layer>", "</layer></group>")
    np.testing.assert_array_equal(read(tmp_path, text), [[2, 2], [0, 1]])


def test_maps_of_the_first_release_are_read(tmp_path: Path) -> None:
    # They number tiles from 1 in a tileset that starts at 0, stands in a file of its own two folders up, and names the
    # materials only by their pictures; the numbers have spaces between them and fill a single line.
    order = ["lava", "water", "grass", "scrub", "forest", "stone"]
    tiles = "".join(f'<tile id="{i}"><image source="../tiles/{n}.png"/></tile>' for i, n in enumerate(order, 1))
    (tmp_path / "tiles.tsx").write_text(f'<tileset name="tiles" tilecount="6" columns="0">{tiles}</tileset>')
    folder = tmp_path / "procedural" / "map1"
    folder.mkdir(parents=True)
    text = document('<data encoding="csv">\n  1, 2, 3, 6\n</data>', '<tileset firstgid="0" source="../../tiles.tsx"/>')
    np.testing.assert_array_equal(read(folder, text), [[0, 1], [2, 5]])
    np.testing.assert_array_equal(read(folder, text.replace("/tiles.tsx", "\\tiles.tsx")), [[0, 1], [2, 5]])


def packed(data: bytes) -> str:
    return f'<data encoding="base64" compression="zlib">{base64.b64encode(data).decode()}</data>'


BOMB = packed(zlib.compress(bytes(50_000_000)))
ENTITIES = '<!DOCTYPE map [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not XML"),
        ("<map", "not XML"),
        ("<tileset/>", "not a Tiled map: the document is a <tileset>"),
        (b"\xff\xfe<\x00", "not UTF-8"),
        (document().replace("?>", "?>" + ENTITIES), "document type"),
        (document().replace("?>", "?><!DOCTYPE map []>"), "document type"),
        (
            document().replace("?>", f'?><!DOCTYPE map SYSTEM "{DTD}" [<!ENTITY % a SYSTEM "{DTD}">%a;]>'),
            "document type",
        ),
        (document().replace("?>", f'?><!DOCTYPE map SYSTEM "{DTD}">').replace("3,3", "&a;"), "undefined entity 'a'"),
        (document().replace("3,3", "&a;"), "not XML: undefined entity"),
        (document(attributes='orientation="isometric" width="2" height="2"'), "is isometric; it must be orthogonal"),
        (document(attributes='width="2" height="2" infinite="1"'), "infinite; give it a fixed size"),
        (document('<data><chunk x="0" y="0" width="2" height="2">1,1,1,1</chunk></data>'), "infinite"),
        (document(attributes='height="2"'), r"width of <map> is missing; allowed are 1 \.\. 4096"),
        (document(attributes='width="2" height="two"'), "height of <map> is 'two'"),
        (document(attributes='width="2" height="0"'), "height of <map> is '0'"),
        (document(attributes='width="2" height="999999999"'), "height of <map> is '999999999'"),
        (document(layer='width="2" height="3"'), "layer is 2 × 3 tiles, but the map 2 × 2"),
        (document().replace("layer", "objectgroup"), "must have a tile layer; it has none"),
        (document(data="</layer><layer name='b'>"), "one tile layer called 'terrain'; it has none among '', 'b'"),
        (
            document(layer='name="terrain"', data="</layer><layer name='terrain'>"),
            "one tile layer called 'terrain'; it has 2 among 'terrain', 'terrain'",
        ),
        (document(data=""), "no data"),
        (document('<data encoding="csv">1,1,1</data>'), "holds 3 tiles, but 2 × 2 need 4"),
        (document('<data encoding="csv">1,1,1,1,1</data>'), "holds 5 tiles"),
        (document('<data encoding="csv"></data>'), "not numbers parted by commas"),
        (document('<data encoding="csv">1,1,1,x</data>'), "not numbers parted by commas.*'x'"),
        (document(f'<data encoding="csv">1,1,1,{10**30}</data>'), "not numbers"),
        (document('<data encoding="csv">1,1,1,-1</data>'), "holds the tile id -1"),
        (document('<data encoding="csv">1,1,1,4294967296</data>'), "holds the tile id 4294967296"),
        (document('<data encoding="json">[1]</data>'), "encoding 'json' is not read; allowed are csv, base64 and none"),
        (document('<data><tile gid="1"/><tile gid="-1"/></data>'), "gid of <tile> is '-1'"),
        (document('<data><tile gid="1"/></data>'), "holds 1 tiles"),
        (document('<data encoding="base64" compression="zstd">AAAA</data>'), "compression 'zstd' is not read; .* zlib"),
        (document('<data encoding="base64">!!!!</data>'), "damaged"),
        (document('<data encoding="base64">AQAAAA==</data>'), "holds 4 bytes, but 4 tiles need 16"),
        (document('<data encoding="base64" compression="zlib">AQAAAA==</data>'), "damaged"),
        (document(packed(zlib.compress(bytes(16))[:-1])), "damaged: the compressed data ends too early"),
        (document(packed(zlib.compress(bytes(16))[:-4] + b"oops")), "damaged"),
        (document(BOMB), "holds more, but 4 tiles need 16"),
        (document('<data encoding="csv">1,1,0,1</data>'), "row 1, column 0: is empty"),
        (document('<data encoding="csv">1,1,0,1</data>', tileset(0)), "row 1, column 0: is empty"),
        (document('<data><tile gid="1"/><tile/><tile/><tile/></data>'), "row 0, column 1: is empty"),
        (document(tilesets=""), "row 0, column 0: holds tile 3, which is in no tileset"),
        (document(tilesets=tileset(2)), "row 1, column 0: holds tile 1, which is in no tileset"),
        (document('<data encoding="csv">1,1,1,8</data>'), "row 1, column 1: tile 7 of tileset 't' names no material"),
        (document(tilesets=tileset(1, '<tile id="2" type="grass"/>')), "row 1, column 0: tile 0 .* names no material"),
        (document(tilesets=tileset(1, '<tile id="2" type="gras"/>')), "tile 2 of tileset 't' is called 'gras'.*lava,"),
        (document(tilesets=tileset(1, "<tile/>")), "id of <tile> is missing"),
        (document(tilesets='<tileset name="t"/>'), "firstgid of <tileset> is missing"),
        (document(tilesets='<tileset firstgid="1" source="no.tsx"/>'), r"tileset 'no\.tsx' is not there.*embed it"),
        (document(tilesets='<tileset firstgid="1" source="map.tmx"/>'), r"'map\.tmx': not a Tiled tileset"),
    ],
)
def test_what_is_no_map_is_refused(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "map.tmx") in str(caught.value)


def test_a_file_that_unpacks_to_much_takes_little_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match="holds more"):
            read(tmp_path, document(BOMB))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000  # of the 50 MB that are packed in the file


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.tmx: cannot read the file: No such file"):
        read_tmx(tmp_path / "nowhere.tmx")
    with pytest.raises(ConfigError, match="cannot read the file"):
        read_tmx(tmp_path)
