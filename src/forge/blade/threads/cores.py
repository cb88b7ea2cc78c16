"""How many cores this process may use: by its affinity, by the quota of its container, or as it was told."""

from __future__ import annotations

import functools
import math
import os
from pathlib import Path

from forge.blade.checks import ConfigError

#: The variable that says how many threads to use when nothing else does.
VARIABLE = "NUMBA_NUM_THREADS"


def cores() -> int:
    """Threads to use by default: NUMBA_NUM_THREADS, else as many as there are cores for this process.

    Those are the cores it may run on now (`taskset`, a job's share of a node), or fewer if the CPU quota of its
    container, as it was first found, is worth fewer.

    Raises:
        ConfigError: if NUMBA_NUM_THREADS is no positive whole number.
    """
    told = os.environ.get(VARIABLE)
    if told is not None:
        if not told.strip().isdecimal() or int(told) < 1:
            raise ConfigError(f"{VARIABLE} = {told!r} must be a whole number of threads, 1 or more")
        return int(told)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota()
    # a part of a core is worth a thread: it runs for that part of the time
    return allowed if quota is None else max(1, min(allowed, math.ceil(quota)))


@functools.cache
def cpu_quota(root: Path = Path("/")) -> float | None:
    """The CPU time a second that control groups allow this process: the least of its own group and those above.

    Args:
        root: where `proc/self` and the file systems named there are.

    Returns:
        Cores, 0.5 for half of one; None where there is no limit, or no such files.
    """
    proc, quotas = root / "proc/self", []
    groups = [line.split(":", 2) for line in _lines(proc / "cgroup")]  # number, controllers, path
    for line in _lines(proc / "mountinfo"):
        before, _, after = line.partition(" - ")
        fields, kind = before.split(), after.split()
        if len(fields) < 5 or len(kind) < 3 or kind[0] not in ("cgroup", "cgroup2"):
            continue
        wanted = "cpu" if kind[0] == "cgroup" else ""
        if wanted and wanted not in kind[2].split(","):
            continue
        for group in groups:
            if len(group) == 3 and wanted in group[1].split(","):
                mount = root / _unescaped(fields[4]).lstrip("/")
                quotas += _quotas(mount, _below(group[2], _unescaped(fields[3])), kind[0] == "cgroup2")
    return min(quotas, default=None)


def _below(path: str, mounted: str) -> Path:
    """Where a group is below the mount of a group above it; the mount itself where it is not below."""
    try:
        return Path(path).relative_to(mounted)
    except ValueError:
        return Path()


def _quotas(mount: Path, path: Path, unified: bool) -> list[float]:
    """The quotas [cores] of a group and of those above, as far as they are mounted."""
    found = []
    for folder in (mount / path, *(mount / above for above in path.parents)):
        if unified:
            words = [word for line in _lines(folder / "cpu.max")[:1] for word in line.split()]
        else:
            words = [*_lines(folder / "cpu.cfs_quota_us")[:1], *_lines(folder / "cpu.cfs_period_us")[:1]]
        if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]) > 0:  # "max" and −1: no limit
            found.append(int(words[0]) / int(words[1]))
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _unescaped(path: str) -> str:
    """A path of mountinfo, which writes blanks and backslashes as octal numbers."""
    for number in ("040", "011", "012", "134"):
        path = path.replace(f"\\{number}", chr(int(number, 8)))
    return path
