"""How many threads are used by default: by affinity, by the quota of control groups, or as the environment says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.blade import ConfigError, Law, World
from forge.blade.threads import cores as module
from forge.blade.threads.cores import cores, cpu_quota

V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw"
V1 = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct"
MEMORY = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"


def made(root: Path, mounts: str, groups: str, **files: str) -> Path:
    """A made-up root with what a process is told of its control groups."""
    for name, text in {"proc/self/mountinfo": mounts, "proc/self/cgroup": groups, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("max 100000", None),
        ("50000 100000", 0.5),
        ("200000 100000", 2.0),
        ("150000 50000", 3.0),
        ("", None),
        ("a b", None),
    ],
)
def test_version_2_says_quota_and_period_in_one_file(tmp_path: Path, text: str, quota: float | None) -> None:
    assert cpu_quota(made(tmp_path, V2, "0::/", **{"sys/fs/cgroup/cpu.max": text})) == quota


@pytest.mark.parametrize(("quota", "cores"), [("-1", None), ("50000", 0.5), ("400000", 4.0), ("", None)])
def test_version_1_says_them_in_two(tmp_path: Path, quota: str, cores: float | None) -> None:
    folder = "sys/fs/cgroup/cpu,cpuacct/docker/abc"
    files = {f"{folder}/cpu.cfs_quota_us": quota, f"{folder}/cpu.cfs_period_us": "100000"}
    root = made(tmp_path, f"{MEMORY}\n{V1}", "5:memory:/docker/xyz\n4:cpu,cpuacct:/docker/abc\n0::/", **files)
    assert cpu_quota(root) == cores


def test_the_least_of_a_group_and_those_above_counts(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/user.slice/cpu.max": "150000 100000",
        "sys/fs/cgroup/user.slice/job/cpu.max": "300000 100000",
        "sys/fs/cgroup/other/cpu.max": "1000 100000",  # of somebody else
    }
    assert cpu_quota(made(tmp_path, V2, "0::/user.slice/job", **files)) == 1.5


def test_a_container_may_see_its_own_group_as_the_root_of_the_mount(tmp_path: Path) -> None:
    mount = r"30 23 0:26 /pods/my\040pod /sys/fs/cgroup rw - cgroup2 cgroup2 rw"
    root = made(tmp_path, mount, "0::/pods/my pod", **{"sys/fs/cgroup/cpu.max": "200000 100000"})
    assert cpu_quota(root) == 2


def test_both_versions_may_be_mounted_at_once(tmp_path: Path) -> None:
    mounts = V1 + "\n" + V2.replace("/sys/fs/cgroup ", "/sys/fs/cgroup/unified ")
    files = {
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
        "sys/fs/cgroup/unified/cpu.max": "max 100000",
    }
    assert cpu_quota(made(tmp_path, mounts, "1:cpu,cpuacct:/\n0::/", **files)) == 2.5


def test_where_there_are_no_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
    assert cpu_quota(made(tmp_path, "nonsense", "nonsense")) is None


@pytest.mark.parametrize(("quota", "threads"), [(None, 8), (0.5, 1), (1.0, 1), (1.5, 2), (3.0, 3), (64.0, 8)])
def test_the_default_is_what_affinity_and_quota_allow(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, threads: int
) -> None:
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(module, "cpu_quota", lambda: quota)
    assert cores() == threads
    assert World(Law(**{"spawn.cap": 8, "terrain.side": 32})).threads == threads


def test_the_environment_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cpu_quota", lambda: 0.5)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "5")
    assert cores() == 5


@pytest.mark.parametrize("told", ["", "0", "-2", "two", "1.5"])
def test_what_is_no_number_of_threads_is_named(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", told)
    with pytest.raises(ConfigError, match=r"NUMBA_NUM_THREADS = .* must be a whole number"):
        cores()


@pytest.mark.parametrize("threads", [0, -1, 1025, True, 1.5, "2"])
def test_a_world_names_a_number_of_threads_that_cannot_be(threads: object) -> None:
    with pytest.raises(
        ConfigError, match=r"threads = .* (is out of range; allowed are|must be an integer,) 1 \.\. 1024"
    ):
        World(Law(**{"spawn.cap": 8, "terrain.side": 32}), threads=threads)  # type: ignore[arg-type]
