"""How much memory there is, by the machine and by control groups; worlds that do not fit are refused beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.blade import Chaos, ConfigError, Law, Recording, World, make
from forge.blade.state.state import allocate, check_memory
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import begin
from forge.support.host import memory as module
from forge.support.host.memory import amount, memory
from forge.trinity import smith
from tests.blade.threads.test_cores import MEMORY, V2, made

SMALL = Law(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 8})


def test_a_control_group_of_version_2_says_it_in_bytes(tmp_path: Path) -> None:
    assert memory(made(tmp_path, V2, "0::/", **{"sys/fs/cgroup/memory.max": "1000000"})) == 1_000_000


def test_one_of_version_1_too_and_the_least_counts(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712",  # what stands for no limit
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000000",
    }
    assert memory(made(tmp_path, MEMORY, "5:memory:/a", **files)) == 2_000_000


def test_without_a_limit_it_is_the_machines(tmp_path: Path) -> None:
    unlimited = memory(made(tmp_path, V2, "0::/", **{"sys/fs/cgroup/memory.max": "max"}))
    assert unlimited is not None
    assert unlimited > 10**8


def test_a_system_that_does_not_say_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "memory", lambda: None)
    check_memory([SMALL], 10**9, Recording())


@pytest.mark.parametrize("record", [Recording(), Recording(True, True, True)])
def test_the_estimate_is_what_the_arrays_take(monkeypatch: pytest.MonkeyPatch, record: Recording) -> None:
    """One byte less than the worlds take, and they do not fit."""
    config = SMALL.replace(**{"reward.explore": 1.0})
    count, state = 3, allocate([config] * 3, record)
    maps, seeds = count * config.terrain.side**2, count * 8
    taken = sum(array.nbytes for array in state) + maps + seeds
    monkeypatch.setattr(module, "memory", lambda: taken)
    World(config, count, record=record)
    monkeypatch.setattr(module, "memory", lambda: taken - 1)
    with pytest.raises(ConfigError, match=r"3 worlds need .* of memory, .* each, but there are .* here: at most 2 fit"):
        World(config, count, record=record)
    with pytest.raises(ConfigError, match="3 worlds need"):
        World([config] * count, count, record=record)


def test_far_too_many_worlds_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"1,000,000,000 worlds need [\d.,]+ TB of memory"):
        make("chaos", worlds=10**9)
    with pytest.raises(ConfigError, match="worlds need"):
        smith.Native(Chaos(), {"worlds": 10**9})
    large = Training(run=Session(worlds=100_000), world=Chaos(**{"terrain.side": 4096}))
    with pytest.raises(ConfigError, match="100,000 worlds need"):
        begin(tmp_path / "run", large)
    assert not (tmp_path / "run").exists()


def test_a_snapshot_of_too_many_worlds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = World(SMALL, 2).snapshot()
    monkeypatch.setattr(module, "memory", lambda: 1000)
    with pytest.raises(ConfigError, match="snapshot: 2 worlds need"):
        World.restore(saved)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (123_456, "123 kB"), (999_600, "1 MB"), (1.5e12, "1.5 TB"), (3e18, "3,000 PB")],
)
def test_amounts_are_written_with_the_digits_that_count(size: float, text: str) -> None:
    assert amount(int(size)) == text
