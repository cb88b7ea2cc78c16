"""Maps as files of the Tiled editor (.tmx), which people draw them with.

The format: Tiled's manual, "TMX Map Format" and "Global Tile IDs" (https://doc.mapeditor.org).
"""

from __future__ import annotations

import base64
import os
import struct
import warnings
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Container
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers import expat

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Tile
from forge.blade.systems.terrain import MAX_SIDE
from forge.blade.terrain.tiles import as_tiles
from forge.support.checks import ConfigError, shown
from forge.support.durable import write_atomic
from forge.support.paths import path_of

# The four high bits of a global tile id say how the tile is flipped and rotated.
_FLIPS = 0xF000_0000
_PIXELS = 16  # side of a tile in the editor
_LAYER = "terrain"  # the layer that holds the map


def write_tmx(path: str | os.PathLike[str], tiles: np.ndarray, schema: Schema = GAME) -> None:
    """Writes a map that Tiled opens, shows in plain colours and saves again, without further files.

    Args:
        path: of the .tmx file.
        tiles: integers [H, W] of materials.
        schema: says what materials there are: `Config.schema` where some are from outside.

    Raises:
        ConfigError: if `tiles` is no map.
        OSError: if the file cannot be written.
    """
    write_atomic(path_of(path), tmx_bytes(tiles, schema))


def tmx_bytes(tiles: np.ndarray, schema: Schema = GAME) -> bytes:
    """What `write_tmx` writes."""
    tiles = as_tiles(tiles, schema)
    height, width = (str(n) for n in tiles.shape)
    pixels = str(_PIXELS)
    root = ET.Element(
        "map", version="1.10", orientation="orthogonal", renderorder="right-down", width=width, height=height,
        tilewidth=pixels, tileheight=pixels, infinite="0", nextlayerid="2", nextobjectid="1",
    )  # fmt: skip
    tileset = ET.SubElement(
        root, "tileset", firstgid="1", name="materials", tilewidth=pixels, tileheight=pixels,
        tilecount=str(len(schema.materials)), columns="0",
    )  # fmt: skip
    for material in schema.materials:
        _write_tile(tileset, material)
    layer = ET.SubElement(root, "layer", id="1", name=_LAYER, width=width, height=height)
    data = ET.SubElement(layer, "data", encoding="csv")
    ET.indent(root, " ")
    data.text = "\n" + ",\n".join(",".join(map(str, row)) for row in (tiles.astype(int) + 1).tolist()) + "\n"
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _write_tile(tileset: ET.Element, material: Tile) -> None:
    tile = ET.SubElement(tileset, "tile", id=str(material.number), type=material.name)
    ET.SubElement(ET.SubElement(tile, "properties"), "property", name="material", value=material.name)
    image = ET.SubElement(tile, "image", width=str(_PIXELS), height=str(_PIXELS), format="png")
    ET.SubElement(image, "data", encoding="base64").text = base64.b64encode(
        _png(bytes.fromhex(material.colour[1:]))
    ).decode()


