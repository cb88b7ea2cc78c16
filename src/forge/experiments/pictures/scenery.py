"""The ground of a map as a picture: shaded water, beaches, grass, forest floor, rock in relief, glowing lava.

Every material is a mask that is blurred and roughened before the strongest wins, which rounds the corners of tiles
while the middle of each keeps its own material. All randomness is a fixed function of the picture's size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, shift

from forge.blade import Material

#: Forest and scrub stand on the same ground, so that harvesting changes only what stands there.
LAYERS = {
    "lava": (Material.LAVA,),
    "water": (Material.WATER,),
    "grass": (Material.GRASS,),
    "floor": (Material.SCRUB, Material.FOREST),
    "rock": (Material.STONE, Material.OREROCK),
}

# Colours along a depth or a height [tiles]: (at, red, green, blue).
_WATER = ((0.0, 176, 222, 208), (0.16, 108, 192, 198), (0.7, 52, 142, 186), (1.8, 34, 104, 164), (4.0, 20, 66, 122))
_ROCK = ((0.0, 112, 112, 114), (0.35, 146, 145, 146), (1.2, 172, 172, 174), (2.4, 232, 234, 238))
_GRASS_DARK, _GRASS, _GRASS_LIGHT = np.array([[108, 150, 78], [128, 168, 88], [152, 186, 102]], np.float32)
_FLOOR_DARK, _FLOOR_LIGHT = np.array([[92, 122, 66], [120, 138, 80]], np.float32)
_SAND = np.array([222, 204, 150], np.float32)
_CRUST, _EMBER, _GLOW = np.array([[58, 30, 28], [206, 66, 26], [255, 186, 84]], np.float32)

_ROUNDING = 0.25  # blur of the masks [tiles]
_ROUGHNESS = 0.05  # of the edges between materials
_PERIOD = 1024  # after so many pixels noise repeats, without a seam
_BEACH = 0.42  # width [tiles]


def paint_ground(materials: np.ndarray, scale: int) -> np.ndarray:
    """Paints the ground of a map, with nothing standing on it.

    Args:
        materials: uint8 [rows, cols] of Material ids.
        scale: pixels a tile.

    Returns:
        uint8 [rows · scale, cols · scale, 3], sRGB.
    """
    weights = _layer_weights(materials, scale)
    solid = {name: weight > 0.5 for name, weight in weights.items()}
    painters: dict[str, Callable[[dict[str, np.ndarray], int], np.ndarray]] = {
        "lava": _lava,
        "water": _water,
        "grass": _grass,
        "floor": _floor,
        "rock": _rock,
    }
    picture = sum(weights[name][..., None] * paint(solid, scale) for name, paint in painters.items())
    picture = _cast_shadows(np.asarray(picture, np.float32), weights, scale)
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def _layer_weights(materials: np.ndarray, scale: int) -> dict[str, np.ndarray]:
    """float32 [h, w] for each layer: its share of each pixel, 1 nearly everywhere or 0."""
    masks = []
    for index, members in enumerate(LAYERS.values()):
        fine = np.isin(materials, members).repeat(scale, 0).repeat(scale, 1).astype(np.float32)
        rough = _ROUGHNESS * _noise(fine.shape, 0.22 * scale, index)
        masks.append(np.maximum(gaussian_filter(fine, _ROUNDING * scale, mode="nearest") + rough, 1e-3))
    sharp = np.stack(masks) ** (0.75 * scale)
    sharp /= sharp.sum(0)
    return dict(zip(LAYERS, sharp, strict=True))


def _noise(shape: tuple[int, ...], size: float, stream: int) -> np.ndarray:
    """Smooth noise with features of about `size` pixels: float32, mean 0, standard deviation 1."""
    height, width = (min(length, _PERIOD) for length in shape)
    white = np.random.default_rng(stream).standard_normal((height, width), np.float32)
    smooth = gaussian_filter(white, size, mode="wrap", truncate=2.5)
    tiles = [-(-length // _PERIOD) for length in shape]
    return np.tile(smooth / smooth.std(), tiles)[: shape[0], : shape[1]]


def _depth(mask: np.ndarray, scale: int) -> np.ndarray:
    """Distance from each pixel of a mask to its edge [tiles]; 0 outside."""
    if mask.all():
        return np.full(mask.shape, 9.0, np.float32)
    return (distance_transform_edt(mask) / scale).astype(np.float32)


def _ramp(stops: tuple[tuple[float, int, int, int], ...], at: np.ndarray) -> np.ndarray:
    places, *channels = np.array(stops, np.float32).T
    return np.stack([np.interp(at, places, channel) for channel in channels], -1).astype(np.float32)


def _mix(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    return one + (other - one) * np.clip(share, 0, 1)[..., None]


def _water(solid: dict[str, np.ndarray], scale: int) -> np.ndarray:
    shape = solid["water"].shape
    depth = _depth(solid["water"], scale)
    swell = _noise(shape, 0.8 * scale, 11)
    ripples = _noise(shape, 0.16 * scale, 12)
    crests = np.clip(1 - np.abs(swell - 0.4) * 6, 0, 1) * (depth > 0.5)
    colour = _ramp(_WATER, depth * (1 + 0.10 * swell))
    return colour + (3.0 * ripples + 9.0 * crests)[..., None]


def _grass(solid: dict[str, np.ndarray], scale: int) -> np.ndarray:
    shape = solid["grass"].shape
    meadow, tufts = _noise(shape, 1.6 * scale, 21), _noise(shape, max(0.5, 0.09 * scale), 22)
    colour = _mix(_mix(_GRASS + 0 * meadow[..., None], _GRASS_LIGHT, 0.45 * meadow), _GRASS_DARK, -0.5 * meadow)
    colour = colour + 3.0 * tufts[..., None]
    if not solid["water"].any():
        return colour
    to_water = distance_transform_edt(~solid["water"]).astype(np.float32) / scale
    sand = np.clip((_BEACH + 0.10 * _noise(shape, 0.5 * scale, 23) - to_water) / 0.16, 0, 1)
    return _mix(colour, _SAND + 3.0 * tufts[..., None], sand)


def _floor(solid: dict[str, np.ndarray], scale: int) -> np.ndarray:
    shape = solid["floor"].shape
    moss, litter = _noise(shape, 0.7 * scale, 31), _noise(shape, max(0.5, 0.09 * scale), 32)
    return _mix(_FLOOR_DARK + 0 * moss[..., None], _FLOOR_LIGHT, 0.5 + 0.35 * moss) + 3.5 * litter[..., None]


def _rock(solid: dict[str, np.ndarray], scale: int) -> np.ndarray:
    """Rises from its edges, is rough, and is lit from the north-west."""
    shape = solid["rock"].shape
    crags = _noise(shape, 0.30 * scale, 41) * 0.55 + _noise(shape, 0.75 * scale, 42)
    rise = _depth(solid["rock"], scale)
    height = np.minimum(rise, 3.0) * 0.8 + np.clip(rise, 0, 0.8) * (0.5 + 0.30 * crags)
    slope_row, slope_col = np.gradient(gaussian_filter(height, 0.07 * scale) * scale)
    light = 0.94 + 0.34 * np.clip(slope_row + slope_col, -1.6, 1.4) / np.sqrt(1 + 0.5 * (slope_row**2 + slope_col**2))
    return _ramp(_ROCK, rise + 0.25 * crags) * light[..., None]


def _lava(solid: dict[str, np.ndarray], scale: int) -> np.ndarray:
    shape = solid["lava"].shape
    cracks = np.abs(_noise(shape, 0.75 * scale, 51) + 0.25 * _noise(shape, 0.25 * scale, 52))
    heat = np.clip(1 - 2.6 * cracks, 0, 1)
    colour = _mix(_CRUST + 5.0 * _noise(shape, max(0.5, 0.1 * scale), 53)[..., None], _EMBER, 1.4 * heat)
    return _mix(colour, _GLOW, 2.0 * heat - 1.0)


def _cast_shadows(picture: np.ndarray, weights: dict[str, np.ndarray], scale: int) -> np.ndarray:
    """Darkens the ground south-east of rock and forest and at the shore, and lights up what lies beside lava."""
    low = 1 - weights["rock"]
    reach = (0.28 * scale, 0.28 * scale)
    rock = gaussian_filter(shift(weights["rock"], reach, order=1, mode="nearest"), 0.12 * scale)
    wood = gaussian_filter(shift(weights["floor"], reach, order=1, mode="nearest"), 0.2 * scale)
    shade = 1 - low * np.maximum(0.42 * rock, 0.20 * wood * (1 - weights["floor"]))
    heat = gaussian_filter(weights["lava"], 0.4 * scale, mode="nearest") * (1 - weights["lava"])
    return picture * shade[..., None] + heat[..., None] * np.array([110, 0, -40], np.float32)
