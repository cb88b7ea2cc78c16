"""Memory that processes share: what one writes the other reads, whoever is not on the machine finds nothing."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from forge.trinity.realms import shared
from forge.trinity.realms.packing import Vectors
from forge.trinity.realms.shared import Block, Key
from tests.patience import PATIENCE

_OTHER = """
import sys
from forge.trinity.realms.shared import Key
key = Key(sys.argv[1], bytes.fromhex(sys.argv[2]), (2, 3, 1))
read, write = key.open(), key.open(write=True)
print(read.own.tolist(), read.shared.tolist(), read.own.flags.writeable)
write.own[1, 2] = write.shared[0] = 9
"""


@contextlib.contextmanager
def made() -> Iterator[Block]:
    block = Block.like(Vectors.zeros(2, 3, 1))
    assert block is not None
    with contextlib.closing(block):
        yield block


@pytest.fixture
def mine() -> Iterator[Block]:
    with made() as block:
        yield block


def test_another_process_reads_and_writes_the_same_numbers(mine: Block) -> None:
    mine.vectors.own[...] = [[1, 2, 3], [4, 5, 6]]
    mine.vectors.shared[...] = 7
    told = [mine.key.path, mine.key.token.hex()]
    done = subprocess.run([sys.executable, "-c", _OTHER, *told], capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] [7.0] False\n", done.stderr
    assert mine.vectors.own.tolist() == [[1, 2, 3], [4, 5, 9]]
    assert mine.vectors.shared.tolist() == [9]
    assert mine.vectors.own.dtype == np.float32


def test_whoever_finds_something_else_there_does_not_share_it(mine: Block) -> None:
    """As on another machine, where the path names nothing, or another file."""
    assert mine.key.open() is not None
    with made() as other:
        assert Key(other.key.path, mine.key.token, mine.key.sizes).open() is None
    assert mine.key._replace(path="/proc/1/fd/999999").open() is None
    mine.close()
    assert mine.key.open() is None
    mine.vectors.own[0, 0] = 1  # what is open stays


def test_where_there_is_no_such_memory_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(shared.os, "memfd_create")
    assert Block.like(Vectors.zeros(2, 3, 1)) is None