def _png(colour: bytes) -> bytes:
    """A square picture of one colour: 8 bits a channel, rows without a filter (W3C, "Portable Network Graphics")."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + colour * _PIXELS) * _PIXELS
    header = struct.pack(">2I5B", _PIXELS, _PIXELS, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def read_tmx(path: str | os.PathLike[str], layer: str | None = None, schema: Schema = GAME) -> np.ndarray:
    """Reads a map drawn in Tiled: orthogonal, of fixed size, without empty cells.

    A tile of a tileset is the material named by its `material` property, else by its class (type), else by the file
    name of its image. In a tileset that names no material at all a tile's id is the material's, which is warned of.
    Tilesets may stand in the map or in .tsx files found from the map's folder; how tiles are flipped does not matter.

    Args:
        path: of the .tmx file.
        layer: the name of the tile layer that holds the map. None means the only tile layer, whatever its name, or
            among several the one called `terrain`.
        schema: says what materials there are: `Config.schema` where some are from outside.

    Returns:
        uint8 [H, W] of materials.

    Warns:
        UserWarning: if a tileset that tiles are taken from names no material.

    Raises:
        ConfigError: if the file cannot be read as such a map; the message says what and where.
    """
    try:
        file = path_of(path)
        root = _document(file, "map")
        tilesets = [_Tileset(element, file.parent, schema) for element in root.findall("tileset")]
        tiles = _to_materials(_layer_gids(root, layer), tilesets)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    for tileset in tilesets:
        if tileset.guessed:
            numbers = ", ".join(f"{material.number} {material.name}" for material in schema.materials)
            told = f"tileset {shown(tileset.label)} names no material; its tiles are read by their numbers: {numbers}"
            warnings.warn(f"{path}: {told}", stacklevel=2)
    return tiles


def _document(path: Path, tag: str) -> ET.Element:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read the file: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8, which Tiled writes: {error}") from error
    try:
        root = _parse(text)
    except (expat.ExpatError, ValueError) as error:
        raise error if isinstance(error, ConfigError) else ConfigError(f"not XML: {error}") from error
    if root.tag != tag:
        raise ConfigError(f"not a Tiled {tag}: the document is a <{root.tag[:50]}>")
    return root


def _parse(text: str) -> ET.Element:
    """The document. The reference to a DTD that Tiled can write is not followed; a DTD in the file itself is refused.

    Entities, with which a small file fills the memory or reads other files, can be declared nowhere else.
    """
    builder, parser = ET.TreeBuilder(), expat.ParserCreate()

    def doctype(name: str, system: str | None, public: str | None, internal: int) -> None:
        if internal:
            raise ConfigError(
                "it holds a document type definition (DTD), which Tiled never writes and which is not read"
            )

    def skipped(name: str, parameter: int) -> None:
        raise ConfigError(f"not XML: undefined entity {shown(name)}")

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler, parser.SkippedEntityHandler = doctype, skipped
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.data
    parser.Parse(text, True)
    return builder.close()


def _layer_gids(root: ET.Element, name: str | None) -> np.ndarray:
    """The global tile ids int64 [H, W] of the tile layer of this name, without their flip bits."""
    if (orientation := root.get("orientation", "orthogonal")) != "orthogonal":
        raise ConfigError(f"the map is {orientation}; it must be orthogonal")
    if root.get("infinite", "0") != "0" or root.find(".//chunk") is not None:
        raise ConfigError("the map is infinite; give it a fixed size (Map > Map Properties > Infinite)")
    width, height = (_number(root, side, 1, MAX_SIDE) for side in ("width", "height"))
    layer = _layer(list(root.iter("layer")), name)
    size = tuple(_number(layer, side, 1, MAX_SIDE) for side in ("width", "height"))
    if size != (width, height):
        raise ConfigError(f"its layer is {size[0]} × {size[1]} tiles, but the map {width} × {height}")
    data = layer.find("data")
    if data is None:
        raise ConfigError("its layer has no data")
    gids: np.ndarray = _choose(_ENCODINGS, data.get("encoding", ""), "encoding")(data, width * height)
    if gids.size != width * height:
        raise ConfigError(f"its layer holds {gids.size} tiles, but {width} × {height} need {width * height}")
    return gids.reshape(height, width) & ~_FLIPS


def _layer(layers: list[ET.Element], name: str | None) -> ET.Element:
    if not layers:
        raise ConfigError("the map must have a tile layer; it has none")
    if name is None and len(layers) == 1:
        return layers[0]
    wanted = _LAYER if name is None else name
    found = [layer for layer in layers if layer.get("name") == wanted]
    if len(found) != 1:
        names = shown([layer.get("name", "") for layer in layers])[1:].removesuffix("]")
        raise ConfigError(
            f"the map must have one tile layer called {shown(wanted)}; it has {len(found) or 'none'} among {names}"
        )
    return found[0]


def _from_elements(data: ET.Element, count: int) -> np.ndarray:
    return np.array([_number(tile, "gid", 0, 2**32 - 1, 0) for tile in data.findall("tile")], np.int64)


def _from_csv(data: ET.Element, count: int) -> np.ndarray:
    cells = (data.text or "").strip().removesuffix(",").split(",")
    try:
        gids = np.array([int(cell) for cell in cells], np.int64)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"its layer is not numbers parted by commas: {error}") from error
    for gid in (gids.min(), gids.max()):
        if not 0 <= gid < 2**32:
            raise ConfigError(f"its layer holds the tile id {gid}; allowed are 0 .. {2**32 - 1}")
    return gids


def _from_base64(data: ET.Element, count: int) -> np.ndarray:
    unpack = _choose(_COMPRESSIONS, data.get("compression", ""), "compression")
    try:
        # One byte more than needed is enough to see that there is too much.
        raw = unpack(base64.b64decode("".join((data.text or "").split()), validate=True), 4 * count + 1)
    except (ValueError, zlib.error) as error:
        raise ConfigError(f"its layer is damaged: {error}") from error
    if len(raw) != 4 * count:
        found = f"{len(raw)} bytes" if len(raw) < 4 * count else "more"
        raise ConfigError(f"its layer holds {found}, but {count} tiles need {4 * count} bytes")
    return np.frombuffer(raw, "<u4").astype(np.int64)


def _inflate(packed: bytes, most: int, wbits: int) -> bytes:
    stream = zlib.decompressobj(wbits)
    raw = stream.decompress(packed, most)
    if len(raw) < most and not stream.eof:
        raise ValueError("the compressed data ends too early")
    return raw


_ENCODINGS: dict[str, Callable[[ET.Element, int], np.ndarray]] = {
    "": _from_elements,
    "csv": _from_csv,
    "base64": _from_base64,
}
_COMPRESSIONS: dict[str, Callable[[bytes, int], bytes]] = {
    "": lambda packed, most: packed,
    "zlib": lambda packed, most: _inflate(packed, most, zlib.MAX_WBITS),
    "gzip": lambda packed, most: _inflate(packed, most, zlib.MAX_WBITS + 16),
}


def _choose(readers: dict[str, Any], given: str, what: str) -> Any:
    if given not in readers:
        raise ConfigError(
            f"the {what} {shown(given)} is not read; allowed are {', '.join(filter(None, readers))} and none"
        )
    return readers[given]


class _Tileset:
    """The materials of a tileset's tiles."""

    def __init__(self, element: ET.Element, folder: Path, schema: Schema) -> None:
        self._numbers = {material.name: material.number for material in schema.materials}
        self.first = _number(element, "firstgid", 0, _FLIPS)
        if source := element.get("source"):
            element = _external(folder, source)
        self.label = element.get("name", "")
        names = {_number(tile, "id", 0, _FLIPS): _name(tile, self._numbers) for tile in element.findall("tile")}
        self.names = {id: name for id, name in names.items() if name}
        self.guessed = False  # whether a material was found by its number, for want of names

    def material(self, id: int) -> int:
        """The material of the tile with this local id."""
        name = self.names.get(id)
        if name and name.lower() in self._numbers:
            return self._numbers[name.lower()]
        if not self.names and id in self._numbers.values():
            self.guessed = True
            return id
        what = f"is called {shown(name)}" if name else "names no material"
        wanted = f"give it a `material` property of {', '.join(self._numbers)}"
        raise ConfigError(f"tile {id} of tileset {shown(self.label)} {what}; {wanted}")


