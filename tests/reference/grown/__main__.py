"""`make soak`: long plays of grown worlds in both engines: with random numbers, and of each system alone."""

from __future__ import annotations

import argparse
import sys

from tests.blade.grown.cases import ALONE, any_case, case
from tests.reference.grown.compare import play


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference.grown", description=__doc__)
    parser.add_argument("--worlds", type=int, default=12, help="how many, of some 20 seconds each")
    parser.add_argument("--ticks", type=int, default=600)
    parser.add_argument("--seed", type=int, default=100)
    chosen, failures = parser.parse_args(), 0
    cases = {f"{seed}": any_case(seed, chosen.ticks) for seed in range(chosen.seed, chosen.seed + chosen.worlds)}
    cases |= {f"{name} alone": case(name, ticks=chosen.ticks // 2, **changes) for name, changes in ALONE.items()}
    for name, one in cases.items():
        _, wrong = play(one)
        failures += bool(wrong)
        print(f"grown world, {name}: {wrong or 'both engines agree'}", flush=True)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
