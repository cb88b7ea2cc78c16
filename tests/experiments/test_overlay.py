"""Value overlays and scales of colour."""

import numpy as np
import pytest
from PIL import Image

from forge.experiments.figures.colour_maps import NOWHERE, shades
from forge.experiments.figures.overlay import value_maps
from forge.experiments.figures.plotting import save_figure
from tests.experiments.scenes import LAND

VALUES = np.where(LAND == 2, np.add.outer(np.arange(12.0), np.arange(12.0)), np.nan)


def pixels(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("shared", [True, False])
def test_value_maps_show_the_land_and_the_values(tmp_path, shared: bool) -> None:
    maps = {f"map {k}": VALUES + k for k in range(5)}  # of more than a row
    path = save_figure(value_maps(maps, LAND, "worth", shared), tmp_path / "values.png", also=(".svg",))
    text = path.with_suffix(".svg").read_text()
    for title in [*maps, "worth"]:
        assert f"<!-- {title} -->" in text
    assert len(np.unique(pixels(path).reshape(-1, 3), axis=0)) > 500
    again = save_figure(value_maps(maps, LAND, "worth", shared), tmp_path / "again.png")
    assert path.read_bytes() == again.read_bytes()


def test_values_change_the_picture_where_they_are(tmp_path) -> None:
    one = pixels(save_figure(value_maps({"a": VALUES}, LAND), tmp_path / "a.png"))
    high = VALUES.copy()
    high[6, 7] += 3  # in the middle of the land and of the values, whose span stays
    other = pixels(save_figure(value_maps({"a": high}, LAND), tmp_path / "b.png"))
    changed = (one != other).any(-1)
    assert 0 < changed.mean() < 0.2


def test_a_map_without_values_is_the_land(tmp_path) -> None:
    path = save_figure(value_maps({"none": np.full(LAND.shape, np.nan)}, LAND), tmp_path / "none.png")
    assert len(np.unique(pixels(path).reshape(-1, 3), axis=0)) > 100


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="values is empty"):
        value_maps({}, LAND)
    with pytest.raises(ValueError, match=r"'a' has shape \(3, 3\); the map's is \(12, 12\)"):
        value_maps({"a": np.zeros((3, 3))}, LAND)


def luminance(colours: np.ndarray) -> np.ndarray:
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def test_scales_can_be_read_without_colour() -> None:
    """Amounts get darker and worth lighter all the way; changes are lightest in the middle."""
    steps = np.linspace(0, 1, 101)
    amount, worth, change = (luminance(shades(name)(steps)[:, :3]) for name in ("amount", "worth", "change"))
    assert (np.diff(amount) < 0).all()
    assert (np.diff(worth) > 0).all()
    assert (np.diff(change[:51]) > 0).all()
    assert (np.diff(change[50:]) < 0).all()


def test_scales_by_name() -> None:
    bad = shades("change")(np.ma.masked_invalid([np.nan]))[0]
    assert "#" + bytes(round(255 * x) for x in bad[:3]).hex() == NOWHERE
    with pytest.raises(ValueError, match="'heat' must be one of change, amount, worth"):
        shades("heat")