def _external(folder: Path, source: str) -> ET.Element:
    path = folder / source.replace("\\", "/")
    try:
        there = path.is_file()
    except OSError:  # a name that no file can have
        there = False
    if not there:
        looked = str(path) if len(source) <= 200 else f"a name of {len(source)} characters in {folder}"
        raise ConfigError(
            f"its tileset {shown(source)} is not there (looked for {looked}); "
            "put it there, or embed it in the map with Tiled"
        )
    try:
        return _document(path, "tileset")
    except ConfigError as error:
        raise ConfigError(f"its tileset {shown(source)}: {error}") from error


def _name(tile: ET.Element, known: Container[str]) -> str | None:
    for entry in tile.iterfind("properties/property"):
        if entry.get("name") == "material":
            return entry.get("value") or entry.text
    if given := tile.get("type") or tile.get("class"):
        return given
    image = tile.find("image")
    stem = "" if image is None else PurePosixPath(image.get("source", "").replace("\\", "/")).stem
    return stem if stem.lower() in known else None


def _to_materials(gids: np.ndarray, tilesets: list[_Tileset]) -> np.ndarray:
    """The materials uint8 [H, W] of global tile ids."""
    kinds, first, inverse = np.unique(gids, return_index=True, return_inverse=True)
    materials = np.zeros(len(kinds), np.uint8)
    for i in np.argsort(first):  # so that an error names the first cell that is wrong
        gid = int(kinds[i])
        owner = max((t for t in tilesets if t.first <= gid), key=lambda t: t.first, default=None)
        try:
            if not gid or owner is None:
                raise ConfigError("is empty" if not gid else f"holds tile {gid}, which is in no tileset")
            materials[i] = owner.material(gid - owner.first)
        except ConfigError as error:
            row, column = divmod(int(first[i]), gids.shape[1])
            raise ConfigError(f"the cell in row {row}, column {column}: {error}") from error
    return materials[inverse].reshape(gids.shape)


def _number(element: ET.Element, name: str, low: int, high: int, default: int | None = None) -> int:
    text = element.get(name, default)
    try:
        value = int(text) if text is not None else low - 1
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        given = "missing" if text is None else shown(text)
        raise ConfigError(f"{name} of <{element.tag}> is {given}; allowed are {low} .. {high}")
    return value
