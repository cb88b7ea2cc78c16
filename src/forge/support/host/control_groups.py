"""The control groups of Linux that this process is in: the folders where the limits of a container stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Group(NamedTuple):
    """One control group, as far as it is mounted."""

    folder: Path
    unified: bool  # of version 2, in which all controllers share one tree

    def first_line(self, name: str) -> str:
        """The first line of one of its files; empty where there is none."""
        return next(iter(_lines(self.folder / name)), "")


def control_groups(controller: str, root: Path = Path("/")) -> Iterator[Group]:
    """This process's own group for a controller, and those above it.

    Args:
        controller: such as `cpu` or `memory`.
        root: where `proc/self` and the file systems named there are.
    """
    proc = root / "proc/self"
    groups = [line.split(":", 2) for line in _lines(proc / "cgroup")]  # number, controllers, path
    for line in _lines(proc / "mountinfo"):
        before, _, after = line.partition(" - ")
        fields, kind = before.split(), after.split()
        if len(fields) < 5 or len(kind) < 3 or kind[0] not in ("cgroup", "cgroup2"):
            continue
        wanted = controller if kind[0] == "cgroup" else ""
        if wanted and wanted not in kind[2].split(","):
            continue
        for group in groups:
            if len(group) == 3 and wanted in group[1].split(","):
                mount = root / _unescaped(fields[4]).lstrip("/")
                path = _below(group[2], _unescaped(fields[3]))
                for folder in (mount / path, *(mount / above for above in path.parents)):
                    yield Group(folder, kind[0] == "cgroup2")


def _below(path: str, mounted: str) -> Path:
    """Where a group is below the mount of a group above it; the mount itself where it is not below."""
    try:
        return Path(path).relative_to(mounted)
    except ValueError:
        return Path()


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
