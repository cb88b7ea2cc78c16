"""Packs and purses, by hand: what room things take, and what is in use."""

from types import SimpleNamespace
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from forge.blade.grown import packs
from forge.blade.grown.kinds import COUNT, number

SHRIMP, KNIVES, TIN_KNIVES = number("shrimp"), number("copper_knives"), number("tin_knives")
_RULES = np.dtype([("capacity", np.int32)])


class Pack(NamedTuple):
    """What the kernels of packs touch of a state, of one agent."""

    pack: np.ndarray
    load: np.ndarray
    gold: np.ndarray
    earned: np.ndarray
    pack_known: np.ndarray
    carried: np.ndarray
    rules: np.ndarray


def empty(capacity: int = 20) -> Pack:
    rules = np.zeros(1, _RULES)
    rules["capacity"] = capacity
    one = (1, 1)
    return Pack(
        np.zeros((1, 1, COUNT), np.uint16),
        np.zeros(one, np.int16),
        np.zeros(one, np.int32),
        np.zeros(one, np.int32),
        np.ones(one, np.uint8),
        np.zeros(one, np.uint32),
        rules,
    )


@numba.njit
def _put(state: Any, kind: int, count: int) -> None:
    packs.put(state, 0, 0, kind, count)


@numba.njit
def _take(state: Any, kind: int, count: int) -> None:
    packs.take(state, 0, 0, kind, count)


@numba.njit
def _room_for(state: Any, kind: int, count: int) -> bool:
    return packs.room_for(state, 0, 0, kind, count)


@numba.njit
def _pay(state: Any, earned: int, moved: int) -> None:
    packs.earn(state, 0, 0, earned)
    packs.move_gold(state, 0, 0, moved)


@pytest.mark.parametrize(
    ("knives", "room"),
    [(0, 0), (1, 1), (9, 1), (10, 1), (11, 2), (20, 2), (21, 3)],  # a tenth, rounded up
)
def test_ten_knives_take_the_room_of_one(knives: int, room: int) -> None:
    pack = empty()
    _put(pack, KNIVES, knives)
    assert (pack.load[0, 0], pack.pack[0, 0, KNIVES]) == (room, knives)
    _put(pack, TIN_KNIVES, 1)  # another metal lies by itself
    assert pack.load[0, 0] == room + 1
    _take(pack, KNIVES, knives)
    assert (pack.load[0, 0], pack.pack[0, 0, KNIVES]) == (1, 0)


def test_a_pack_is_full_at_its_capacity() -> None:
    pack = empty(capacity=3)
    _put(pack, SHRIMP, 2)
    assert [_room_for(pack, SHRIMP, n) for n in (1, 2)] == [True, False]  # 2 + 1 = 3, 2 + 2 > 3
    _put(pack, KNIVES, 4)
    assert not _room_for(pack, SHRIMP, 1)
    assert [_room_for(pack, KNIVES, n) for n in (6, 7)] == [True, False]  # 4 + 6 = 10 still lie in one place
    assert pack.pack_known[0, 0] == 0


def test_the_set_of_kinds_follows_the_pack() -> None:
    pack, kinds = empty(), (1 << SHRIMP) | (1 << KNIVES)
    for put, kind, count, wanted in (
        (_put, SHRIMP, 2, 1 << SHRIMP),
        (_put, KNIVES, 0, 1 << SHRIMP),
        (_put, KNIVES, 10, kinds),
        (_take, SHRIMP, 1, kinds),
        (_take, SHRIMP, 1, 1 << KNIVES),
        (_take, KNIVES, 10, 0),
    ):
        put(pack, kind, count)
        assert pack.carried[0, 0] == wanted


def test_only_what_is_earned_is_counted() -> None:
    pack = empty()
    _pay(pack, 7, -5)  # 5 of them lie in an order
    assert (pack.gold[0, 0], pack.earned[0, 0]) == (2, 7)


def test_reasons_are_rows_of_the_ledger() -> None:
    names = SimpleNamespace(**{reason.name: int(reason) for reason in packs.Reason})
    assert (names.BORN, names.MADE, names.FOUND, names.USED) == (0, 1, 2, 3)
    assert (names.SPOILED, names.LOST, names.TAKEN, names.TRADED) == (4, 5, 6, 7)
