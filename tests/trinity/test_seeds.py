"""Series of seeds: the seed itself, then others that it names."""

from __future__ import annotations

from typing import Any

import pytest

from forge.blade import ConfigError
from forge.trinity.adapters.seeds import SeedSeries


def test_a_series_begins_with_its_seed_and_never_repeats() -> None:
    series, again = SeedSeries(7), SeedSeries(3)
    drawn = [series.next() for _ in range(50)]
    assert drawn[0] == 7
    assert len(set(drawn)) == 50
    assert [again.next(7), *(again.next() for _ in range(49))] == drawn
    assert not {SeedSeries(8).next() for _ in range(50)} & set(drawn)


@pytest.mark.parametrize("seed", [-1, 0.5, "3", True])
def test_a_seed_is_a_number(seed: Any) -> None:
    with pytest.raises(ConfigError, match="must be an integer that is not negative"):
        SeedSeries(seed)
