"""How much memory there is for this process, so that what cannot fit is refused before it is made."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from forge.support.checks import ConfigError
from forge.support.host.control_groups import control_groups


def memory(root: Path = Path("/")) -> int | None:
    """The memory that this process may use at most [bytes].

    That is the machine's, or less where a control group (a container) or the limit of the process's addresses
    (`ulimit -v`) allows less; what others use of it is not taken off.

    Args:
        root: where `proc/self` and the file systems named there are.

    Returns:
        Bytes; None where the system does not say.
    """
    limits = _limits_of_groups(root)
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows has no sysconf
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
        if addresses != resource.RLIM_INFINITY:
            limits.append(addresses)
    return min((limit for limit in limits if limit > 0), default=None)


def _limits_of_groups(root: Path) -> list[int]:
    words = [
        g.first_line("memory.max" if g.unified else "memory.limit_in_bytes") for g in control_groups("memory", root)
    ]
    return [int(word) for word in words if word.isdecimal()]  # "max" is no limit


def check_fits(count: int, each: int, what: str) -> None:
    """Refuses so many things where there is not enough memory for them.

    Args:
        count: how many.
        each: how much memory one takes [bytes].
        what: they are, in the plural.

    Raises:
        ConfigError: saying how much they would take, how much there is, and how many would fit.
    """
    there = memory()
    if there is not None and count * each > there:
        raise ConfigError(
            f"{count:,} {what} need {amount(count * each)} of memory, {amount(each)} each, but there are "
            f"{amount(there)} here: at most {there // each:,} fit"
        )


def amount(size: int) -> str:
    """A size of memory with the digits that count: 1.23 GB."""
    value, units = float(size), ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:,.3g} {units[0]}" if value < 1000 else f"{value:,.0f} {units[0]}"
