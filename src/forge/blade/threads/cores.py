"""How many cores this process may use: by its affinity, by the quota of its container, or as it was told."""

from __future__ import annotations

import functools
import math
import os
from pathlib import Path

from forge.support.checks import ConfigError
from forge.support.host.control_groups import Group, control_groups

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
    return min((quota for group in control_groups("cpu", root) if (quota := _quota(group)) is not None), default=None)


def _quota(group: Group) -> float | None:
    """The quota of one group [cores]."""
    if group.unified:
        words = group.first_line("cpu.max").split()
    else:
        words = [group.first_line("cpu.cfs_quota_us"), group.first_line("cpu.cfs_period_us")]
    if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]) > 0:  # "max" and −1: no limit
        return int(words[0]) / int(words[1])
    return None
