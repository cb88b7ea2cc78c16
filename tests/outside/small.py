"""Small systems made from a few lists, which declare and do nothing: what they are not must not change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forge.blade.extend import Array, Choice, Column, Feature, Number, System, Tile

NAMES = ["alder", "birch", "cedar", "date", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper"]
TYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "f4", "f8"]
SHAPES: list[tuple[int, ...]] = [(), (2,), (3,)]


def small_system(
    names: Sequence[str], kinds: Sequence[str], shapes: Sequence[Sequence[int]], counts: Sequence[int]
) -> System:
    """A system with a field of agents, a number, a saved array and a material for each name.

    Args:
        names: of them.
        kinds: their types.
        shapes: their shapes; what is whole and single is also a feature.
        counts: how many options each of its choices has, every one of which is masked.
    """
    parts = [(name, kind, tuple(shape)) for name, kind, shape in zip(names, kinds, shapes, strict=True)]
    scalars = [name for name, kind, shape in parts if not shape and kind[0] != "f"]
    return System(
        "grove",
        "for a test",
        numbers=tuple(Number(f"number_{n}", k, s, lambda c, e, s=s: np.ones(s)) for n, k, s in parts),
        agent=tuple(Column(n, k, "it", "points", s) for n, k, s in parts),
        arrays=(
            *(Array(f"saved_{n}", k, lambda z, s=s: (z.N, *s), "", saved=True) for n, k, s in parts),
            *(Array(f"mask_{i}", "?", lambda z, n=n: (z.N, n), "", emptied=True) for i, n in enumerate(counts)),
        ),
        features=tuple(Feature(n, lambda c: 0, lambda c: 9, "", "it", lambda c: 0.0, lambda c: 1.0) for n in scalars),
        materials=tuple(Tile(f"tile_{n}", "it", "#102030") for n in names),
        choices=tuple(
            Choice(f"choice_{i}", "it", lambda c, n=n: tuple(map(str, range(n))), mask=f"mask_{i}")
            for i, n in enumerate(counts)
        ),
    )
