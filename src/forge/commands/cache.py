"""`forge cache`: where what can be made again is kept, how much room it takes, and how to be rid of it."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from rich.console import Console

from forge.command_line import read
from forge.support.cache import KINDS, cache_dir, cache_roots
from forge.support.durable import size
from forge.support.waiting import doing


@dataclasses.dataclass(frozen=True)
class Options:
    """Says where caches lie and how large they are, or empties them.

    Everything in them is made again when it is needed: the first step of a world then takes some seconds. The
    environment variable FORGE_CACHE names another folder.
    """

    empty: bool = False
    """delete what is listed"""


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge cache")
    console, used = Console(), cache_dir()
    for root in dict.fromkeys([used, *cache_roots()]):
        console.print(f"{root}{'' if root == used else ' (not in use)'}", soft_wrap=True, highlight=False, markup=False)
        for name, what in KINDS.items():
            with doing(f"looking into {root / name}"):
                files, taken = contents(root / name)
            if options.empty and (root / name).exists():
                shutil.rmtree(root / name)
            done = " deleted" if options.empty and files else ""
            line = f"  {name:<8} {size(taken):>9} in {files:,} files{done}: {what}"
            console.print(line, soft_wrap=True, highlight=False, markup=False)


def contents(folder: Path) -> tuple[int, int]:
    """How many files there are in a folder and below it, and their size [bytes]; others may delete some meanwhile."""
    files = taken = 0
    for path in folder.rglob("*"):
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        if not path.is_dir():
            files, taken = files + 1, taken + found.st_size
    return files, taken
