"""`make soak`: thousands of damaged files for every reader."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fuzz.catalogue import READERS, attack_named
from tests.fuzz.limited import Limits

_PIECE = 1000  # mutations that one process takes at a time


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "readers", nargs="*", choices=[[], *READERS], help=f"{', '.join(READERS)}; all if none is named"
    )
    parser.add_argument("--mutations", type=int, default=5000, help="of each reader")
    parser.add_argument("--seed", type=int, default=0, help="of all mutations")
    parser.add_argument("--only", type=int, help="one mutation, by its number")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"), help="where files that fail are kept")
    chosen = parser.parse_args()
    names = chosen.readers or [*READERS]
    pieces = [range(k, min(k + _PIECE, chosen.mutations)) for k in range(0, chosen.mutations, _PIECE)]
    if chosen.only is not None:
        pieces = [range(chosen.only, chosen.only + 1)]
    failures = []
    cores = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.fuzz.catalogue"])
    with ProcessPoolExecutor(cores, context) as pool:
        given = chosen.seed, Limits(), chosen.keep
        work = {name: [pool.submit(attack_named, name, piece, *given) for piece in pieces] for name in names}
        for name, parts in work.items():
            found = [failure for part in parts for failure in part.result()]
            print(f"{name}: {sum(map(len, pieces)):,} mutations, {len(found)} failures", flush=True)
            for failure in found:
                print(f"  {failure}", *([failure.trace] if chosen.only is not None else []), flush=True)
            failures += found
    if failures:
        print(f"{len(failures)} failures; their files are in {chosen.keep}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
