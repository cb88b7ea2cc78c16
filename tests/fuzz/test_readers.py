"""Damaged files are read or refused, by every reader; and what else may happen is noticed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.forked import call
from tests.fuzz.catalogue import READERS, attack_named
from tests.fuzz.limited import Limits, attack
from tests.fuzz.readers import Reader, mutated
from tests.patience import PATIENCE

MUTATIONS = 300
GENEROUS = Limits(seconds=60, patience=int(PATIENCE))  # on a machine of any speed


def told(name: str) -> None:
    """Prints what a reader does with damaged files that it must not."""
    os.write(1, "\n".join(map(str, attack_named(name, range(MUTATIONS), 0, GENEROUS))).encode())


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    done = call(told, name)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


def other_error() -> None:
    raise KeyError("steps")


def long_error() -> None:
    raise ValueError("x" * 10_000)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fill_memory() -> None:
    bytearray(2**31)


def compute() -> None:
    while True:
        pass


def wait() -> None:
    time.sleep(1e6)


def faulty(do: Callable[[], None]) -> Reader:
    """A reader that fails when its file is of an odd number."""

    def read(folder: Path) -> None:
        if (folder / "file").read_bytes() == b"odd":
            do()

    def make(folder: Path) -> None:
        (folder / "file").write_bytes(b"even")

    return Reader("faulty", (make,), {"*": lambda draws, data: draws.choice((b"odd", data))}, read, (ValueError,))


def tell_faults(do: Callable[[], None], limits: Limits) -> None:
    reader, numbers = faulty(do), range(6)
    odd = [n for n in numbers if mutated(reader, [{"file": b"even"}], 0, n)["file"] == b"odd"]
    assert 0 < len(odd) < len(numbers)
    found = attack(reader, numbers, 0, limits)
    assert [failure.number for failure in found] == odd
    os.write(1, "\n".join({failure.what for failure in found}).encode())


@pytest.mark.parametrize(
    ("do", "limits", "what"),
    [
        (other_error, GENEROUS, "KeyError: 'steps' (outside)"),
        (long_error, GENEROUS, "ValueError of 10000 characters"),
        (crash, GENEROUS, "the process was killed by SIGSEGV"),
        (fill_memory, GENEROUS, "MemoryError: (outside)"),
        (compute, GENEROUS._replace(seconds=1), "it computed for more than 1 s"),
        (wait, GENEROUS._replace(patience=1), "nothing for 1 s"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_whatever_else_happens_is_told(do: Callable[[], None], limits: Limits, what: str) -> None:
    done = call(tell_faults, do, limits)
    assert (done.stdout, done.returncode) == (what, 0), done.stderr


def test_a_mutation_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    reader = READERS["map"]
    one, other = ([mutated(reader, reader.samples(tmp_path), seed, n) for n in range(50)] for seed in (0, 0))
    assert one == other
    assert one != [mutated(reader, reader.samples(tmp_path), 1, n) for n in range(50)]
