"""Trains the same short runs with two commits on this machine and compares their bits.

Bits of training differ between kinds of processor, so no file can hold them; two commits on one machine must agree,
unless the learner was meant to change. Checked are weights, what the optimiser keeps, worlds and counts after every
update, of runs that went through, that were resumed from their own checkpoint, and from that of the other commit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("child.py")

Told = Mapping[str, Mapping[str, Any]]


@contextmanager
def checked_out(commit: str | None, folder: Path) -> Iterator[Path]:
    """A commit's files in a folder of their own, for as long as they are needed; those of the working tree for None."""
    if commit is None:
        yield ROOT
        return
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def told_by(tree: Path, folder: Path, other: Path | None = None) -> Told:
    """What the runs of a tree came to, by their names; their checkpoints are left in `folder`."""
    folder.mkdir()
    command = [sys.executable, str(CHILD), str(tree), str(folder), *([str(other)] if other else [])]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"the runs of {tree} ended with exit code {done.returncode}")
    return {told["name"]: told for told in map(json.loads, done.stdout.splitlines())}


def verdict(wanted: Sequence[Mapping[str, str]], found: Sequence[Mapping[str, str]]) -> str:
    """Whether bits after each update are the same; if not, from which update on what differs first."""
    for update, (one, other) in enumerate(zip(wanted, found, strict=True), 1):
        if wrong := [what for what in one if one[what] != other[what]]:
            return f"update {update}: {', '.join(wrong)}"
    return "same"


def compared(base: Told, head: Told) -> list[tuple[str, ...]]:
    """A row for each run: its name, and whether it went through, was resumed and was taken over to the base's bits."""
    rows = []
    for name, told in base.items():
        late = told["bits"][len(told["bits"]) - len(told["resumed"]) :]
        given = head[name]
        rows.append(
            (
                name,
                verdict(told["bits"], given["bits"]),
                verdict(late, given["resumed"]),
                verdict(late, given["taken over"]),
            )
        )
    return rows


def main() -> int:
    """Runs the command; returns its exit code: 1 if a bit differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.bits", description=__doc__)
    parser.add_argument("base", help="the commit to compare with")
    parser.add_argument("head", nargs="?", help="the other commit; the working tree if it is left out")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with checked_out(chosen.base, place / "base") as one, checked_out(chosen.head, place / "head") as other:
            base = told_by(one, place / "of-base")
            head = told_by(other, place / "of-head", place / "of-base")
    rows = [("run", "trained", "resumed", f"from a checkpoint of {chosen.base}"), *compared(base, head)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    same = all(cell == "same" for row in rows[1:] for cell in row[1:])
    print("every bit is the same" if same else "bits differ")
    return not same


if __name__ == "__main__":
    sys.exit(main())
