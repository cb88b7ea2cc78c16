"""One thread for what PyTorch sums up, so that bits repeat."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Has torch compute in one thread, whatever it is set to: the last bits of its sums depend on how many it uses."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
