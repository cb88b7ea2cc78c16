"""The comparison of two commits' bits: what is printed of runs that agree and of ones that do not."""

from pathlib import Path
from typing import Any

import torch

from tests.bits import child
from tests.bits.__main__ import compared, verdict


def bits(*weights: str, worlds: str = "w") -> list[dict[str, str]]:
    return [{"weights": one, "worlds": worlds} for one in weights]


def test_the_first_update_that_differs_is_named() -> None:
    assert verdict(bits("a", "b"), bits("a", "b")) == "same"
    assert verdict(bits("a", "b", "c"), bits("a", "x", "y")) == "update 2: weights"
    assert verdict(bits("a"), bits("b", worlds="v")) == "update 1: weights, worlds"


def test_runs_are_compared_from_where_they_went_on() -> None:
    base: Any = {"one": {"bits": bits("a", "b", "c"), "resumed": bits("b", "c")}}
    head: Any = {"one": {"bits": bits("a", "b", "c"), "resumed": bits("b", "x"), "taken over": bits("y", "c")}}
    assert compared(base, head) == [("one", "same", "update 2: weights", "update 1: weights")]


def test_the_runs_are_of_all_kinds_and_one_repeats(tmp_path: Path) -> None:
    names = [child.name_of(case) for case in child.cases()]
    assert len(names) == len(set(names)) == 14
    for word in ("compiled", "torch", "realms", "recurrent", "pg", "ppo", "lowest_health", "learned"):
        assert any(word in name.split() for name in names)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        told = child.run(next(case for case in child.cases() if case["engine"] == "torch"), tmp_path, tmp_path)
    finally:
        torch.set_num_threads(threads)
    assert told["bits"][child.SAVED :] == told["resumed"] == told["taken over"]
    assert len({one["weights"] for one in told["bits"]}) == child.UPDATES
